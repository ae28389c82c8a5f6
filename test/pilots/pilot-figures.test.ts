import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keepModelCalls, recordAssignments } from '../../src/records/index.ts'
import type { PilotController } from '../../src/workflows/index.ts'
import {
  type ArmScript,
  ann,
  dayMs,
  perform,
  pilotStage,
  stageOf,
  type TestPilot,
} from './pilot-host.ts'

const { pool, pilot } = await pilotStage()
const usual: ArmScript = { workloads: 400, failsEach: 20, latencyMs: 1000, costUsd: 0.01 }
/** One phase, half of the requests: what is shown is acted on at once. */
const half = { phases: [{ name: 'all', participation: 0.5, days: 30, description: '' }] }

async function performBoth(
  trial: TestPilot,
  scripts: { readonly control: ArmScript; readonly candidate: ArmScript },
): Promise<void> {
  const { name } = trial.configuration
  const stage = await stageOf(pool, name)
  await perform(pool, { pilot: name, stage, arm: 'control' }, scripts.control)
  await perform(pool, { pilot: name, stage, arm: 'candidate' }, scripts.candidate)
}

async function started(trial: TestPilot): Promise<PilotController> {
  const service = trial.service()
  await service.start(ann)
  return service
}

test('the figures are those of the calls', async () => {
  const trial = pilot(half)
  const service = await started(trial)
  await performBoth(trial, {
    control: { ...usual, workloads: 70, failsEach: 10, costUsd: 0.02 },
    candidate: { ...usual, workloads: 70, failsEach: 7, latencyMs: 2000, costUsd: null },
  })
  const { control, candidate, sampleRatio, commentary, simulated } = await service.metrics()
  assert.equal(simulated, false)
  assert.ok(Math.abs((control.meanCostUsd ?? 0) - 0.02) < 1e-12)
  assert.deepEqual(
    { ...control, meanCostUsd: null },
    {
      ...{ requests: 70, successRate: 0.9, meanLatencyMs: 1300, p95LatencyMs: 1600 },
      ...{ meanCostUsd: null, feedback: { count: 0, mean: null } },
    },
  )
  assert.deepEqual([candidate.meanLatencyMs, candidate.meanCostUsd], [2600, null])
  assert.ok(Math.abs((candidate.successRate ?? 0) - 60 / 70) < 1e-12)
  assert.deepEqual(sampleRatio, { expected: 0.5, observed: 0.5, pValue: 1, mismatch: false })
  assert.match(commentary, /^metrics of pilot-/)
  const { eligible, participants } = await service.status()
  assert.deepEqual([eligible, participants], [140, 70])
})

test('a workload is one: its last call decides, its calls add up, cancelled ones do not count', async () => {
  const trial = pilot(half)
  const service = await started(trial)
  const { name } = trial.configuration
  const stage = await stageOf(pool, name)
  const client = await pool.connect()
  const row = { pilot: name, stage, arm: 'candidate', unit: 'u' } as const
  const rows = ['a', 'b', 'c'].map((task) => ({ runId: `${name}-r`, task, ...row }))
  await recordAssignments(client, rows)
  await recordAssignments(client, rows)
  client.release()
  const call = (task: string, attempt: number, changes: object) => ({
    ...{
      id: `${name}-${task}-${attempt}`,
      at: '2026-11-01T00:00:00.000Z',
      runId: `${name}-r`,
      task,
    },
    ...{ attempt, repository: null, user: null, specialist: 's', taskType: 't' },
    ...({ complexity: 'low', model: 'm', pilot: name, arm: 'candidate', errorCode: null } as const),
    ...({ outcome: 'succeeded', latencyMs: 100, inputTokens: 1, outputTokens: 1 } as const),
    ...{ costUsd: 0.5, repaired: false, fallback: false, simulated: true },
    ...changes,
  })
  await keepModelCalls(pool, [
    call('a', 1, { outcome: 'failed', errorCode: 'model_failed' }),
    call('a', 2, {}),
    call('b', 1, { costUsd: null }),
    call('b', 2, { outcome: 'failed', errorCode: 'model_failed' }),
    call('c', 1, { outcome: 'failed', errorCode: 'cancelled' }),
  ])
  const { candidate, reasons, simulated } = await service.metrics()
  assert.equal(simulated, true)
  const { requests, successRate, meanLatencyMs, meanCostUsd } = candidate
  assert.deepEqual(
    { requests, successRate, meanLatencyMs, meanCostUsd },
    {
      ...{ requests: 2, successRate: 0.5, meanLatencyMs: 200, meanCostUsd: 1 },
    },
  )
  assert.match(reasons.join('; '), /2 of 2 workloads were answered by a simulation/)
})

