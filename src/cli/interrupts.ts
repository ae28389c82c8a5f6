import { AppError } from '../shared/index.ts'
import { exitCodes } from './exit-codes.ts'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The first signal asks for a clean end, the second ends the process there and then. */
export type Interrupts = Disposable & {
  /** Aborted by the first signal; its reason is an `AppError` `cancelled`. */
  readonly signal: AbortSignal
}

export function catchInterrupts(): Interrupts {
  const controller = new AbortController()
  const onSignal = (name: NodeJS.Signals): void => {
    // Leaving runs the exit handlers: they end the agents, say what is left and how to resume it,
    // and give the terminal its cursor back.
    if (controller.signal.aborted) process.exit(exitCodes.cancelled)
    controller.abort(new AppError('cancelled', `Stopped by ${name}`))
  }
  for (const name of signals) process.on(name, onSignal)
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const name of signals) process.off(name, onSignal)
    },
  }
}
