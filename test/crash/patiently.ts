import { setTimeout as delay } from 'node:timers/promises'

/** A minute: it only ends a test that has failed, however slow the machine. */
const mostTries = 600

/** Asks for JSON until there is a good answer: the server is killed and started again meanwhile. */
export async function patiently(url: string, init: RequestInit = {}): Promise<unknown> {
  for (let tries = 1; ; tries += 1) {
    try {
      const response = await fetch(url, { ...init, signal: AbortSignal.timeout(10_000) })
      const text = await response.text()
      if (response.ok) return JSON.parse(text)
      if (response.status < 500 || tries > mostTries) throw new Error(`${response.status}: ${text}`)
    } catch (error) {
      if (tries > mostTries) throw error
    }
    await delay(100)
  }
}
