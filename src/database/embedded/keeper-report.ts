import { z } from 'zod'
import { type ErrorCode, errorCatalogue } from '../../shared/index.ts'

const isErrorCode = (code: unknown): code is ErrorCode =>
  typeof code === 'string' && code in errorCatalogue

/** The one line that a keeper says to the command that started it. */
export const KeeperReport = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  /** Another keeper has the data directory already. */
  z.object({ kind: z.literal('held') }),
  z.object({
    kind: z.literal('failed'),
    code: z.custom<ErrorCode>(isErrorCode),
    message: z.string(),
    isRetryable: z.boolean(),
  }),
])
export type KeeperReport = z.infer<typeof KeeperReport>

/** The keeper's descriptor for its report, beside stdin, stdout and stderr. */
export const reportDescriptor = 3
