// What REST APIs as tools cost: a call beside the reference proxy, the conversion of a large document, the making of one request.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { convert } from '../../src/openapi/convert.ts'
import { readDocument } from '../../src/openapi/load.ts'
import { request } from '../../src/openapi/request.ts'
import type { Claim, Context, Findings } from '../claim.ts'
import { against, type Contender, compare, middle, type Round, type Work } from '../compare.ts'
import { configuration } from '../configuration.ts'
import { freePort, listener, startGateway } from '../processes.ts'
import { median } from '../statistics.ts'

const ARGUMENTS = { path: { id: 'a-17' }, query: { text: 'the quick brown fox', kinds: ['fox', 'dog'], limit: 4 } }

const query = (name: string, schema: object): object => ({ name, in: 'query', schema })
const small = {
  openapi: '3.1.0',
  info: { title: 'Bench', version: '1' },
  servers: [{ url: '/rest' }],
  paths: {
    '/things/{id}/jumps': {
      get: {
        operationId: 'jumps',
        parameters: [
          { name: 'id', in: 'path', required: true, schema: { type: 'string', pattern: '^[a-z]-[0-9]+$' } },
          query('text', { type: 'string', maxLength: 200 }),
          query('kinds', { type: 'array', items: { enum: ['fox', 'dog', 'hare'] } }),
          query('limit', { type: 'integer', minimum: 1, maximum: 50 }),
          query('after', { type: 'string' }),
        ],
        responses: { 200: { description: 'Jumps', content: { 'application/json': { schema: { type: 'object' } } } } },
      },
    },
  },
}

export const toolsCallOpenapi: Claim = {
  name: 'tools-call-openapi',
  says: 'a small tools/call, answered by a REST API',
  run: (context) => calls(context),
}

async function calls(context: Context): Promise<Findings> {
  await using upstream = await listener('upstream', 'upstream.ts')
  await using proxy = await listener('proxy', 'reference/proxy.ts', [`http://127.0.0.1:${upstream.port}`])
  const port = await freePort()
  const targets = [{ name: 'bench', url: `http://127.0.0.1:${upstream.port}`, document: small }]
  await using gateway = await startGateway(port, configuration(port, targets))
  const work = (params: object): Work => ({
    connections: 32,
    method: 'tools/call',
    params: JSON.stringify(params),
    expect: '"structuredContent"',
  })
  // One that the document describes and the MCP server behind the proxy knows as well: the same bytes from the client.
  const contenders: Contender[] = [
    { subject: proxy, path: '/json/20/bench' },
    { subject: gateway, path: '/mcp' },
  ]
  context.note('as fast as 32 connections ask')
  const busy = await compare(context, contenders, work({ name: 'jumps', arguments: ARGUMENTS }))
  const cpu = (round: Round): number => round.cpuMicros
  return {
    findings: [
      { what: 'CPU, gateway ÷ proxy', value: against(busy, 'gateway', 'proxy', cpu), unit: '×', atMost: 1.5 },
      { what: 'CPU of the gateway', value: middle(busy, 'gateway', cpu), unit: 'µs' },
    ],
    raw: { busy: Object.fromEntries(busy) },
  }
}

export const openapiConversion: Claim = {
  name: 'openapi-conversion',
  says: 'a document of 1,000 operations, and one request',
  run: async (context) => await Promise.resolve(conversion(context)),
}

const OPERATIONS = 1_000

