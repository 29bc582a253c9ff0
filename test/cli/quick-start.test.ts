// The quick start: upstreams that answer, a configuration that reaches them, and no process left behind.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { parse } from 'yaml'
import { quickStartYaml, startQuickStart } from '../../src/cli/quick-start.ts'
import { toolgate } from './io.ts'

const gone = async (url: string): Promise<boolean> =>
  await fetch(url).then(
    async (response) => {
      await response.body?.cancel()
      return false
    },
    () => true,
  )

function partsOf(yaml: string) {
  const [mcp, api] = parse(yaml.replaceAll('$$', '$')).binds[0].listeners[0].routes
  const [clock, notes, convert, , library] = mcp.backends[0].mcp.targets
  return {
    clock,
    notes: notes.mcp.host,
    convert: convert.sse.host,
    petstore: `http://${api.backends[0].host}/api/v3/pet/1`,
    library: library.openapi.schema.url,
  }
}

test('every upstream of the quick start answers, and all end with it', async () => {
  const { yaml, stop } = await startQuickStart()
  try {
    const { clock, notes, convert, petstore, library } = partsOf(yaml)
    assert.match((await toolgate(['tools', 'list', '--url', notes])).out, /^search\t/m)
    assert.match((await toolgate(['tools', 'list', '--url', convert])).out, /^convert\t/m)
    assert.match(await (await fetch(petstore)).text(), /Rex/)
    assert.match(await (await fetch(library)).text(), /A lending library/)
    const client = new Client({ name: 'test', version: '1.0.0' })
    await client.connect(new StdioClientTransport({ command: clock.stdio.cmd, args: clock.stdio.args }))
    assert.equal(client.getServerVersion()?.name, 'clock')
    await client.close()
  } finally {
    await stop()
  }
  const { notes, convert, petstore, library } = partsOf(yaml)
  for (const url of [notes, convert, petstore, library]) assert.equal(await gone(url), true, url)
})

test('upstreams do not outlive a process that was killed without a word', async () => {
  const module = JSON.stringify(path.join(import.meta.dirname, '../../src/cli/quick-start.ts'))
  const program = `const { startQuickStart } = await import(${module}); console.log((await startQuickStart()).yaml + '---')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let yaml = ''
  for await (const chunk of child.stdout) {
    yaml += String(chunk)
    if (yaml.includes('---')) break
  }
  const { notes, convert, petstore, library } = partsOf(yaml.replace('---', ''))
  assert.equal(await gone(petstore), false)
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
  for (const url of [notes, convert, petstore, library]) {
    // They end as soon as the system tells them that the pipe is closed: soon, but not by a promise we could wait for.
    while (!(await gone(url))) await wait(20)
  }
})

test('paths with quotes and dollars survive the configuration', () => {
  const at = (port: number): URL => new URL(`http://127.0.0.1:${port}/mcp`)
  const yaml = quickStartYaml({ notes: at(1), convert: at(2), petstore: at(3), library: at(4) })
  assert.equal(partsOf(yaml).clock.stdio.cmd, process.execPath)
  assert.doesNotMatch(yaml.replaceAll('$$', ''), /\$/)
})
