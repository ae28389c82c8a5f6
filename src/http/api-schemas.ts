import * as z from 'zod'
import { Run, RunRequest, RunState, Task } from '../contracts/index.ts'

export const RunParams = z.object({
  id: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'no id of a run: letters, digits, _ and -, at most 64')
    .describe('Id of a run'),
})

const limit = z.coerce.number().int().min(1).max(1000).default(100).describe('Length of a page')
const cursor = z
  .string()
  .regex(/^[\x21-\x7e]{1,500}$/, 'no cursor: send the `next` of the page before as it came')
  .describe('The `next` of the page before; opaque')
  .optional()

export const PageQuery = z.strictObject({ limit, cursor })
export const RunsQuery = z.strictObject({ limit, cursor, state: RunState.optional() })

const eventNumber = z
  .string()
  .regex(/^\d{1,15}$/, 'no number of an event: send the last `id` received')
  .transform(Number)

export const StreamQuery = z.strictObject({
  after: eventNumber.describe('Like Last-Event-ID, which goes first').optional(),
})
export const StreamHeaders = z.looseObject({
  'last-event-id': eventNumber
    .describe('Resume after this event: no snapshot, then every event since')
    .optional(),
})

export const SubmitHeaders = z.looseObject({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
    .describe('Sending the same key and body again answers with the same run')
    .optional(),
})

/**
 * `RunRequest` for a body that JSON.parse has just made: its input is JSON already, and checking
 * that again takes 0.8 s for 100,000 nodes, in which nothing else is served.
 */
export const RunBody = RunRequest.extend({
  input: z
    .custom<RunRequest['input']>(
      (value) => value !== undefined,
      'is missing: a workflow as JSON, or prose as a string',
    )
    .describe('A workflow as JSON, or prose (Markdown) as a string'),
})

const next = z.string().nullable().describe('Cursor of the following page; null on the last one')

export const RunReply = z.object({ run: Run }).describe('The run')
export const RunsReply = z
  .object({ runs: z.array(Run).readonly(), next })
  .describe('A page of runs')
export const TasksReply = z
  .object({ tasks: z.array(Task).readonly(), next })
  .describe('A page of tasks')

/** `data` of the stream's three kinds of events; the third is `RunEvent`. */
export const SnapshotData = z.object({
  seq: z.int().describe('Number of the last event that it includes'),
  run: Run,
  tasks: z.array(Task).readonly(),
})
export const EndData = z.object({ seq: z.int(), run: Run })
