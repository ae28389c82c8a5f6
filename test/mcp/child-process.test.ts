import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/client'
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio'
import { processEnvironment } from '../../src/config/index.ts'
import { testDatabase } from '../support/test-database.ts'
import { revisions } from './started-mcp.ts'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

/** `maniple mcp` on a database of the test's own, logging as much as it can. */
async function startChild(databaseUrl: string, dataDir: string) {
  const args = ['--data-dir', dataDir, '--log-level', 'debug', 'mcp']
  const { PATH } = processEnvironment()
  const child = spawn(process.execPath, [main, ...args], {
    cwd: dataDir,
    env: { PATH, DATABASE_URL: databaseUrl },
    stdio: 'pipe',
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  const ended = once(child, 'close')
  return { child, ended, stdout: () => stdout, stderr: () => stderr }
}

for (const revision of revisions) {
  test(`maniple mcp, ${revision}: tools, a run to its end, and nothing on stdout but the protocol`, async (t) => {
    await using database = await testDatabase()
    const dataDir = await mkdtemp(join(tmpdir(), 'maniple-mcp-'))
    t.after(() => rm(dataDir, { recursive: true, force: true }))
    const { child, ended, stdout, stderr } = await startChild(database.url, dataDir)
    t.after(() => child.kill('SIGKILL'))
    const mode = revision === '2025-11-25' ? 'legacy' : { pin: revision }
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } })
    // Both ends of stdio read lines and write lines: the SDK's server end serves as the client's.
    await client.connect(new StdioServerTransport(child.stdout, child.stdin))
    const { tools } = await client.listTools()
    assert.ok(tools.some(({ name }) => name === 'github_models_orchestrate'))
    const steps: number[] = []
    const { structuredContent, isError } = await client.callTool(
      {
        name: 'github_models_orchestrate',
        arguments: {
          repository: 'octo/shop',
          workloads: [
            { content: 'Write the docs of the cart' },
            { content: 'Review them', depends_on: ['w1'] },
          ],
        },
      },
      { onprogress: ({ progress }) => void steps.push(progress) },
    )
    assert.notEqual(isError, true, stderr())
    const answer = Object(structuredContent)
    assert.deepEqual([answer.state, answer.ended, answer.total], ['succeeded', 2, 2])
    assert.match(answer.results[1].result, /^\[simulated\]/)
    assert.equal(answer.simulated, true)
    assert.deepEqual([steps[0], steps.at(-1)], [0, 2])
    child.stdin.end()
    assert.deepEqual(await ended, [0, null], stderr())
    const lines = stdout().trimEnd().split('\n')
    assert.ok(lines.length >= 3)
    for (const line of lines) assert.equal(JSON.parse(line).jsonrpc, '2.0', line)
  })
}
