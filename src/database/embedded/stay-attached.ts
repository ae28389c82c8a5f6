import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { isAlive } from '../../shared/index.ts'
import { failureFields } from '../connection-failure.ts'
import { type Attachment, type AttachOptions, attachServer } from './attach-server.ts'
import { requireFolder, serverFolder } from './server-folder.ts'
import { readState, type ServerState } from './server-state.ts'
import { startKeeper } from './start-keeper.ts'

type StayOptions = Omit<AttachOptions, 'signal' | 'mustExist'> & {
  /** The server came back, perhaps on another port. */
  readonly onReturn: (state: ServerState) => void
}

const watchMs = 2_000

/** Whether the connection keeps the process alive. pg has ref() and unref(), its types do not. */
function setHolding(client: pg.Client, isHolding: boolean): void {
  const method: unknown = Reflect.get(client, isHolding ? 'ref' : 'unref')
  if (typeof method === 'function') method.call(client)
}

/**
 * Keeps an attachment up until closed: gets the server back when it ends, and gets it a new keeper
 * when the keeper ends. Does not keep the process alive.
 */
export function stayAttached(first: Attachment, options: StayOptions): () => Promise<void> {
  const folder = serverFolder(options.dataDir)
  const closing = new AbortController()
  const { signal } = closing
  let attachment = first
  let isLost = false
  let work: Promise<void> = Promise.resolve()

  const reattach = async () => {
    while (!signal.aborted && isLost) {
      try {
        requireFolder(folder)
        const found = await attachServer({ ...options, signal, mustExist: true })
        adoptAttachment(found)
        options.log.info({ port: found.state.port }, 'database is back')
        options.onReturn(found.state)
      } catch (error) {
        if (signal.aborted) return
        options.log.error(failureFields(error), 'database is not back yet')
        await delay(watchMs, undefined, { signal, ref: false }).catch(() => undefined)
      }
    }
  }
  const check = async () => {
    if (isLost) return reattach()
    const keeper = readState(folder.state)?.keeper ?? null
    if (isAlive(keeper)) return
    requireFolder(folder)
    options.log.warn({}, 'keeper of the database is gone, starting another')
    await startKeeper({ ...options, mustExist: true })
  }
  const enqueue = () => {
    work = work
      .then(() => (signal.aborted ? undefined : check()))
      .catch((error: unknown) => options.log.error(failureFields(error), 'database watch failed'))
  }
  const adoptAttachment = (found: Attachment) => {
    attachment = found
    isLost = false
    setHolding(found.client, false)
    found.client.once('end', () => {
      isLost = true
      enqueue()
    })
  }
  adoptAttachment(first)
  const timer = setInterval(enqueue, watchMs)
  timer.unref()
  return async () => {
    closing.abort()
    clearInterval(timer)
    await work
    // From here on it does hold: a process that awaits the end must live to see it.
    setHolding(attachment.client, true)
    await attachment.client.end()
  }
}
