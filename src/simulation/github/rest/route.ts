import type { Permission, TokenKind, TokenPermissions } from '../state/actor.ts'
import type { Call } from './call.ts'
import type { Reply } from './reply.ts'

/** What a token and its owner need for a route. */
export type Access = {
  /** Any one of these: `X-Accepted-GitHub-Permissions`. Empty: every token will do. */
  readonly permissions: readonly TokenPermissions[]
  /** What the person behind the token must be in the repository. */
  readonly role: Permission
  /** Any one of these scopes for classic tokens; `repo` and, for public ones, `public_repo`. */
  readonly scopes?: readonly string[]
  /** Kinds of tokens that get nowhere here, whatever they may. */
  readonly refusedKinds?: readonly TokenKind[]
  /** It counts against 80 a minute and 500 an hour. */
  readonly createsContent?: boolean
  /** Who may call it: someone with a token, or an app with its JWT. */
  readonly as?: 'app'
}

export type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** As GitHub's OpenAPI description writes it. */
  readonly template: string
  readonly access: Access
  readonly handle: (call: Call) => Promise<Reply> | Reply
}

export type CompiledRoute = Route & { readonly pattern: RegExp }

/** Parameters that may hold slashes. */
const spanning: ReadonlySet<string> = new Set(['ref', 'branch', 'basehead', 'commit_ref'])

function patternOf(name: string): string {
  // The root of the contents has an empty path.
  if (name === 'path') return '.*'
  return spanning.has(name) ? '.+' : '[^/]+'
}

export function compile(route: Route): CompiledRoute {
  const source = route.template
    .split('/')
    .map((segment) => {
      const name = /^\{(\w+)\}$/.exec(segment)?.[1]
      if (name === undefined) return segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      return `(?<${name}>${patternOf(name)})`
    })
    .join('/')
  return { ...route, pattern: new RegExp(`^${source}$`) }
}

const read = 'read' as const
const write = 'write' as const

/** The combinations that most routes need. */
export const access = {
  any: { permissions: [], role: 'none' },
  metadata: { permissions: [{ metadata: read }], role: read },
  issuesRead: { permissions: [{ issues: read }, { pull_requests: read }], role: read },
  issuesWrite: { permissions: [{ issues: write }, { pull_requests: write }], role: read },
  issuesTriage: { permissions: [{ issues: write }, { pull_requests: write }], role: 'triage' },
  pullsRead: { permissions: [{ pull_requests: read }], role: read },
  pullsWrite: { permissions: [{ pull_requests: write }], role: write },
  contentsRead: { permissions: [{ contents: read }], role: read },
  contentsWrite: { permissions: [{ contents: write }], role: write },
  // GitHub has no such permission for fine-grained tokens: they cannot read checks at all.
  checksRead: {
    permissions: [{ checks: read }],
    role: read,
    refusedKinds: ['fine_grained'],
  },
  statusesRead: { permissions: [{ statuses: read }], role: read },
  actionsRead: { permissions: [{ actions: read }], role: read },
  actionsWrite: { permissions: [{ actions: write }], role: write },
  variablesRead: { permissions: [{ actions_variables: read }], role: write },
  variablesWrite: { permissions: [{ actions_variables: write }], role: write },
  hooksRead: {
    permissions: [{ repository_hooks: read }],
    role: 'admin',
    scopes: ['admin:repo_hook', 'read:repo_hook', 'repo'],
  },
  hooksWrite: {
    permissions: [{ repository_hooks: write }],
    role: 'admin',
    scopes: ['admin:repo_hook', 'write:repo_hook', 'repo'],
  },
  app: { permissions: [], role: 'none', as: 'app' },
} as const satisfies Readonly<Record<string, Access>>

export const creating = (given: Access): Access => ({ ...given, createsContent: true })
