import { type AgentProcesses, killProcesses } from './stop-processes.ts'

/** What one agent's commands have running in this process, for an end that waits for nothing. */
export class LiveProcesses {
  readonly #live = new Set<AgentProcesses>()

  /** Until it is disposed, the processes count as running. */
  add(processes: AgentProcesses): Disposable {
    this.#live.add(processes)
    return { [Symbol.dispose]: () => this.#live.delete(processes) }
  }

  /** Ends them all at once, without a grace. Synchronous and best effort. */
  kill(): void {
    if (this.#live.size > 0) killProcesses([...this.#live])
  }
}
