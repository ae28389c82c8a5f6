/** Shares are 0 to 1 and drawn by the seed and the delivery's number; times are simulated ms. */
export type WebhookFaults = {
  /** Fails on the way and is on record as failed: to be redelivered. */
  readonly loses?: number
  /** Is neither sent nor on record: only the repository itself shows what happened. */
  readonly vanishes?: number
  /** Is sent twice under the same GUID. */
  readonly duplicates?: number
  /** Comes half a minute late, behind what happened after it. */
  readonly reorders?: number
  /** The shortest and the longest from the event to its delivery. */
  readonly delays?: readonly [shortest: number, longest: number]
}

export type WebhookOptions = {
  readonly seed?: number
  readonly faults?: WebhookFaults
  /** How long a receiver may take to answer. */
  readonly answersWithin?: number
  /**
   * Real milliseconds that a receiver has in any case. It is no part of the simulation: at sixty
   * times the speed, ten simulated seconds are shorter than a busy machine's hiccup.
   */
  readonly grace?: number
}

export const webhookDefaults = {
  seed: 1,
  faults: { loses: 0, vanishes: 0, duplicates: 0, reorders: 0, delays: [300, 1500] },
  answersWithin: 10_000,
  grace: 2000,
} as const

/** What a reordered delivery comes late. */
export const reorderDelay = 30_000
/** Larger payloads are not sent. */
export const largestPayload = 25 * 1024 * 1024
/** A delivery can be asked for again for so long. */
export const redeliverableFor = 3 * 24 * 3_600_000
/** Deliveries kept for each hook. */
export const keptDeliveries = 10_000
