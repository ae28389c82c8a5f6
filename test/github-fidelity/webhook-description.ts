import { readPackageJson } from './rest-description.ts'
import { asSchema, type Check, type Schema, SchemaLibrary } from './schema-library.ts'

type Example = { readonly name: string; readonly examples: readonly Schema[] }

let loaded: { readonly webhooks: Schema; readonly library: SchemaLibrary } | undefined

function description() {
  if (loaded !== undefined) return loaded
  const document = readPackageJson('@octokit/openapi-webhooks/generated/api.github.com.json')
  const components = asSchema(document.components)
  const library = new SchemaLibrary(asSchema(components.schemas))
  loaded = { webhooks: asSchema(document.webhooks), library }
  return loaded
}

/** What GitHub describes of an event; `issues` and `opened` are `issues-opened` there. */
export function webhookCheck(event: string, action: string | null): Check {
  const { webhooks, library } = description()
  const name = [event, ...(action === null ? [] : [action])].join('-').replaceAll('_', '-')
  const webhook = webhooks[name]
  if (webhook === undefined) return () => [`${name} is no webhook of GitHub's`]
  const content = asSchema(asSchema(asSchema(asSchema(webhook).post).requestBody).content)
  return library.check(name, asSchema(asSchema(content['application/json']).schema))
}

let examples: readonly Example[] | undefined

/** Payloads that GitHub really sent, of 2024 and before; empty: there is none of this kind. */
export function webhookExamples(event: string, action: string | null): readonly Schema[] {
  examples ??= readExamples()
  const found = examples.find(({ name }) => name === event)?.examples ?? []
  return found.filter((example) => action === null || example.action === action)
}

function readExamples(): readonly Example[] {
  const read = readPackageJson('@octokit/webhooks-examples')
  return Object.values(read).map((entry) => {
    const { name, examples: given } = asSchema(entry)
    return { name: String(name), examples: Array.isArray(given) ? given.map(asSchema) : [] }
  })
}
