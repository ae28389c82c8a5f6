import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { AgentContext, AgentTask, ClosingTask } from '../../contracts/index.ts'
import type { CommandAgentOptions } from './command-agent-options.ts'
import { type CommandOutput, parseCommandOutput } from './command-output.ts'
import { createCommandAgent } from './create-command-agent.ts'

// What the tests of this folder share: a real repository in a temporary folder, removed at the end.

export class Scratch implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'maniple-command-'))
  readonly root: string
  readonly workDir = join(this.folder, 'clones')
  readonly warnings: object[] = []
  readonly environment: Record<string, string>

  constructor({ name = 'repository', init = ['--initial-branch=main'] } = {}) {
    const home = join(this.folder, 'home')
    mkdirSync(home)
    this.root = join(this.folder, name)
    // Alone in the world: neither the developer's configuration nor a repository further up.
    this.environment = {
      // biome-ignore lint/style/noProcessEnv: the git under test is the one on PATH
      PATH: process.env.PATH ?? '',
      HOME: home,
      GIT_CEILING_DIRECTORIES: this.folder,
      SECRET_TOKEN: 'hush',
    }
    mkdirSync(this.root)
    this.git('init', '--quiet', ...init)
    this.git('config', 'user.name', 'Ann "the" User\\')
    this.git('config', 'user.email', 'ann@example.org')
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  git(...args: string[]): string {
    return execFileSync('git', args, {
      cwd: this.root,
      env: this.environment,
      encoding: 'utf8',
      stdio: 'pipe',
    }).trimEnd()
  }

  write(path: string, text: string): void {
    const file = join(this.root, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }

  commit(files: Record<string, string>, message = 'A commit'): string {
    for (const [path, text] of Object.entries(files)) this.write(path, text)
    this.git('add', '--all')
    this.git('commit', '--quiet', '--allow-empty', '-m', message)
    return this.git('rev-parse', 'HEAD')
  }

  agent(command: string, options: Partial<CommandAgentOptions> = {}) {
    return createCommandAgent({
      name: 'command',
      command,
      repository: this.root,
      workDir: this.workDir,
      slots: 4,
      environment: this.environment,
      log: {
        info: () => undefined,
        error: () => undefined,
        warn: (fields) => this.warnings.push(fields),
      },
      ...options,
    })
  }

  branches(): string[] {
    const listed = this.git('for-each-ref', '--format=%(refname)', 'refs/heads/maniple')
    return listed.split('\n').filter((line) => line !== '')
  }

  show(spec: string): string {
    return this.git('show', spec)
  }

  clones(): string[] {
    try {
      return readdirSync(this.workDir)
    } catch {
      return []
    }
  }

  /**
   * Every byte of the user's repository but what Maniple may write: objects, and refs and reflogs
   * under maniple/. `packed-refs` is compared as refs.
   */
  snapshot(): Record<string, string> {
    const seen: Record<string, string> = {}
    for (const entry of readdirSync(this.root, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name).slice(this.root.length + 1)
      if (/(^|\/)objects\/|(^|\/)(logs\/)?refs\/heads\/maniple(\/|$)/u.test(path)) continue
      if (/^\.git\/objects$/u.test(path)) continue
      seen[path] = entry.isFile() ? hashOf(join(this.root, path)) : 'folder'
    }
    const refs = this.git('for-each-ref', '--format=%(refname) %(objectname)').split('\n')
    const own = refs.filter((line) => !line.startsWith('refs/heads/maniple/'))
    return {
      ...seen,
      ' refs': own.join('\n'),
      ' stashes': this.git('stash', 'list'),
      ' HEAD': readFileSync(join(this.root, '.git/HEAD'), 'utf8'),
    }
  }
}

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

export function taskOf(taskId: string, fields: Partial<AgentTask> = {}): AgentTask {
  return {
    runId: 'run1',
    runTitle: 'A run',
    taskId,
    title: `Do ${taskId}`,
    type: 'code_generation',
    attempt: 1,
    instructions: `Please do ${taskId}.`,
    dependencies: [],
    routing: null,
    ...fields,
  }
}

export function contextOf(fields: Partial<AgentContext> = {}): AgentContext {
  const gateway = { choice: null, takeWay: async () => null, keep: () => undefined }
  return { signal: new AbortController().signal, stillOurs: async () => true, gateway, ...fields }
}

export function closingOf(tasks: readonly Partial<ClosingTask['tasks'][number]>[]): ClosingTask {
  return {
    runId: 'run1',
    runTitle: 'A run',
    attempt: 1,
    tasks: tasks.map(({ taskId = 'a', ...fields }) => ({
      taskId,
      title: `Do ${taskId}`,
      state: 'succeeded',
      dependsOn: [],
      output: null,
      ...fields,
    })),
  }
}

export function outputOf(output: unknown): CommandOutput {
  const parsed = parseCommandOutput(output)
  if (parsed === null) throw new Error(`Not a command's output: ${JSON.stringify(output)}`)
  return parsed
}
