import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Pool } from 'pg'
import type { App } from '../../src/app.ts'
import { testDatabase } from '../support/test-database.ts'
import { openApp } from './faults-app.ts'
import type { Orders } from './faults-process.ts'

const script = fileURLToPath(new URL('faults-process.ts', import.meta.url))

export type Stage = {
  readonly pool: Pool
  readonly url: string
  /** Takes requests; the processes perform them. */
  readonly app: App
}

export type StageSettings = {
  readonly processes: number
  /** How many tasks each process performs at once. */
  readonly slots: number
  readonly overrides: Readonly<Record<string, unknown>>
}

/** A database, processes that work on it, and an app to submit with; all end with the test. */
export async function openStage(t: TestContext, settings: StageSettings): Promise<Stage> {
  const { processes, slots, overrides } = settings
  const database = await testDatabase()
  const { url, pool } = database
  const children: ChildProcess[] = []
  const apps: App[] = []
  t.after(async () => {
    await Promise.all(children.map(end))
    for (const app of apps) await app.close()
    await database[Symbol.asyncDispose]()
  })
  const app = await openApp(url, overrides)
  apps.push(app)
  await Promise.all(
    Array.from({ length: processes }, async () => {
      const orders: Orders = { url, slots, overrides }
      const child = spawn(process.execPath, [script, JSON.stringify(orders)], {
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      children.push(child)
      const failed = once(child, 'exit').then(([code]) => {
        throw new Error(`a process ended with ${code} before it was ready`)
      })
      await Promise.race([once(child.stdout, 'data'), failed])
      failed.catch(() => undefined)
    }),
  )
  return { pool, url, app }
}

/** A process that does not end by itself is a fault, and must not outlive the test for it. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.stdin?.end()
  try {
    await once(child, 'exit', { signal: AbortSignal.timeout(30_000) })
  } finally {
    child.kill('SIGKILL')
  }
}
