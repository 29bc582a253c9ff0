// MCP Inspector's command line with every server, in both of its eras: the cells that a command without a person can express, and the others.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { type FixtureName, fixtures, inFront } from '../support/fixture.ts'
import { root } from '../support/gateway.ts'
import { serve } from '../support/serve.ts'

interface Said {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Nothing that this does takes that long: it would hang. */
const HANG_MS = 30_000

function inspect(url: string, ...args: readonly string[]): Promise<Said> {
  const line = ['node_modules/.bin/mcp-inspector', '--cli', url, '--transport', 'http', ...args]
  return new Promise((resolve, reject) => {
    execFile(process.execPath, line, { cwd: root, timeout: HANG_MS, maxBuffer: 16 << 20 }, (error, out, err) => {
      const code = error === null ? 0 : error.code
      if (typeof code === 'number') resolve({ code, out, err })
      else reject(new Error(`ended without an exit code: ${err}`, { cause: error }))
    })
  })
}

const call = (tool: string, ...args: readonly string[]): readonly string[] => [
  '--method',
  'tools/call',
  '--tool-name',
  tool,
  ...args.flatMap((arg) => ['--tool-arg', arg]),
]

interface Cell {
  readonly args: readonly string[]
  readonly code: readonly number[]
  readonly says: RegExp
}

const cells: Readonly<Record<string, Cell>> = {
  list: { args: ['--method', 'tools/list'], code: [0], says: /"test_simple_text"[^]*"test_asks_forever"/ },
  call: { args: call('test_simple_text'), code: [0], says: /simple text response/ },
  structured: { args: call('test_structured_content'), code: [0], says: /"city": "Turin"/ },
  progress: { args: call('test_tool_with_progress'), code: [0], says: /Reported progress three times/ },
  log: { args: call('test_tool_with_logging'), code: [0], says: /Sent three log messages/ },
  'large result': { args: call('test_large_result', 'bytes=2000000'), code: [0], says: /(?:0123456789abcdef){1000}/ },
  // 5: the tool says so; 1: the gateway does, where a process that several clients share asks all the same.
  // It declares none of this: there is nobody to ask, and no model.
  elicitation: { args: call('test_elicitation', 'message=Who?'), code: [1, 5], says: /elicitation/ },
  sampling: { args: call('test_sampling', 'prompt=Say'), code: [1, 5], says: /sampling/ },
}

/** For these there is no command: `subscribe`, `list_changed`, `cancel` and `complete` need a client that stays. */
const eras = ['legacy', 'modern'] as const

for (const server of Object.keys(fixtures) as FixtureName[]) // its keys, as its type says
  for (const era of eras)
    test(`Inspector, ${era} → ${server}`, async (t) => {
      const { port } = await serve(t, inFront(await fixtures[server](t)))
      for (const [name, { args, code, says }] of Object.entries(cells))
        await t.test(name, async () => {
          const said = await inspect(`http://127.0.0.1:${port}/mcp`, '--protocol-era', era, ...args)
          assert.ok(code.includes(said.code), `${said.code}: ${said.out.slice(0, 500)}\n${said.err.slice(0, 500)}`)
          assert.match(said.out + said.err, says)
        })
    })
