import type { Log } from '../../src/shared/index.ts'

/** A log for tests that look at behaviour, not at log lines. */
export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {} }
