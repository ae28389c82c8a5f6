/** Amounts by unit: `usd`, `tokens`, `requests`, … Absent is none. */
export type Amounts = Readonly<Record<string, number>>

/** Something that a call counts against: a cap, or the rate of a lane. */
export type Account = {
  /** Says all that tells it from others, such as `repository:octo/x:month:usd:2026-11`. */
  readonly id: string
  readonly unit: string
  /** What may be spent in all; of a rate, the most that gathers while nothing is used. */
  readonly limit: number
  /** What a rate gains in a minute; null for a cap. */
  readonly perMinute: number | null
  /** When the next period begins; null for a cap without periods, and for a rate. */
  readonly periodEnd: Date | null
}

/** Reserved before a call, to be settled or released after it. Plain data. */
export type Reservation = {
  readonly kind: 'reservation'
  readonly id: string
  readonly holder: string
  readonly runId: string
  readonly task: string
  readonly parts: readonly ReservationPart[]
}

/** Amounts are whole micro-units: 1 is a millionth of a dollar, a token, a request. */
export type ReservationPart = {
  readonly unit: string
  readonly reserved: number
  readonly accounts: readonly string[]
}

/** Why a call may not be made now. */
export type Refusal = {
  readonly kind: 'refusal'
  /** The one that keeps the call waiting longest. */
  readonly account: Account
  readonly unit: string
  readonly asked: number
  /** Below zero after a call that cost more than was reserved for it. */
  readonly available: number
  /** When it is worth asking again at the latest; null when nothing will come back by itself. */
  readonly frees: Date | null
  readonly reason: 'rate' | 'budget'
}

/** What a call cost, to be written with the completion of its task by `maniple.settle`. JSON. */
export type SettlementRecord = {
  readonly reservation: string
  readonly holder: string
  readonly run: string
  readonly task: string
  readonly parts: readonly (ReservationPart & { readonly actual: number })[]
}

/** An account as it stands, for display. */
export type AccountStatement = {
  readonly id: string
  readonly unit: string
  readonly limit: number
  readonly perMinute: number | null
  readonly periodEnd: Date | null
  readonly spent: number
  /** Leased by processes: for calls under way, and a little ahead of those to come. */
  readonly reserved: number
}
