// Attackers who pay little: while they do what they do, everybody else is answered, and afterwards nothing is left of it.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { startGateway } from '../../support/gateway.ts'
import { cost, head, idlers, One, posting, times } from './crowd.ts'

const MiB = 1 << 20

test('a gateway under attack', async (t) => {
  const gateway = await startGateway(t, 'test/journey/attacks/config.yaml')
  const friend = await gateway.client()
  const works = async (): Promise<void> => {
    const answer = await friend.callTool({ name: 'echo', arguments: { message: 'still here' } })
    assert.match(JSON.stringify(answer), /still here/)
  }
  await works()

  await t.test('a storm of DELETE ends the sessions it is for, and costs nobody else anything', async (t) => {
    const before = await cost(gateway)
    const statuses = new Set<number>()
    await times(400, async (index) => {
      const one = await One.open(t, gateway.port)
      const session = await one.initialize()
      const end = async (id: string) =>
        statuses.add(await one.ask(head('DELETE', [`mcp-session-id: ${id}`]), /\r\n\r\n/))
      // Used, never used, ended already, invented: all at once, from many connections.
      const ping = '{"jsonrpc":"2.0","id":1,"method":"ping"}'
      const used = head('POST', [...posting(ping.length), `mcp-session-id: ${session}`]) + ping
      if (index % 2 === 0) assert.equal(await one.ask(used, /\}$/), 200)
      await end(session)
      await end(session)
      for (let i = 0; i < 5; i++) await end(`${session.slice(0, -3)}${String(i).padStart(3, 'A')}`)
      assert.equal(await one.ask(used, /\r\n\r\n/), 404)
      if (index % 50 === 0) await works()
      one.socket.destroy()
    })
    assert.deepEqual([...statuses], [202])
    await works()
    assert.ok((await cost(gateway)).bytes - before.bytes < 100 * MiB)
  })

  await t.test('sessions that do nothing but listen cost little memory and no time', async (t) => {
    const count = 300
    const before = await cost(gateway)
    const crowd = await idlers(t, gateway, count)
    await works()
    const full = await cost(gateway)
    assert.ok(full.bytes - before.bytes < 60 * MiB + count * 64 * 1024, `${(full.bytes - before.bytes) / MiB} MiB`)
    await delay(1_000)
    assert.ok((await cost(gateway)).seconds - full.seconds < 0.7, 'a gateway with nothing to do does nothing')
    assert.ok(crowd.every(({ socket }) => !socket.destroyed))
  })

  await t.test('requests whose body never ends are cut, one and all, and hold nobody up', async (t) => {
    const crowd = await Promise.all(
      Array.from({ length: 200 }, async () => {
        const one = await One.open(t, gateway.port)
        one.socket.write(`${head('POST', posting(1_000))}{"jsonrpc":"2.0",`)
        return { one, closed: once(one.socket, 'close') }
      }),
    )
    for (let i = 0; i < 10; i++) await works()
    await Promise.all(crowd.map(({ closed }) => closed))
    for (const { one } of crowd) assert.match(one.got, /^HTTP\/1\.1 408 /)
    await works()
  })

  await t.test('connections of which one half is gone do not stay', async (t) => {
    const crowd = await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const one = await One.open(t, gateway.port)
        one.socket.allowHalfOpen = true
        if (index % 2 === 0) one.socket.write(`${head('POST', posting(1_000))}{`)
        one.socket.end()
        return { closed: once(one.socket, 'close') }
      }),
    )
    await works()
    await Promise.all(crowd.map(({ closed }) => closed))
  })
})
