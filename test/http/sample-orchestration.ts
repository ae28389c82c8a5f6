import { readFileSync } from 'node:fs'
import { OrchestrationRequest } from '../../src/contracts/index.ts'

const file = new URL('../../examples/orchestrate.json', import.meta.url)

const text = readFileSync(file, 'utf8')

// Parsed to know its shape, but sent as it is written.
OrchestrationRequest.parse(JSON.parse(text))

type Sample = {
  readonly repository: string
  readonly context: string
  readonly workloads: readonly Readonly<Record<string, unknown>>[]
}

/** `examples/orchestrate.json` as it is written. */
export const sampleOrchestration: Sample = JSON.parse(text)
