import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql'

/**
 * Where `part` is no part of `whole`: a query that `part` accepts must be one that `whole` accepts
 * and answers in the same types.
 */
export function compareSchemas(part: GraphQLSchema, whole: GraphQLSchema): readonly string[] {
  return Object.values(part.getTypeMap())
    .filter(({ name }) => !name.startsWith('__'))
    .flatMap((type) => {
      const published = whole.getType(type.name)
      if (published === undefined) return [`${type.name}: is not published`]
      return compareTypes(type, published).map((problem) => `${type.name}${problem}`)
    })
}

function compareTypes(type: GraphQLNamedType, published: GraphQLNamedType): readonly string[] {
  if (type.constructor !== published.constructor) return [': is of another kind']
  if (isEnumType(type) && isEnumType(published)) {
    return missing(namesOf(type.getValues()), namesOf(published.getValues()))
  }
  if (isUnionType(type) && isUnionType(published)) {
    return missing(namesOf(type.getTypes()), namesOf(published.getTypes()))
  }
  if (isInputObjectType(type) && isInputObjectType(published)) {
    return compareInputs(type.getFields(), published.getFields())
  }
  const hasFields = isObjectType(type) || isInterfaceType(type)
  if (!hasFields || !(isObjectType(published) || isInterfaceType(published))) return []
  const publishedFields = published.getFields()
  return [
    ...missing(namesOf(type.getInterfaces()), namesOf(published.getInterfaces())),
    ...Object.values(type.getFields()).flatMap((field) => {
      const other = publishedFields[field.name]
      if (other === undefined) return [`.${field.name}: is not published`]
      const problems = compareInputs(byName(field.args), byName(other.args))
      const ownType = String(field.type)
      if (ownType !== String(other.type)) problems.push(`: is ${ownType}, published ${other.type}`)
      return problems.map((problem) => `.${field.name}${problem}`)
    }),
  ]
}

type Inputs = Readonly<Record<string, GraphQLArgument | GraphQLInputField>>

function compareInputs(given: Inputs, published: Inputs): string[] {
  const problems = Object.values(given).flatMap((input) => {
    const other = published[input.name]
    if (other === undefined) return [`.${input.name}: is not published`]
    const same = String(input.type) === String(other.type)
    return same ? [] : [`.${input.name}: is ${input.type}, published ${other.type}`]
  })
  const forgotten = Object.values(published)
    .filter((input) => isRequired(input) && given[input.name] === undefined)
    .map(({ name }) => `.${name}: is required by the published schema`)
  return [...problems, ...forgotten]
}

const isRequired = (input: GraphQLArgument | GraphQLInputField): boolean =>
  isNonNullType(input.type) && input.default === undefined && input.defaultValue === undefined

const byName = (args: readonly GraphQLArgument[]): Inputs =>
  Object.fromEntries(args.map((argument) => [argument.name, argument]))

const namesOf = (named: readonly { readonly name: string }[]): readonly string[] =>
  named.map(({ name }) => name)

const missing = (given: readonly string[], published: readonly string[]): readonly string[] =>
  given.filter((name) => !published.includes(name)).map((name) => `.${name}: is not published`)
