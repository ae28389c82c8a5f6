import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as z from 'zod'
import { Effect, type Taint } from '../../src/contracts/index.ts'
import { closedRules, inspectMarkers, judgeEffect } from '../../src/policy/index.ts'
import { carry, facts, origin, permissiveRules, textsOf } from './carry.ts'
import { type InjectionCase, nameKinds, readCorpus, textKinds } from './corpus.ts'
import { findActing } from './find-acting.ts'

const corpus = readCorpus()
const secret = 'a secret of thirty-two bytes or more'
const ruleSets = { default: closedRules, permissive: permissiveRules }
const taints: readonly Taint[] = ['model', 'outside']
const { hosts } = closedRules.text
const triggers = [...closedRules.labels.triggers, ...closedRules.text.triggers]

const isOneOf = (kinds: readonly string[]) => (given: InjectionCase) => kinds.includes(given.kind)
const judge = (effect: Effect, rules: typeof closedRules, taint: Taint) =>
  judgeEffect({ effect, origin: { ...origin, taint } }, facts, rules)

test('the corpus is large enough, and each case has a name of its own', (t) => {
  const counts = Map.groupBy(corpus, (one) => one.kind)
  for (const [kind, cases] of counts) t.diagnostic(`${kind}: ${cases.length}`)
  t.diagnostic(`together: ${corpus.length}`)
  assert.ok(corpus.length >= 100)
  assert.equal(new Set(corpus.map((one) => one.id)).size, corpus.length)
})

// Acting where a page is drawn (a table's cells, a reference to a character), not to CommonMark.
const unseen = ['issue-body-table-code', 'comment-command-10']

test('as they were written, the texts act: what looks for it is not blind', () => {
  for (const { id, kind, payload, wants } of corpus.filter(isOneOf(textKinds))) {
    const markdown = kind === 'issue-body' || kind === 'comment'
    const found = findActing(payload, { markdown, hosts, triggers })
    const markers = inspectMarkers(payload, secret).refused
    if (wants.acts.length === 0 || unseen.includes(id)) continue
    assert.ok(found.length + markers.length > 0, `${id}: nothing acts`)
  }
})

for (const [name, rules] of Object.entries(ruleSets)) {
  test(`${name} rules: no text that goes out acts, hides or passes for ours`, () => {
    let texts = 0
    for (const given of corpus.filter(isOneOf(textKinds))) {
      for (const effect of carry(given)) {
        for (const { text, markdown } of textsOf(judge(effect, rules, 'outside').effect)) {
          texts++
          const found = findActing(text, { markdown, hosts, triggers })
          assert.deepEqual(found, [], `${given.id} in ${effect.type}: ${text.slice(0, 300)}`)
          assert.deepEqual(inspectMarkers(text, secret), { verified: [], refused: [] }, given.id)
        }
      }
    }
    assert.ok(texts > 500)
  })

  test(`${name} rules: what a fooled model asks for is never allowed`, () => {
    for (const { id, wants } of corpus) {
      if (wants.effect === null) continue
      const { verdict, reasons } = judge(wants.effect, rules, 'outside')
      assert.notEqual(verdict, 'allow', id)
      assert.ok(reasons.every((reason) => reason.length > 10))
    }
  })

  test(`${name} rules: no name leads where it must not`, () => {
    for (const given of corpus.filter(isOneOf(nameKinds))) {
      for (const effect of carry(given)) {
        for (const taint of taints) {
          assert.notEqual(
            judge(effect, rules, taint).verdict,
            'allow',
            `${given.id}: ${effect.type}`,
          )
        }
      }
    }
  })

  test(`${name} rules: forbidden effects in a model's output are refused or asked for`, () => {
    for (const { id, payload } of corpus.filter(isOneOf(['model-output']))) {
      for (const wanted of z.array(z.unknown()).parse(JSON.parse(payload))) {
        const parsed = Effect.safeParse(wanted)
        if (parsed.success)
          assert.notEqual(judge(parsed.data, rules, 'outside').verdict, 'allow', id)
      }
    }
  })
}

test('the permissive rules are permissive: harmless effects are allowed by them', () => {
  const harmless: InjectionCase = {
    ...{ id: 'harmless', kind: 'comment', payload: 'All tests pass.' },
    wants: { acts: [], effect: null },
  }
  const verdicts = carry(harmless).map(
    (effect) => judge(effect, permissiveRules, 'outside').verdict,
  )
  assert.equal(verdicts.filter((verdict) => verdict === 'allow').length, verdicts.length - 1)
})
