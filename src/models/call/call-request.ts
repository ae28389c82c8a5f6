import type { ModelRequest } from '../../contracts/index.ts'

/** A JSON schema for the answer; `strict` when OpenAI's strict mode can hold the model to it. */
export type OutputFormat = { readonly schema: Record<string, unknown>; readonly strict: boolean }

export type CallRequest = Omit<ModelRequest, 'schema' | 'beforeRepair'> & {
  readonly format?: OutputFormat
}
