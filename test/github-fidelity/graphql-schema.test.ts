import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { schema } from '@octokit/graphql-schema'
import { buildSchema, extendSchema, parse } from 'graphql'
import { mutationText } from '../../src/simulation/github/graphql/mutation-text.ts'
import { schemaText } from '../../src/simulation/github/graphql/schema-text.ts'
import { compareSchemas } from './compare-schemas.ts'

const published = buildSchema(schema.idl, { assumeValid: true })
const supplement = readFileSync(new URL('graphql-supplement.graphql', import.meta.url), 'utf8')
const whole = extendSchema(published, parse(supplement))

test('the simulated schema is a part of the published one and its supplement', () => {
  assert.deepEqual(compareSchemas(buildSchema(schemaText + mutationText), whole), [])
})

test('what is invented, of another type or forgotten is found', () => {
  const wrong = buildSchema(`
    type Query { rateLimit(dryRun: Int): RateLimit repository(name: String!): Repository }
    type RateLimit { cost: String! price: Int! }
    type Repository { id: ID! }
    enum IssueState { OPEN HALF_OPEN }
    type Invention { state: IssueState }
    input AddCommentInput { body: String! }
  `)
  assert.deepEqual(compareSchemas(wrong, whole).toSorted(), [
    'AddCommentInput.subjectId: is required by the published schema',
    'Invention: is not published',
    'IssueState.HALF_OPEN: is not published',
    'Query.rateLimit.dryRun: is Int, published Boolean',
    'Query.repository.owner: is required by the published schema',
    'RateLimit.cost: is String!, published Int!',
    'RateLimit.price: is not published',
  ])
})
