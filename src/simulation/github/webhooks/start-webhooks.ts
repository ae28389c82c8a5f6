import type { DeliveriesPort, World } from '../world.ts'
import { composePayloads, eventsOf, pingOf } from './compose-payloads.ts'
import { deliveryShape } from './delivery.ts'
import { PostOffice } from './post-office.ts'
import { pullFigures } from './pull-figures.ts'
import type { WebhookOptions } from './webhook-options.ts'

export type SimulatedWebhooks = DeliveriesPort &
  AsyncDisposable & {
    /** Resolves when nothing is on its way. */
    readonly idle: () => Promise<void>
    /** What went wrong that is no part of the simulation. */
    readonly failures: () => readonly unknown[]
  }

/** Tells the hooks of each repository what happens in it, until it is disposed. */
export function startWebhooks(world: World, options: WebhookOptions = {}): SimulatedWebhooks {
  const post = new PostOffice(world, options)
  const figures = pullFigures(world)
  const stopListening = world.state.on((happened) => {
    if (!post.isWanted(eventsOf(happened))) return
    for (const outgoing of composePayloads(world, happened, figures)) post.post(outgoing)
  })
  return {
    list: (hook, query) => post.list(hook, query),
    get: (hook, id) => {
      const delivery = post.find(hook, id)
      return delivery === undefined ? undefined : deliveryShape(delivery)
    },
    redeliver: (hook, id) => post.redeliver(hook, id),
    ping: (hook) => {
      post.postTo(hook, pingOf(world, hook))
    },
    idle: () => post.idle(),
    failures: () => post.failures,
    [Symbol.asyncDispose]: async () => {
      stopListening()
      await post.close()
    },
  }
}