/** As large as the largest that are published (some 4 MB), with what makes them slow: deep, shared and recursive schemas. */
function largeDocument(): string {
  const ref = (index: number): object => ({ $ref: `#/components/schemas/S${index}` })
  const schema = (i: number): object => ({
    type: 'object',
    description:
      `Describes thing ${i} in as many words as such documents usually take, which is about this many. `.repeat(30),
    required: ['id', 'name'],
    properties: {
      id: { type: 'integer', format: 'int64', minimum: 1 },
      name: { type: 'string', maxLength: 200, description: 'What it is called' },
      kind: { type: 'string', enum: ['one', 'two', 'three'], nullable: true },
      // The next one of eight: chains of references, and a ring of each.
      next: ref(i - (i % 8) + ((i + 1) % 8)),
      list: {
        type: 'array',
        items: { allOf: [ref(i - (i % 8)), { properties: { extra: { type: 'string' } } }] },
      },
      choice: { oneOf: [{ type: 'string' }, { type: 'object', properties: { value: { type: 'number' } } }] },
    },
  })
  const paths: { [path: string]: object } = {}
  for (let i = 0; i < OPERATIONS; i += 2)
    paths[`/things${i}/{id}`] = {
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'integer' } }],
      get: {
        operationId: `get${i}`,
        summary: `Thing ${i}`,
        description: 'Tells what is known of it, and of others like it. '.repeat(8),
        parameters: [query('page', { type: 'integer' }), query('fields', { type: 'array', items: { type: 'string' } })],
        responses: { 200: { description: 'Fine', content: { 'application/json': { schema: ref(i) } } } },
      },
      post: {
        operationId: `change${i}`,
        summary: `Change thing ${i}`,
        requestBody: { content: { 'application/json': { schema: ref(i + 1) } } },
        responses: { 200: { description: 'Fine', content: { 'application/json': { schema: ref(i) } } } },
      },
    }
  const schemas = Object.fromEntries(Array.from({ length: OPERATIONS }, (_, i) => [`S${i}`, schema(i)]))
  return JSON.stringify({ openapi: '3.0.3', info: { title: 'Large', version: '1' }, paths, components: { schemas } })
}

/** A process that does nothing else: how long it takes from text to tools, and how large it becomes (`maxRSS` counts kibibytes). */
const PROGRAM = `
import { readFileSync } from 'node:fs'
const [{ readDocument }, { convert }] = await Promise.all([import(process.argv[1] + '/load.ts'), import(process.argv[1] + '/convert.ts')])
const source = readFileSync(process.argv[2], 'utf8')
const before = performance.now()
const { tools } = convert(readDocument(source, 'large.json'), { ownHost: true })
const seconds = (performance.now() - before) / 1000
console.log(JSON.stringify([tools.length, seconds, process.resourceUsage().maxRSS / 1024]))`

/** Seconds and mebibytes of one conversion. */
function converted(file: string): readonly [seconds: number, mebibytes: number] {
  const room = path.join(import.meta.dirname, '../../src/openapi')
  const out = execFileSync(process.execPath, ['--input-type=module', '-e', PROGRAM, room, file], { encoding: 'utf8' })
  const said: unknown = JSON.parse(out)
  const [tools, seconds, mebibytes] = Array.isArray(said) ? said.map(Number) : []
  if (tools !== OPERATIONS || seconds === undefined || mebibytes === undefined) throw new Error(`it said ${out}`)
  return [seconds, mebibytes]
}

function conversion(context: Context): Findings {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-'))
  try {
    const file = path.join(folder, 'large.json')
    const source = largeDocument()
    writeFileSync(file, source)
    context.note(`a document of ${(source.length / 1e6).toFixed(1)} MB`)
    const rounds = Array.from({ length: context.quick ? 2 : 5 }, () => converted(file))
    const micros = requestMicros(context.quick ? 20_000 : 200_000)
    return {
      findings: [
        { what: 'reading and converting it, cold', value: median(rounds.map(([s]) => s)), unit: 's', atMost: 1.5 },
        {
          what: 'memory of that process at its largest',
          value: median(rounds.map(([, m]) => m)),
          unit: 'MiB',
          atMost: 300,
        },
        { what: 'making a request', value: median(micros), unit: 'µs', atMost: 10 },
      ],
      raw: { rounds, micros },
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** CPU of making a request with a path, three query parameters and all checks. */
function requestMicros(times: number): readonly number[] {
  const library = readDocument(JSON.stringify(small), 'small.json')
  if ('code' in library) throw new Error(library.problem)
  const [tool] = convert(library, { ownHost: true }).tools
  if (tool === undefined) throw new Error('no tool')
  const rounds: number[] = []
  for (let round = 0; round < 6; round++) {
    const before = process.cpuUsage()
    for (let i = 0; i < times; i++) {
      const made = request(tool, ARGUMENTS)
      if ('problem' in made) throw new Error(made.problem)
    }
    const { user, system } = process.cpuUsage(before)
    if (round > 0) rounds.push((user + system) / times)
  }
  return rounds
}
