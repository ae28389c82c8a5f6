import type { Effect } from '../contracts/index.ts'
import type { GateRules } from './gate-rules.ts'
import { redactSecrets } from './redact-secrets.ts'
import { type SanitiseOptions, sanitiseText } from './sanitise-text.ts'
import type { Closes } from './text/edit-commands.ts'

/** What GitHub takes is 65,536; the marker that is appended needs room. */
const longestBody = 60_000

type Given = {
  readonly rules: Pick<GateRules, 'text' | 'labels'>
  readonly secrets: readonly string[]
}

/** The effect as it would really be performed: every text in it sanitised and free of secrets. */
export function sanitiseEffect(effect: Effect, given: Given): Effect {
  const body = (text: string, closes: readonly Closes[] = []) =>
    clean(text, { kind: 'markdown', closes, maxLength: longestBody })
  const title = (text: string) =>
    clean(text, { kind: 'title', closes: [], maxLength: 256 }) || '(untitled)'
  const message = (text: string) =>
    clean(text, { kind: 'plain', closes: [], maxLength: 10_000 }) || '(no message)'
  const clean = (text: string, options: Pick<SanitiseOptions, 'kind' | 'closes' | 'maxLength'>) => {
    const { text: texts, labels } = given.rules
    const { repository } = effect
    const all = {
      ...options,
      repository,
      ...texts,
      triggers: [...labels.triggers, ...texts.triggers],
    }
    // Twice: what was hidden among the letters of a secret is gone after the first sanitising.
    const open = redactSecrets(sanitiseText(redactSecrets(text, given.secrets), all), given.secrets)
    return sanitiseText(open, all)
  }
  switch (effect.type) {
    case 'issue.create':
      return { ...effect, title: title(effect.title), body: body(effect.body) }
    case 'issue.comment':
    case 'issue.dashboard':
    case 'pull.review':
      return { ...effect, body: body(effect.body) }
    case 'pull.open': {
      const { repository, closes } = effect
      const named = closes === null ? [] : [{ repository, number: closes }]
      return { ...effect, title: title(effect.title), body: body(effect.body, named) }
    }
    case 'copilot.assign': {
      const options = { kind: 'markdown', closes: [], maxLength: 20_000 } as const
      return { ...effect, instructions: clean(effect.instructions, options) }
    }
    case 'branch.push':
    case 'workflow.change':
      return { ...effect, message: message(effect.message) }
    case 'issue.label':
    case 'issue.assign':
    case 'issue.close':
    case 'issue.link':
    case 'pull.update':
    case 'pull.ready':
    case 'pull.merge':
    case 'pull.close':
    case 'workflow.dispatch':
      return effect
  }
}
