import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { splitWorkflow } from './split-workflow.ts'

const limits = { maxBytes: 10_000_000, maxTasks: 1_000 }
const split = (text: string) => splitWorkflow(text, { limits })
const titles = (text: string) => split(text).tasks.map((task) => task.title)
const edges = (text: string) =>
  Object.fromEntries(split(text).tasks.map((task) => [task.title, task.dependsOn]))

describe('checklists', () => {
  it('become a task for each open item, with its words alone as the title', () => {
    const text =
      '# Ship it\n\n- [ ] Add **bold** `code` [link](https://x.org) <!-- no -->\n- [x] Done\n* [ ] Fix it\n'
    const plan = split(text)
    assert.equal(plan.title, 'Ship it')
    assert.deepEqual(titles(text), ['Add bold code link', 'Fix it'])
    assert.deepEqual(plan.notes, ['1 ticked item was left out.'])
    assert.match(
      plan.tasks[0]?.instructions ?? '',
      /^Goal: Ship it\n[\s\S]*\[link\]\(https:\/\/x\.org\)/,
    )
    assert.doesNotMatch(plan.tasks[0]?.instructions ?? '', /<!--/)
  })

  it('leave plain lists to the context', () => {
    const plan = split(
      '## Context\n\n- uses X\n\n## Tasks\n\nRead this first.\n\n- [ ] a\n  - in detail\n- [ ] b\n- loose\n',
    )
    assert.deepEqual(
      plan.tasks.map((task) => task.title),
      ['a', 'b'],
    )
    assert.match(plan.tasks[0]?.instructions ?? '', /- uses X/)
    assert.match(
      plan.tasks[0]?.instructions ?? '',
      /Section: Tasks[\s\S]*Read this first\.[\s\S]*in detail/,
    )
    assert.match(plan.notes[0] ?? '', /2 list items without one were taken as context/)
  })

  it('take nested items as the tasks and their parent as the heading', () => {
    const plan = split(
      '- [ ] Parent\n  - [ ] one\n  - [x] two\n- [ ] Finished parent\n  - [x] three\n',
    )
    assert.deepEqual(
      plan.tasks.map((task) => task.title),
      ['one', 'Finished parent'],
    )
    assert.match(plan.tasks[0]?.instructions ?? '', /Part of: Parent/)
  })

  it('with every item ticked are refused', () => {
    assert.throws(
      () => split('- [x] a\n- [X] b\n'),
      /^AppError: The text holds no open task: all 2 items are ticked off/,
    )
  })
})

describe('lists without checkboxes', () => {
  it('are independent when bulleted', () => {
    assert.deepEqual(edges('- a\n- b\n'), { a: [], b: [] })
  })
  it('are a sequence when numbered, nested ones included', () => {
    assert.deepEqual(edges('1. a\n2. group\n   - b\n   - c\n3. d\n'), {
      a: [],
      b: ['work-a'],
      c: ['work-a'],
      d: ['work-b', 'work-c'],
    })
  })
  it('take a priority from the words', () => {
    const { tasks } = split('- fix this (high priority)\n- other, priority: low\n- plain\n')
    assert.deepEqual(
      tasks.map((task) => task.priority),
      ['high', 'low', 'medium'],
    )
  })
  it('make ids of section and title', () => {
    const { tasks } = split('# Plan\n\n## Server side\n\n- Add a route\n- Add a route\n')
    assert.deepEqual(
      tasks.map((task) => task.id),
      ['server-side-add-a-route', 'server-side-add-a-route-2'],
    )
  })
})

describe('texts without lists', () => {
  it('become a task for each section below the title', () => {
    const plan = split('# Title\n\nIntro\n\n## One\n\nfirst\n\n## Two\n\nsecond\n')
    assert.deepEqual(
      plan.tasks.map((task) => [task.id, task.title]),
      [
        ['one', 'One'],
        ['two', 'Two'],
      ],
    )
    assert.match(plan.tasks[0]?.instructions ?? '', /Intro[\s\S]*first/)
    assert.doesNotMatch(plan.tasks[0]?.instructions ?? '', /second/)
  })
  it('become one task of plain paragraphs', () => {
    const plan = split('Please fix the login.\nIt fails.\n\nAlways.')
    assert.deepEqual(titles('Please fix the login.\nIt fails.\n\nAlways.'), [
      'Please fix the login. It fails.',
    ])
    assert.match(plan.tasks[0]?.instructions ?? '', /Always\./)
  })
})

describe('what a reader does not see as work', () => {
  it('is never a task', () => {
    const text = [
      '```',
      '- [ ] in a fence',
      '```',
      '',
      '    - [ ] in indented code',
      '',
      '<!-- ',
      '- [ ] in a comment',
      '-->',
      '',
      '<div hidden>',
      '',
      '- [ ] hidden',
      '',
      '</div>',
      '',
      '> - [ ] quoted',
      '',
      '- [ ] real',
    ].join('\n')
    assert.deepEqual(titles(text), ['real'])
    assert.doesNotMatch(split(text).tasks[0]?.instructions ?? '', /hidden|in a comment/)
  })
  it('ends where its fence, quote or code in a line does', () => {
    assert.deepEqual(titles('```js``` is code\n\n- [ ] a\n'), ['a'])
    assert.deepEqual(titles('> ```\n> - [ ] no\n\n- [ ] a\n'), ['a'])
    assert.deepEqual(titles('- ```\n  - [ ] no\n  ```\n- [ ] a\n'), ['a'])
    assert.match(
      split('- [ ] a\n\n  ```js\n  run()\n  ```\n').tasks[0]?.instructions ?? '',
      /run\(\)/,
    )
  })
  it('alone is refused', () => {
    assert.throws(() => split('<!-- - [ ] x -->'), /^AppError: The text holds nothing to do/)
  })
})
