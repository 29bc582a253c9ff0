// A tiny REST API, no MCP at all: pets to list, add, read and remove, described by its own OpenAPI document.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { endWith, isProgram, listen, programOptions, tlsOf } from './serve.ts'

interface Pet {
  readonly id: number
  readonly name: string
  readonly kind: string
}

const bodyAtMost = 10_000
const petsAtMost = 1_000
const petSchema = {
  type: 'object',
  required: ['name', 'kind'],
  properties: { id: { type: 'integer', readOnly: true }, name: { type: 'string' }, kind: { type: 'string' } },
}
const one = {
  description: 'The pet',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Pet' } } },
}
const idInPath = { name: 'id', in: 'path', required: true, schema: { type: 'integer' } }

const document = {
  openapi: '3.1.0',
  info: { title: 'Petstore', version: '1.0.0', description: 'Pets in memory, to try a gateway with.' },
  servers: [{ url: '/' }],
  paths: {
    '/pets': {
      get: {
        operationId: 'listPets',
        summary: 'All pets, or those of one kind',
        parameters: [{ name: 'kind', in: 'query', schema: { type: 'string' } }],
        responses: {
          200: {
            description: 'The pets',
            content: { 'application/json': { schema: { type: 'array', items: { $ref: '#/components/schemas/Pet' } } } },
          },
        },
      },
      post: {
        operationId: 'addPet',
        summary: 'Add a pet',
        requestBody: one,
        responses: { 201: one, 400: { description: 'Not a pet' } },
      },
    },
    '/pets/{id}': {
      parameters: [idInPath],
      get: {
        operationId: 'getPet',
        summary: 'One pet',
        responses: { 200: one, 404: { description: 'No such pet' } },
      },
      delete: {
        operationId: 'removePet',
        summary: 'Remove a pet',
        responses: { 204: { description: 'Removed' }, 404: { description: 'No such pet' } },
      },
    },
  },
  components: { schemas: { Pet: petSchema } },
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(value)}\n`)
}

async function body(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > bodyAtMost) return undefined
    chunks.push(bytes)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString())
  } catch {
    return undefined
  }
}

/** A pet in what somebody sent; `undefined` when there is none. */
function petIn(value: unknown): Omit<Pet, 'id'> | undefined {
  if (typeof value !== 'object' || value === null || !('name' in value) || !('kind' in value)) return undefined
  const { name, kind } = value
  return typeof name === 'string' && typeof kind === 'string' && name !== '' ? { name, kind } : undefined
}

/** The API over pets of its own. */
export function petstore(): RequestListener {
  const pets = new Map<number, Pet>()
  let count = 0
  const add = (pet: Omit<Pet, 'id'>): Pet => {
    const added = { id: ++count, ...pet }
    pets.set(added.id, added)
    return added
  }
  add({ name: 'Rex', kind: 'dog' })
  add({ name: 'Tom', kind: 'cat' })
  add({ name: 'Kiki', kind: 'parrot' })

  const onPets = async (request: IncomingMessage, response: ServerResponse, query: URLSearchParams): Promise<void> => {
    if (request.method === 'GET') {
      const kind = query.get('kind')
      return json(
        response,
        200,
        [...pets.values()].filter((pet) => kind === null || pet.kind === kind),
      )
    }
    if (request.method !== 'POST') return json(response, 405, { error: 'GET or POST' })
    const pet = petIn(await body(request))
    if (pet === undefined) return json(response, 400, { error: 'a pet has a name and a kind' })
    if (pets.size >= petsAtMost) return json(response, 507, { error: 'the store is full' })
    response.setHeader('location', `/pets/${count + 1}`)
    json(response, 201, add(pet))
  }
  const onPet = (request: IncomingMessage, response: ServerResponse, id: number): void => {
    const pet = pets.get(id)
    if (pet === undefined) return json(response, 404, { error: `there is no pet ${id}` })
    if (request.method === 'GET') return json(response, 200, pet)
    if (request.method !== 'DELETE') return json(response, 405, { error: 'GET or DELETE' })
    pets.delete(id)
    response.writeHead(204).end()
  }

  return (request, response) => {
    const url = URL.parse(request.url ?? '/', 'http://localhost')
    const id = /^\/pets\/(\d{1,9})$/.exec(url?.pathname ?? '')?.[1]
    if (id !== undefined) return onPet(request, response, Number(id))
    if (url?.pathname === '/pets')
      // A client that went away in the middle of its request needs no answer.
      return void onPets(request, response, url.searchParams).catch(() => response.destroy())
    if (url?.pathname === '/openapi.json') return json(response, 200, document)
    if (url?.pathname === '/') return json(response, 200, { pets: '/pets', openapi: '/openapi.json' })
    return json(response, 404, { error: 'try /pets' })
  }
}

async function main(): Promise<void> {
  const options = programOptions(process.argv.slice(2))
  const { host, port } = options
  const serving = await listen(petstore(), { host, port: Number(port), ...tlsOf(options) })
  // First ready to be ended, then announced: whoever reads the line may end us at once.
  endWith(() => serving.close(), options['until-stdin-ends'])
  process.stderr.write(`listening on ${serving.url}\n`)
}

if (isProgram(import.meta)) await main()
