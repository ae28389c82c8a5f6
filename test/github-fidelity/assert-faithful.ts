import { AssertionError } from 'node:assert'
import { checkExchange, type Exchange, type Problem } from './check-exchange.ts'
import { restDescription } from './rest-description.ts'

/** Distinct problems shown; the rest is counted. */
const shown = 25

/** Fails with every way in which requests and answers depart from what GitHub describes. */
export function assertFaithful(exchanges: readonly Exchange[]): void {
  const problems = exchanges.flatMap((one) => checkExchange(restDescription(), one).problems)
  if (problems.length === 0) return
  const texts = [...new Set(problems.map(describe))]
  const rest = texts.length > shown ? `\n… and ${texts.length - shown} more` : ''
  throw new AssertionError({
    message: `Not as GitHub describes it:\n${texts.slice(0, shown).join('\n')}${rest}`,
  })
}

const describe = ({ exchange, operation, part, text }: Problem): string =>
  `${operation} → ${exchange.response.status}, ${part}: ${text}`
