import { AssertionError } from 'node:assert'
import type { SimulatedGitHubOptions } from '../../src/simulation/github/simulated-github-options.ts'
import { checkExchange, type Exchange, type Problem } from './check-exchange.ts'
import { type Exemption, exemptions } from './exemptions.ts'
import { restDescription } from './rest-description.ts'

export type Recording = {
  /** To be handed to `startSimulatedGitHub`. */
  readonly onExchange: NonNullable<SimulatedGitHubOptions['onExchange']>
  readonly exchanges: readonly Exchange[]
}

/** Keeps every exchange that was answered; what was dropped or left hanging has no answer to check. */
export function recordExchanges(): Recording {
  const exchanges: Exchange[] = []
  return {
    exchanges,
    onExchange: ({ method, target, headers, body }, outgoing) => {
      if (outgoing.kind !== 'answer') return
      exchanges.push({
        request: { method, url: target, headers, body: body?.toString('utf8') ?? '' },
        response: {
          status: outgoing.status,
          headers: outgoing.headers,
          body: outgoing.body ?? '',
        },
      })
    },
  }
}

/** Distinct problems shown; the rest is counted. */
const shown = 40

/**
 * Fails with every way in which requests and answers depart from what GitHub describes. With
 * `mayBeRefused` requests that do not fit are in order where they were refused: for tests that send
 * such on purpose. Returns the exemptions that were needed.
 */
export function assertFaithful(
  exchanges: readonly Exchange[],
  { mayBeRefused = false }: { readonly mayBeRefused?: boolean } = {},
): ReadonlySet<Exemption> {
  const verdicts = exchanges.map((one) => checkExchange(restDescription(), one, mayBeRefused))
  const used = new Set(verdicts.flatMap((verdict) => verdict.used))
  const problems = verdicts.flatMap((verdict) => verdict.problems)
  if (problems.length === 0) return used
  const texts = [...new Set(problems.map(describe))]
  const rest = texts.length > shown ? `\n… and ${texts.length - shown} more` : ''
  throw new AssertionError({
    message: `Not as GitHub describes it:\n${texts.slice(0, shown).join('\n')}${rest}`,
  })
}

/** Entries that nothing needs any more: to be taken out of the list. */
export const unusedExemptions = (used: ReadonlySet<Exemption>): readonly Exemption[] =>
  exemptions.filter((exemption) => !used.has(exemption))

const describe = ({ exchange, operation, part, text }: Problem): string =>
  `${operation} → ${exchange.response.status}, ${part}: ${text}`
