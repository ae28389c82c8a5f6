import { tmpdir } from 'node:os'
import { pino } from 'pino'
import { type App, createApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config/index.ts'

/** The whole app, as every process of these tests has it. It performs nothing until told to. */
export async function openApp(
  databaseUrl: string,
  overrides: Readonly<Record<string, unknown>>,
): Promise<App> {
  const config = loadConfig({ env: {}, cwd: tmpdir(), overrides: { databaseUrl, ...overrides } })
  return await createApp({ config, environment: {}, log: pino({ level: 'silent' }) })
}
