import type { Engine } from '../engine/index.ts'

/** A context has at most 100,000 characters: all that are kept take a few megabytes. */
const mostKept = 16

/** What all tasks of a run are about: stored once, with the run. */
export const contextEntry = 'context'

/** Reads the context of a run; each once, as long as its tasks are being performed. */
export type ReadContext = (runId: string) => Promise<string>

export function createContextReader(engine: Pick<Engine, 'input'>): ReadContext {
  const kept = new Map<string, Promise<string>>()
  return (runId) => {
    const known = kept.get(runId)
    const context = known ?? read(engine, runId)
    // The one asked for last is given up last.
    kept.delete(runId)
    kept.set(runId, context)
    const [oldest] = kept.keys()
    if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest)
    // Whoever asks again gets another try; this one is told by what it waits for.
    if (known === undefined) context.catch(() => kept.delete(runId))
    return context
  }
}

async function read(engine: Pick<Engine, 'input'>, runId: string): Promise<string> {
  const context = await engine.input(runId, contextEntry)
  return typeof context === 'string' ? context : ''
}

/** The instructions of one task with what the whole is about. */
export function withContext(instructions: string, context: string): string {
  return context === '' ? instructions : `${instructions}\n\nWhat the whole is about:\n${context}`
}
