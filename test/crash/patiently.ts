import { setTimeout as delay } from 'node:timers/promises'

/** Asks for JSON until there is a good answer: the server is killed and started again meanwhile. */
export async function patiently(url: string, init: RequestInit = {}): Promise<unknown> {
  for (let tries = 1; ; tries += 1) {
    try {
      const response = await fetch(url, { ...init, signal: AbortSignal.timeout(10_000) })
      const text = await response.text()
      if (response.ok) return JSON.parse(text)
      if (response.status < 500 || tries > 150) throw new Error(`${response.status}: ${text}`)
    } catch (error) {
      if (tries > 150) throw error
    }
    await delay(100)
  }
}
