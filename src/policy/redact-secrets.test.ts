import assert from 'node:assert/strict'
import { test } from 'node:test'
import { holdsKnownSecret, redactSecrets } from './redact-secrets.ts'

const secret = 'S3cr3t+/value?with&signs'
const hides = (text: string, known: readonly string[] = [secret]) => {
  const open = redactSecrets(`before ${text} after`, known)
  assert.equal(open, 'before (hidden) after')
}

test('tokens of well-known shapes are hidden, whoever they belong to', () => {
  const letters = 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0dE3fG6'
  for (const prefix of ['ghp_', 'gho_', 'ghs_', 'ghu_', 'ghr_', 'github_pat_', 'sk-', 'sk-ant-']) {
    hides(prefix + letters, [])
  }
  for (const prefix of [
    'glpat-',
    'npm_',
    'hf_',
    'xoxb-',
    'xapp-'.replace('xapp', 'xoxp'),
    'AIza',
  ]) {
    hides(prefix + letters, [])
  }
  hides('AKIAABCDEFGHIJKLMNOP', [])
  hides('eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.SflKxwRJSMeKKF2QT4', [])
  hides('-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----', [])
  assert.equal(redactSecrets('-----BEGIN PRIVATE KEY-----\nMIIE', []), '(hidden)')
  assert.equal(redactSecrets('x_ghp_ short eyJ.a.b sk-1', []), 'x_ghp_ short eyJ.a.b sk-1')
})

test('a known secret is hidden in every form that it can be read back from', () => {
  const bytes = Buffer.from(secret)
  hides(secret)
  hides(encodeURIComponent(secret))
  hides(encodeURIComponent(secret).toLowerCase().replace('s3cr3t', 'S3cr3t'))
  hides(bytes.toString('hex'))
  hides(bytes.toString('hex').toUpperCase())
  hides([...secret].join('\u200b'))
  hides([...secret].join('\u{e0061}\u2060'))
  hides([...'ghp_aB3dE6gH9jK2mN5pQ8sT1vW4'].join('\u200d'), [])
  for (const before of ['', 'a', 'ab', 'abc', 'key=']) {
    for (const after of ['', 'z', 'zy']) {
      for (const coding of ['base64', 'base64url'] as const) {
        const coded = Buffer.from(before + secret + after).toString(coding)
        assert.match(redactSecrets(coded, [secret]), /^[\w+/-]{0,8}\(hidden\)[\w+/=-]{0,8}$/)
        assert.ok(holdsKnownSecret(coded, [secret]))
      }
    }
  }
})

test('two that overlap make one hole, and what is too short to be one is left', () => {
  assert.equal(redactSecrets('abcdefghij', ['abcdef', 'defghij']), '(hidden)')
  assert.equal(redactSecrets('abc abc', ['abc']), 'abc abc')
  assert.equal(redactSecrets('a\u200bb', [secret]), 'a\u200bb')
})

test('a megabyte that almost holds a secret everywhere is no trouble', () => {
  // Each `-eyJ` could begin a token that never ends: looked at once, not from every beginning.
  for (const piece of [
    '-eyJaaaaaaaa',
    'eyJaaaaaaaa.',
    '-----BEGIN PRIVATE KEY',
    'bearer ',
    'ghp_a',
  ]) {
    const text = piece.repeat(80_000).slice(0, 1_000_000)
    assert.ok(redactSecrets(text, [secret]).length > 0)
  }
  const many = redactSecrets(`${secret} `.repeat(40_000), [secret])
  assert.equal(many, '(hidden) '.repeat(40_000))
})
