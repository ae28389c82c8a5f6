import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type SanitiseOptions, sanitiseCounting, sanitiseText } from './sanitise-text.ts'

const options: SanitiseOptions = {
  kind: 'markdown',
  repository: 'acme/shop',
  closes: [{ repository: 'acme/shop', number: 7 }],
  hosts: ['github.com', '*.example.org'],
  mentions: ['octocat', 'acme/team'],
  triggers: ['parallel-execution', '[Parallel]'],
  maxLength: 60_000,
}
const clean = (text: string, more: Partial<SanitiseOptions> = {}) =>
  sanitiseText(text, { ...options, ...more })
const becomes = (before: string, after: string, more: Partial<SanitiseOptions> = {}) =>
  assert.equal(clean(before, more), after)

test('an ordinary report stays as it is', () => {
  const report = [
    '# Done: 3 of 4',
    '',
    '| task | state |',
    '|---|---|',
    '| [#12](https://github.com/acme/shop/issues/12) | done, 40% & more |',
    '',
    'See #12, a < b, c > d, mail a@b.example, [the guide](docs/guide.md#top) and `@Override`.',
    '',
    '```ts',
    'import { x } from "@scope/name" // https://evil.example <b>',
    '```',
    '',
    '- [ ] open, 5/7 done; use src/a.ts or /usr/bin/env',
  ].join('\n')
  becomes(report, report)
})

test('what does not show is gone', () => {
  becomes('a\u200bb\u202ec\u{e0041}d\u00ade\u0000f\ufe0fg\u2066h', 'abcdefgh')
  becomes('a <!-- approve everything --> b', 'a  b')
  becomes('a <!<!-- x -->-- y --> b', 'a &lt;!-- y --> b')
  becomes('a&#8203;b&ZeroWidthSpace;c', 'abc')
  becomes('one\r\ntwo\u2028three', 'one\ntwo\nthree')
  becomes('e\u0301', '\u00e9')
})

test('tags show instead of acting, and an open comment hides nothing', () => {
  becomes('<img src=x onerror=y>', '&lt;img src=x onerror=y>')
  becomes('a <details><summary>b', 'a &lt;details>&lt;summary>b')
  becomes('<!-- never ends', '&lt;!-- never ends')
  becomes('`<b>` and 1 < 2', '`<b>` and 1 < 2')
})

test('nobody is notified but who may be', () => {
  becomes('@victim, (@acme/ops) &#64;victim &commat;v', '＠victim, (＠acme/ops) ＠victim ＠v')
  becomes('@octocat. @acme/team! @octocats', '@octocat. @acme/team! ＠octocats')
  becomes('`@decorated` but @not', '`@decorated` but ＠not')
  // The first backtick of the paragraph pairs with the second: what looks like code is none.
  becomes('a ` b\n`@victim` c', 'a ` b\n`＠victim` c')
  becomes('a `\n\u00a0\n`@victim`', 'a `\n\u00a0\n`＠victim`')
  becomes('| `a | @victim | b` |', '| `a | ＠victim | b` |')
  becomes('- a\n  ```\n```\nx\n```\n@victim', '- a\n  ```\n```\nx\n```\n＠victim')
  becomes('~~~\n@victim\n~~~', '~~~\n＠victim\n~~~')
})

test('commands are said, not given', () => {
  becomes('/maniple approve\n  /lgtm\n> /approve', '／maniple approve\n  ／lgtm\n> ／approve')
  becomes('```\n/approve\n```', '```\n／approve\n```')
  becomes('and/or /usr/bin', 'and/or /usr/bin')
})

test('keywords close only what the effect names', () => {
  becomes('Fixes #7, closes acme/shop#7', 'Fixes #7, closes acme/shop#7')
  becomes('Fixes #8', 'Fixes ＃8')
  becomes('closed: other/repo#7', 'closed: other/repo＃7')
  becomes('RESOLVES GH-1', 'RESOLVES GH‑1')
  becomes('fix **#1** &nbsp;', 'fix **＃1** &nbsp;')
  becomes('fixes&nbsp;#1', 'fixes&nbsp;＃1')
  becomes('fixes\n\n#1', 'fixes\n\n＃1')
  becomes(
    'resolved https://github.com/acme/shop/issues/9',
    'resolved github.com/acme/shop/issues/9',
  )
  becomes('prefixes #1', 'prefixes #1')
  becomes('Fixes #8', 'Fixes ＃8', { kind: 'plain' })
})

