import * as z from 'zod'

export const RunId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'no id of a run: letters, digits, _ and -, at most 64')
  .describe('runId of an answer')
