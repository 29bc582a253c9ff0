// Ten thousand sessions that do nothing but listen: what they cost, and that everybody else is answered.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { cost, idlers } from '../journey/attacks/crowd.ts'
import { startGateway } from '../support/gateway.ts'

const COUNT = 10_000

test(`${COUNT} open streams of idle sessions`, async (t) => {
  const gateway = await startGateway(t, 'test/journey/attacks/config.yaml')
  const friend = await gateway.client()
  const before = await cost(gateway)
  await idlers(t, gateway, COUNT)
  const full = await cost(gateway)
  const each = (full.bytes - before.bytes) / COUNT
  t.diagnostic(`${Math.round(each / 1024)} KiB each`)
  assert.ok(each < 64 * 1024)
  await delay(5_000)
  const seconds = (await cost(gateway)).seconds - full.seconds
  t.diagnostic(`${seconds.toFixed(2)} s of CPU in 5 s`)
  assert.ok(seconds < 2.5)
  const answer = await friend.callTool({ name: 'echo', arguments: { message: 'still here' } })
  assert.match(JSON.stringify(answer), /still here/)
})
