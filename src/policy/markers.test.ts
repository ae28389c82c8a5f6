import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { composeMarker } from './compose-marker.ts'
import { inspectMarkers, isAtPlace, readMarkers } from './read-markers.ts'

const secret = 'a secret of thirty-two bytes or more'
const marker = { key: 'r1/t2/pull', run: 'r1', task: 't2', root: 'acme/shop#7', depth: 2 }
const place = { repository: 'Acme/Shop', purpose: 'issue.comment', number: 7 }
const own = composeMarker(marker, place, secret)
const placed = { ...marker, ...place, repository: 'acme/shop' }

const refuses = (text: string, reason: RegExp) => {
  const { verified, refused } = inspectMarkers(text, secret)
  assert.deepEqual(verified, [])
  assert.match(refused.join('\n'), reason)
}

test('what was composed is read again, wherever the text puts it', () => {
  assert.match(own, /^<!-- maniple:1 key=r1\/t2\/pull .* sig=[0-9a-f]{64} -->$/)
  for (const text of [own, `Done.\n\n${own}`, `${own}\r\nmore`, `<!-- other -->\n${own}\n`]) {
    assert.deepEqual(readMarkers(text, secret), [placed])
  }
  const other = composeMarker(
    { ...marker, key: 'k', run: null, task: null },
    { ...place, number: null },
    secret,
  )
  assert.equal(readMarkers(`${own}\n${other}`, secret).length, 2)
  assert.deepEqual(readMarkers('no marker', secret), [])
})

test('any ids survive, and none ends the comment', () => {
  const ids = fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 })
    .map((codes) => String.fromCharCode(...codes))
  const hostile = fc.oneof(
    ids,
    fc.constantFrom('-->', '--', '-', 'a- sig=', '%2D', ' x=y', '<!--', '', '>'),
  )
  fc.assert(
    fc.property(hostile, hostile, fc.nat(), (key, root, depth) => {
      const given = { key, run: root, task: null, root, depth }
      const text = composeMarker(given, place, secret)
      assert.ok(!text.slice(4, -3).includes('--') && !text.slice(4, -3).includes('>'), text)
      const [read] = readMarkers(text, secret)
      const kept = {
        ...given,
        key: key.toWellFormed(),
        run: root.toWellFormed(),
        root: root.toWellFormed(),
      }
      assert.deepEqual(read, { ...placed, ...kept })
    }),
  )
})

test('every edited character makes it foreign', () => {
  for (let at = 0; at < own.length; at++) {
    for (const char of ['x', '', ' ']) {
      if (char === own[at]) continue
      assert.deepEqual(
        readMarkers(own.slice(0, at) + char + own.slice(at + 1), secret),
        [],
        `at ${at}`,
      )
    }
    assert.deepEqual(readMarkers(own.slice(0, at), secret), [])
  }
})

test('forged, cut off, doubled, nested and quoted ones are not accepted, with the reason', () => {
  refuses(composeMarker(marker, place, `another ${secret}`), /signature/)
  refuses(own.replace('depth=2', 'depth=0'), /signature/)
  refuses(own.replace(' run=', '  run='), /signature/)
  refuses(own.slice(0, -20), /cut off/)
  refuses(`${own}\n${own}`, /2 times/)
  refuses(`<!-- maniple:1 ${own}`, /signature|written/)
  refuses(`> ${own}`, /alone/)
  refuses(`text ${own}`, /alone/)
  refuses(`<!-- maniple:1 key=${'x'.repeat(5000)} sig= -->`, /longer/)
  assert.deepEqual(readMarkers(`<!-- hidden\n${own}`, secret), [])
  assert.deepEqual(readMarkers(own, ''), [])
})

test('a copy is known by its place', () => {
  const [read] = readMarkers(own, secret)
  assert.ok(read !== undefined && isAtPlace(read, place))
  assert.ok(!isAtPlace(read, { ...place, repository: 'acme/other' }))
  assert.ok(!isAtPlace(read, { ...place, number: 8 }))
  assert.ok(!isAtPlace(read, { ...place, purpose: 'issue.create' }))
})

test('a short secret signs nothing', () => {
  assert.throws(() => composeMarker(marker, place, 'short'), { code: 'config_invalid' })
})

test('megabytes of beginnings are read in one go', () => {
  for (const piece of ['<!-- maniple:1 ', '<!--', '-->', '<!-- maniple:1 sig= -->', `${own}\n`]) {
    const text = piece.repeat(Math.ceil(1_000_000 / piece.length))
    const { verified, refused } = inspectMarkers(text, secret)
    assert.equal(verified.length, 0)
    assert.ok(refused.length <= 11)
  }
})
