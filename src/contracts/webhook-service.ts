/** A webhook delivery as it came over HTTP. */
export type IncomingDelivery = {
  readonly event: string | undefined
  readonly guid: string | undefined
  readonly signature: string | undefined
  readonly body: Buffer
}

export type DeliveryReceipt = {
  readonly delivery: string
  /** `ignored`: nothing here is interested in that event. */
  readonly status: 'stored' | 'duplicate' | 'ignored'
}

export type WebhookService = {
  /**
   * Resolves once it is committed. Throws `github_unavailable` without a secret, `signature_invalid`,
   * and `request_invalid` for what is no delivery.
   */
  readonly receive: (delivery: IncomingDelivery) => Promise<DeliveryReceipt>
}
