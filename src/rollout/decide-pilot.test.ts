import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decidePilot, type PilotLook } from './decide-pilot.ts'
import { defaultPhases } from './default-phases.ts'

const day = 86_400_000
const look = (changes: Partial<PilotLook> & { phase?: string | null; verdict?: string }) => {
  const { phase = 'alpha', verdict = 'EXTEND', ...rest } = changes
  const verdicts = { EXTEND: 0, PROMOTE: 0, ROLLBACK: 0, INCONCLUSIVE: 0 }
  assert.ok(verdict in verdicts)
  return decidePilot({
    place: { state: 'running', phase, phaseStartedAt: 0 },
    phases: defaultPhases,
    judgement: { verdict: verdict as keyof typeof verdicts, reasons: ['because'] },
    candidateKeys: 100,
    sampleRatioMismatch: false,
    now: day,
    ...rest,
  })
}
const shortly = (move: ReturnType<typeof decidePilot>) =>
  move.kind === 'advance' ? `advance to ${move.phase.name}` : move.kind

test('a rollback comes at once, in every phase', () => {
  for (const phase of ['alpha', 'beta', 'general', null]) {
    assert.deepEqual(look({ phase, verdict: 'ROLLBACK' }), { kind: 'rollback', reason: 'because' })
  }
})

test('a promotion is earned in the last phase, and opens the next before', () => {
  const moves = ['alpha', 'beta', 'general', null].map((phase) =>
    shortly(look({ phase, verdict: 'PROMOTE' })),
  )
  assert.deepEqual(moves, ['advance to beta', 'advance to general', 'promote', 'promote'])
})

test('nothing moves before the phase is over', () => {
  assert.equal(shortly(look({ now: 7 * day - 1 })), 'stay')
  assert.equal(shortly(look({ phase: 'general', now: 30 * day - 1 })), 'stay')
})

test('a phase without harm leads to the next, the last one to a stop', () => {
  const over = { verdict: 'INCONCLUSIVE', now: 30 * day }
  assert.equal(shortly(look({ ...over, now: 7 * day })), 'advance to beta')
  assert.equal(shortly(look({ ...over, phase: 'beta' })), 'advance to general')
  assert.equal(shortly(look({ ...over, phase: 'general' })), 'stop')
})

test('a phase in which too little was seen goes on', () => {
  const over = { verdict: 'INCONCLUSIVE', now: 30 * day }
  assert.match(look({ ...over, candidateKeys: 19 }).kind, /stay/)
  assert.equal(shortly(look({ ...over, sampleRatioMismatch: true })), 'stay')
})

test('without phases there is no end', () => {
  assert.equal(shortly(look({ phase: null, phases: [], now: 1000 * day })), 'stay')
})

test('what does not run is left alone', () => {
  const place = { state: 'stopped', phase: 'alpha', phaseStartedAt: 0 } as const
  assert.equal(shortly(look({ place, verdict: 'ROLLBACK' })), 'stay')
})
