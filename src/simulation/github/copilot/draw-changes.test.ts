import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drawChanges, slugOf } from './draw-changes.ts'

const settings = { seed: 1, overlaps: 0, sharedPath: 'CHANGELOG.md' }
const text = { title: 'Sort the list', body: '', number: 7 }

test('files that the text names are changed, otherwise one named after the title', () => {
  const body = 'Change `src/list.ts` and docs/list.md, then src/list.ts again.'
  assert.deepEqual(drawChanges({ ...text, body }, settings).paths, ['src/list.ts', 'docs/list.md'])
  assert.deepEqual(drawChanges(text, settings).paths, ['src/sort-the-list.ts'])
})

test('workflows, git itself and what lies outside are left alone', () => {
  const body = 'Edit .github/workflows/ci.yml, ../up.ts, a/../b.ts, .git/config and /etc/passwd.'
  assert.deepEqual(drawChanges({ ...text, body }, settings).paths, ['src/sort-the-list.ts'])
})

test('some touch the shared file, and the same seed always says which', () => {
  const draw = (seed: number) =>
    Array.from(
      { length: 100 },
      (_, number) =>
        drawChanges({ ...text, number }, { ...settings, seed, overlaps: 0.3 }).paths.length,
    )
  assert.deepEqual(draw(1), draw(1))
  assert.notDeepEqual(draw(1), draw(2))
  const shared = draw(1).filter((paths) => paths === 2).length
  assert.ok(shared > 15 && shared < 45, `${shared} of 100`)
})

test('a title of any kind makes a branch name', () => {
  assert.equal(slugOf('  Fix: the “Größe” of /things/ '), 'fix-the-gro-e-of-things')
  assert.equal(slugOf('漢字'), 'change')
  assert.equal(slugOf(`${'a'.repeat(47)}-b`), 'a'.repeat(47))
})
