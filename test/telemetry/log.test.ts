// The operational log and the sink that both logs share.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLog } from '../../src/telemetry/log.ts'
import { Sink } from '../../src/telemetry/sink.ts'

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'log-'))
  t.after(() => rmSync(path, { recursive: true }))
  return path
}

test('a line says when, how bad, who, what, and the fields', () => {
  const lines: string[] = []
  const log = createLog({ format: 'text', level: 'info', write: (line) => lines.push(line) })
  log.warn('target is "slow"', { target: 'time', after: 2, why: 'no answer', fine: false, nothing: undefined })
  assert.match(
    lines[0] ?? '',
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\twarn\tgateway target is "slow" target=time after=2 why="no answer" fine=false\n$/,
  )
})

test('JSON lines parse, whatever is in them', () => {
  const lines: string[] = []
  const log = createLog({ format: 'json', level: 'info', write: (line) => lines.push(line), scope: 'config' })
  log.error('line\nbreak', { 'odd "name"': 'v\u001b', ratio: Number.NaN })
  const { time, ...rest } = JSON.parse(lines[0] ?? '')
  assert.ok(!Number.isNaN(Date.parse(time)))
  assert.deepEqual(rest, {
    level: 'error',
    scope: 'config',
    message: 'line\nbreak',
    'odd "name"': 'v\u001b',
    ratio: null,
  })
})

test('messages cannot break out of their line', () => {
  const lines: string[] = []
  createLog({ format: 'text', level: 'info', write: (line) => lines.push(line) }).info('a\nb\u001b[1m\u202e')
  assert.ok(lines[0]?.endsWith('gateway a\\nb\\u001b[1m\\u202e\n'))
})

test('the level can be turned while the log is in use', () => {
  const lines: string[] = []
  const log = createLog({ format: 'text', level: 'warn', write: (line) => lines.push(line) })
  log.info('unheard')
  log.level = 'debug'
  log.debug('heard')
  assert.equal(lines.length, 1)
  assert.ok(lines[0]?.includes('heard'))
})

test('lines reach the file in order, and disposing leaves none behind', async (t) => {
  const path = join(folder(t), 'out')
  const fd = openSync(path, 'w')
  {
    await using sink = new Sink({ fd, delayMs: 10_000 })
    for (let i = 0; i < 1_000; i++) sink.write(`${i}\n`)
  }
  closeSync(fd)
  assert.equal(readFileSync(path, 'utf8'), Array.from({ length: 1_000 }, (_, i) => `${i}\n`).join(''))
})

test('what waits at exit is written at once', (t) => {
  const path = join(folder(t), 'out')
  const fd = openSync(path, 'w')
  const sink = new Sink({ fd, delayMs: 10_000 })
  sink.write('last words\n')
  sink.flushSync()
  closeSync(fd)
  assert.equal(readFileSync(path, 'utf8'), 'last words\n')
})

test('a reader that stalls costs lines, which are counted, and never a wait', async (t) => {
  const path = join(folder(t), 'pipe')
  execFileSync('mkfifo', [path])
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
  t.after(() => closeSync(fd))
  let counted = 0
  const sink = new Sink({ fd, limit: 100_000, delayMs: 0, dropped: () => counted++ })
  const line = `${'x'.repeat(99)}\n`
  for (let i = 0; i < 5_000; i++) {
    sink.write(line)
    if (i % 100 === 0) await sleep(0) // the pipe fills, then the queue
  }
  assert.ok(sink.dropped > 0)
  assert.equal(counted, sink.dropped)

  const buffer = Buffer.alloc(1 << 20)
  let read = 0
  const drained = sink.flush()
  const drain = setInterval(() => {
    try {
      read += readSync(fd, buffer)
    } catch {
      // nothing there at the moment
    }
  }, 1)
  await drained
  clearInterval(drain)
  try {
    read += readSync(fd, buffer)
  } catch {
    // it was empty already
  }
  assert.equal(read, (5_000 - sink.dropped) * line.length)
})

test('a reader that is gone ends the log, not the process', async (t) => {
  const path = join(folder(t), 'out')
  const fd = openSync(path, 'w')
  closeSync(fd)
  const sink = new Sink({ fd: openSync('/dev/null', 'r') })
  sink.write('nobody listens\n')
  await sink.flush()
  sink.write('still nobody\n')
  assert.equal(sink.dropped, 1)
})
