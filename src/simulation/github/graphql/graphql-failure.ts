import type { GraphQLError } from 'graphql'
import { Refusal } from '../state/refusal.ts'

/** `errors[].type`, which GraphQL itself does not know. */
export type FailureType =
  | 'NOT_FOUND'
  | 'FORBIDDEN'
  | 'UNPROCESSABLE'
  | 'INSUFFICIENT_SCOPES'
  | 'RATE_LIMITED'
  | 'MISSING_PAGINATION_BOUNDARIES'
  | 'EXCESSIVE_PAGINATION'
  | 'MAX_NODE_LIMIT_EXCEEDED'

/** What a resolver throws where GitHub says no: the field becomes null, the rest is answered. */
export class GraphqlFailure extends Error {
  override readonly name = 'GraphqlFailure'
  readonly type: FailureType

  constructor(type: FailureType, message: string) {
    super(message)
    this.type = type
  }
}

export type GraphqlErrorEntry = {
  readonly type?: FailureType
  readonly message: string
  readonly path?: readonly (string | number)[]
  readonly locations?: readonly { readonly line: number; readonly column: number }[]
  readonly extensions?: Readonly<Record<string, unknown>>
}

export const unresolvedNode = (id: string): GraphqlFailure =>
  new GraphqlFailure('NOT_FOUND', `Could not resolve to a node with the global id of '${id}'`)

/** As GitHub spells an entry of `errors`. */
export function errorEntry(error: GraphQLError): GraphqlErrorEntry {
  const failure = asFailure(error.originalError ?? null)
  const extensions = Object.keys(error.extensions).length > 0 ? error.extensions : undefined
  return {
    ...(failure === null ? {} : { type: failure.type }),
    ...(error.path === undefined ? {} : { path: error.path }),
    ...(extensions === undefined ? {} : { extensions }),
    ...(error.locations === undefined ? {} : { locations: error.locations }),
    message: failure?.message ?? error.message,
  }
}

function asFailure(error: Error | null): GraphqlFailure | null {
  if (error instanceof GraphqlFailure) return error
  if (!(error instanceof Refusal)) return null
  return new GraphqlFailure(typeOf(error.status), wordingOf(error))
}

function typeOf(status: number): FailureType {
  if (status === 403) return 'FORBIDDEN'
  return status === 404 ? 'NOT_FOUND' : 'UNPROCESSABLE'
}

/** GraphQL says what a 422 has in its list of errors in one sentence. */
function wordingOf({ message, errors }: Refusal): string {
  const details = errors.map((error) =>
    typeof error === 'string'
      ? error
      : (error.message ?? `${error.field ?? ''} ${error.code}`.trim()),
  )
  return details.length === 0 ? message : details.join(', ')
}