test('a pilot of a simulated model says so before it has figures', async () => {
  const { name, candidate, control } = pilot(half).configuration
  for (const [isSimulated, expected] of [
    [(model: string | null) => model === candidate, true],
    [(model: string | null) => model === control, true],
    [() => false, false],
  ] as const) {
    const service = pilot(half).service({ isSimulated })
    const [status, metrics] = [await service.status(), await service.metrics()]
    assert.deepEqual([status.simulated, metrics.simulated], [expected, expected], name)
  }
  const none = pilot({ ...half, candidate: null }).service({ isSimulated: () => true })
  assert.equal((await none.status()).simulated, false)
})

test('a worse candidate is rolled back by one of two processes, audited, and can be brought back', async () => {
  const trial = pilot(half)
  const service = await started(trial)
  await performBoth(trial, { control: usual, candidate: { ...usual, failsEach: 4 } })
  const ticks = await Promise.all([service.tick(), trial.service().tick()])
  assert.deepEqual(
    ticks.filter((tick) => tick !== null),
    [{ verdict: 'ROLLBACK', move: 'rollback' }],
  )
  const status = await service.status()
  assert.deepEqual([status.state, status.verdict], ['rolled_back', 'ROLLBACK'])
  assert.match(
    status.reasons.join('; '),
    /worse on success; success: candidate 75\.0 %, control 95\.0 %/,
  )
  assert.equal(await service.assign({ repository: null, user: null, key: 'k' }), null)
  assert.deepEqual(
    trial.audited.map(({ event, actor }) => [event, actor]),
    [
      ['Pilot_Started', 'ann'],
      ['Pilot_Rolled_Back', 'maniple'],
    ],
  )
  // A person overrules it: the phase begins anew, and the old figures do not end it again.
  trial.pass(dayMs)
  const undone = await service.undo(ann)
  assert.deepEqual([undone.state, undone.phaseStartedAt], ['running', '2026-11-02T00:00:00.000Z'])
  assert.deepEqual(await service.tick(), { verdict: 'EXTEND', move: 'stay' })
})

test('a cheaper candidate is promoted: all that is eligible goes to it', async () => {
  const trial = pilot(half)
  const service = await started(trial)
  await assert.rejects(service.advance(ann), { code: 'pilot_not_possible', message: /EXTEND/ })
  const many = { ...usual, workloads: 4000 }
  await performBoth(trial, { control: many, candidate: { ...many, costUsd: 0.007 } })
  assert.deepEqual(await service.tick(), { verdict: 'PROMOTE', move: 'promote' })
  const status = await service.status()
  assert.deepEqual([status.state, status.participation, status.verdict], ['promoted', 1, 'PROMOTE'])
  for (const key of ['1', '2', '3', '4', '5', '6', '7', '8']) {
    const found = await service.assign({ repository: null, user: null, key })
    assert.equal(found?.arm, 'candidate')
  }
  assert.equal(trial.audited.at(-1)?.event, 'Pilot_Promoted')
  assert.deepEqual(
    (await service.history()).map(({ action, to }) => [action, to]),
    [
      ['promote', 'promoted'],
      ['verdict', 'PROMOTE'],
      ['start', 'running (all)'],
    ],
  )
  await assert.rejects(service.start(ann), { code: 'pilot_not_possible', message: /was promoted/ })
  assert.equal((await service.stop(ann, 'enough')).state, 'stopped')
})

test('looks keep their interval; a phase without harm leads to the next, the last to a stop', async () => {
  const trial = pilot()
  const service = await started(trial)
  assert.deepEqual(await service.tick(), { verdict: 'EXTEND', move: 'stay' })
  trial.pass(dayMs - 1)
  assert.equal(await service.tick(), null)
  trial.pass(1)
  assert.deepEqual(await service.tick(), { verdict: 'EXTEND', move: 'stay' })
  for (const [days, next] of [
    [7, 'beta'],
    [14, 'general'],
  ] as const) {
    await performBoth(trial, {
      control: { ...usual, workloads: next === 'beta' ? 400 : 120 },
      candidate: { ...usual, workloads: 21 },
    })
    trial.pass(days * dayMs)
    assert.deepEqual(await service.tick(), { verdict: 'INCONCLUSIVE', move: 'advance' })
    const { phase, verdict, eligible } = await service.status()
    assert.deepEqual([phase, verdict, eligible], [next, null, 0])
  }
  trial.pass(30 * dayMs)
  assert.deepEqual(await service.tick(), { verdict: 'INCONCLUSIVE', move: 'stop' })
  assert.equal((await service.status()).state, 'stopped')
  assert.equal(trial.audited.filter(({ event }) => event === 'Pilot_Phase_Advanced').length, 2)
})
