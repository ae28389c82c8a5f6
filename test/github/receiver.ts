import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { App } from '../../src/app.ts'
import type { By } from '../../src/simulation/github/state/actor.ts'
import type { Repository } from '../../src/simulation/github/state/entities.ts'
import { eventually } from '../support/embedded-server.ts'
import { type Stage, repository as shop } from './started-github.ts'

export const secret = 'the secret of the webhook'

export type Receiver = AsyncDisposable & {
  /** What became of each delivery that came: stored, duplicate, ignored or refused. */
  readonly statuses: readonly string[]
}

/** Where the repository's webhook points: hands what comes to the app, as the HTTP server does. */
export async function receive(stage: Stage, app: App): Promise<Receiver> {
  const statuses: string[] = []
  const server = createServer((request, response) => {
    take(app, request).then(
      (status) => {
        statuses.push(status)
        response.writeHead(202).end()
      },
      () => {
        statuses.push('refused')
        response.writeHead(401).end()
      },
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  stage.github.state.repositories.createHook(repositoryOf(stage), {
    config: {
      url: `http://127.0.0.1:${port}/webhook/github`,
      ...{ contentType: 'json', secret, insecureSsl: '0' },
    },
    ...{ events: ['issues', 'issue_comment'], isActive: true },
  })
  return {
    statuses,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function take({ webhooks }: App, request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  const header = (name: string): string => String(request.headers[name])
  const { status } = await webhooks.receive({
    event: header('x-github-event'),
    guid: header('x-github-delivery'),
    signature: header('x-hub-signature-256'),
    body: Buffer.concat(chunks),
  })
  return status
}

export function repositoryOf({ github }: Stage): Repository {
  const found = github.state.repositories.find('octo', 'shop')
  if (found === undefined) throw new Error(`there is no ${shop}`)
  return found
}

export function by({ github }: Stage, login: string): By {
  const actor = github.state.actors.find(login)
  if (actor === undefined) throw new Error(`there is no ${login}`)
  return { actor, app: null, token: 'classic' }
}

/** Has the trigger label put on an issue, which may have had it before. */
export function label(stage: Stage, number: number, login: string): void {
  const { repositories, issues } = stage.github.state
  const repository = repositoryOf(stage)
  const issue = repository.issues.get(number)
  if (issue === undefined) throw new Error(`there is no issue ${number}`)
  const name = 'parallel-execution'
  const found =
    repositories.label(repository, name) ??
    repositories.createLabel(
      repository,
      { name, color: 'ededed', description: null },
      by(stage, login),
    )
  issues.removeLabel(issue, found, by(stage, login))
  issues.addLabel(issue, found, by(stage, login))
}

export type HandledDelivery = {
  readonly event: string
  readonly sender: string
  readonly verdict: string | null
  readonly reasons: readonly string[]
}

/** Once that many deliveries were stored and all of them are handled. */
export async function handled(
  { database }: Stage,
  deliveries: number,
): Promise<readonly HandledDelivery[]> {
  const read = async () =>
    (
      await database.pool.query<HandledDelivery & { state: string }>(
        'select event, sender, verdict, reasons, state from maniple.deliveries order by ordinal',
      )
    ).rows
  await eventually(`${deliveries} deliveries are handled`, async () => {
    const rows = await read()
    return rows.length >= deliveries && rows.every(({ state }) => state !== 'stored')
  })
  return await read()
}

/** Issues and depths of the runs there are, in the order they began. */
export async function runsOf({ database }: Stage) {
  const { rows } = await database.pool.query<{ issue: number; depth: number }>(
    `select g.issue, r.depth from maniple.github_runs g join maniple.runs r on r.id = g.run_id
     order by r.created_at`,
  )
  return rows
}

/** What the audit says under that name; it is written behind the event. */
export async function audited({ database }: Stage, event: string, most = 1) {
  const read = async () =>
    (
      await database.pool.query<{ actor: string; result: string; entry: string }>(
        'select actor, result, entry from maniple.audit_entries where event = $1 order by at',
        [event],
      )
    ).rows
  await eventually(`the audit has ${event}`, async () => (await read()).length >= most)
  return await read()
}
