import { iso, type Shape } from '../shapes/shape.ts'
import type { Hook } from '../state/entities.ts'

export type Delivery = {
  readonly id: number
  readonly guid: string
  readonly hook: Hook
  readonly event: string
  readonly action: string | null
  readonly payload: Shape
  readonly isRedelivery: boolean
  readonly deliveredAt: number
  /** Simulated seconds. */
  readonly duration: number
  readonly request: Readonly<Record<string, string>>
  readonly response: Response
}

export type Response = {
  /** `OK`, or what went wrong. */
  readonly status: string
  readonly code: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export const isSuccess = ({ response: { code } }: Delivery): boolean => code >= 200 && code < 300

/** GitHub's `hook-delivery-item`: what lists hold. */
export const deliveryItem = (delivery: Delivery): Shape => ({
  ...{ id: delivery.id, guid: delivery.guid, delivered_at: iso(delivery.deliveredAt) },
  ...{ redelivery: delivery.isRedelivery, duration: delivery.duration },
  ...{ status: delivery.response.status, status_code: delivery.response.code },
  ...{ event: delivery.event, action: delivery.action, installation_id: null },
  ...{ repository_id: delivery.hook.repository.id, throttled_at: null },
})

/** GitHub's `hook-delivery`. */
export const deliveryShape = (delivery: Delivery): Shape => ({
  ...deliveryItem(delivery),
  url: delivery.hook.config.url,
  request: { headers: delivery.request, payload: delivery.payload },
  response: { headers: delivery.response.headers, payload: delivery.response.body },
})
