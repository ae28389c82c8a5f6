import assert from 'node:assert/strict'
import { test } from 'node:test'
import { engineHost, runOf, until } from '../engine/engine-host.ts'
import { ann, dayMs, pilotStage, stageOf } from './pilot-host.ts'

const { pool, pilot } = await pilotStage()
const refused = (message: RegExp) => ({ code: 'pilot_not_possible', message })
const request = { repository: 'acme/shop', user: 'ann', key: 'acme/shop#1' }

test('nothing configured: idle, and start names the missing setting', async () => {
  const service = pilot({ candidate: null }).service()
  const status = await service.status()
  assert.deepEqual([status.state, status.participation, status.phase], ['idle', 0, null])
  assert.match(status.reasons.join(), /pilot\.candidate/)
  await assert.rejects(service.start(ann), refused(/pilot\.candidate/))
  assert.equal(await service.assign(request), null)
  assert.equal(await service.tick(), null)
})

test('a pilot is started once, by whichever of two services comes first', async () => {
  const trial = pilot()
  const [one, two] = [trial.service(), trial.service()]
  const results = await Promise.allSettled([one.start(ann), two.start(ann)])
  assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  await assert.rejects(one.start(ann), refused(/running already/))
  const status = await two.status()
  assert.deepEqual([status.state, status.phase, status.participation], ['running', 'alpha', 0.05])
  assert.equal(status.phaseStartedAt, '2026-11-01T00:00:00.000Z')
  assert.deepEqual(
    trial.audited.map(({ event, actor, details }) => [event, actor, details.to]),
    [['Pilot_Started', 'ann', 'running (alpha)']],
  )
  assert.equal((await one.history()).length, 1)
})

/** Holds the pilot's row until both have judged it, so that they really meet. */
async function whileLocked<T>(name: string, work: () => Promise<T>[]): Promise<Promise<T>[]> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query('select 1 from maniple.pilots where name = $1 for update', [name])
    const begun = work()
    await until('both wait for the row', async () => {
      const { rowCount } = await pool.query(
        `select 1 from pg_stat_activity where datname = current_database()
         and wait_event_type = 'Lock' and query like '%maniple.pilots%'`,
      )
      return rowCount === begun.length
    })
    return begun
  } finally {
    await client.query('rollback')
    client.release()
  }
}

test('two that advance at once advance once', async () => {
  const trial = pilot()
  const [one, two] = [trial.service(), trial.service()]
  await one.start(ann)
  const { name } = trial.configuration
  const begun = await whileLocked(name, () => [one.advance(ann), two.advance(ann)])
  const results = await Promise.allSettled(begun)
  assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  const failure = results.find((result) => result.status === 'rejected')
  assert.equal(failure?.reason.code, 'pilot_not_possible')
  assert.match(failure?.reason.message, /changed meanwhile/)
  assert.equal((await one.status()).phase, 'beta')
})

test('two that undo at once take back one change', async () => {
  const trial = pilot()
  const [one, two] = [trial.service(), trial.service()]
  await one.start(ann)
  await one.advance(ann)
  const begun = await whileLocked(trial.configuration.name, () => [one.undo(ann), two.undo(ann)])
  const results = await Promise.allSettled(begun)
  assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  assert.deepEqual([(await one.status()).state, (await one.status()).phase], ['running', 'alpha'])
})

test('the kill switch counts from the next submission on, in every process', async () => {
  const trial = pilot({ phases: [], participation: 1 })
  const [one, two] = [trial.service(), trial.service()]
  await one.start(ann)
  assert.equal((await two.assign(request))?.arm, 'candidate')
  const status = await one.stop(ann, 'smells of smoke')
  assert.deepEqual([status.state, status.participation], ['stopped', 0])
  assert.equal(await two.assign(request), null)
  await assert.rejects(two.stop(ann, 'again'), refused(/is stopped/))
  assert.deepEqual(
    trial.audited.map(({ event, details }) => [event, details.reason]),
    [
      ['Pilot_Started', 'new-model is on trial'],
      ['Pilot_Stopped', 'smells of smoke'],
    ],
  )
})

test('the kill switch works while another moves the pilot', async () => {
  const trial = pilot()
  const [one, two] = [trial.service(), trial.service()]
  await one.start(ann)
  const { name } = trial.configuration
  await Promise.allSettled(await whileLocked(name, () => [one.advance(ann), two.stop(ann, 'now')]))
  assert.equal((await one.status()).state, 'stopped')
})

