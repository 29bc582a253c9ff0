// Where the next page is: what a result and its document say about it, as arguments of the same tool. Never fetched unasked.

import type { Answer } from './bodies.ts'
import { header } from './headers.ts'
import { groupOf } from './input.ts'
import type { Where } from './parameters.ts'
import type { Field, PagePlan, Plan } from './plan.ts'
import type { References } from './references.ts'
import type { HttpResponse, OperationNames } from './tool.ts'
import { type Fields, fields, fromPairs, isFields, own, text } from './value.ts'

/** Names of parameters that say where a page begins. */
export const cursorLike =
  /cursor|page_?token|next_?token|continuation|marker|^after$|^starting_after$|^page$|^page_?number$|^offset$|^start(?:_?(?:at|index))?$|^\$?skip(?:token)?$/i
/** Members of answers in which pages are told of. */
const holders = [
  '',
  'meta',
  'pagination',
  'paging',
  'page_info',
  'pageInfo',
  'response_metadata',
  'links',
  '_links',
] as const

/** What of an operation says something about pages (reference: openapi §10). */
export function pagePlan(
  all: readonly Field[],
  answers: readonly Answer[],
  names: OperationNames,
  references: References,
): PagePlan {
  const query = all.filter(({ in: where, offered }) => where === 'query' && offered)
  const cursors = query
    .filter(({ name }) => cursorLike.test(name))
    .map(({ name, argument }) => ({ name, argument, members: membersFor(name) }))
  return {
    cursors,
    query: new Map(query.map(({ name, argument }) => [name, argument])),
    links: linksOf(all, answers, names, references),
  }
}

/** How answers call the next value of a parameter: `next_cursor`, `nextCursor`; its own name where it can be nothing else. */
function membersFor(name: string): readonly string[] {
  const capital = name.charAt(0).toUpperCase() + name.slice(1)
  const isItself = /^next|continuation|page_?token|marker/i.test(name)
  return [`next_${name}`, `next${capital}`, ...(isItself ? [name] : [])]
}

function linksOf(
  all: readonly Field[],
  answers: readonly Answer[],
  names: OperationNames,
  references: References,
): PagePlan['links'] {
  return answers
    .filter(({ status }) => status.startsWith('2'))
    .flatMap(({ place }) => [...place.at('links').members()])
    .flatMap(([, written]) => {
      const link = fields(safely(() => references.follow(written).value))
      if (names.id === undefined || own(link, 'operationId') !== names.id) return []
      const wanted = Object.entries(fields(own(link, 'parameters'))).flatMap(([key, expression]) => {
        const [where, ...rest] = key.split('.')
        const field = all.find(
          (one) => one.offered && (one.name === key || (one.in === where && one.name === rest.join('.'))),
        )
        return field === undefined || typeof expression !== 'string'
          ? []
          : [{ in: field.in, argument: field.argument, expression }]
      })
      return wanted.length === 0 ? [] : [wanted]
    })
}

function safely<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

interface Next {
  readonly in: Where
  readonly argument: string
  readonly value: unknown
}

/** The arguments of the next page; `undefined`: nothing says that there is one. */
export function nextPage(plan: Plan, response: HttpResponse, body: unknown, args: unknown): Fields | undefined {
  const hints = linked(plan, response) ?? declared(plan, response, body) ?? named(plan, body) ?? pointed(plan, body)
  if (hints === undefined) return undefined
  const found = hints.map((hint) => ({ ...hint, value: asDeclared(plan, hint) }))
  const before = fields(args)
  if (plan.layout === 'flat') return { ...before, ...fromPairs(found.map(({ argument, value }) => [argument, value])) }
  const made: { [group: string]: unknown } = { ...before }
  for (const { in: where, argument, value } of found)
    made[groupOf(where)] = { ...fields(made[groupOf(where)]), ...fromPairs([[argument, value]]) }
  return made
}

