import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type SanitiseOptions, sanitiseText } from '../../src/policy/index.ts'
import { findActing } from './find-acting.ts'

const options: SanitiseOptions = {
  kind: 'markdown',
  repository: 'acme/shop',
  closes: [],
  hosts: ['github.com'],
  mentions: [],
  triggers: ['parallel-execution'],
  maxLength: 4000,
}

// Pieces that change what their neighbours mean, and pieces that would act where they are let.
const pieces = [
  ...[
    '`',
    '``',
    '```',
    '~~~',
    '\n```\n',
    '\n```js\n',
    '```suggestion\n',
    ' ',
    '\n',
    '\n\n',
    '    ',
  ],
  ...['> ', '- ', '1. ', '\t', '|', '\\', '$', '*', '_', '~', '[', ']', '(', ')', '![', '](', ']:'],
  ...['<', '>', '<!--', '-->', '<!', '<pre>', '</pre>', '<b>', '<a href="', '"', '&', '&#', ';'],
  ...['&#64;', '&commat;', '&#x200b;', '&#96;', '&lt;', '\u200b', '\u202e', '\u{e0041}', '\ufe0f'],
  ...['@', '@victim', 'victim', 'a', 'fixes', 'Closes', ' #1', '#', '1', 'GH-2', 'acme/other#3'],
  ...[
    'https',
    ':',
    '//',
    '://',
    'https://evil.example/x',
    'www.',
    'www.evil.example',
    'github.com',
  ],
  ...[
    'https://github.com/acme/shop/issues/1',
    'https://github.com@evil.example',
    'javascript:x',
    '.evil.example',
    ',',
  ],
  ...[
    '/',
    '/approve',
    '\n/maniple approve',
    'parallel-',
    'execution',
    '\u0301',
    '\u212a',
    '\u1fef',
  ],
  ...['\r', '\u2028', '\ud800', '[^1]: ', '[x]: ', '===', '---', '#  ', 'mermaid', '\u00a0'],
]
const hostile = fc
  .array(
    fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...pieces) }, fc.string({ maxLength: 3 })),
    {
      maxLength: 30,
    },
  )
  .map((parts) => parts.join(''))
const runs = { numRuns: Number(process.argv.includes('--many') ? 200_000 : 3000) }

for (const kind of ['markdown', 'plain', 'title'] as const) {
  const given = { ...options, kind }
  test(`${kind}: what went through once comes out the second time as it was`, () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const once = sanitiseText(text, given)
        assert.equal(sanitiseText(once, given), once)
      }),
      runs,
    )
  })

  test(`${kind}: nothing acts any more, says a Markdown parser`, () => {
    const acting = { markdown: kind === 'markdown', hosts: given.hosts, triggers: given.triggers }
    fc.assert(
      fc.property(hostile, (text) => {
        assert.deepEqual(findActing(sanitiseText(text, given), acting), [])
      }),
      runs,
    )
  })

  test(`${kind}: never longer than it may be, and well-formed`, () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 0, max: 80 }), (text, maxLength) => {
        const short = sanitiseText(text, { ...given, maxLength })
        assert.ok(short.length <= maxLength, short)
        assert.ok(short.isWellFormed())
        assert.equal(sanitiseText(short, { ...given, maxLength }), short)
      }),
      runs,
    )
  })
}
