import type { Config } from '../../config/index.ts'
import { type IssueStart, RepositoryName } from '../../contracts/index.ts'
import { AppError } from '../../shared/index.ts'
import { catchInterrupts } from '../interrupts.ts'
import { loadSettings } from '../load-settings.ts'
import { displayFor, openFor, performRun } from '../perform-run.ts'
import type { SplitFlags } from '../program.ts'
import { safeText } from '../terminal-text.ts'

type IssuePlace = Pick<IssueStart, 'repository' | 'issue'>

/** `OWNER/REPO#123`; null for everything else, which is the name of a file. */
export function readIssuePlace(text: string): IssuePlace | null {
  const [, name, number] = /^([^#]+)#([1-9]\d{0,8})$/.exec(text) ?? []
  const repository = RepositoryName.safeParse(name)
  return repository.success ? { repository: repository.data, issue: Number(number) } : null
}

/** A flag that does nothing would be taken for one that did. */
function checkFlags({ title, dryRun, agent, repo, check, passEnv }: SplitFlags): void {
  const ofFiles = {
    ...{ '--title': title, '--dry-run': dryRun, '--agent': agent, '--repo': repo },
    ...{ '--check': check, '--pass-env': passEnv },
  }
  const given = Object.entries(ofFiles).find(([, value]) => value !== undefined)?.[0]
  if (given === undefined) return
  const message = `${given} belongs to splitting a file; what performs the run of an issue is the setting github.agent`
  throw new AppError('usage_invalid', message)
}

/** What is missing is told before a database is started for it. */
function checkSettings({ github }: Config, { repository, issue }: IssuePlace): void {
  const { token, appKey, repositories } = github
  const what = `maniple split ${repository}#${issue}`
  if (token === undefined && appKey === undefined) {
    const message = `${what} needs a credential of GitHub: set GITHUB_TOKEN, or github.appId, github.appInstallation and MANIPLE_GITHUB_APP_KEY`
    throw new AppError('github_unavailable', message)
  }
  if (!repositories.includes(repository)) {
    const message = `${what}: ${repository} is not among github.repositories; name it there, and in gate.repositories what may be changed`
    throw new AppError('forbidden', message)
  }
}

/** `split OWNER/REPO#123`: begins the run of that issue, or goes on with the one that is open. */
export async function splitIssue(place: IssuePlace, flags: SplitFlags): Promise<number> {
  checkFlags(flags)
  const settings = loadSettings(flags)
  checkSettings(settings, place)
  using interrupts = catchInterrupts()
  const { signal } = interrupts
  const display = displayFor(flags)
  await using session = await openFor({ settings, flags, display, signal })
  if (session.github === null) {
    throw new AppError('github_unavailable', 'there is no credential of GitHub')
  }
  const { level, concurrency } = flags
  const start = { ...place, requestedBy: null, level, concurrency }
  const { run, created } = await session.github.start(start, signal)
  if (!created) display.say(`note: run ${safeText(run.id)} of that issue is open already`)
  return await performRun({ session, run, flags, display, interrupted: signal })
}
