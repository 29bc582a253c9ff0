// A REST API, no MCP at all: the pets, orders and users of `openapi/petstore3.json`, in memory.
import type { RequestListener } from 'node:http'
import document from '../openapi/petstore3.json' with { type: 'json' }
import { isProgram } from './program.ts'
import { type Answer, type Asked, type Operation, rest, restProgram } from './rest.ts'

/** What the store keeps: whatever has been sent, under its number or name. */
type Thing = { readonly [member: string]: unknown }

const BASE = '/api/v3'
/** The key that removes pets; whoever tries the store may know it. */
export const PETSTORE_KEY = 'special-key'
const thingsAtMost = 1_000

const isThing = (value: unknown): value is Thing => typeof value === 'object' && value !== null && !Array.isArray(value)

const refusal = (status: number, message: string): Answer => [status, { code: status, type: 'error', message }]

function thingIn({ body, request }: Asked): Thing | undefined {
  if (request.headers['content-type'] === 'application/x-www-form-urlencoded')
    return Object.fromEntries(new URLSearchParams(body.toString()))
  try {
    const value: unknown = JSON.parse(body.toString())
    return isThing(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Things by number, or by name. */
class Drawer {
  readonly #things = new Map<string, Thing>()
  readonly #what: string
  readonly #key: string
  #last = 0

  constructor(what: string, key: string) {
    this.#what = what
    this.#key = key
  }

  get all(): readonly Thing[] {
    return [...this.#things.values()]
  }

  get(key: string): Answer {
    const thing = this.#things.get(key)
    return thing === undefined ? this.#nothing(key) : [200, thing]
  }

  add(thing: Thing | undefined, needs: string): Answer {
    const value = thing?.[needs]
    if (thing === undefined || value === undefined || value === '')
      return refusal(400, `${this.#what}: ${needs} is missing`)
    if (this.#things.size >= thingsAtMost) return refusal(507, 'the store is full')
    const kept = this.#key === 'id' ? { id: this.#last + 1, ...thing } : thing
    const key = kept[this.#key]
    if (typeof key !== 'number' && typeof key !== 'string')
      return refusal(400, `${this.#what}: ${this.#key} is no number and no name`)
    if (typeof key === 'number') this.#last = Math.max(this.#last, key)
    this.#things.set(String(key), kept)
    return [200, kept]
  }

  change(key: string, thing: Thing | undefined): Answer {
    const before = this.#things.get(key)
    if (before === undefined) return this.#nothing(key)
    if (thing === undefined) return refusal(400, `${this.#what}: nothing to change`)
    const after = { ...before, ...thing }
    this.#things.set(key, after)
    return [200, after]
  }

  remove(key: string): Answer {
    return this.#things.delete(key) ? [204] : this.#nothing(key)
  }

  #nothing(key: string): Answer {
    return refusal(404, `there is no ${this.#what} ${key}`)
  }
}

/** The API over pets of its own. */
export function petstore(): RequestListener {
  const [pets, orders, users] = [new Drawer('pet', 'id'), new Drawer('order', 'id'), new Drawer('user', 'username')]
  for (const [name, kind, status] of [
    ['Rex', 'dogs', 'available'],
    ['Tom', 'cats', 'available'],
    ['Kiki', 'birds', 'sold'],
  ])
    pets.add({ name, photoUrls: [], category: { name: kind }, tags: [{ name: kind }], status }, 'name')
  users.add({ username: 'alice', email: 'alice@example.com' }, 'username')
  const operations = [...petOperations(pets), ...storeOperations(pets, orders), ...userOperations(users)]
  return rest({ base: BASE, document, operations, refusal })
}

const hasTag = ({ tags }: Thing, wanted: readonly string[]): boolean =>
  Array.isArray(tags) && tags.some((tag) => isThing(tag) && wanted.some((one) => one === tag['name']))

const withStatus = (pets: Drawer, wanted: readonly string[]): readonly Thing[] =>
  pets.all.filter(({ status }) => wanted.some((one) => one === (status ?? 'available')))

const petOperations = (pets: Drawer): readonly Operation[] => [
  ['POST', /^\/pet$/, (asked) => pets.add(thingIn(asked), 'name')],
  [
    'PUT',
    /^\/pet$/,
    (asked) => {
      const pet = thingIn(asked)
      return pets.change(typeof pet?.['id'] === 'number' ? String(pet['id']) : 'without a number', pet)
    },
  ],
  [
    'GET',
    /^\/pet\/findByStatus$/,
    ({ query }) => [200, withStatus(pets, query.has('status') ? query.getAll('status') : ['available'])],
  ],
  ['GET', /^\/pet\/findByTags$/, ({ query }) => [200, pets.all.filter((pet) => hasTag(pet, query.getAll('tags')))]],
  ['GET', /^\/pet\/(\d+)$/, (_, [id = '']) => pets.get(id)],
  ['POST', /^\/pet\/(\d+)$/, ({ query }, [id = '']) => pets.change(id, Object.fromEntries(query))],
  [
    'DELETE',
    /^\/pet\/(\d+)$/,
    ({ request }, [id = '']) =>
      request.headers['api_key'] === PETSTORE_KEY ? pets.remove(id) : refusal(401, 'only with a key'),
  ],
  [
    'POST',
    /^\/pet\/(\d+)\/uploadImage$/,
    ({ body, query }, [id = '']) => {
      const [status, pet] = pets.get(id)
      const message = `${body.length} bytes, ${query.get('additionalMetadata') ?? 'without a word'}`
      return status === 200 ? [200, { code: 200, type: 'picture', message }] : [status, pet]
    },
  ],
]

const storeOperations = (pets: Drawer, orders: Drawer): readonly Operation[] => [
  [
    'GET',
    /^\/store\/inventory$/,
    () => [
      200,
      Object.fromEntries(['available', 'pending', 'sold'].map((status) => [status, withStatus(pets, [status]).length])),
    ],
  ],
  ['POST', /^\/store\/order$/, (asked) => orders.add(thingIn(asked), 'petId')],
  ['GET', /^\/store\/order\/(\d+)$/, (_, [id = '']) => orders.get(id)],
  ['DELETE', /^\/store\/order\/(\d+)$/, (_, [id = '']) => orders.remove(id)],
]

const userOperations = (users: Drawer): readonly Operation[] => [
  ['POST', /^\/user$/, (asked) => users.add(thingIn(asked), 'username')],
  ['GET', /^\/user\/([^/]+)$/, (_, [name = '']) => users.get(name)],
  ['PUT', /^\/user\/([^/]+)$/, (asked, [name = '']) => users.change(name, thingIn(asked))],
  ['DELETE', /^\/user\/([^/]+)$/, (_, [name = '']) => users.remove(name)],
]

if (isProgram(import.meta)) await restProgram(petstore())
