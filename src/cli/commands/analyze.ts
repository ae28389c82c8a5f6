import { AnalysisRequest } from '../../contracts/index.ts'
import type { GlobalFlags } from '../flags.ts'
import { formatAnalysis } from '../format-analysis.ts'
import { loadSettings } from '../load-settings.ts'
import { localCaller } from '../local-caller.ts'
import { commandLogLevel } from '../log-level.ts'
import { lookOf } from '../look-of.ts'
import { openSession } from '../open-session.ts'
import { readRequest } from '../read-request.ts'
import { writeJson, writeOutput } from '../write-output.ts'

/** `analyze FILE`: says what the workloads would take; resolves with the exit code. */
export async function analyze(file: string, flags: GlobalFlags): Promise<number> {
  const settings = loadSettings(flags)
  const request = await readRequest(file, AnalysisRequest, settings.limits.maxInputBytes)
  const logLevel = commandLogLevel(flags, settings.log.level)
  await using session = await openSession({ settings, logLevel })
  const analysis = await session.orchestration.analyze(request, localCaller)
  if (flags.json === true) await writeJson(process.stdout, analysis)
  else await writeOutput(process.stdout, `${formatAnalysis(analysis, lookOf(process.stdout))}\n`)
  return 0
}
