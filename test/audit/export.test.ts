import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import * as z from 'zod'
import { AuditHead } from '../../src/records/index.ts'
import { auditHost, entryOf, fill, newAudit } from './audit-host.ts'

const Last = z.object({ heads: z.array(AuditHead) })

test('an export holds every record as it was hashed, and the heads', async (t) => {
  const { pool } = await auditHost(t)
  const audit = newAudit(pool)
  await fill(audit, 5)
  const lines = await Array.fromAsync(audit.export())
  const { heads } = Last.parse(JSON.parse(lines.pop() ?? ''))
  assert.deepEqual(
    heads.map(({ segment, count }) => [segment, count]),
    [
      [0, 1],
      [1, 5],
    ],
  )
  // Checked as a stranger would: the register's record begins the segment's chain.
  let before = createHash('sha256').update('maniple').digest('hex')
  for (const line of lines) {
    const { hash } = z.object({ hash: z.string() }).parse(JSON.parse(line))
    const entry = line.slice(line.indexOf('"entry":') + 8, -1)
    assert.equal(createHash('sha256').update(before).update(entry).digest('hex'), hash)
    before = hash
  }
  assert.equal(before, heads[1]?.hash)
})

test('only what was sealed, exported and confirmed is pruned, and the rest still verifies', async (t) => {
  const { pool } = await auditHost(t)
  const old = newAudit(pool)
  await fill(old, 3)
  const { heads } = await old.verify()
  await old.close()
  const audit = newAudit(pool)
  await fill(audit, 2)

  assert.deepEqual(await audit.prune(0), { segments: 0, records: 0 })
  const some = audit.export({ since: new Date(0) })
  await Array.fromAsync(some)
  assert.equal(await some.confirm(), 0)
  const whole = audit.export()
  await Array.fromAsync(whole)
  assert.equal(await whole.confirm(), 1)
  assert.deepEqual(await audit.prune(3_600_000), { segments: 0, records: 0 })
  assert.deepEqual(await audit.prune(0), { segments: 1, records: 3 })

  const report = await audit.verify({ heads })
  assert.deepEqual([report.ok, report.pruned, report.segments], [true, 1, 2])
  const left = await Array.fromAsync(audit.export())
  assert.equal(left.filter((line) => line.startsWith('{"segment":1,')).length, 0)
})

test('since leaves out what is older', async (t) => {
  const { pool } = await auditHost(t)
  const audit = newAudit(pool)
  await fill(audit, 1)
  const row = audit.entry(entryOf('Later'))
  await audit.append([{ ...row, at: '2126-01-01T00:00:00.000Z' }])
  const lines = await Array.fromAsync(audit.export({ since: new Date('2100-01-01') }))
  assert.equal(lines.length, 2)
  assert.match(lines[0] ?? '', /"action":"Later"/)
})

test('10,000 records are read a page at a time', async (t) => {
  const { pool } = await auditHost(t)
  const audit = newAudit(pool)
  const details = { Text: 'x'.repeat(400) }
  const rows = Array.from({ length: 10_000 }, () => audit.entry(entryOf('Bulk', { details })))
  await audit.append(rows)
  const pages: number[] = []
  const watched = watchPages(pool, (rowCount) => pages.push(rowCount))
  const report = await newAudit(watched).verify()
  assert.deepEqual([report.ok, report.records], [true, 10_001])
  assert.ok(Math.max(...pages) <= 500, `pages of ${Math.max(...pages)}`)
  assert.ok(pages.length >= 20)
})

/** The pool, telling of how many rows every answer had. */
function watchPages(
  pool: Parameters<typeof newAudit>[0],
  onRows: (count: number) => void,
): Parameters<typeof newAudit>[0] {
  return new Proxy(pool, {
    get: (target, name) =>
      name === 'connect'
        ? async () => {
            const client = await target.connect()
            const query = client.query.bind(client)
            const watchedQuery = async (...args: Parameters<typeof query>) => {
              const result: unknown = await query(...args)
              onRows(z.object({ rows: z.array(z.unknown()) }).parse(result).rows.length)
              return result
            }
            return new Proxy(client, {
              get: (inner, key) => {
                if (key === 'query') return watchedQuery
                const value: unknown = Reflect.get(inner, key)
                return typeof value === 'function' ? value.bind(inner) : value
              },
            })
          }
        : Reflect.get(target, name),
  })
}
