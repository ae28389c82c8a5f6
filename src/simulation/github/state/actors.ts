import { randomBytes } from 'node:crypto'
import type {
  Actor,
  App,
  By,
  Installation,
  Permission,
  Token,
  TokenKind,
  TokenPermissions,
} from './actor.ts'
import { permissions as permissionOrder } from './actor.ts'
import type { Repository } from './entities.ts'
import { Refusal } from './refusal.ts'
import type { StateCore } from './state-core.ts'

export type NewActor = {
  readonly login: string
  readonly type?: Actor['type']
  readonly name?: string | null
}

export type NewApp = {
  readonly slug: string
  readonly owner: Actor
  readonly permissions: TokenPermissions
  readonly id?: number
  readonly publicKey?: string | null
}

export type NewToken = {
  readonly kind: TokenKind
  readonly actor: Actor
  readonly installation?: Installation
  readonly scopes?: readonly string[]
  readonly permissions?: TokenPermissions
  readonly repositoryIds?: readonly number[]
  readonly expiresAt?: number
}

const tokenPrefixes: Readonly<Record<TokenKind, string>> = {
  classic: 'ghp_',
  fine_grained: 'github_pat_',
  installation: 'ghs_',
  user_to_server: 'ghu_',
  github_token: 'ghs_',
}

const copilotIds = { actor: 198_982_749, reviewer: 175_728_472, app: 1_143_301 } as const
const actionsIds = { actor: 41_898_282, app: 15_368 } as const

/** Users, organisations, bots, apps and tokens. */
export class Actors {
  readonly #core: StateCore
  readonly #byLogin = new Map<string, Actor>()
  readonly #apps = new Map<number, App>()
  readonly #tokens = new Map<string, Token>()
  readonly github: Actor
  readonly copilot: Actor
  readonly copilotReviewer: Actor
  readonly copilotApp: App
  readonly actionsBot: Actor
  readonly actionsApp: App

  constructor(core: StateCore) {
    this.#core = core
    this.github = this.create({ login: 'github', type: 'Organization', name: 'GitHub' })
    this.copilot = this.#bot(copilotIds.actor, 'Copilot', 'copilot-swe-agent')
    const reviewer = 'copilot-pull-request-reviewer'
    this.copilotReviewer = this.#bot(copilotIds.reviewer, `${reviewer}[bot]`, reviewer)
    this.copilotApp = this.#app({
      ...{ id: copilotIds.app, slug: 'copilot-swe-agent', owner: this.github },
      ...{ permissions: {}, bot: this.copilot },
    })
    this.actionsBot = this.#bot(actionsIds.actor, 'github-actions[bot]', 'github-actions')
    this.actionsApp = this.#app({
      ...{ id: actionsIds.app, slug: 'github-actions', owner: this.github },
      ...{ permissions: {}, bot: this.actionsBot },
    })
    // The name by which it is assigned through REST.
    this.#byLogin.set('copilot-swe-agent[bot]', this.copilot)
  }

  create({ login, type = 'User', name = null }: NewActor): Actor {
    if (this.#byLogin.has(login.toLowerCase())) {
      throw new Refusal(422, `The login ${login} is taken.`)
    }
    const id = this.#core.nextId()
    const nodeId = this.#core.nodeId(type, id)
    return this.#keep({ id, nodeId, login, graphqlLogin: login, type, name })
  }

  /** By either of its logins, in any case. */
  find(login: string): Actor | undefined {
    return this.#byLogin.get(login.toLowerCase())
  }

  /** Registers an app with its bot `<slug>[bot]`. */
  createApp({ slug, owner, permissions, id, publicKey }: NewApp): App {
    const bot = this.#bot(this.#core.nextId(), `${slug}[bot]`, slug)
    const appId = id ?? this.#core.nextId()
    return this.#app({ slug, owner, permissions, bot, id: appId, publicKey: publicKey ?? null })
  }

  app(id: number): App | undefined {
    return this.#apps.get(id)
  }

  apps(): readonly App[] {
    return [...this.#apps.values()]
  }

  install(app: App, account: Actor, repositoryIds: readonly number[] | null = null): Installation {
    const id = this.#core.nextId()
    const { permissions } = app
    const createdAt = this.#core.now()
    const installation = { id, app, account, permissions, repositoryIds, createdAt }
    this.#core.installations.set(id, installation)
    return installation
  }

  installation(id: number): Installation | undefined {
    return this.#core.installations.get(id)
  }

  installations(): readonly Installation[] {
    return [...this.#core.installations.values()]
  }

  createToken(token: NewToken): Token {
    const { kind, installation } = token
    const app = installation?.app ?? (kind === 'github_token' ? this.actionsApp : null)
    const created: Token = {
      value: tokenPrefixes[kind] + randomBytes(20).toString('hex'),
      kind,
      actor: token.actor,
      app,
      installation: installation ?? null,
      scopes: token.scopes ?? [],
      permissions: token.permissions ?? {},
      repositoryIds: token.repositoryIds ?? null,
      expiresAt: token.expiresAt ?? null,
    }
    this.#tokens.set(created.value, created)
    return created
  }

  /** Undefined: unknown, revoked or expired. */
  token(value: string): Token | undefined {
    const token = this.#tokens.get(value)
    if (token === undefined) return undefined
    return token.expiresAt !== null && token.expiresAt <= this.#core.now() ? undefined : token
  }

  revoke(value: string): void {
    this.#tokens.delete(value)
  }

  /** What an actor may do in a repository as a person; `none` in a private one it has no part in. */
  permissionOf(actor: Actor, repository: Repository): Permission {
    if (actor === repository.owner) return 'admin'
    const given = repository.collaborators.get(actor.id)?.permission
    return given ?? (repository.isPrivate ? 'none' : 'read')
  }

  may(actor: Actor, repository: Repository, least: Permission): boolean {
    const has = permissionOrder.indexOf(this.permissionOf(actor, repository))
    return has >= permissionOrder.indexOf(least)
  }

  #bot(id: number, login: string, graphqlLogin: string): Actor {
    const nodeId = this.#core.nodeId('Bot', id)
    return this.#keep({ id, nodeId, login, graphqlLogin, type: 'Bot', name: null })
  }

  #keep(actor: Omit<Actor, 'email' | 'createdAt'>): Actor {
    const email = `${actor.id}+${actor.login}@users.noreply.github.com`
    const kept: Actor = { ...actor, email, createdAt: this.#core.now() }
    this.#byLogin.set(kept.login.toLowerCase(), kept)
    this.#core.register(kept.nodeId, { type: 'Actor', value: kept })
    // A user may not lose its name to a bot that GraphQL calls the same.
    const other = kept.graphqlLogin.toLowerCase()
    if (!this.#byLogin.has(other)) this.#byLogin.set(other, kept)
    return kept
  }

  #app(given: Pick<App, 'id' | 'slug' | 'owner' | 'permissions' | 'bot'> & Partial<App>): App {
    const nodeId = this.#core.nodeId('App', given.id)
    const createdAt = this.#core.now()
    const app: App = { publicKey: null, name: given.slug, ...given, nodeId, createdAt }
    this.#apps.set(app.id, app)
    this.#core.register(nodeId, { type: 'App', value: app })
    return app
  }
}

export const byToken = (token: Token): By => ({
  actor: token.actor,
  app: token.app,
  token: token.kind,
})