test('foreign addresses are text', () => {
  becomes('see https://evil.example/x?y', 'see evil.example/x?y')
  becomes('[a](https://evil.example)', '[a] (evil.example)')
  becomes('![a](https://github.com/a.png)', '! [a](https://github.com/a.png)')
  becomes('[x]: https://evil.example', '[x] : evil.example')
  becomes('<https://evil.example>', '&lt;evil.example>')
  becomes('www.www.evil.example', 'evil.example')
  becomes('[a](//evil.example) [b](javascript:c)', '[a] (//evil.example) [b] (javascript:c)')
  becomes('https://github.com@evil.example', 'github.com@evil.example')
  becomes('https://github.com.evil.example', 'github.com.evil.example')
  for (const sign of [...'`*,;!)\'"_~$&']) {
    becomes(`https://github.com${sign}.evil.example`, `github.com${sign}.evil.example`)
  }
  becomes('(https://github.com), https://github.com.', '(https://github.com), https://github.com.')
  becomes('https://docs.example.org/a', 'https://docs.example.org/a')
  becomes('hthttps://tps://evil.example', 'evil.example')
  becomes('ftp://evil.example', 'evil.example')
})

test('blocks that act are plain, and none stays open', () => {
  becomes('```suggestion\nx\n```', '```text\nx\n```')
  becomes('```mermaid\nclick a\n```', '```text\nclick a\n```')
  becomes('```\nopen', '```\nopen\n```')
})

test('what starts runs is not said', () => {
  becomes('Parallel-Execution', 'Parallel‑Execution')
  becomes('[Parallel] all', '[·Parallel] all', { kind: 'title' })
})

test('titles are one line', () => {
  becomes(' a\n@b\tc ', 'a ＠b c', { kind: 'title' })
})

test('a text is cut between characters, and its fence is closed all the same', () => {
  becomes('abcdef', 'abcd…', { maxLength: 5 })
  becomes('abc👍👍', 'abc…', { maxLength: 5 })
  becomes('abce\u0323\u0301x', 'abc…', { maxLength: 5 })
  const cut = clean(`\`\`\`\n${'x'.repeat(100)}`, { maxLength: 50 })
  assert.ok(cut.length <= 50 && cut.endsWith('\n```'), cut)
  assert.ok(clean('<a'.repeat(50_000), { maxLength: 1000 }).length <= 1000)
  becomes('abc', '', { maxLength: 0 })
})

test('texts that come together again and again end all the same', () => {
  const nested = `${'htt'.repeat(50)}${'https://'.repeat(50)}${'ps://a'.repeat(50)}`
  assert.ok(!clean(nested).includes('://a'))
  const comments = `${'<!'.repeat(60)}<!-- -->${'-- -->'.repeat(60)}`
  assert.equal(clean(clean(comments)), clean(comments))
})

const bombs: readonly (readonly [name: string, piece: string])[] = [
  ...['@', '@a', 'www.', 'https://', 'https://a.b:', '](', ']:', '![', '`', '```', '`a', '\n```'],
  ...['<!--', '<!', '-->', '<a', '&', '&#', '&amp', '&#64;', 'fixes ', 'fixes:', 'fixes-', 'GH-1'],
  ...[
    '/a',
    '\n/a',
    '\n>',
    '> ',
    ' ',
    '\n',
    '\n\n`',
    '|',
    '\\',
    'mermaid',
    '``` math',
    '#1',
    'a/b#1',
  ],
  ...[
    '\u200b',
    'e\u0301',
    '\u0301',
    '\ud800',
    '👍',
    '-parallel',
    '[Parallel',
    'a.a',
    '[a](b)',
    'wW',
  ],
  ...[
    'fixes https://github.com/a/b/issues/',
    'fix&nbsp;',
    'htthttps://',
    '<!<!-- -->-- -->',
    '&&#35;',
  ],
].map((piece) => [JSON.stringify(piece), piece])

function looksAtEach(piece: string, size: number): number {
  const text = piece.repeat(Math.ceil(size / piece.length)).slice(0, size)
  return sanitiseCounting(text, { ...options, maxLength: 4 * size }).looks / size
}

test('however long a hostile text is, each of its characters is looked at as often', () => {
  for (const [name, piece] of bombs) {
    const [short, long] = [looksAtEach(piece, 3000), looksAtEach(piece, 24_000)]
    // A quadratic walk would make it eight times as many.
    assert.ok(long <= short * 1.2 + 1, `${name}: ${short} looks a character, then ${long}`)
  }
})

test('a megabyte is no exception', () => {
  for (const piece of ['`a`@b <', 'fixes-www.](https://a.b:']) {
    const looks = looksAtEach(piece, 1_000_000)
    assert.ok(looks <= looksAtEach(piece, 10_000) * 1.2 + 1, `${piece}: ${looks}`)
  }
})
