// What small REST servers have in common: an operation is found by method and path, what it says is sent, and they can be started.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { endWith, programOptions, tlsOf } from './program.ts'
import { listen } from './serve.ts'

/** A request as operations look at it. */
export interface Asked {
  readonly query: URLSearchParams
  readonly body: Buffer
  readonly request: IncomingMessage
}

/** Status, value and further headers: texts and bytes as they are, everything else as JSON. */
export type Answer = readonly [status: number, value?: unknown, headers?: Readonly<Record<string, string>>]

/** `found` are the groups of the path. */
export type Operation = readonly [
  method: string,
  path: RegExp,
  answer: (asked: Asked, found: readonly string[]) => Answer,
]

export interface Rest {
  readonly base: string
  /** Served at `base/openapi.json`. */
  readonly document: object
  readonly operations: readonly Operation[]
  readonly refusal: (status: number, message: string) => Answer
}

const bodyAtMost = 100_000

/** Serves the operations below `base`. */
export function rest({ base, document, operations, refusal }: Rest): RequestListener {
  const answered = async (request: IncomingMessage): Promise<Answer> => {
    const url = URL.parse(request.url ?? '/', 'http://localhost')
    const path = decoded(url?.pathname ?? '/')
    if (path === `${base}/openapi.json`) return [200, document]
    const here = operations.flatMap(([method, pattern, answer]) => {
      const found = path?.startsWith(base) === true ? pattern.exec(path.slice(base.length)) : null
      return found === null ? [] : [{ method, answer, found: found.slice(1) }]
    })
    if (here.length === 0) return refusal(404, `try ${base}/openapi.json`)
    const one = here.find(({ method }) => method === request.method)
    if (one === undefined) return refusal(405, here.map(({ method }) => method).join(' or '))
    const body = await whole(request)
    if (body === undefined) return refusal(413, 'too large')
    return one.answer({ query: url?.searchParams ?? new URLSearchParams(), body, request }, one.found)
  }
  // A client that went away in the middle of its request needs no answer.
  return (request, response) =>
    void answered(request).then(
      (answer) => send(response, answer),
      () => response.destroy(),
    )
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path)
  } catch {
    return undefined
  }
}

function send(response: ServerResponse, [status, value, headers]: Answer): void {
  const plain = value === undefined || typeof value === 'string' || Buffer.isBuffer(value)
  response.writeHead(status, { ...(!plain && { 'content-type': 'application/json' }), ...headers })
  response.end(plain ? value : JSON.stringify(value))
}

async function whole(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > bodyAtMost) return undefined
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}

/** A program that serves a REST API until it is told to stop. */
export async function restProgram(listener: RequestListener): Promise<void> {
  const options = programOptions(process.argv.slice(2))
  const { host, port } = options
  const serving = await listen(listener, { host, port: Number(port), ...tlsOf(options) })
  // First ready to be ended, then announced: whoever reads the line may end us at once.
  endWith(() => serving.close(), options['until-stdin-ends'])
  process.stderr.write(`listening on ${serving.url}\n`)
}
