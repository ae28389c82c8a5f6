import type { Account, Amounts } from '../../contracts/index.ts'
import { toMicros } from './micro-units.ts'

/** What one call needs of one account, in micro-units. */
export type Need = { readonly account: Account; readonly micros: number }

/** What a call needs; accounts in whose unit it needs nothing are left out. */
export function needsOf(accounts: readonly Account[], amounts: Amounts): readonly Need[] {
  const needs: Need[] = []
  for (const account of accounts) {
    const amount = amounts[account.unit] ?? 0
    const micros = amount === 0 ? 0 : toMicros(amount, account.unit)
    if (micros > 0 && !needs.some((need) => need.account.id === account.id)) {
      needs.push({ account, micros })
    }
  }
  return needs
}
