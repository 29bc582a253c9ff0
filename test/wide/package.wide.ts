// The package as its users get it: packed, installed, and started by every Node.js that it promises to run on.
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, suite, type TestContext, test } from 'node:test'
import { version } from '../../src/core/version.ts'
import { node20, node22, node24, nodeFolder } from '../parts/node.ts'
import { needed } from '../parts/part.ts'
import { eventually, root } from '../support/gateway.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'package-'))
const toolgate = path.join(folder, 'bin/toolgate')

interface Ended {
  readonly code: number | null
  readonly output: string
  readonly errors: string
}

/** Runs something to its end with one Node.js first on PATH. */
async function run(node: string, command: string, args: readonly string[], cwd = folder): Promise<Ended> {
  const env = { ...process.env, PATH: `${node}${path.delimiter}${process.env['PATH']}` }
  return new Promise((resolve) => {
    const child = execFile(command, args, { cwd, env }, (_, output, errors) =>
      resolve({ code: child.exitCode, output, errors }),
    )
  })
}

/** The folder of the Node.js that runs this test. */
const ours = path.dirname(process.execPath)

before(async () => {
  const packed = await run(ours, 'npm', ['pack', '--silent', '--pack-destination', folder], root)
  assert.equal(packed.code, 0, packed.errors)
  const tarball = path.join(folder, packed.output.trim().split('\n').at(-1) ?? '')
  const installed = await run(ours, 'npm', ['install', '--global', '--silent', '--prefix', folder, tarball])
  assert.equal(installed.code, 0, installed.errors)
})

after(() => rmSync(folder, { recursive: true, force: true }))

const releases = {
  [node22.version]: () => nodeFolder(needed(node22)),
  [node24.version]: () => nodeFolder(needed(node24)),
  [process.versions.node]: () => ours,
}

test('the package holds what runs and nothing else', () => {
  const home = path.join(folder, 'lib/node_modules/toolgate')
  const files = readdirSync(home).filter((name) => name !== 'node_modules')
  assert.deepEqual(files.toSorted(), ['LICENSE', 'README.md', 'bin', 'dist', 'package.json'])
  const sources = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.startsWith('node_modules'),
  )
  assert.deepEqual(sources, [])
})

test('a Node.js that is too old is told what to do, and nothing else happens', async () => {
  const { code, output, errors } = await run(nodeFolder(needed(node20)), toolgate, ['--version'])
  assert.equal(code, 1)
  assert.equal(output, '')
  assert.match(errors, /^toolgate needs Node\.js 22\.19 or newer; this is v20\.19\.0 at \S+\n/)
})

for (const [release, find] of Object.entries(releases)) {
  suite(`on Node.js ${release}`, () => {
    test('it knows its version and validates a configuration', async () => {
      const node = find()
      assert.deepEqual(await run(node, toolgate, ['--version']), {
        code: 0,
        output: `toolgate ${version}\n`,
        errors: '',
      })
      const file = path.join(folder, 'good.yaml')
      writeFileSync(
        file,
        'binds:\n- port: 3100\n  listeners:\n  - routes:\n    - backends:\n      - host: localhost:1\n',
      )
      const { code, output } = await run(node, toolgate, ['validate', '-f', file])
      assert.equal(code, 0, output)
      writeFileSync(file, 'bind: []\n')
      assert.equal((await run(node, toolgate, ['validate', '-f', file])).code, 1)
    })

    test('the quick start serves tools of its three servers, and drains', async (t) => {
      const node = find()
      const gateway = await quickStart(t, node)
      const listed = await run(node, toolgate, ['tools', 'list', '--format', 'json'])
      for (const tool of ['clock_now', 'notes_add', 'convert_convert'])
        assert.ok(listed.output.includes(`"${tool}"`), `${tool}: ${listed.output}${listed.errors}`)
      const called = await run(node, toolgate, ['tools', 'call', 'clock_now'])
      assert.equal(called.code, 0, called.errors)
      gateway.kill('SIGTERM')
      assert.deepEqual(await once(gateway, 'exit'), [0, null])
    })
  })
}

async function quickStart(t: TestContext, node: string): Promise<ReturnType<typeof spawn>> {
  const own = { ADMIN_ADDR: 'localhost:0', STATS_ADDR: 'localhost:0', READINESS_ADDR: 'localhost:0' }
  const env = { ...process.env, ...own, PATH: `${node}${path.delimiter}${process.env['PATH']}` }
  const gateway = spawn(toolgate, [], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  t.after(() => gateway.kill('SIGKILL'))
  let said = ''
  gateway.stdout.on('data', (chunk: Buffer) => (said += chunk))
  gateway.stderr.on('data', (chunk: Buffer) => (said += chunk))
  await eventually(
    () => {
      if (gateway.exitCode !== null) throw new Error(`the gateway ended: ${said}`)
      return said.includes('ready in')
    },
    () => said,
  )
  return gateway
}
