// A stdio server for tests: well-behaved unless one of its tools is asked not to be.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

interface Line {
  readonly id?: number | string
  readonly method?: string
  readonly result?: unknown
  readonly error?: unknown
  readonly params?: {
    readonly name?: string
    readonly arguments?: { readonly [name: string]: unknown }
    readonly _meta?: { readonly progressToken?: unknown }
    readonly [name: string]: unknown
  }
}

const mode = process.argv[2] ?? ''
const write = (value: unknown): void => {
  process.stdout.write(`${typeof value === 'string' ? value : JSON.stringify(value)}\n`)
}
const seen: Line[] = []
const waiting = new Map<unknown, (line: Line) => void>()

const tools: { [name: string]: (line: Line, done: (result: unknown) => void) => void } = {
  echo: (line, done) => done({ content: [], pid: process.pid, params: line.params }),
  env: (_, done) => done({ env: process.env }),
  seen: (_, done) => done({ seen }),
  never: () => {},
  die: () => process.exit(3),
  stray: (_, done) => {
    write('Listening on nothing at all')
    write('{"half":')
    write('')
    done({ ok: true })
  },
  spam: (_, done) => {
    process.stderr.write(`${'noise '.repeat(20)}\n`.repeat(20_000))
    process.stderr.write('the last word\n', () => done({ ok: true }))
  },
  flood: () => {
    const more = (): void => {
      while (process.stdout.write('{"jsonrpc":"2.0","method":"notifications/message","params":{}}\n'.repeat(1_000)));
      process.stdout.once('drain', more)
    }
    more()
  },
  huge: (line) => write(`{"jsonrpc":"2.0","id":${line.id},"result":{"text":"${'x'.repeat(9 << 20)}"}}`),
  half: (line) => process.stdout.write(`{"jsonrpc":"2.0","id":${line.id},"resu`, () => process.exit(0)),
  raw: (line) => write(`{"jsonrpc":"2.0","id":${line.id},"result":{"n":[1e400,-0,9007199254740993],"x":"\\u0041"}}`),
  progress: (line, done) => {
    const token = line.params?._meta?.progressToken
    write(
      `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1e400,"progressToken":${JSON.stringify(token)}}}`,
    )
    write({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'working' } })
    write({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' })
    done({ token })
  },
  ask: (line, done) => {
    waiting.set(`q${line.id}`, (reply) => done({ reply: reply.result ?? reply.error }))
    write({ jsonrpc: '2.0', id: `q${line.id}`, method: 'elicitation/create', params: { message: 'sure?' } })
  },
  // Two questions in a row, the second one after the caller may have given up; and a word beside.
  nag: (line) => {
    const again = (): void =>
      write({ jsonrpc: '2.0', id: `n${line.id}`, method: 'elicitation/create', params: { message: 'still there?' } })
    setTimeout(again, 200)
    setTimeout(
      () => write({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'error', data: 'secret' } }),
      200,
    )
  },
  question: (line, done) => {
    done({ ok: true })
    write({ jsonrpc: '2.0', id: `later${line.id}`, method: 'elicitation/create', params: { message: 'later?' } })
  },
  grandchild: (_, done) => {
    const child = spawn('sleep', ['600'], { stdio: 'inherit' })
    done({ pid: child.pid })
  },
}

if (mode === 'crash') process.exit(7)
if (mode === 'stubborn') {
  process.on('SIGTERM', () => {})
  setInterval(() => {}, 1_000)
}

const lines = createInterface({ input: process.stdin })
lines.on('line', (text) => {
  const line: Line = JSON.parse(text)
  seen.push(line)
  if (mode === 'silent') return
  const { id, method } = line
  if (method === undefined) {
    waiting.get(id)?.(line)
    return
  }
  const done = (result: unknown): void => write({ jsonrpc: '2.0', id, result })
  if (method === 'initialize') {
    done({
      protocolVersion: line.params?.['protocolVersion'],
      capabilities: { tools: {} },
      serverInfo: { name: 'l', version: '1' },
    })
  } else if (method === 'tools/call') tools[String(line.params?.name)]?.(line, done)
  else if (id !== undefined) done({})
})
lines.on('close', () => {
  if (mode !== 'stubborn') process.exit(0)
})
