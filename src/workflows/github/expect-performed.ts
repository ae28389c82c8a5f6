import type { EffectOutcome } from '../../contracts/index.ts'
import { AppError, type JsonObject } from '../../shared/index.ts'

/** The receipt, or `asked`: a person has to allow it first. Throws for everything else. */
export function expectPerformed(outcome: EffectOutcome): JsonObject | 'asked' {
  switch (outcome.state) {
    case 'performed':
      return outcome.receipt
    case 'asked':
      return 'asked'
    case 'dry':
      throw new AppError('effect_denied', 'this is a dry run: nothing outside is changed')
    case 'denied':
      throw new AppError(
        'effect_denied',
        `the gate does not allow it: ${outcome.reasons.join(' ')}`,
      )
    case 'unknown': {
      const message = `nobody can tell whether effect ${outcome.id} happened: look, then maniple gate approve or deny it`
      throw new AppError('effect_unknown', message)
    }
    case 'failed':
      throw outcome.error
  }
}

/** A number of a receipt. Throws where the other side did not give it. */
export function numberOf(receipt: JsonObject, name = 'number'): number {
  const value = receipt[name]
  if (typeof value === 'number') return value
  throw new AppError('github_unclear', `the receipt has no ${name}`)
}
