import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Log } from '../shared/index.ts'
import { failureFields } from './connection-failure.ts'
import type { ListenOptions, Subscription } from './database.ts'

type ListenConnection = ListenOptions & {
  /** Asked anew for each connection: an embedded server may come back on another port. */
  readonly config: () => pg.ClientConfig
  readonly log: Log
}

const firstRetryMs = 50
const longestRetryMs = 2_000

async function connectListener(options: ListenConnection): Promise<pg.Client> {
  const client = new pg.Client(options.config())
  // Without a handler the loss of an idle connection would end the process; 'end' follows it.
  client.on('error', (error) =>
    options.log.warn(failureFields(error), 'listening connection failed'),
  )
  client.on('notification', (message) => options.onNotify(message.payload ?? ''))
  try {
    await client.connect()
    await client.query(`listen ${client.escapeIdentifier(options.channel)}`)
    return client
  } catch (error) {
    await client.end()
    throw error
  }
}

/** Listens on a connection of its own until closed; reconnects with back-off. */
export async function listen(options: ListenConnection): Promise<Subscription> {
  const closing = new AbortController()
  let current = await connectListener(options)

  const reconnect = async () => {
    for (
      let wait = firstRetryMs;
      !closing.signal.aborted;
      wait = Math.min(wait * 2, longestRetryMs)
    ) {
      try {
        await delay(wait, undefined, { signal: closing.signal })
        const client = await connectListener(options)
        if (closing.signal.aborted) return await client.end()
        current = client
        watch(client)
        return options.onReconnect()
      } catch (error) {
        if (closing.signal.aborted) return
        options.log.warn(
          { ...failureFields(error), channel: options.channel },
          'listening connection not back yet',
        )
      }
    }
  }
  let reconnecting: Promise<void> = Promise.resolve()
  const watch = (client: pg.Client) => {
    client.once('end', () => {
      if (!closing.signal.aborted) reconnecting = reconnect()
    })
  }
  watch(current)
  return {
    close: async () => {
      closing.abort()
      await reconnecting
      await current.end()
    },
  }
}
