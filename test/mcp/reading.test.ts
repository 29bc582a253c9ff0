import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultLimits } from '../../src/config/limits.ts'
import { rawJson, targetName } from '../../src/core/brand.ts'
import type { Connection } from '../../src/mcp/conversation.ts'
import { readPages } from '../../src/mcp/reading.ts'
import { silent } from '../../src/telemetry/log.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'

test('a list without end is read until its pages are four times what one answer may have', async () => {
  let asked = 0
  const connection: Connection = {
    hello: { revision: '2025-11-25', capabilities: {}, raw: rawJson('{}'), instructions: undefined },
    session: undefined,
    request: async () => {
      asked++
      const page = { tools: [{ name: 'x'.repeat(900) }], nextCursor: String(asked) }
      return { kind: 'result', raw: rawJson(JSON.stringify(page)) }
    },
    notify: async () => {},
    [Symbol.asyncDispose]: async () => {},
  }
  const pages = await readPages(connection, 'tool', {
    target: targetName('endless'),
    limits: { ...defaultLimits, resultBytes: 1_000 },
    log: silent,
    metrics: createMetrics({ version: '', process: false }),
    signal: new AbortController().signal,
    notification: () => {},
  })
  assert.equal(pages.length, 5)
  assert.equal(asked, 5)
})
