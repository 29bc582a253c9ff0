// The conformance suite through the gateway finds what it finds without it, however the fixture stands behind it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nameOf, orphans, serverLanes, track, weigh } from './lanes.ts'
import { placed, table } from './run.ts'

// Sixteen runs of the suite, one after the other.
const timeout = 900_000

test('every check passes through the gateway that passes directly', { timeout }, async (t) => {
  const ready = await track(t)
  for (const lane of serverLanes)
    await t.test(`${nameOf(lane)}, in front of ${lane.what}`, { timeout }, async () => {
      const { unexpected, stale, of } = await ready.run(lane)
      assert.deepEqual({ unexpected, stale }, { unexpected: [], stale: [] })
      assert.ok(of >= 80, `only ${of} checks were made`)
    })
})

test('every failure that is expected is expected of a lane that there is', () => assert.deepEqual(orphans(), []))

test('a lane fails for what nobody expected, and for what is expected and does not happen', () => {
  const lane = serverLanes.find((each) => each.lane === 'B1')
  assert.ok(lane !== undefined)
  const key = 'input-required-result-basic-elicitation: sep-2322-elicitation-incomplete'
  const { passed, of, unexpected, stale, excused } = weigh(
    lane,
    new Map([
      [key, 'says'],
      ['other', 'says'],
    ]),
    10,
  )
  assert.deepEqual([passed, of, unexpected], [8, 10, ['other: says']])
  assert.match(excused.join(), /user_name/)
  assert.deepEqual(stale, [
    'input-required-result-basic-elicitation: sep-2322-elicitation-complete',
    'input-required-result-ignore-extra-params: sep-2322-ignore-unexpected-params',
  ])
})

test('the table of lanes takes the place of an older one', () => {
  const [lane] = serverLanes
  assert.ok(lane !== undefined)
  const outcome = { passed: 83, of: 84, unexpected: [], stale: [], excused: ['a check: a reason'] }
  const [opening, closing] = [
    '<!-- conformance: written by `npm run conformance -- --write` -->',
    '<!-- /conformance -->',
  ]
  const document = placed(`before\n${opening}\nold\n${closing}\nafter`, table([{ lane, outcome }]))
  assert.match(document, /^before\n<!-- [^>]+ -->\n\| lane \|[^]*\n<!-- \/conformance -->\nafter$/)
  assert.match(document, /^\| A1 \| 2025-11-25 \| a server of the same revision \| 83 of 84 checks \| 1 \|$/m)
  assert.doesNotMatch(document, /old/)
  assert.throws(() => placed('no markers', ''), /no place/)
})
