// MCP Inspector's connection CLI with every server, in both eras: a client that stays, and whose person answers later.
import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { type BehaviourName, namesOf } from '../mcp/cells/behaviours.ts'
import { exceptionOf } from '../mcp/cells/table.ts'
import { type FixtureName, fixtures, inFront } from '../support/fixture.ts'
import { eventually, root } from '../support/gateway.ts'
import { serve } from '../support/serve.ts'

/** Nothing that this does takes that long: it would hang. */
const HANG_MS = 30_000
const program = path.join(root, 'node_modules/.bin/mcpdo')

/** One daemon of its own with one connection, which ends with the test. */
class Mcpdo {
  readonly #env: NodeJS.ProcessEnv
  readonly #home: string

  private constructor(home: string, env: NodeJS.ProcessEnv) {
    this.#home = home
    this.#env = env
  }

  static async connect(t: TestContext, url: string, era: string): Promise<Mcpdo> {
    const home = mkdtempSync(path.join(tmpdir(), 'toolgate-mcpdo-'))
    // Short: a socket's path has little room.
    const own = {
      MCP_INSPECTOR_DAEMON_DIR: home,
      MCP_INSPECTOR_DAEMON_TOKEN: 'wide',
      MCP_INSPECTOR_SECRET_STORE: 'memory',
    }
    const made = new Mcpdo(home, { ...process.env, HOME: home, ...own })
    t.after(() => made.end())
    await made.run('connect', url, '--era', era, '--transport', 'http')
    return made
  }

  #args(args: readonly string[]): string[] {
    return [program, '--format', 'json', '--connection', 'c', ...args]
  }

  /** What a command prints, whether it succeeds or not. */
  run(...args: readonly string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const options = { env: this.#env, timeout: HANG_MS, maxBuffer: 16 << 20 }
      execFile(process.execPath, this.#args(args), options, (error, out, err) => {
        if (error?.killed === true) reject(new Error(`it hangs: ${args.join(' ')}`))
        else resolve(out + err)
      })
    })
  }

  stay(t: TestContext, ...args: readonly string[]): () => string {
    const child: ChildProcess = spawn(process.execPath, this.#args(args), { env: this.#env })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (said += chunk))
    t.after(async () => {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    })
    return () => said
  }

  async end(): Promise<void> {
    await this.run('daemon', 'stop')
    rmSync(this.#home, { recursive: true, force: true })
  }
}

/** Calls the tool that asks; the id of the question. */
async function questionOf(client: Mcpdo): Promise<string> {
  const said = await client.run('tools/call', 'test_elicitation', 'message:=Who?')
  return /"elicitationId": "([^"]+)"/.exec(said)?.[1] ?? assert.fail(said.slice(0, 1_000))
}

type Behaviour = (client: Mcpdo, t: TestContext) => Promise<void>

const answered: Behaviour = async (client) => {
  const id = await questionOf(client)
  assert.match(await client.run('elicitation/respond', id, 'username:=ada', 'email:=ada@example.com'), /action=accept/)
}

const declined: Behaviour = async (client) =>
  assert.match(await client.run('elicitation/respond', await questionOf(client), '--decline'), /action=decline/)

const behaviours = {
  list: async (client: Mcpdo) => assert.match(await client.run('tools/list'), /"test_simple_text"/),
  call: async (client: Mcpdo) =>
    assert.match(await client.run('tools/call', 'test_simple_text'), /simple text response/),
  structured: async (client: Mcpdo) =>
    assert.match(await client.run('tools/call', 'test_structured_content'), /"Turin"/),
  'elicit accept': answered,
  'elicit decline': declined,
  complete: async (client: Mcpdo) => {
    const ref = ['--complete-ref-type', 'ref/prompt', '--complete-ref', 'test_prompt_with_arguments']
    const argument = ['--complete-arg-name', 'arg1', '--complete-arg-value', 'par']
    assert.match(await client.run('prompts/complete', ...ref, ...argument), /"paris"/)
  },
  'large result': async (client: Mcpdo) =>
    assert.match(await client.run('tools/call', 'test_large_result', 'bytes:=2000000'), /(?:0123456789abcdef){1000}/),
  subscribe: async (client: Mcpdo, t: TestContext) => {
    const said = client.stay(t, 'resources/subscribe', 'test://watched-resource')
    await eventually(() => /"subscribed"/.test(said()), said)
    await client.run('tools/call', 'test_touch_watched_resource')
    await eventually(() => /updated/i.test(said()), said, 5_000)
  },
} satisfies Partial<Record<BehaviourName, Behaviour>>

for (const server of Object.keys(fixtures) as FixtureName[]) // its keys, as its type says
  for (const era of ['legacy', 'modern'] as const)
    test(`mcpdo, ${era} → ${server}`, async (t) => {
      const { port } = await serve(t, inFront(await fixtures[server](t)))
      const client = await Mcpdo.connect(t, `http://127.0.0.1:${port}/mcp`, era)
      for (const name of namesOf(behaviours)) {
        const behaviour: Behaviour = behaviours[name]
        const isExcepted = exceptionOf(server, 'SDK 2.x legacy', name) !== undefined
        if (!isExcepted) await t.test(name, (inner) => behaviour(client, inner))
      }
    })
