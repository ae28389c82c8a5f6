import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as z from 'zod'
import { AppError } from '../shared/index.ts'
import { createLog, type LogOptions } from './create-log.ts'

function logTo(options: Partial<LogOptions> & { readonly isTTY?: boolean } = {}) {
  const written: string[] = []
  const { isTTY = false, ...rest } = options
  const stream = { isTTY, write: (text: string) => written.push(text) }
  const log = createLog({ level: 'info', stream, ...rest })
  return { log, text: () => written.join(''), lines: () => written.length }
}

const Line = z.looseObject({ level: z.string(), time: z.iso.datetime(), message: z.string() })

test('a line is one JSON object: level, time, fixed text, fields', () => {
  const { log, text, lines } = logTo()
  log.child({ run: 'r1' }).info({ tasks: 24 }, 'run submitted')
  log.debug({}, 'too much detail')
  assert.equal(lines(), 1)
  const line = Line.parse(JSON.parse(text()))
  assert.deepEqual(
    { ...line, time: '' },
    { level: 'info', time: '', run: 'r1', tasks: 24, message: 'run submitted' },
  )
})

test('an error keeps its code, its stack and its causes', () => {
  const { log, text } = logTo()
  const error = new AppError('disk_full', 'no room', { cause: new Error('ENOSPC') })
  log.error({ err: error }, 'start failed')
  const Errors = Line.extend({
    err: z.looseObject({
      code: z.literal('disk_full'),
      message: z.literal('no room'),
      stack: z.string(),
      cause: z.looseObject({ message: z.literal('ENOSPC') }),
    }),
  })
  assert.ok(Errors.safeParse(JSON.parse(text())).success, text())
})

test('secrets do not show, in fields or in texts, at any level', () => {
  for (const isTTY of [false, true]) {
    const { log, text } = logTo({ isTTY, level: 'debug', secrets: ['sk-"quoted"-1234'] })
    log.info({ apiKey: 'geheim', model: { apiKey: 'geheim' }, a: { b: { token: 'geheim' } } }, 'x')
    log.warn({ url: 'postgresql://ada:geheim@db:5432/x' }, 'connecting')
    log.error({ error: new Error('no route to postgres://ada:gehe:im@db/x') }, 'failed')
    log.debug({ body: 'key sk-"quoted"-1234 refused' }, 'answer')
    assert.doesNotMatch(text(), /gehe|quoted/)
    assert.match(text(), /ada/)
  }
})

test('a terminal gets readable text, and no value can fake a line', () => {
  const { log, text } = logTo({ isTTY: true })
  log.warn({ run: 'r1', title: 'a b\n00:00:00.000 INFO  forged' }, 'task failed')
  assert.match(
    text(),
    /^\d\d:\d\d:\d\d\.\d{3} WARN {2}task failed run=r1 title="a b\\n00:00:00.000 INFO {2}forged"\n$/,
  )
})

test('only an error shows its stack in the terminal', () => {
  const warned = logTo({ isTTY: true })
  warned.log.warn({ error: new Error('slow') }, 'retrying')
  assert.equal(warned.text().split('\n').length, 2)
  const failed = logTo({ isTTY: true })
  failed.log.error({ err: new Error('broken') }, 'gave up')
  assert.match(failed.text(), /error="?broken"?\n\s+at /)
})
