import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Keeper } from '../../src/gateway/state.ts'

const thing = () => {
  const made = { ended: 0, [Symbol.asyncDispose]: async () => void made.ended++ }
  return made
}

test('a thing is handed to the next holder and ends with the last one', async () => {
  const keeper = new Keeper()
  const first = keeper.holder()
  const made = first.keep('key', thing)
  const second = keeper.holder()
  assert.equal(second.keep('key', thing), made)
  await first[Symbol.asyncDispose]()
  assert.equal(made.ended, 0)
  await second[Symbol.asyncDispose]()
  assert.equal(made.ended, 1)
})

test('a holder that asks twice counts once', async () => {
  const keeper = new Keeper()
  const holder = keeper.holder()
  const made = holder.keep('key', thing)
  assert.equal(holder.keep('key', thing), made)
  await holder[Symbol.asyncDispose]()
  assert.equal(made.ended, 1)
})

test('the end of the keeper ends everything, even when one thing refuses', async () => {
  const keeper = new Keeper()
  const holder = keeper.holder()
  holder.keep('bad', () => ({ [Symbol.asyncDispose]: async () => Promise.reject(new Error('no')) }))
  const good = holder.keep('good', thing)
  await keeper[Symbol.asyncDispose]()
  assert.equal(good.ended, 1)
})
