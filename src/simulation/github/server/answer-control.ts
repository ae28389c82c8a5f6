import * as z from 'zod'
import { githubFaults } from '../faults/choose-fault.ts'
import type { SimulatedGitHub } from '../simulated-github-options.ts'
import { permissions } from '../state/actor.ts'
import { Refusal, refuse } from '../state/refusal.ts'
import { errorBody } from './error-body.ts'
import { parseBody } from './perform-route.ts'
import type { Incoming, Outgoing } from './service.ts'

const NewUser = z.object({
  login: z.string(),
  type: z.enum(['User', 'Organization']).optional(),
})
const NewRepository = z.object({
  owner: z.string(),
  name: z.string(),
  isPrivate: z.boolean().optional(),
  files: z.record(z.string(), z.string()).optional(),
  collaborators: z.record(z.string(), z.enum(permissions)).optional(),
  requiredChecks: z.array(z.string()).optional(),
  requiredApprovals: z.int().optional(),
  approveCopilotRuns: z.boolean().optional(),
  hasCopilot: z.boolean().optional(),
})
const NewToken = z.object({
  kind: z.enum(['classic', 'fine_grained', 'user_to_server', 'github_token']),
  login: z.string(),
  scopes: z.array(z.string()).optional(),
  permissions: z.record(z.string(), z.enum(['read', 'write', 'admin'])).optional(),
})
const FailNext = z.object({
  count: z.int().positive(),
  fault: z.enum(githubFaults),
  method: z.string().optional(),
  route: z.string().optional(),
})

/** What is left out stays out, instead of being undefined. */
type Given<T> = { readonly [Key in keyof T]: Exclude<T[Key], undefined> }
const given = <T extends object>(value: T): Given<T> =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Given<T>

type Control = (github: SimulatedGitHub, body: unknown) => Promise<unknown> | unknown

const controls: Readonly<Record<string, Control>> = {
  'GET /_simulation/stats': (github) => github.stats(),
  'GET /_simulation/clock': ({ clock }) => ({
    ...{ origin: clock.origin, scale: clock.scale, now: clock.now() },
  }),
  'POST /_simulation/users': (github, body) => {
    const { id, login } = github.createUser(given(NewUser.parse(body)))
    return { id, login }
  },
  'POST /_simulation/repositories': async (github, body) => {
    const { owner, collaborators = {}, ...wanted } = NewRepository.parse(body)
    const repository = await github.createRepository({
      ...given(wanted),
      owner: actorNamed(github, owner),
    })
    for (const [login, permission] of Object.entries(collaborators)) {
      github.state.repositories.grant(repository, actorNamed(github, login), permission)
    }
    return { id: repository.id, fullName: repository.fullName, path: repository.path }
  },
  'POST /_simulation/tokens': (github, body) => {
    const { login, ...wanted } = NewToken.parse(body)
    const token = github.createToken({ ...given(wanted), actor: actorNamed(github, login) })
    return { value: token.value }
  },
  'POST /_simulation/fail-next': (github, body) => {
    const { count, fault, ...match } = FailNext.parse(body)
    github.failNext(count, fault, given(match))
    return {}
  },
}

function actorNamed({ state }: SimulatedGitHub, login: string) {
  const actor = state.actors.find(login)
  if (actor === undefined) throw new Refusal(422, `There is no ${login}.`)
  return actor
}

/** `/_simulation/…`: what a test tells a simulator in another process. Neither counted nor limited. */
export async function answerControl(
  github: SimulatedGitHub,
  incoming: Incoming,
): Promise<Outgoing> {
  try {
    const control = controls[`${incoming.method} ${incoming.target.split('?')[0]}`]
    if (control === undefined) throw refuse.notFound()
    return written(200, await control(github, parseBody(incoming)))
  } catch (error) {
    const status = error instanceof Refusal ? error.status : 422
    return written(
      status,
      errorBody(status, error instanceof Error ? error.message : String(error)),
    )
  }
}

const written = (status: number, body: unknown): Outgoing => ({
  kind: 'answer',
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', 'x-maniple-simulated': 'true' },
  body: JSON.stringify(body),
})
