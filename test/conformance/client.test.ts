// The suite's client scenarios with the gateway as the client: how it speaks to servers, and how its users log in at them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientLanes, nameOf, runClient } from './lanes.ts'

// Dozens of scenarios, each of which starts a gateway.
const timeout = 900_000

for (const lane of clientLanes)
  test(`${nameOf(lane)}: every scenario passes that is not expected to fail`, { timeout }, async () => {
    const { unexpected, stale, of } = await runClient(lane, 2)
    assert.deepEqual({ unexpected, stale }, { unexpected: [], stale: [] })
    assert.ok(of > 0)
  })
