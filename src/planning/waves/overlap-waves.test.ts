import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Priority } from '../../contracts/index.ts'
import { overlapWaves, type WaveTask } from './overlap-waves.ts'

const task = (id: string, paths: readonly string[], more: Partial<WaveTask> = {}): WaveTask => ({
  ...{ id, dependsOn: [], priority: 'medium', paths, components: [] },
  ...more,
})

test('tasks on the same file are parted, the urgent one first', () => {
  const plan = overlapWaves([
    task('a', ['src/cart.ts']),
    task('b', ['./src//Cart.ts'], { priority: 'critical' }),
    task('c', ['src/shop.ts']),
  ])
  assert.deepEqual(plan.waves, [['b', 'c'], ['a']])
  assert.deepEqual(plan.collisions, [{ over: 'src/cart.ts', tasks: ['a', 'b'], inside: [] }])
})

test('folders and globs hold what is below them', () => {
  const apart = (...paths: readonly string[]) =>
    overlapWaves(paths.map((path, index) => task(`${index}`, [path]))).waves.length > 1
  assert.ok(apart('src/api/', 'src/api/routes/user.ts'))
  assert.ok(apart('src/api', 'src/*.ts'))
  assert.ok(apart('docs/**/*.md', 'docs/guide/start.md'))
  assert.ok(apart('**/*.md', 'docs'))
  assert.ok(apart('docs', '**/*.md'))
  assert.ok(apart('.', 'README.md'))
  assert.ok(!apart('docs/**/*.md', 'docs/guide/start.png'))
  assert.ok(!apart('docs/**/*.md', 'docs/**/*.png'))
  assert.ok(!apart('src/api/a.ts', 'src/api/b.ts'))
  assert.ok(!apart('src/a', 'src/ab'))
  assert.ok(!apart('../other/a.ts', '../other/a.ts'))
  assert.ok(apart('Makefile', 'makefile'))
})

test('a component and its steps', () => {
  const of = (...components: readonly string[]) =>
    overlapWaves(components.map((name, index) => task(`${index}`, [], { components: [name] })))
  assert.equal(of('Cart/implementation', 'Cart/tests').waves.length, 1)
  assert.deepEqual(of('Cart/tests', 'cart').collisions, [
    { over: 'component cart', tasks: ['1'], inside: ['0'] },
  ])
  // A component is no path.
  assert.equal(
    overlapWaves([task('a', ['cart/']), task('b', [], { components: ['cart'] })]).waves.length,
    1,
  )
})

test('a task stands after what it depends on, and lends it its urgency', () => {
  const plan = overlapWaves([
    task('base', ['a.ts']),
    task('other', ['a.ts'], { priority: 'high' }),
    task('urgent', [], { dependsOn: ['base'], priority: 'critical' }),
  ])
  assert.deepEqual(plan.waves, [['base'], ['urgent', 'other']])
})

test('a cycle is refused by name', () => {
  assert.throws(
    () => overlapWaves([task('a', [], { dependsOn: ['b'] }), task('b', [], { dependsOn: ['a'] })]),
    { code: 'split_cycle', message: /a, b/ },
  )
})

test('nothing makes no waves', () => {
  assert.deepEqual(overlapWaves([]), { waves: [], collisions: [], leastWaves: 0, looks: 0 })
})

test('a thousand tasks are compared with places, not with each other', () => {
  const tasks = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      task(`t${index}`, ['README.md', `src/part${index % 40}/file${index}.ts`, 'docs/**/*.md']),
    )
  const thousand = overlapWaves(tasks(1000))
  assert.equal(thousand.waves.length, 1000)
  assert.equal(thousand.leastWaves, 1000)
  // Three orders of a thousand tasks; three claims each, two folders deep. Pairs would be 499,500.
  assert.ok(thousand.looks < 3 * 1000 * 40, `${thousand.looks}`)
  const ratio = overlapWaves(tasks(2000)).looks / thousand.looks
  assert.ok(ratio < 2.1, `${ratio}`)
})

const name = fc.constantFrom('a', 'b', 'c')
const path = fc.oneof(
  fc.tuple(name, name, fc.constantFrom('x.ts', 'y.ts', 'x.md')).map((all) => all.join('/')),
  fc.tuple(name, fc.constantFrom('x.ts', 'y.md')).map((all) => all.join('/')),
  name.map((one) => `${one}/`),
  fc.tuple(name, name).map(([one, other]) => `${one}/${other}/`),
  fc.tuple(name, fc.constantFrom('.ts', '.md')).map(([one, end]) => `${one}/**/*${end}`),
  fc.constantFrom('**/*.ts', 'a/**'),
)
const tasks = fc
  .array(
    fc.record({
      paths: fc.array(path, { maxLength: 3 }),
      dependsOn: fc.array(fc.nat(30), { maxLength: 2 }),
      priority: fc.constantFrom<Priority[]>('critical', 'high', 'medium', 'low'),
    }),
    { maxLength: 25 },
  )
  .map((all) =>
    all.map(({ dependsOn, ...one }, index) => ({
      ...{ ...one, id: `${index}`, components: [] },
      dependsOn: dependsOn.filter((other) => other < index).map(String),
    })),
  )

/** By comparing every two files of a small world, as no implementation should. */
const world = ['a', 'b', 'c'].flatMap((one) =>
  ['', 'a/', 'b/', 'c/'].flatMap((other) =>
    ['x.ts', 'y.ts', 'x.md', 'y.md', 'z.png'].map((file) => `${one}/${other}${file}`),
  ),
)
const filesOf = (paths: readonly string[]) =>
  new Set(
    paths.flatMap((one) => {
      const [before = '', after] = one.split('**')
      const end = after === undefined ? '' : after.replace('/*', '')
      const isFolder = after !== undefined || one.endsWith('/')
      return world.filter((file) =>
        isFolder ? file.startsWith(before) && file.endsWith(end) : file === one,
      )
    }),
  )

test('no two of a wave collide, the collisions are all of them, and no task comes too early', () => {
  fc.assert(
    fc.property(tasks, (all) => {
      const { waves, collisions, leastWaves } = overlapWaves(all)
      assert.deepEqual(waves.flat().toSorted(), all.map(({ id }) => id).toSorted())
      assert.ok(waves.length >= leastWaves)
      const waveOf = new Map(waves.flatMap((ids, wave) => ids.map((id) => [id, wave])))
      const pairs = new Set(
        collisions.flatMap(({ tasks: some, inside }) =>
          some.flatMap((one, index) =>
            [...some.slice(index + 1), ...inside].map((other) => [one, other].toSorted().join()),
          ),
        ),
      )
      const files = new Map(all.map(({ id, paths }) => [id, filesOf(paths)]))
      for (const { id: one, dependsOn } of all) {
        const wave = waveOf.get(one) ?? -1
        assert.ok(dependsOn.every((id) => (waveOf.get(id) ?? 99) < wave))
        for (const { id: other } of all) {
          if (one >= other) continue
          const theirs = files.get(other)
          const doCollide = [...(files.get(one) ?? [])].some((file) => theirs?.has(file))
          assert.equal(pairs.has([one, other].toSorted().join()), doCollide, `${one} ${other}`)
          if (doCollide) assert.notEqual(wave, waveOf.get(other))
        }
      }
    }),
  )
})

test('with one place a task there are as many waves as the fullest place has tasks', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(5), { minLength: 1, maxLength: 60 }), (places) => {
      const plan = overlapWaves(places.map((place, index) => task(`${index}`, [`src/${place}.ts`])))
      assert.equal(plan.waves.length, plan.leastWaves)
    }),
  )
})
