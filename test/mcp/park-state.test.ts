// States of parked calls: what opens them, what does not, and what somebody gets who could make one up.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultLimits } from '../../src/config/limits.ts'
import { rawJson, targetName } from '../../src/core/brand.ts'
import type { JsonObject } from '../../src/core/item.ts'
import type { Incoming } from '../../src/mcp/conversation.ts'
import { type Parkable, ParkingLot } from '../../src/mcp/park.ts'
import { type Bound, openState, type Stated, sealState } from '../../src/mcp/park-state.ts'
import { incoming, quiet } from './upstreams.ts'

const key = Buffer.alloc(32, 7)
const bound = (params: JsonObject = { name: 'a' }, more: Partial<Bound> = {}): Bound => {
  const request: Incoming = incoming('tools/call', params)
  return { key, backend: 'mcp', principal: 'jwt idp alice', request, ...more }
}

const every: readonly Stated[] = [
  { kind: 'parked', epoch: 2n ** 63n, seat: 2 ** 40 },
  { kind: 'through', target: targetName('one'), round: 300, state: rawJson('"\\u0041 ü"') },
  { kind: 'through', target: targetName('x'.repeat(253)), round: 0, state: undefined },
  { kind: 'again' },
]

test('every kind of state says what it was made to say, until its time is up', () => {
  for (const stated of every) {
    const state = sealState(stated, 1_000, bound())
    assert.match(state, /^[\w-]+$/)
    assert.deepEqual(openState(state, 999, bound()), stated)
    assert.equal(openState(state, 1_000, bound()), 'expired')
  }
})

test('a state opens for its caller, backend, method and params, however these are spelled', () => {
  const params = { name: 'a', arguments: { x: [1, { y: null, z: 'ü' }], w: true } }
  const state = sealState({ kind: 'again' }, 9, bound(params))
  const same = {
    _meta: { a: 1 },
    arguments: { w: true, x: [1, { z: 'ü', y: null }] },
    inputResponses: {},
    name: 'a',
    requestState: state,
  }
  assert.deepEqual(openState(state, 1, bound(same)), { kind: 'again' })
  const others: readonly Bound[] = [
    bound({ ...params, name: 'b' }),
    bound({ ...params, more: 1 }),
    bound({ ...params, arguments: { x: [{ y: null, z: 'ü' }, 1], w: true } }),
    bound({ ...params, arguments: { x: ['1', { y: null, z: 'ü' }], w: true } }),
    bound(params, { principal: 'jwt idp mallory' }),
    bound(params, { principal: 'anonymous' }),
    bound(params, { backend: 'other' }),
    bound(params, { key: Buffer.alloc(32, 8) }),
    bound(params, { request: incoming('prompts/get', params) }),
  ]
  for (const other of others) assert.equal(openState(state, 1, other), undefined)
})

test('two numbers that no double tells apart are two requests', () => {
  const of = (to: string) =>
    bound(undefined, { request: incoming('tools/call', `{"name":"pay","arguments":{"to":${to}}}`) })
  const state = sealState({ kind: 'again' }, 9, of('9007199254740993'))
  assert.deepEqual(openState(state, 1, of('9007199254740993')), { kind: 'again' })
  assert.equal(openState(state, 1, of('9007199254740992')), undefined)
})

const call = (principal: string): Parkable & { readonly why: string[] } => {
  const why: string[] = []
  return { principal, why, abandon: (reason) => void why.push(reason) }
}

test('a state that anybody could make up would hand over the calls of others', () => {
  using lot = new ParkingLot({ limits: defaultLimits, metrics: quiet })
  const alices = call('alice')
  const seat = lot.park(alices)
  // Seats are counted: without a seal, whoever names the next number and its owner has the call.
  const made = { seat: 1, principal: 'alice' }
  assert.equal(lot.take(made.seat, made.principal), alices)
  assert.equal(seat?.number, made.seat)
  // With it the owner is whoever has been recognised, and the number is what the seal says.
  const again = lot.park(alices)
  assert.equal(lot.take(again?.number ?? 0, 'mallory'), undefined)
  const forged = Buffer.from(JSON.stringify(made)).toString('base64url')
  assert.equal(openState(forged, 0, bound()), undefined)
})

test('a seat is taken once, and is free when its time is up', (t) => {
  t.mock.timers.enable({ apis: ['setInterval', 'Date'] })
  using lot = new ParkingLot({ limits: { ...defaultLimits, parkedMs: 5_000 }, metrics: quiet })
  const [one, two] = [call('alice'), call('alice')]
  const first = lot.park(one)?.number ?? 0
  lot.park(two)
  assert.equal(lot.take(first, 'alice'), one)
  assert.equal(lot.take(first, 'alice'), undefined)
  t.mock.timers.tick(4_000)
  assert.deepEqual([lot.size, two.why], [1, []])
  t.mock.timers.tick(2_000)
  assert.deepEqual([lot.size, two.why], [0, ['nobody came back with an answer']])
  assert.deepEqual(one.why, [])
})
