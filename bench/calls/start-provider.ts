import { fileURLToPath } from 'node:url'
import { type ChildServer, startChildServer } from '../child-server.ts'
import { freePort } from '../free-port.ts'

export type InstantProvider = ChildServer & { readonly baseUrl: string }

export async function startProvider(): Promise<InstantProvider> {
  const port = await freePort()
  const server = await startChildServer({
    command: process.execPath,
    args: [fileURLToPath(new URL('instant-provider.ts', import.meta.url)), String(port)],
    ready: () => answers(`http://127.0.0.1:${port}/`),
  })
  return { ...server, baseUrl: `http://127.0.0.1:${port}/v1` }
}

export async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url)
    await response.arrayBuffer()
    return response.ok
  } catch {
    return false
  }
}
