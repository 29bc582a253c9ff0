// MCP Inspector on the command line: what it prints, and the exit codes that scripts rely on.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { freePorts, root } from '../../support/gateway.ts'
import { unsuspicious, world } from './world.ts'

interface Said {
  readonly code: number
  readonly out: string
  readonly err: string
}

function inspect(url: string, ...args: string[]): Promise<Said> {
  const line = ['node_modules/.bin/mcp-inspector', '--cli', url, ...args]
  return new Promise((resolve, reject) => {
    execFile(process.execPath, line, { cwd: root }, (error, out, err) => {
      const code = error === null ? 0 : error.code
      if (typeof code === 'number') resolve({ code, out, err })
      else reject(error ?? new Error('ended without an exit code'))
    })
  })
}

interface Row {
  readonly does: string
  readonly args: readonly string[]
  readonly code: 0 | 1 | 5
  /** On stdout when fine, on stderr otherwise. */
  readonly says: RegExp
}

const call = ['--method', 'tools/call', '--tool-name']

const rows: readonly Row[] = [
  { does: 'opens', args: ['--method', 'initialize'], code: 0, says: /"protocolVersion": "2025-11-25"/ },
  { does: 'lists tools of all targets', args: ['--method', 'tools/list'], code: 0, says: /"all_.*"notes_.*"clock_/s },
  {
    does: 'finds nothing in their schemas that would not travel',
    args: ['--method', 'tools/list', '--strict'],
    code: 0,
    says: /"clock_now"/,
  },
  {
    does: 'falls back from the newest revision',
    args: ['--protocol-era', 'auto', '--method', 'tools/list'],
    code: 0,
    says: /"notes_/,
  },
  { does: 'calls a tool', args: [...call, 'all_test_simple_text'], code: 0, says: /simple text response/ },
  {
    does: 'calls a tool with arguments',
    args: [...call, 'notes_search', '--tool-arg', 'query=coffee'],
    code: 0,
    says: /Groceries/,
  },
  {
    does: 'calls a tool many times at once',
    args: [...call, 'all_test_simple_text', '--load', '--load-requests', '100', '--load-concurrency', '10'],
    code: 0,
    says: /"ok": 100,.*"errors": 0/s,
  },
  { does: 'says that a tool failed', args: [...call, 'all_test_error_handling'], code: 5, says: /"tool_is_error"/ },
  { does: 'says that there is no such tool', args: [...call, 'all_nothing'], code: 5, says: /"tool_not_found"/ },
  { does: 'lists resources', args: ['--method', 'resources/list'], code: 0, says: /"all\+test:\/\/static-text"/ },
  {
    does: 'lists templates',
    args: ['--method', 'resources/templates/list'],
    code: 0,
    says: /"notes\+note:\/\/\{id\}"/,
  },
  {
    does: 'reads a resource',
    args: ['--method', 'resources/read', '--uri', 'all+test://static-text'],
    code: 0,
    says: /"uri": "all\+test:\/\/static-text".*static text resource/s,
  },
  {
    does: 'says that there is no such resource',
    args: ['--method', 'resources/read', '--uri', 'all+test://nothing'],
    code: 1,
    says: /-32602/,
  },
  { does: 'lists prompts', args: ['--method', 'prompts/list'], code: 0, says: /"all_test_prompt_with_arguments"/ },
  {
    does: 'gets a prompt',
    args: [
      '--method',
      'prompts/get',
      '--prompt-name',
      'all_test_prompt_with_arguments',
      '--prompt-args',
      'arg1=a',
      'arg2=b',
    ],
    code: 0,
    says: /arg1='a', arg2='b'/,
  },
  { does: 'sets a log level', args: ['--method', 'logging/setLevel', '--log-level', 'error'], code: 0, says: /\{\}/ },
]

test('MCP Inspector', async (t) => {
  const gateway = await world(t)
  for (const { does, args, code, says } of rows)
    await t.test(does, async () => {
      const said = await inspect(gateway.url, '--transport', 'http', ...args)
      assert.equal(said.code, code, said.err)
      assert.match(code === 0 ? said.out : said.err, says)
    })

  await t.test('lists and calls over HTTP+SSE', async () => {
    const url = new URL('/sse', gateway.url).href
    const listed = await inspect(url, '--transport', 'sse', '--method', 'tools/list')
    assert.deepEqual([listed.code, listed.err], [0, ''])
    assert.match(listed.out, /"clock_now"/)
    const called = await inspect(url, '--transport', 'sse', ...call, 'all_test_simple_text')
    assert.equal(called.code, 0, called.err)
  })

  await t.test('says that nobody is there', async () => {
    const [nobody = 0] = await freePorts(1)
    const said = await inspect(`http://localhost:${nobody}/mcp`, '--transport', 'http', '--method', 'tools/list')
    assert.equal(said.code, 4)
    assert.match(said.err, /"unreachable"/)
  })
  unsuspicious(gateway)
})
