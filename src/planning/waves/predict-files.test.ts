import assert from 'node:assert/strict'
import { test } from 'node:test'
import { predictFiles } from './predict-files.ts'

const pathsOf = (text: string) => predictFiles(text).paths

test('files, folders and globs are found in prose', () => {
  const text =
    'Fix `src/http/server.ts` and (docs/guide.md), touch web/src, package.json, .github/workflows/ci.yml and src/**/*.test.ts; then ./lib/a.py.'
  assert.deepEqual(pathsOf(text), [
    'src/http/server.ts',
    'docs/guide.md',
    'web/src',
    'package.json',
    '.github/workflows/ci.yml',
    'src/**/*.test.ts',
    'lib/a.py',
  ])
})

test('what only looks like a path is none', () => {
  const text =
    'Use Node.js and Next.js, and/or TCP/IP, CI/CD, e.g. version 1.2.3 of https://example.com/src/a.ts or @octokit/core; see /etc/passwd.conf and ../../up.ts.'
  assert.deepEqual(pathsOf(text), [])
})

test('components by the lines of the instructions, with their step', () => {
  const text =
    'Goal: shop\n\nTask: Cart: tests\nComponent: Cart\nStep: tests\n\nPart 2\nComponent: Search'
  assert.deepEqual(predictFiles(text).components, ['Cart/tests', 'Search'])
  assert.deepEqual(predictFiles('Change the `Cart` component and the Payment service').components, [
    'Cart',
    'Payment',
  ])
})

test('a huge hostile text gives a bounded answer', () => {
  const text =
    'src/a/'.repeat(200_000) + Array.from({ length: 9000 }, (_, i) => `f${i}.ts`).join(' ')
  assert.ok(pathsOf(text).length <= 200)
  assert.equal(pathsOf(Array.from({ length: 9000 }, (_, i) => `f${i}.ts`).join(' ')).length, 200)
})