/** What is a number in the answer may be declared as a text: arguments are to fit. */
function asDeclared({ fields: all }: Plan, { in: where, argument, value }: Next): unknown {
  // More digits than a number of JavaScript has: a text of digits is one for whoever checks it.
  if (JSON.isRawJSON(value)) return value.rawJSON
  const field = all.find((one) => one.argument === argument && one.in === where)
  return typeof value === 'number' && fields(field?.schema)['type'] === 'string' ? String(value) : value
}

/** `Link: <…>; rel="next"` (RFC 8288) or `x-next`: only what is a parameter of the operation is taken out of the address. */
function linked({ page }: Plan, response: HttpResponse): readonly Next[] | undefined {
  const link = header(response, 'link')?.slice(0, 8192)
  const address =
    link === undefined ? header(response, 'x-next') : /<([^<>]*)>[^<]*?;\s*rel="?(?:[\w-]+ )*next\b/i.exec(link)?.[1]
  return address === undefined || address === '' ? undefined : addressed(page, address)
}

function addressed(page: PagePlan, address: string): readonly Next[] | undefined {
  const mark = address.indexOf('?')
  if (mark < 0) {
    const [only] = page.cursors
    return /[/:]/.test(address) || only === undefined
      ? undefined
      : [{ in: 'query', argument: only.argument, value: address }]
  }
  const found = new Map<string, Next>()
  for (const [name, value] of new URLSearchParams(address.slice(mark + 1).replace(/#.*$/s, ''))) {
    const argument = page.query.get(name)
    if (argument !== undefined && page.cursors.some((one) => one.name === name))
      found.set(name, { in: 'query', argument, value })
  }
  return found.size === 0 ? undefined : [...found.values()]
}

/** The document's own links, as far as their expressions speak of the answer (OpenAPI, runtime expressions). */
function declared({ page }: Plan, response: HttpResponse, body: unknown): readonly Next[] | undefined {
  for (const link of page.links) {
    const found = link.map(({ in: where, argument, expression }) => ({
      in: where,
      argument,
      value: evaluated(expression, response, body),
    }))
    if (found.every(({ value }) => usable(value))) return found
  }
  return undefined
}

function evaluated(expression: string, response: HttpResponse, body: unknown): unknown {
  const name = /^\$response\.header\.([\w-]+)$/.exec(expression)?.[1]
  if (name !== undefined) return header(response, name.toLowerCase())
  const pointer = /^\$response\.body#(\/.*)$/.exec(expression)?.[1]
  if (pointer === undefined) return undefined
  let at = body
  for (const one of pointer.split('/').slice(1)) {
    if (typeof at !== 'object' || at === null) return undefined
    const key = one.replaceAll('~1', '/').replaceAll('~0', '~')
    at = Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined
  }
  return at
}

const addresses = ['next', 'nextLink', '@odata.nextLink', 'next_url', 'next_page_url']

/** Addresses of the next page in the answer itself: `next`, `links.next`, `_links.next.href` and the like. */
function pointed({ page }: Plan, body: unknown): readonly Next[] | undefined {
  if (page.cursors.length === 0 || !isFields(body)) return undefined
  for (const holder of holders) {
    const inside = holder === '' ? body : own(body, holder)
    if (!isFields(inside)) continue
    for (const name of addresses) {
      const said = own(inside, name)
      const address = text(said) ?? text(own(fields(said), 'href'))
      const found = address?.includes('?') === true ? addressed(page, address.slice(0, 8192)) : undefined
      if (found !== undefined) return found
    }
  }
  return undefined
}

/** Members of the answer that are called like the next value of a declared parameter. */
function named({ page }: Plan, body: unknown): readonly Next[] | undefined {
  if (page.cursors.length === 0 || !isFields(body)) return undefined
  for (const holder of holders) {
    const inside = holder === '' ? body : own(body, holder)
    if (!isFields(inside)) continue
    for (const { argument, members } of page.cursors)
      for (const name of members) {
        const value = own(inside, name)
        if (usable(value)) return [{ in: 'query', argument, value }]
      }
  }
  return undefined
}

const usable = (value: unknown): boolean =>
  (text(value) ?? '') !== '' || typeof value === 'number' || JSON.isRawJSON(value)
