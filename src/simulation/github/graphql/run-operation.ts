import { execute } from 'graphql'
import type { GraphqlContext } from './graphql-context.ts'
import { errorEntry, type GraphqlErrorEntry } from './graphql-failure.ts'
import { issueView } from './issue-view.ts'
import { pullView } from './pull-view.ts'
import { graphqlSchema, type Operation } from './read-operation.ts'
import { repositoryView } from './repository-view.ts'
import { rootValue } from './root-value.ts'

export type GraphqlAnswer = {
  readonly data?: unknown
  readonly errors?: readonly GraphqlErrorEntry[]
}

const views = { issue: issueView, pull: pullView, repository: repositoryView }

/** Runs what was read; what could not be answered is null and has an entry in `errors`. */
export async function runOperation(
  operation: Operation,
  given: Omit<GraphqlContext, 'views'>,
): Promise<GraphqlAnswer> {
  const context: GraphqlContext = { ...given, views }
  const { rateLimit } = rootValue
  const result = await execute({
    schema: graphqlSchema,
    document: operation.document,
    rootValue: operation.isDry ? { rateLimit } : rootValue,
    contextValue: context,
    variableValues: { ...operation.variables },
    ...(operation.name === undefined ? {} : { operationName: operation.name }),
  })
  const { data, errors } = result
  return {
    ...(data === undefined ? {} : { data }),
    ...(errors === undefined ? {} : { errors: errors.map(errorEntry) }),
  }
}
