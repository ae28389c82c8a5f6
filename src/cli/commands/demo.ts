import { rmSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { AppError } from '../../shared/index.ts'
import { type DemoFigures, demoFigures, isComplete } from '../demo/demo-figures.ts'
import { openDemoStage, repositoryName } from '../demo/demo-stage.ts'
import { formatDemo } from '../demo/format-demo.ts'
import { DemoWatch, dashboardOf, untilShown } from '../demo/watch-demo.ts'
import { exitCodes } from '../exit-codes.ts'
import { catchInterrupts } from '../interrupts.ts'
import { commandLogLevel } from '../log-level.ts'
import { lookOf } from '../look-of.ts'
import { openSession } from '../open-session.ts'
import type { DemoFlags } from '../program.ts'
import { startApi } from '../start-api.ts'
import { writeJson, writeOutput } from '../write-output.ts'

/** `demo`: a whole run on a simulated GitHub, from the label on an issue to the last merge. */
export async function demo(flags: DemoFlags, version: string): Promise<number> {
  if (flags.config !== undefined) {
    throw new AppError('config_invalid', 'demo reads no configuration: leave --config out')
  }
  using interrupts = catchInterrupts()
  await using folder = await openFolder(flags)
  const { figures, dashboard } = await perform(
    { flags, version, folder: folder.path },
    interrupts.signal,
  )
  if (flags.json === true) await writeJson(process.stdout, figures)
  else {
    const look = lookOf(process.stdout)
    await writeOutput(process.stdout, formatDemo(figures, { dashboard, look }))
  }
  if (flags.keep === true) await writeOutput(process.stderr, `kept in ${folder.path}\n`)
  return isComplete(figures) ? exitCodes.succeeded : exitCodes.failed
}

type Demo = { readonly flags: DemoFlags; readonly version: string; readonly folder: string }

async function perform(
  { flags, version, folder }: Demo,
  signal: AbortSignal,
): Promise<{ readonly figures: DemoFigures; readonly dashboard: string }> {
  await using closers = new AsyncDisposableStack()
  const say = (line: string): void => {
    if (flags.json !== true && flags.quiet !== true) process.stderr.write(`${line}\n`)
  }
  const { timeScale, logLevel } = flags
  const stage = await openDemoStage({ folder, timeScale, logLevel }, closers)
  const { settings, github } = stage
  say(`SIMULATED GitHub at ${github.url} with ${repositoryName}, ${timeScale} times as fast`)
  say('starting a database of its own ...')
  const session = closers.use(
    await openSession({ settings, logLevel: commandLogLevel(flags, settings.log.level), signal }),
  )
  const served = { session, settings, flags, requireTokens: false }
  const api = closers.use(await startApi(served, version))
  await stage.hookTo(api.url)
  await session.startWorker()
  using watch = new DemoWatch(stage, say)
  say('   real       simulated')
  watch.begin()
  const issue = await stage.askForWork(signal)
  const run = await untilShown(session, stage, { issue, signal })
  const figures = demoFigures(stage, { run, issue, ...watch.counts })
  return { figures, dashboard: dashboardOf(stage, issue) }
}

/** A folder for everything of the demo; without `--keep` it goes with it, however that ends. */
async function openFolder(flags: DemoFlags): Promise<AsyncDisposable & { readonly path: string }> {
  const parent = resolve(flags.dataDir ?? tmpdir())
  await mkdir(parent, { recursive: true })
  const path = await mkdtemp(join(parent, 'maniple-demo-'))
  await mkdir(join(path, 'github'))
  if (flags.keep === true) return { path, [Symbol.asyncDispose]: async () => undefined }
  const options = { recursive: true, force: true, maxRetries: 5 } as const
  // A second Ctrl-C waits for nothing. The database ends by itself once its folder is gone.
  const atExit = (): void => rmSync(path, options)
  process.on('exit', atExit)
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      await rm(path, options)
      process.off('exit', atExit)
    },
  }
}
