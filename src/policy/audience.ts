// Which callers a rule set cannot tell apart: those for whom everything that its rules read is equal. No YAML key.
import { hash } from 'node:crypto'
import type { Exchange } from '../core/exchange.ts'
import type { Rule } from './rule.ts'

type Read = (x: Exchange) => unknown

/** Longer texts are kept as their digests. */
const LONGEST = 256

/**
 * Makes the text for a caller, or `undefined` when the rules read what differs from request to request, or are different each time.
 * The claims are those that the rules name, so that all members of one group share what they may see.
 */
export function audienceOf(rules: readonly Rule[]): ((x: Exchange) => string | undefined) | undefined {
  if (rules.some(({ volatile }) => volatile)) return undefined
  const reads: Read[] = []
  for (const path of new Set(rules.flatMap(({ expression }) => [...expression.reads]))) {
    const read = readOf(path)
    if (read === undefined) return undefined
    if (read !== 'the thing') reads.push(read)
  }
  return kept((x) => texts(reads, x))
}

/** What a path is read from; `undefined`: from the request itself, or it is a secret. */
function readOf(path: string): Read | 'the thing' | undefined {
  const [root = '', ...below] = path.split('.')
  const fields = below.slice(0, knownLength(below))
  switch (root) {
    case 'mcp':
      // What else there is under this root belongs to the session.
      return below.length === 0 || below[0] === 'sessionId' || below[0] === '[]' ? undefined : 'the thing'
    case 'session':
      // Not known while lists are made, for nobody.
      return 'the thing'
    case 'jwt':
      return fields[0] === 'rawToken' ? undefined : (x) => under(x.jwt?.claims, fields)
    case 'apiKey':
      return fields[0] === 'key' ? undefined : (x) => under(x.apiKey?.metadata, fields)
    case 'basicAuth':
      return (x) => x.basicAuth?.username
    case 'env':
      return (x) => x.entrance.gateway
    default:
      return undefined
  }
}

/** Up to where it is certain what is read. Names with dots or brackets may be cut short, which reads more and never less. */
function knownLength(fields: readonly string[]): number {
  const unknown = fields.findIndex((field) => !/^[A-Za-z_]\w*$/.test(field))
  return unknown < 0 ? fields.length : unknown
}

function under(value: unknown, fields: readonly string[]): unknown {
  let at = value
  for (const field of fields) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, field)) return undefined
    at = Reflect.get(at, field)
  }
  return at
}

function texts(reads: readonly Read[], x: Exchange): string {
  const identities = [x.jwt, x.apiKey, x.basicAuth].map((one) => (one === undefined ? '-' : '+')).join('')
  const read = reads.map((each) => JSON.stringify(each(x)) ?? '').join('\0')
  const all = `${identities}${read}`
  return all.length > LONGEST ? hash('sha256', all) : all
}

/** Tokens and keys are the same objects from request to request: what was read from one is read once. */
function kept(make: (x: Exchange) => string): (x: Exchange) => string {
  const known = new WeakMap<object, string>()
  return (x) => {
    const { jwt, apiKey, basicAuth } = x
    const only = apiKey === undefined && basicAuth === undefined ? jwt : jwt === undefined ? apiKey : undefined
    if (only === undefined) return make(x)
    const there = known.get(only)
    if (there !== undefined) return there
    const made = make(x)
    known.set(only, made)
    return made
  }
}
