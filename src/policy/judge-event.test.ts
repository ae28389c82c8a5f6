import assert from 'node:assert/strict'
import { test } from 'node:test'
import { composeMarker } from './compose-marker.ts'
import { type EventFacts, judgeEvent } from './judge-event.ts'
import type { LoopRules } from './loop-rules.ts'
import { mayStart } from './may-start.ts'
import { inspectMarkers } from './read-markers.ts'

const secret = 'a secret of thirty-two bytes or more'
const rules: LoopRules = {
  ownActors: [100],
  maxDepth: 3,
  maxEventsPerObjectHour: 20,
  maxEffectsPerRoot: 50,
  maxStartsPerObjectHour: 2,
  maxSpendPerRoot: 10,
}
const place = { repository: 'acme/shop', purpose: 'issue.comment', number: 7 }
const signed = (depth: number, where = place) =>
  composeMarker({ key: 'k', run: 'r', task: null, root: 'acme/shop#7', depth }, where, secret)
const event = (text: string, more: Partial<EventFacts> = {}): EventFacts => ({
  actor: { id: 5, login: 'someone', kind: 'User' },
  markers: inspectMarkers(text, secret),
  place,
  objectEventsThisHour: 1,
  ...more,
})
const self = { id: 100, login: 'maniple[bot]', kind: 'Bot' } as const

test('an own account is enough, and so is a marker in its place where nobody is named', () => {
  assert.equal(judgeEvent(event('hello', { actor: self }), rules).verdict, 'own')
  const nameless = judgeEvent(event(signed(1), { actor: null }), rules)
  assert.deepEqual([nameless.verdict, nameless.lineage?.depth], ['own', 1])
})

test("somebody else's event is foreign, and carries the lineage of what it copies", () => {
  const plain = judgeEvent(event('hello'), rules)
  assert.deepEqual([plain.verdict, plain.confidence, plain.lineage], ['foreign', 1, null])
  const copied = judgeEvent(event(signed(2)), rules)
  assert.deepEqual(copied.lineage, { root: 'acme/shop#7', depth: 2 })
  assert.equal(copied.verdict, 'foreign')
  const moved = judgeEvent(event(signed(1, { ...place, number: 8 }), { actor: null }), rules)
  assert.equal(moved.verdict, 'foreign')
})

test('a forged marker earns nothing, and is told', () => {
  const forged = judgeEvent(event(signed(2).replace('depth=2', 'depth=0')), rules)
  assert.deepEqual([forged.verdict, forged.lineage], ['foreign', null])
  assert.match(forged.reasons.join(' '), /not accepted: Its signature/)
})

test('too deep, or too many on one object, is a loop, whoever did it', () => {
  for (const actor of [self, event('').actor, null]) {
    assert.equal(judgeEvent(event(signed(3), { actor }), rules).verdict, 'loop')
    const many = judgeEvent(event('x', { actor, objectEventsThisHour: 21 }), rules)
    assert.equal(many.verdict, 'loop')
  }
})

test('a run starts within every bound, and not on what is unknown', () => {
  const counts = { startsOnObjectThisHour: 0, effectsOfRoot: 0, spendOfRoot: 0 }
  const at = (depth: number) => ({ root: 'r', depth })
  assert.deepEqual(mayStart(null, counts, rules), { allowed: true, reasons: [] })
  assert.ok(mayStart(at(2), counts, rules).allowed)
  assert.ok(!mayStart(at(3), counts, rules).allowed)
  assert.ok(mayStart(null, { ...counts, startsOnObjectThisHour: 1 }, rules).allowed)
  assert.ok(!mayStart(null, { ...counts, startsOnObjectThisHour: 2 }, rules).allowed)
  assert.ok(!mayStart(null, { ...counts, effectsOfRoot: 50 }, rules).allowed)
  assert.ok(!mayStart(null, { ...counts, spendOfRoot: 10 }, rules).allowed)
  assert.ok(
    mayStart(null, { ...counts, spendOfRoot: null }, { ...rules, maxSpendPerRoot: null }).allowed,
  )
  for (const name of ['startsOnObjectThisHour', 'effectsOfRoot', 'spendOfRoot'] as const) {
    for (const count of [null, Number.NaN]) {
      const { allowed, reasons } = mayStart(null, { ...counts, [name]: count }, rules)
      assert.ok(!allowed && reasons.length === 1 && /Not known/.test(reasons.join()))
    }
  }
})
