import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuditReport } from '../../src/records/index.ts'
import { asSuperuser, auditHost, fill, newAudit } from './audit-host.ts'

type First = AuditReport['problems'][number] | undefined

const cases: readonly {
  readonly name: string
  readonly sql: readonly string[]
  readonly first: (first: First) => boolean
}[] = [
  {
    name: 'a changed column',
    sql: [`update maniple.audit_entries set actor = 'eve' where segment = 1 and seq = 3`],
    first: (found) => found?.seq === 3 && /actor differs/.test(found.what),
  },
  {
    name: 'a changed time, by a microsecond',
    sql: [
      `update maniple.audit_entries set at = at + interval '1 microsecond' where segment = 1 and seq = 2`,
    ],
    first: (found) => found?.seq === 2 && /at differs/.test(found.what),
  },
  {
    name: 'a changed text with its column',
    sql: [
      `update maniple.audit_entries set actor = 'eve', entry = replace(entry, '"ada"', '"eve"') where segment = 1 and seq = 3`,
    ],
    first: (found) => found?.seq === 3 && found.id !== null && /hash/.test(found.what),
  },
  {
    name: 'a changed text with a hash made anew',
    sql: [
      `update maniple.audit_entries e set actor = 'eve', entry = replace(entry, '"ada"', '"eve"'),
         hash = maniple.audit_hash((select hash from maniple.audit_entries b where b.segment = 1 and b.seq = 2),
           replace(entry, '"ada"', '"eve"')) where segment = 1 and seq = 3`,
    ],
    first: (found) => found?.seq === 4 && /hash/.test(found.what),
  },
  {
    name: 'a text that is no JSON',
    sql: [`update maniple.audit_entries set entry = 'x' where segment = 0 and seq = 1`],
    first: (found) => found?.segment === 0 && found.seq === 1,
  },
  {
    name: 'a record taken out of the middle',
    sql: [`delete from maniple.audit_entries where segment = 1 and seq = 3`],
    first: (found) => found?.seq === 3 && /missing/.test(found.what),
  },
  {
    name: 'the first record',
    sql: [`delete from maniple.audit_entries where segment = 1 and seq = 1`],
    first: (found) => found?.seq === 1 && /missing/.test(found.what),
  },
  {
    name: 'a tail cut off',
    sql: [`delete from maniple.audit_entries where segment = 1 and seq > 4`],
    first: (found) => found?.seq === 5 && /5 to 6 are missing/.test(found.what),
  },
  {
    name: 'a tail cut off with the segment counted anew, when another process started later',
    sql: [
      `delete from maniple.audit_entries where segment = 1 and seq > 4`,
      `update maniple.audit_segments set count = 4,
         head = (select hash from maniple.audit_entries where segment = 1 and seq = 4) where number = 1`,
    ],
    first: (found) => found?.seq === 5 && /missing/.test(found.what),
  },
  {
    name: 'a whole segment',
    sql: [
      'delete from maniple.audit_entries where segment = 1',
      'delete from maniple.audit_segments where number = 1',
    ],
    first: (found) => found?.segment === 1 && /missing/.test(found.what),
  },
  {
    name: 'a segment passed off as pruned',
    sql: [
      'delete from maniple.audit_entries where segment = 1',
      'update maniple.audit_segments set pruned_at = now() where number = 1',
    ],
    first: (found) => found?.segment === 1 && /pruned/.test(found.what),
  },
  {
    name: 'a register that forgets a segment',
    sql: [`delete from maniple.audit_entries where id = 'opened-1'`],
    first: (found) => found?.segment === 0 && found.seq === 1 && /missing/.test(found.what),
  },
  {
    name: 'two records swapped',
    sql: [
      'update maniple.audit_entries set seq = -2 where segment = 1 and seq = 2',
      'update maniple.audit_entries set seq = 2 where segment = 1 and seq = 3',
      'update maniple.audit_entries set seq = 3 where segment = 1 and seq = -2',
    ],
    first: (found) => found?.seq === 2 && /place/.test(found.what),
  },
  {
    name: 'two segments swapped',
    sql: [
      'update maniple.audit_entries set segment = -1 where segment = 1',
      'update maniple.audit_entries set segment = 1 where segment = 2',
      'update maniple.audit_entries set segment = 2 where segment = -1',
    ],
    first: (found) => found?.segment === 1 && found.seq === 1,
  },
  {
    name: 'a record added at the end',
    sql: [
      `insert into maniple.audit_entries
       select segment, 7, 'x', at, event, actor, repository, action, result, replace(entry, id, 'x'),
         maniple.audit_hash(hash, replace(entry, id, 'x'))
       from maniple.audit_entries where segment = 1 and seq = 6`,
    ],
    first: (found) => found?.seq === 7 && /added/.test(found.what),
  },
  {
    name: 'a segment made up',
    sql: [
      `insert into maniple.audit_entries
       select 9, 1, 'x', at, event, actor, repository, action, result, replace(entry, id, 'x'),
         maniple.audit_hash('', replace(entry, id, 'x'))
       from maniple.audit_entries where segment = 1 and seq = 6`,
    ],
    first: (found) => found?.segment === 9 && /does not know/.test(found.what),
  },
]

for (const { name, sql, first } of cases) {
  test(`finds ${name}`, async (t) => {
    const { pool } = await auditHost(t)
    await fill(newAudit(pool), 6)
    await fill(newAudit(pool), 2)
    const before = await newAudit(pool).verify()
    assert.deepEqual([before.ok, before.records, before.segments], [true, 10, 2])
    await asSuperuser(pool, ...sql)
    const report = await newAudit(pool).verify()
    assert.equal(report.ok, false)
    assert.ok(first(report.problems[0]), JSON.stringify(report.problems))
  })
}

test('what a superuser can hide from the database alone, heads kept elsewhere show', async (t) => {
  const { pool } = await auditHost(t)
  const audit = newAudit(pool)
  await fill(audit, 6)
  const { heads } = await audit.verify()
  await asSuperuser(
    pool,
    'delete from maniple.audit_entries where segment = 1 and seq > 4',
    `update maniple.audit_segments set count = 4,
       head = (select hash from maniple.audit_entries where segment = 1 and seq = 4) where number = 1`,
  )
  assert.equal((await audit.verify()).ok, true, 'nothing in the database tells')
  const report = await audit.verify({ heads })
  assert.deepEqual(
    report.problems.map(({ segment, seq }) => [segment, seq]),
    [[1, 5]],
  )

  const { heads: later } = await audit.verify()
  await asSuperuser(
    pool,
    'delete from maniple.audit_entries',
    'delete from maniple.audit_segments where number > 0',
    `update maniple.audit_segments set count = 0, head = maniple.audit_hash('', 'maniple')`,
  )
  assert.equal((await audit.verify()).ok, true, 'an empty audit is a sound one')
  assert.equal((await audit.verify({ heads: later })).ok, false)
})

test('nothing but pruning changes or removes a record', async (t) => {
  const { pool } = await auditHost(t)
  await fill(newAudit(pool), 2)
  const forbidden = [
    `update maniple.audit_entries set actor = 'eve'`,
    'delete from maniple.audit_entries',
    'truncate maniple.audit_entries',
    'truncate maniple.audit_segments',
    'delete from maniple.audit_segments',
    'update maniple.audit_segments set count = 0',
    'update maniple.audit_segments set pruned_at = now() where number = 1',
  ]
  for (const statement of forbidden) {
    await assert.rejects(pool.query(statement), { code: '42501' }, statement)
  }
  assert.equal((await newAudit(pool).verify()).ok, true)
})
