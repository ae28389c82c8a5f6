import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OrchestrationResult } from '../../src/contracts/index.ts'
import { askerOf, documentOf, operationsOf } from './open-api-document.ts'
import { sampleOrchestration } from './sample-orchestration.ts'
import { startHttp } from './started-http.ts'

const at = (path: string): string => `/api/GitHubModels/${path}`

test('what every route of the models really answers is what the document promises', async (t) => {
  let ready = true
  const { server } = await startHttp(t, {
    readiness: async () => ({ ready, checks: { database: { ok: ready, detail: 'in the test' } } }),
  })
  const document = await documentOf(server)
  const orchestrate = `POST ${at('orchestrate/parallel')}`
  const first = askerOf(server, document, {})
  const answered = await first.ask(orchestrate, 200, { payload: sampleOrchestration })
  const { runId } = OrchestrationResult.parse(answered.json())
  const { ask, succeeded } = askerOf(server, document, { runId })
  await ask(orchestrate, 202, {
    url: at('orchestrate/parallel?wait=false'),
    payload: sampleOrchestration,
  })
  await ask(orchestrate, 200, {
    payload: sampleOrchestration,
    headers: { accept: 'text/event-stream' },
  })
  const [workload] = sampleOrchestration.workloads
  const twice = { ...sampleOrchestration, workloads: [workload, workload] }
  const circle = [
    { id: 'a', content: 'x', dependsOn: ['b'] },
    { id: 'b', content: 'x', dependsOn: ['a'] },
  ]
  const sameIds = twice.workloads.map((one) => ({ ...one, id: 'same' }))
  const large = [{ content: 'x'.repeat(1_000_001) }]
  for (const operation of [orchestrate, `POST ${at('analyze/workload')}`]) {
    await ask(operation, 400, { payload: {} })
    await ask(operation, 413, { payload: { ...sampleOrchestration, workloads: large } })
    await ask(operation, 415, { payload: 'x', headers: { 'content-type': 'text/plain' } })
    await ask(operation, 422, { payload: { ...sampleOrchestration, workloads: circle } })
    await ask(operation, 422, { payload: { ...sampleOrchestration, workloads: sameIds } })
  }
  const keyed = { headers: { 'idempotency-key': 'documented' } }
  await ask(orchestrate, 200, { payload: sampleOrchestration, ...keyed })
  await ask(orchestrate, 409, { payload: twice, ...keyed })

  await ask(`GET ${at('orchestrate/{runId}')}`, 200)
  await ask(`GET ${at('orchestrate/{runId}')}`, 404, { url: at('orchestrate/nosuchrun000') })
  await ask(`GET ${at('orchestrate/{runId}')}`, 405, { url: at('orchestrate/parallel') })
  await ask(`POST ${at('analyze/workload')}`, 200, { payload: sampleOrchestration })
  await ask(`GET ${at('metrics/performance')}`, 200)
  await ask(`GET ${at('metrics/performance')}`, 400, {
    url: at('metrics/performance?windowMinutes=44641'),
  })
  await ask(`GET ${at('models/available')}`, 200)
  await ask(`POST ${at('test/sample-request')}`, 200)
  await ask(`POST ${at('test/sample-request')}`, 400, { payload: { repository: 'none' } })
  for (const page of ['status', 'metrics', 'configuration', 'history']) {
    await ask(`GET ${at(`pilot/${page}`)}`, 200)
  }
  // Whether a change is possible is the pilot's to say, not this test's.
  const actions = ['start', 'advance', 'undo', 'rollback', 'stop'].map(
    (action) => `POST ${at(`pilot/${action}`)}`,
  )
  for (const action of actions) {
    await ask(action, [200, 409], { payload: { reason: 'a test' } })
    await ask(action, 400, { payload: { reason: '' } })
  }
  const feedback = `POST ${at('pilot/feedback')}`
  await ask(feedback, 200, { payload: { runId, rating: 5, comment: 'well done' } })
  await ask(feedback, 400, { payload: { runId, rating: 6 } })
  await ask(feedback, 404, { payload: { runId: 'nosuchrun000', rating: 1 } })
  await ask(`GET ${at('health')}`, 200)
  ready = false
  await ask(`GET ${at('health')}`, 503)

  const all = operationsOf(document).filter((one) => one.includes(at('')))
  const missing = all.filter((one) => !succeeded.has(one) && !actions.includes(one))
  assert.deepEqual(missing, [])
})

test('the document names the codes that work can be refused with, and no other', async (t) => {
  const { server } = await startHttp(t)
  const { paths } = await documentOf(server)
  const runs = paths['/api/v1/runs']?.post?.responses ?? {}
  assert.match(JSON.stringify(runs['422']), /price_unknown/)
  const orchestrate = paths[at('orchestrate/parallel')]?.post?.responses ?? {}
  assert.match(JSON.stringify(orchestrate['422']), /price_unknown/)
  // A budget that is used up is told by the workload that met it.
  assert.equal(orchestrate['402'], undefined)
})
