import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PathRules } from './gate-rules.ts'
import { judgePath, judgePaths } from './judge-path.ts'

const rules: PathRules = { unprotected: [], protected: ['infra/**'] }
const verdictOf = (path: string, given = rules) => judgePath(path, given)[0]?.verdict ?? 'allow'

test('ordinary files may be written, whatever their alphabet', () => {
  for (const path of [
    ...[
      'a',
      'src/a b.ts',
      'docs/größe.md',
      '文档/说明.md',
      '.gitignore',
      'src/.env.example',
      'a..b',
      '...a',
    ],
    ...['github/x', 'src/git/x', 'x.git/y', 'workflows/a.yml', 'package.json', 'infrastructure/a'],
  ]) {
    assert.equal(verdictOf(path), 'allow', path)
  }
})

test('nothing leaves the repository or reaches into git', () => {
  for (const path of [
    ...[
      '',
      '/etc/passwd',
      '~/.ssh/x',
      'C:/x',
      'c:x',
      '../a',
      'a/../b',
      'a/./b',
      'a//b',
      'a/',
      '.',
      '..',
    ],
    ...[
      'a\\b',
      '..\\a',
      'a\0b',
      'a\nb',
      'a\tb',
      'a\u200bb',
      'a\u202eb',
      ' a',
      'a ',
      'a. ',
      'a/b.',
      'a /b',
    ],
    ...[
      '.git/config',
      '.GIT/hooks/x',
      'sub/.Git/x',
      '.git\u200c/x',
      '.g\u200dit/x',
      '.git./x',
      '.git /x',
    ],
    ...[
      'GIT~1/x',
      '.git:x/y',
      '.git::$INDEX_ALLOCATION/x',
      '.ｇｉｔ/x',
      '․git/x',
      '‥/a',
      'a／..／b',
    ],
    ...['%2e%2e/a', 'a%2fb', 'a%00', 'e\u0301', 'a\ud800', 'a:b', 'a*b', 'a|b', 'a"b', '.\u2024/a'],
  ]) {
    assert.equal(verdictOf(path), 'deny', JSON.stringify(path))
  }
})

test('what machines obey is protected in every spelling, unless it is named', () => {
  for (const path of [
    ...['.github/workflows/a.yml', '.GitHub/Workflows/a.yml', '.github/actions/x/action.yml'],
    ...[
      '.github/dependabot.yml',
      'CODEOWNERS',
      'docs/codeowners',
      '.github/CODEOWNERS',
      '.gitmodules',
    ],
    ...[
      'sub/.github/x',
      '.vscode/tasks.json',
      '.claude/settings.json',
      'AGENTS.md',
      'src/CLAUDE.md',
    ],
    ...[
      '.gitlab-ci.yml',
      'Jenkinsfile',
      '.npmrc',
      'renovate.json',
      '.husky/pre-commit',
      'infra/a.tf',
    ],
    ...['ＣＯＤＥＯＷＮＥＲＳ', 'Infra/a.tf', '.gitattributes', '.mcp.json', 'action.yml'],
  ]) {
    assert.equal(verdictOf(path), 'deny', path)
  }
  const open = { unprotected: ['.github/ISSUE_TEMPLATE/**', 'AGENTS.md'], protected: [] }
  assert.equal(verdictOf('.github/ISSUE_TEMPLATE/bug.md', open), 'allow')
  assert.equal(verdictOf('AGENTS.md', open), 'allow')
  assert.equal(verdictOf('.github/workflows/a.yml', open), 'deny')
  assert.equal(verdictOf('.github/ISSUE_TEMPLATE/../workflows/a.yml', open), 'deny')
})

test('files that some systems take for one, or for a folder, are not written together', () => {
  assert.deepEqual(judgePaths(['a', 'b/c', 'b/d'], rules), [])
  assert.equal(judgePaths(['a.ts', 'A.ts'], rules)[0]?.verdict, 'deny')
  assert.equal(judgePaths(['a', 'a'], rules)[0]?.verdict, 'deny')
  assert.equal(judgePaths(['link', 'link/x'], rules)[0]?.verdict, 'ask')
  assert.equal(judgePaths(['Link/x/y', 'link'], rules)[0]?.verdict, 'ask')
})
