import { Agent, request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { startChildServer } from '../child-server.ts'
import { freePort } from '../free-port.ts'
import { packageVersion } from '../package-version.ts'
import { type GatewayPeer, type OpenCaller, question } from './contract.ts'
import { answers } from './start-provider.ts'

const body = JSON.stringify({
  model: question.model,
  messages: [
    { role: 'system', content: question.system },
    { role: 'user', content: question.prompt },
  ],
  max_tokens: question.maxOutputTokens,
})

type Post = {
  readonly port: number
  readonly agent: Agent
  readonly headers: Readonly<Record<string, string | number>>
}

// Node's plain client with connections kept open: the cheapest one at hand, cheaper than fetch.
function post({ port, agent, headers }: Post): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const options = { host: '127.0.0.1', port, path: '/v1/chat/completions', method: 'POST' }
  const sent = request({ ...options, agent, headers }, (response) => {
    let text = ''
    response.setEncoding('utf8')
    response.on('data', (chunk: string) => {
      text += chunk
    })
    response.on('error', reject)
    response.on('end', () => {
      if (response.statusCode === 200 && hasAnswer(text)) resolve()
      else reject(new Error(`Portkey answered ${response.statusCode}: ${text.slice(0, 300)}`))
    })
  })
  sent.on('error', reject)
  sent.end(body)
  return promise
}

function hasAnswer(text: string): boolean {
  const { choices } = JSON.parse(text)
  return typeof choices?.[0]?.message?.content === 'string'
}

async function start(providerUrl: string): Promise<OpenCaller> {
  const port = await freePort()
  const script = import.meta.resolve('@portkey-ai/gateway/build/start-server.js')
  const server = await startChildServer({
    command: process.execPath,
    // Without its console of recent requests in the browser, which costs it time.
    args: [fileURLToPath(script), `--port=${port}`, '--headless'],
    env: { PATH: process.env.PATH ?? '', NODE_ENV: 'production' },
    ready: () => answers(`http://127.0.0.1:${port}/`),
  })
  const agent = new Agent({ keepAlive: true })
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    authorization: 'Bearer none',
    'x-portkey-provider': 'openai',
    'x-portkey-custom-host': providerUrl,
  }
  return {
    call: () => post({ port, agent, headers }),
    settled: async () => {},
    stop: async () => {
      agent.destroy()
      await server.stop()
    },
  }
}

/** As its README starts it (`npx @portkey-ai/gateway`), with provider and address as headers. */
export const portkey: GatewayPeer = {
  name: 'Portkey',
  version: packageVersion('@portkey-ai/gateway'),
  store: 'a gateway in a process of its own, reached over HTTP; no budgets, and it stores nothing',
  available: async () => true,
  start,
}
