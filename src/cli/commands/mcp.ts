import { serveMcpStdio } from '../../mcp/index.ts'
import type { GlobalFlags } from '../flags.ts'
import { catchInterrupts } from '../interrupts.ts'
import { loadSettings } from '../load-settings.ts'
import { openSession } from '../open-session.ts'

/** `mcp`: serves one client over stdin and stdout until it leaves, or until a signal. */
export async function mcp(flags: GlobalFlags, version: string): Promise<number> {
  const settings = loadSettings(flags)
  using interrupts = catchInterrupts()
  const { signal } = interrupts
  await using session = await openSession({ settings, logLevel: settings.log.level, signal })
  await session.startWorker()
  const { runs, orchestration, pilot, log, audit } = session
  const { limits } = settings
  const tools = { runs, orchestration, pilot, log, version, limits }
  await serveMcpStdio({ ...tools, audit: audit.record }, { signal })
  return 0
}