test('undo goes back change by change, to where each began', async () => {
  const trial = pilot()
  const service = trial.service()
  await service.start(ann)
  const stage = await stageOf(pool, trial.configuration.name)
  trial.pass(dayMs)
  await service.advance(ann)
  await service.stop(ann, 'wait')
  const places: unknown[] = []
  for (let step = 0; step < 2; step += 1) {
    const { state, phase, phaseStartedAt } = await service.undo(ann)
    places.push([state, phase, phaseStartedAt])
  }
  assert.deepEqual(places, [
    ['running', 'beta', '2026-11-02T00:00:00.000Z'],
    ['running', 'alpha', '2026-11-01T00:00:00.000Z'],
  ])
  // What was seen in the first phase counts again.
  assert.equal(await stageOf(pool, trial.configuration.name), stage)
  await service.rollback(ann, 'no good')
  assert.equal((await service.undo(ann)).phase, 'alpha')
  assert.equal((await service.undo(ann)).state, 'idle')
  await assert.rejects(service.undo(ann), refused(/no change left to undo/))
  const actions = (await service.history()).map(({ action }) => action).reverse()
  assert.deepEqual(actions, [
    ...['start', 'advance', 'stop', 'undo', 'undo', 'rollback', 'undo', 'undo'],
  ])
  assert.equal(trial.audited.filter(({ event }) => event === 'Pilot_Undone').length, 4)
  const again = await service.start(ann)
  assert.equal(again.phase, 'alpha')
  assert.ok((await stageOf(pool, trial.configuration.name)) > stage)
})

test('phases of one name are refused', () => {
  const phase = { name: 'alpha', participation: 0.1, days: 1, description: '' }
  const trial = pilot({ phases: [phase, phase] })
  assert.throws(() => trial.service(), { code: 'config_invalid', message: /two phases .*"alpha"/ })
})

test('the history cannot be rewritten', async () => {
  const trial = pilot()
  await trial.service().start(ann)
  for (const statement of ['delete from', 'update']) {
    const change = statement === 'update' ? "set reason = 'none'" : ''
    await assert.rejects(pool.query(`${statement} maniple.pilot_history ${change}`), /append-only/)
  }
})

test('other settings than it was started with: it counts as stopped, and may be started', async () => {
  const trial = pilot()
  await trial.service().start(ann)
  const settings = { ...trial.configuration, candidate: 'newer-model' }
  const service = trial.service({ configuration: settings })
  const status = await service.status()
  assert.equal(status.state, 'stopped')
  assert.match(status.reasons.join(), /started with the candidate new-model, now newer-model/)
  assert.equal(await service.assign(request), null)
  await assert.rejects(service.advance(ann), refused(/start it first/))
  assert.equal((await service.start(ann)).state, 'running')
})

test('assignments keep to eligibility and carry their stage', async () => {
  const eligibility = { repositories: ['acme/*'], users: ['ann'] }
  const trial = pilot({ phases: [], participation: 1, eligibility })
  const service = trial.service()
  await service.start(ann)
  const found = await service.assign(request)
  assert.equal(found?.stage, await stageOf(pool, trial.configuration.name))
  assert.match(found?.unit ?? '', /^[0-9a-f]{32}$/)
  assert.equal(await service.assign({ ...request, user: 'bob' }), null)
  assert.equal(await service.assign({ ...request, repository: 'other/shop' }), null)
})

test('feedback is kept once a user and workload, and only for what exists', async () => {
  const host = await engineHost()
  const { id: runId } = await host
    .engine()
    .submit(runOf({ agent: 'none', tasks: { a: [], b: [] } }))
  const own = pilot().configuration
  const service = pilot().service({ pool: host.pool, configuration: own })
  assert.equal(await service.feedback({ runId, rating: 2 }, ann), 2)
  assert.equal(await service.feedback({ runId, workload: 'b', rating: 5, comment: 'a\0b' }, ann), 1)
  const { rows } = await host.pool.query(
    'select task, rating, comment from maniple.pilot_feedback where run_id = $1 order by task',
    [runId],
  )
  assert.deepEqual(rows, [
    { task: 'a', rating: 2, comment: null },
    { task: 'b', rating: 5, comment: 'ab' },
  ])
  await assert.rejects(service.feedback({ runId: 'run-0', rating: 1 }, ann), { code: 'not_found' })
  const unknown = { runId, workload: 'c', rating: 1 }
  await assert.rejects(service.feedback(unknown, ann), { code: 'not_found' })
})
