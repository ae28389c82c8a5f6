import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Moment, MomentOf } from './moment.ts'
import { personaNames, personas } from './registry.ts'
import { analysisLines, metricsLines } from './reynolds/figure-lines.ts'
import type { LinesOf } from './reynolds/line.ts'
import {
  acceptedLines,
  cancelledLines,
  failedLines,
  partialLines,
  succeededLines,
} from './reynolds/orchestration-lines.ts'
import {
  idleLines,
  promotedLines,
  rolledBackLines,
  runningLines,
  stoppedLines,
} from './reynolds/pilot-lines.ts'
import { reportLines } from './reynolds/report-lines.ts'
import { speak } from './speak.ts'

const number = fc.oneof(
  fc.integer({ min: 0, max: 5 }),
  fc.constantFrom(0, 0.25, 0.5, 0.9, 0.99, 1, 2.4, Number.NaN, Infinity, -Infinity, 1e300, -1),
  fc.double(),
)
const orNull = fc.option(number)
const rating = fc.constantFrom('excellent', 'good', 'fair', 'poor', 'unknown')
const simulated = fc.boolean()
const ended = {
  total: number,
  succeeded: number,
  failed: number,
  cancelled: number,
  speedUp: orNull,
  rating,
  fallbacks: number,
  simulated,
}

const clean = fc
  .record({ kind: fc.constant('orchestration.succeeded'), ...ended })
  .map((one) => ({ ...one, succeeded: one.total, failed: 0, cancelled: 0 }))

const moments: fc.Arbitrary<Moment> = fc.oneof(
  clean,
  fc.record({
    kind: fc.constant('orchestration.accepted'),
    total: number,
    slots: number,
    simulated,
  }),
  fc.record({ kind: fc.constant('orchestration.succeeded'), ...ended }),
  fc.record({ kind: fc.constant('orchestration.partial'), ...ended }),
  fc.record({ kind: fc.constant('orchestration.failed'), ...ended }),
  fc.record({ kind: fc.constant('orchestration.cancelled'), ...ended }),
  fc.record({
    kind: fc.constant('analysis'),
    total: number,
    width: number,
    complexity: fc.constantFrom('low', 'medium', 'high'),
    limit: fc.constantFrom('workloads', 'slots', 'lane', 'budget', 'other'),
    simulated,
  }),
  fc.record({
    kind: fc.constant('metrics'),
    workloads: number,
    successRate: orNull,
    speedUp: orNull,
    rating,
    simulated,
  }),
  fc.record({ kind: fc.constant('pilot.idle') }),
  fc.record({ kind: fc.constant('pilot.running'), participation: number, participants: number }),
  fc.record({ kind: fc.constant('pilot.promoted') }),
  fc.record({ kind: fc.constant('pilot.rolled_back') }),
  fc.record({ kind: fc.constant('pilot.stopped') }),
  fc.record({
    kind: fc.constant('run.report'),
    total: number,
    succeeded: number,
    failed: number,
    skipped: number,
    cancelled: number,
    speedUp: orNull,
    simulated,
  }),
)

const draws = fc.oneof(fc.double(), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }))

test('every persona has a name of its own and answers every moment in one short line', () => {
  assert.deepEqual(Object.keys(personas), [...personaNames])
  for (const name of personaNames) {
    assert.equal(personas[name].name, name)
    fc.assert(
      fc.property(moments, draws, (moment, draw) => {
        const line = speak(name, moment, draw)
        assert.ok(line.length <= 200, line)
        assert.match(line, /^[\x20-\x7e’]*$/)
        assert.doesNotMatch(line, /NaN|Infinity|null|undefined|e\+/)
        assert.equal(speak(name, moment, draw), line)
        assert.ok(name === 'plain' || line.length > 0)
      }),
      { numRuns: 2000 },
    )
  }
})

const claimsAll = /every (workload|task)|no casualties|first-choice|out, \d+ back/i

test('a line never claims that all went well when something failed', () => {
  fc.assert(
    fc.property(moments, draws, (moment, draw) => {
      const failed = 'failed' in moment && moment.failed >= 1
      const short = 'successRate' in moment && moment.successRate !== 1
      if (failed || short) assert.doesNotMatch(speak('reynolds', moment, draw), claimsAll)
      if ('simulated' in moment && !moment.simulated) {
        assert.doesNotMatch(speak('reynolds', moment, draw), /simulat/i)
      }
    }),
    { numRuns: 3000 },
  )
})

const sampled = fc.sample(moments, { seed: 5, numRuns: 5000 })

type Kind = Moment['kind']

/** The lines that were said to no sampled moment, and how many there are in all. */
function tryLines<K extends Kind>(kind: K, lines: LinesOf<K>): { all: number; missed: string[] } {
  const own = sampled.filter((moment): moment is MomentOf<K> => moment.kind === kind)
  const missed = lines.filter((line) => {
    const moment = own.find((one) => line.when?.(one) ?? true)
    if (moment === undefined) return true
    const text = typeof line.say === 'string' ? line.say : line.say(moment)
    const said = Array.from({ length: 100 }, (_, step) => speak('reynolds', moment, step / 100))
    return !said.includes(text)
  })
  assert.equal(new Set(lines.map(({ say }) => String(say))).size, lines.length)
  return { all: lines.length, missed: missed.map(({ say }) => String(say)) }
}

test('reynolds has at least 60 different lines, and every one of them is reached', () => {
  const tried = [
    tryLines('orchestration.accepted', acceptedLines),
    tryLines('orchestration.succeeded', succeededLines),
    tryLines('orchestration.partial', partialLines),
    tryLines('orchestration.failed', failedLines),
    tryLines('orchestration.cancelled', cancelledLines),
    tryLines('analysis', analysisLines),
    tryLines('metrics', metricsLines),
    tryLines('pilot.idle', idleLines),
    tryLines('pilot.running', runningLines),
    tryLines('pilot.promoted', promotedLines),
    tryLines('pilot.rolled_back', rolledBackLines),
    tryLines('pilot.stopped', stoppedLines),
    tryLines('run.report', reportLines),
  ]
  assert.deepEqual(
    tried.flatMap(({ missed }) => missed),
    [],
  )
  const all = tried.reduce((sum, { all: own }) => sum + own, 0)
  assert.ok(all >= 60, `${all} lines`)
})
