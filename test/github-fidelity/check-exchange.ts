import { checkRequest } from './check-request.ts'
import { type Exemption, exemptions, statusesOfAnyOperation } from './exemptions.ts'
import { jsonSchemaOf, type Operation, type RestDescription } from './rest-description.ts'
import { asSchema } from './schema-library.ts'

/** One request that reached the simulated GitHub and what it answered, bodies as they were sent. */
export type Exchange = {
  readonly request: {
    readonly method: string
    /** With the query. */
    readonly url: string
    readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
    readonly body: string
  }
  readonly response: {
    readonly status: number
    readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
    readonly body: string
  }
}

export type Problem = {
  readonly exchange: Exchange
  readonly operation: string
  readonly part: Exemption['part']
  readonly text: string
}

export type Verdict = {
  readonly operation: string | null
  readonly problems: readonly Problem[]
  readonly used: readonly Exemption[]
}

/** GraphQL and git have tests of their own; `/agents` and the rest are REST. */
const otherProtocols = /^\/(graphql|git\/|_simulation\/)|\.git(\/|$)/

const bodiless = new Set([204, 304])

/**
 * Whether the request is one that GitHub describes, and the answer is one that it describes for it.
 * With `mayBeRefused` a request that does not fit is as it should be where it was refused.
 */
export function checkExchange(
  description: RestDescription,
  exchange: Exchange,
  mayBeRefused: boolean,
): Verdict {
  const { request, response } = exchange
  const url = new URL(request.url, 'https://api.github.com')
  if (otherProtocols.test(url.pathname)) return { operation: null, problems: [], used: [] }
  const operation = description.find(request.method, url.pathname)
  if (operation === null) {
    return response.status === 404
      ? { operation: null, problems: [], used: [] }
      : report(exchange, `${request.method} ${url.pathname}`, [
          ['operation', `is not described, and was answered with ${response.status}`],
        ])
  }
  const requested = checkRequest(description, operation, { url, body: request.body })
  const refused = mayBeRefused && response.status >= 400
  const found = [...(refused ? [] : requested), ...checkResponse(description, operation, exchange)]
  return report(exchange, operation.name, found)
}

type Found = readonly (readonly [part: Exemption['part'], text: string])[]

function report(exchange: Exchange, operation: string, found: Found): Verdict {
  const used: Exemption[] = []
  const problems: Problem[] = []
  for (const [part, text] of found) {
    const exemption = exemptions.find(
      (entry) =>
        (entry.operation === '*' || entry.operation === operation) &&
        entry.part === part &&
        text.startsWith(entry.problem),
    )
    if (exemption === undefined) problems.push({ exchange, operation, part, text })
    else used.push(exemption)
  }
  return { operation, problems, used }
}

function checkResponse(
  description: RestDescription,
  operation: Operation,
  { response }: Exchange,
): Found {
  const { status, body } = response
  const described = description.response(operation, status)
  if (described === null) return checkUndescribed(description, operation, response)
  const schema = jsonSchemaOf(described)
  // An error that is described in words alone still says what is wrong.
  if (schema === null && status >= 400) return checkUndescribed(description, operation, response)
  if (schema === null || bodiless.has(status)) {
    return body === '' || described.content !== undefined || status === 200
      ? []
      : [['response', `has a body where ${status} has none: ${body.slice(0, 80)}`]]
  }
  const parsed = parse(body)
  if (parsed === undefined) return [['response', `is no JSON: ${body.slice(0, 80)}`]]
  const check = description.library.check(`${operation.name} ${status}`, schema)
  return check(parsed).map((text) => ['response', text] as const)
}

function checkUndescribed(
  description: RestDescription,
  operation: Operation,
  { status, body }: Exchange['response'],
): Found {
  if (!(statusesOfAnyOperation.has(status) || String(status) in operation.responses)) {
    const known = Object.keys(operation.responses).join(', ')
    return [['status', `${status} is not described: only ${known}`]]
  }
  if (status === 304) return body === '' ? [] : [['response', 'has a body where 304 has none']]
  const parsed = parse(body)
  if (parsed === undefined) return status >= 500 ? [] : [['response', 'is no JSON']]
  const name = status === 422 ? 'validation-error' : 'basic-error'
  const reference = asSchema({ $ref: `#/components/schemas/${name}` })
  return description.library
    .check(
      name,
      reference,
    )(parsed)
    .map((text) => ['response', text] as const)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
