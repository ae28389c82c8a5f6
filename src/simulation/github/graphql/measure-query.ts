import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  type GraphQLNamedType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  getNamedType,
  isInterfaceType,
  isObjectType,
  type OperationDefinitionNode,
  type SelectionNode,
  type ValueNode,
} from 'graphql'
import type { FailureType, GraphqlErrorEntry } from './graphql-failure.ts'

export type Variables = Readonly<Record<string, unknown>>

export type Measure = {
  /** Points: requests that full pages would need, divided by 100. */
  readonly cost: number
  /** Nodes that full pages would hold. */
  readonly nodeCount: number
  readonly errors: readonly GraphqlErrorEntry[]
}

const mostNodes = 500_000
const largestPage = 100

type Walk = {
  readonly schema: GraphQLSchema
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  readonly variables: Variables
  readonly errors: GraphqlErrorEntry[]
  requests: number
  nodes: number
}

/** Where a walk is: the type that is selected from, how often, and the way there. */
type At = {
  readonly type: GraphQLNamedType | undefined
  readonly times: number
  readonly path: readonly string[]
}

/**
 * What a query costs, by GitHub's formula, before it runs: every connection counts one request for
 * each of its parents, all pages taken as full. Source: "Rate limits and query limits for the
 * GraphQL API", docs.github.com.
 */
export function measureQuery(
  schema: GraphQLSchema,
  document: DocumentNode,
  { operation, variables }: { operation: OperationDefinitionNode; variables: Variables },
): Measure {
  const fragments = document.definitions.filter((node) => node.kind === 'FragmentDefinition')
  const walk: Walk = {
    schema,
    fragments: new Map(fragments.map((fragment) => [fragment.name.value, fragment])),
    variables: { ...defaultsOf(operation), ...variables },
    ...{ errors: [], requests: 0, nodes: 0 },
  }
  const type = schema.getRootType(operation.operation) ?? undefined
  visitAll(walk, operation.selectionSet.selections, { type, times: 1, path: [operation.operation] })
  if (walk.nodes > mostNodes) {
    const message =
      `This query requests up to ${walk.nodes.toLocaleString('en-US')} possible nodes which ` +
      `exceeds the maximum limit of ${mostNodes.toLocaleString('en-US')}.`
    walk.errors.push({ type: 'MAX_NODE_LIMIT_EXCEEDED', message })
  }
  const cost = Math.max(1, Math.round(walk.requests / 100))
  return { cost, nodeCount: walk.nodes, errors: walk.errors }
}

function visitAll(walk: Walk, selections: readonly SelectionNode[], at: At): void {
  for (const selection of selections) {
    if (!isSelected(selection, walk.variables)) continue
    if (selection.kind === 'Field') visitField(walk, selection, at)
    else if (selection.kind === 'InlineFragment') {
      const condition = selection.typeCondition?.name.value
      const type = condition === undefined ? at.type : walk.schema.getType(condition)
      visitAll(walk, selection.selectionSet.selections, { ...at, type })
    } else {
      const fragment = walk.fragments.get(selection.name.value)
      if (fragment === undefined) continue
      const type = walk.schema.getType(fragment.typeCondition.name.value)
      visitAll(walk, fragment.selectionSet.selections, { ...at, type })
    }
  }
}

function visitField(walk: Walk, field: FieldNode, at: At): void {
  const { type } = at
  if (!(isObjectType(type) || isInterfaceType(type))) return
  const definition = type.getFields()[field.name.value]
  if (definition === undefined) return
  const returned = getNamedType(definition.type)
  const path = [...at.path, field.alias?.value ?? field.name.value]
  let { times } = at
  if (returned.name.endsWith('Connection')) {
    walk.requests += times
    times *= pageSize(walk, field, path)
    walk.nodes += times
  }
  visitAll(walk, field.selectionSet?.selections ?? [], { type: returned, times, path })
}

function pageSize(walk: Walk, field: FieldNode, path: readonly string[]): number {
  const name = field.name.value
  const refuse = (type: FailureType, message: string): number => {
    const { loc } = field
    const { startToken: token } = loc ?? {}
    const locations = token === undefined ? [] : [{ line: token.line, column: token.column }]
    walk.errors.push({ type, path, locations, message })
    return 0
  }
  for (const side of ['first', 'last'] as const) {
    const argument = field.arguments?.find((given) => given.name.value === side)
    const size = argument === undefined ? null : sizeGiven(argument.value, walk.variables)
    if (size === null) continue
    if (size > largestPage) {
      const limit = `exceeds the \`${side}\` limit of ${largestPage} records.`
      return refuse(
        'EXCESSIVE_PAGINATION',
        `Requesting ${size} records on the \`${name}\` connection ${limit}`,
      )
    }
    if (size < 1) {
      return refuse(
        'EXCESSIVE_PAGINATION',
        `\`${side}\` on the \`${name}\` connection cannot be less than one.`,
      )
    }
    return size
  }
  return refuse(
    'MISSING_PAGINATION_BOUNDARIES',
    `You must provide a \`first\` or \`last\` value to properly paginate the \`${name}\` connection.`,
  )
}

function sizeGiven(value: ValueNode, variables: Variables): number | null {
  if (value.kind === 'IntValue') return Number(value.value)
  if (value.kind !== 'Variable') return null
  const given = variables[value.name.value]
  return typeof given === 'number' ? given : null
}

function isSelected(selection: SelectionNode, variables: Variables): boolean {
  const skip = getDirectiveValues(GraphQLSkipDirective, selection, { ...coerced(variables) })
  const include = getDirectiveValues(GraphQLIncludeDirective, selection, { ...coerced(variables) })
  return skip?.if !== true && include?.if !== false
}

const coerced = (variables: Variables) => ({ sources: {}, coerced: { ...variables } })

function defaultsOf({ variableDefinitions }: OperationDefinitionNode): Variables {
  const entries = (variableDefinitions ?? []).flatMap(({ variable, defaultValue }) => {
    if (defaultValue?.kind !== 'IntValue') return []
    return [[variable.name.value, Number(defaultValue.value)] as const]
  })
  return Object.fromEntries(entries)
}
