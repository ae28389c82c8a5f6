import { randomUUID } from 'node:crypto'
import { seededDraw } from '../../model-provider/seeded-draw.ts'
import type { Shape } from '../shapes/shape.ts'
import type { Hook } from '../state/entities.ts'
import type { DeliveriesPort, World } from '../world.ts'
import { type Delivery, deliveryItem, isSuccess, type Response } from './delivery.ts'
import type { Outgoing } from './payload-parts.ts'
import { prepareMessage, sendMessage } from './send-delivery.ts'
import {
  keptDeliveries,
  largestPayload,
  redeliverableFor,
  reorderDelay,
  type WebhookFaults,
  type WebhookOptions,
  webhookDefaults,
} from './webhook-options.ts'

type Parcel = Pick<Delivery, 'hook' | 'guid' | 'event' | 'action' | 'payload' | 'isRedelivery'>
type Fault = Exclude<keyof WebhookFaults, 'delays'>

const lost: Response = { status: 'failed to connect to host', code: 502, headers: {}, body: '' }

/** Sends deliveries and keeps them. Nothing is sent again unless somebody asks for it. */
export class PostOffice {
  readonly failures: unknown[] = []
  readonly #world: World
  readonly #options: Required<WebhookOptions>
  readonly #kept = new Map<Hook, Delivery[]>()
  readonly #running = new Set<Promise<void>>()
  readonly #closing = new AbortController()
  #turn: Promise<unknown> = Promise.resolve()
  #drawn = 0
  #lastId = 10_000_000_000

  constructor(world: World, options: WebhookOptions) {
    this.#world = world
    const faults = { ...webhookDefaults.faults, ...options.faults }
    this.#options = { ...webhookDefaults, ...options, faults }
  }

  /** Whether any hook listens to one of the events. */
  isWanted(events: readonly string[]): boolean {
    return this.#world.state.repositories
      .all()
      .some(({ hooks }) =>
        [...hooks.values()].some((hook) => events.some((event) => wants(hook, event))),
      )
  }

  post(outgoing: Outgoing): void {
    const hooks = [...outgoing.repository.hooks.values()]
    const wanted = hooks.filter((hook) => wants(hook, outgoing.event))
    if (wanted.length === 0) return
    const payload = this.#complete(outgoing)
    for (const hook of wanted) this.#dispatch(hook, outgoing, payload)
  }

  postTo(hook: Hook, outgoing: Outgoing): void {
    this.#dispatch(hook, outgoing, Promise.resolve(outgoing.payload))
  }

  /** One after the other: git is asked as its repository was changed. */
  #complete({ payload, complete }: Outgoing): Promise<Shape> {
    if (complete === null) return Promise.resolve(payload)
    const completed = this.#turn.then(() => complete(payload))
    this.#turn = completed.catch(() => undefined)
    return completed
  }

  #dispatch(hook: Hook, { event, action }: Outgoing, completed: Promise<Shape>): void {
    this.#drawn += 1
    const key = String(this.#drawn)
    const { faults } = this.#options
    const strikes = (fault: Fault): boolean => this.#draw(fault, key) < (faults[fault] ?? 0)
    if (strikes('vanishes')) {
      this.#run(() => completed)
      return
    }
    const guid = randomUUID()
    const late = strikes('reorders') ? reorderDelay : 0
    const isLost = strikes('loses')
    const copies = strikes('duplicates') ? 2 : 1
    for (let copy = 1; copy <= copies; copy += 1) {
      this.#run(async () => {
        const parcel = { hook, guid, event, action, payload: await completed, isRedelivery: false }
        await this.#wait(late + this.#delay(`${key}/${copy}`))
        await this.#deliver(parcel, isLost)
      })
    }
  }

  #draw(what: string, key: string): number {
    return seededDraw(this.#options.seed, `webhook ${what}`, key)
  }

  #delay(key: string): number {
    const [shortest, longest] = this.#options.faults.delays ?? webhookDefaults.faults.delays
    return shortest + this.#draw('delay', key) * (longest - shortest)
  }

  async #wait(ms: number): Promise<void> {
    await this.#world.clock.sleep(ms, this.#closing.signal)
  }

  async #deliver(parcel: Parcel, isLost: boolean): Promise<void> {
    const json = JSON.stringify(parcel.payload)
    if (Buffer.byteLength(json) > largestPayload) return
    const message = prepareMessage({ ...parcel, json })
    const { clock } = this.#world
    const deliveredAt = clock.now()
    const { answersWithin, grace } = this.#options
    const limits = { clock, answersWithin, grace, signal: this.#closing.signal }
    const { url } = parcel.hook.config
    const response = isLost ? lost : await sendMessage(url, message, limits)
    this.#lastId += 1
    const duration = (clock.now() - deliveredAt) / 1000
    const request = message.headers
    this.#keep({ ...parcel, id: this.#lastId, deliveredAt, duration, request, response })
  }

  #keep(delivery: Delivery): void {
    const kept = this.#kept.get(delivery.hook) ?? []
    kept.push(delivery)
    if (kept.length > keptDeliveries) kept.shift()
    this.#kept.set(delivery.hook, kept)
  }

  find(hook: Hook, id: number): Delivery | undefined {
    return this.#kept.get(hook)?.find((delivery) => delivery.id === id)
  }

  /** Newest first; a cursor names the last one that was seen. */
  list(hook: Hook, query: Parameters<DeliveriesPort['list']>[1]) {
    const after = query.cursor === null ? null : Number(query.cursor.replace(/^v1_/, ''))
    const found = (this.#kept.get(hook) ?? [])
      .filter((delivery) => query.status === null || isOf(query.status, delivery))
      .filter(({ id }) => after === null || id < after)
      .toReversed()
    const page = found.slice(0, query.perPage)
    const last = page.at(-1)
    const hasMore = found.length > page.length && last !== undefined
    return { items: page.map(deliveryItem), next: hasMore ? `v1_${last.id}` : null }
  }

  /** The same GUID and payload, under a new id. */
  redeliver(hook: Hook, id: number): boolean {
    const delivery = this.find(hook, id)
    if (delivery === undefined) return false
    if (this.#world.clock.now() - delivery.deliveredAt > redeliverableFor) return false
    this.#run(() => this.#deliver({ ...delivery, isRedelivery: true }, false))
    return true
  }

  #run(work: () => Promise<unknown>): void {
    const running = work()
      .then(() => undefined)
      .catch((error: unknown) => {
        if (!this.#closing.signal.aborted) this.failures.push(error)
      })
      .finally(() => {
        this.#running.delete(running)
      })
    this.#running.add(running)
  }

  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.idle()
  }
}

const wants = ({ isActive, events }: Hook, event: string): boolean =>
  isActive && (event === 'ping' || events.includes(event) || events.includes('*'))

const isOf = (status: string, delivery: Delivery): boolean =>
  isSuccess(delivery) === (status === 'success')
