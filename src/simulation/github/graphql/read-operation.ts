import {
  buildSchema,
  type DocumentNode,
  GraphQLError,
  getOperationAST,
  type OperationDefinitionNode,
  parse,
  validate,
} from 'graphql'
import { errorEntry, type GraphqlErrorEntry } from './graphql-failure.ts'
import { type Measure, measureQuery, type Variables } from './measure-query.ts'
import { mutationText } from './mutation-text.ts'
import { schemaText } from './schema-text.ts'

export const graphqlSchema = buildSchema(schemaText + mutationText)

export type Operation = {
  readonly document: DocumentNode
  readonly node: OperationDefinitionNode
  readonly variables: Variables
  readonly name: string | undefined
  readonly measure: Measure
  readonly isMutation: boolean
  /** How many fields create content, by which GitHub limits per minute and hour. */
  readonly creations: number
  /** `rateLimit(dryRun: true)`: it is priced and not run. */
  readonly isDry: boolean
}

export type ReadOperation =
  | { readonly operation: Operation }
  | { readonly errors: readonly GraphqlErrorEntry[] }

/** What a body asks for, and what it costs, without running it. */
export function readOperation(body: unknown): ReadOperation {
  const { query, variables, operationName } = isRecord(body) ? body : {}
  if (typeof query !== 'string' || query.trim() === '') {
    return failed('A query attribute must be specified and must be a string.')
  }
  let document: DocumentNode
  try {
    document = parse(query, { maxTokens: 20_000 })
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [errorEntry(error)] }
    throw error
  }
  const invalid = validate(graphqlSchema, document)
  if (invalid.length > 0) return { errors: invalid.map(validationEntry) }
  const name = typeof operationName === 'string' ? operationName : undefined
  const node = getOperationAST(document, name)
  if (node == null) return failed('An operation name is required')
  const given = isRecord(variables) ? variables : {}
  const measure = measureQuery(graphqlSchema, document, { operation: node, variables: given })
  if (measure.errors.length > 0) return { errors: measure.errors }
  return { operation: { document, node, variables: given, name, measure, ...natureOf(node) } }
}

const creating: ReadonlySet<string> = new Set([
  ...['createIssue', 'addComment', 'addSubIssue', 'addBlockedBy', 'addPullRequestReview'],
])

function natureOf(node: OperationDefinitionNode) {
  const fields = node.selectionSet.selections.filter((selection) => selection.kind === 'Field')
  const dryRun = fields
    .find((field) => field.name.value === 'rateLimit')
    ?.arguments?.find((argument) => argument.name.value === 'dryRun')?.value
  return {
    isMutation: node.operation === 'mutation',
    creations: fields.filter((field) => creating.has(field.name.value)).length,
    isDry: dryRun?.kind === 'BooleanValue' && dryRun.value,
  }
}

/** GitHub's server is another one than ours: a field that does not exist it words like this. */
function validationEntry(error: GraphQLError): GraphqlErrorEntry {
  const entry = errorEntry(error)
  const [, fieldName, typeName] =
    /^Cannot query field "(.+?)" on type "(.+?)"/.exec(error.message) ?? []
  if (fieldName === undefined || typeName === undefined) return entry
  const message = `Field '${fieldName}' doesn't exist on type '${typeName}'`
  return { ...entry, message, extensions: { code: 'undefinedField', typeName, fieldName } }
}

const failed = (message: string): ReadOperation => ({ errors: [{ message }] })

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
