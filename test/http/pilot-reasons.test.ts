import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HistoryReply } from '../../src/http/orchestration-schemas.ts'
import { startHttp } from './started-http.ts'

const path = '/api/GitHubModels/pilot'

test('why a person changes the pilot stands in its history and in the audit', async (t) => {
  const { server, pool } = await startHttp(t, {
    overrides: {
      models: { small: { provider: 'simulated' }, newcomer: { provider: 'simulated' } },
      'pilot.candidate': 'newcomer',
    },
  })
  const change = async (action: string, payload: object = {}): Promise<void> => {
    const url = `${path}/${action}`
    const { statusCode, body } = await server.inject({ method: 'POST', url, payload })
    assert.equal(statusCode, 200, body)
  }
  await change('start', { reason: 'Cheaper by half.' })
  await change('advance', { reason: 'No complaints.' })
  await change('undo', { reason: 'Too soon.' })
  await change('advance')
  await change('stop', { reason: 'It makes things up.' })
  await change('undo')
  const { events } = HistoryReply.parse((await server.inject(`${path}/history`)).json())
  const told = events.toReversed().map(({ action, actor, reason }) => [action, actor, reason])
  const undone = 'took back: advance, which led from running (alpha) to running (beta)'
  assert.deepEqual(told, [
    ['start', 'local', 'Cheaper by half. (newcomer is on trial)'],
    ['advance', 'local', 'No complaints. (local widened it)'],
    ['undo', 'local', `Too soon. (${undone})`],
    ['advance', 'local', 'local widened it'],
    ['stop', 'local', 'It makes things up.'],
    ['undo', 'local', 'took back: stop, which led from running (beta) to stopped'],
  ])
  const { rows } = await pool.query<{ reason: string }>(
    `select entry::jsonb -> 'details' ->> 'reason' as reason
     from maniple.audit_entries where event like 'Pilot\\_%' order by segment, seq`,
  )
  assert.deepEqual(
    rows.map(({ reason }) => reason),
    told.map(([, , reason]) => reason),
  )
})
