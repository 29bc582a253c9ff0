import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { Guard } from '../../../src/mcp/egress/guard.ts'
import { silent } from '../../../src/telemetry/log.ts'
import { stage, until, upstream } from './stage.ts'

function sleeper(t: TestContext): ChildProcess & { readonly pid: number } {
  const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' })
  const { pid } = child
  assert.ok(pid !== undefined)
  t.after(() => void child.kill('SIGKILL'))
  return Object.assign(child, { pid })
}

test('what was taken out of its care is left alone', async (t) => {
  const [a, b] = [sleeper(t), sleeper(t)]
  const guard = new Guard(silent)
  guard.add(a.pid)
  guard.add(b.pid)
  guard.remove(a.pid)
  const ended = guard[Symbol.asyncDispose]()
  b.kill()
  await once(b, 'exit')
  guard.remove(b.pid)
  await ended
  assert.equal(a.exitCode ?? a.signalCode, null)
})

test('a guard that was killed is replaced, and knows every group again', async (t) => {
  const lines: string[] = []
  const guard = new Guard({ ...silent, warn: (message) => void lines.push(message) })
  const child = sleeper(t)
  guard.add(child.pid)
  const first = guard.pid ?? 0
  await new Promise((resolve) => setTimeout(resolve, 1_100)) // one that dies at once is not started again
  process.kill(first, 'SIGKILL')
  await until(() => guard.pid !== undefined && guard.pid !== first)
  assert.deepEqual(lines, ['the guard of stdio processes has ended'])
  process.kill(guard.pid ?? 0, 'SIGKILL')
  await until(() => guard.pid === undefined)
  guard.add(child.pid)
  guard.remove(child.pid)
  await guard[Symbol.asyncDispose]()
})

test('every configuration with a stdio target keeps the same guard', async (t) => {
  const site = stage(t)
  const keys: string[] = []
  const keeping = {
    ...site,
    keep: <T extends AsyncDisposable>(key: string, make: () => T): T => {
      keys.push(key)
      return site.keep(key, make)
    },
  }
  await upstream('stdio', { cmd: 'a' }, keeping)
  await upstream('stdio', { cmd: 'b' }, keeping)
  assert.deepEqual(keys, ['stdio guard', 'stdio guard'])
})
