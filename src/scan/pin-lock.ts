// `tools.lock`: the text in which pins are kept. Written in one way only, so that every difference in it is one that means something.
import type { JsonObject } from '../core/item.ts'
import { inOrder, keyText, type Pin, type PinKind, type Pinner, pinDigest, pinKinds, pinners } from './pin.ts'
import { sorted } from './pin-canonical.ts'
import { isObject } from './pin-schema.ts'

const LOCK_VERSION = 1
const ABOUT =
  'What these servers said when it was approved. Written by `toolgate tools lock` and `toolgate tools approve`; do not edit.'

/** Why a lock cannot be used. Whoever reads it must treat nothing as approved. */
export interface LockProblem {
  /** Line of the file, from 1. */
  readonly line: number
  readonly message: string
  /** The way out. */
  readonly hint: string
}

export type Lock = { readonly pins: readonly Pin[] } | { readonly problem: LockProblem }

const sections: { readonly [kind in PinKind]: string } = {
  server: 'server',
  tool: 'tools',
  prompt: 'prompts',
  resource: 'resources',
  template: 'templates',
}

/** The one text of these pins, whatever order they come in. */
export function printLock(pins: Iterable<Pin>): string {
  const targets = new Map<string, JsonObject>()
  for (const [target, own] of Map.groupBy([...pins].toSorted(inOrder), (pin) => pin.target))
    targets.set(target, targetBody(own))
  const root = { version: LOCK_VERSION, about: ABOUT, targets: Object.fromEntries(targets) }
  return `${layout(root, 0)}\n`
}

function targetBody(pins: readonly Pin[]): JsonObject {
  const body: Record<string, unknown> = {}
  for (const kind of pinKinds) {
    const own = pins.filter((pin) => pin.kind === kind)
    const [first] = own
    if (first === undefined) continue
    body[sections[kind]] =
      kind === 'server' ? entryOf(first) : Object.fromEntries(own.map((pin) => [pin.name, entryOf(pin)]))
  }
  return body
}

const entryOf = ({ digest, by, note, definition }: Pin): JsonObject => ({
  digest,
  by,
  ...(note !== undefined && { note }),
  definition: spread(definition),
})

/** Objects of the file's own structure are laid out member by member down to here; below, what fits on a line stands on one. */
const STRUCTURE = 5
const WIDTH = 100

function layout(value: unknown, depth: number): string {
  if (typeof value !== 'object' || value === null) return visible(JSON.stringify(value))
  const line = visible(oneLine(value))
  if (depth >= STRUCTURE && depth * 2 + line.length <= WIDTH) return line
  const inside = '  '.repeat(depth + 1)
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  const parts = Array.isArray(value)
    ? value.map((each: unknown) => layout(each, depth + 1))
    : Object.entries(value).map(([name, each]) => `${visible(JSON.stringify(name))}: ${layout(each, depth + 1)}`)
  if (parts.length === 0) return `${open}${close}`
  return `${open}\n${parts.map((part) => `${inside}${part}`).join(',\n')}\n${'  '.repeat(depth)}${close}`
}

function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const parts = Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}: ${oneLine(each)}`)
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`
}

/**
 * What people do not see in a text is spelled out: whoever reviews the file sees it. Unassigned characters are not in it: the next
 * version of Unicode must not change how a file is written.
 */
const visible = (json: string): string =>
  json.replace(
    /\p{Default_Ignorable_Code_Point}|[\p{Cf}\p{Co}\p{Zl}\p{Zp}\u2800\u007f-\u009f]|(?! )\p{Zs}/gu,
    (found) =>
      found
        .split('')
        .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
        .join(''),
  )

/** Texts of several lines as lists of lines, so that a difference shows the line; members in canonical order. */
const LINES = 'lines'
const isWrapped = (name: string): boolean => /^=*lines$/.test(name)

function spread(value: unknown): unknown {
  if (typeof value === 'string') return value.includes('\n') ? { [LINES]: value.split('\n') } : value
  if (Array.isArray(value)) return value.map(spread)
  if (!isObject(value)) return value
  const members = sorted(value).map(([name, each]) => [name, spread(each)] as const)
  const [only] = members
  // A member of a definition that is called so is told from ours by one more `=`.
  if (members.length === 1 && only !== undefined && isWrapped(only[0])) return { [`=${only[0]}`]: only[1] }
  return Object.fromEntries(members)
}

/** Deeper than anything that has a digest: what lies there cannot be what was pinned. */
const DEEPEST = 300

function gathered(value: unknown, depth = 0): unknown {
  if (depth > DEEPEST) return undefined
  if (Array.isArray(value)) return value.map((each: unknown) => gathered(each, depth + 1))
  if (!isObject(value)) return value
  const members = Object.entries(value)
  const [only] = members
  if (members.length === 1 && only !== undefined && isWrapped(only[0])) {
    const [name, inner] = only
    if (name !== LINES) return { [name.slice(1)]: gathered(inner, depth + 1) }
    return Array.isArray(inner) ? inner.join('\n') : value
  }
  return Object.fromEntries(members.map(([name, each]) => [name, gathered(each, depth + 1)]))
}

/** Larger than any catalogue that a gateway would hold. */
const MOST = 256 << 20

/**
 * Reads what `printLock` has written, and nothing else: a pin that stands there twice, a text that was changed without its digest
 * and a digest without its text are all found, because one of them would be what the file seems to say and the other what it does.
 */
export function parseLock(text: string): Lock {
  const plain = text.replaceAll('\r\n', '\n').replace(/^\ufeff/, '')
  if (plain.length > MOST) return problem(1, 'it is too large')
  const marker = /^(?:<{7}|={7}|>{7})/m.exec(plain)
  if (marker !== null)
    return problem(
      lineAt(plain, marker.index),
      'a merge was left unfinished',
      'finish the merge, then review with `toolgate tools diff`',
    )
  let root: unknown
  try {
    root = JSON.parse(plain)
  } catch (cause) {
    return problem(lineOfError(cause, plain), 'it is no JSON from here on')
  }
  if (!isObject(root) || !isObject(root['targets'])) return problem(1, 'it holds no `targets`')
  const { version } = root
  if (version !== LOCK_VERSION)
    return problem(
      lineOf(plain, ['version']),
      `its version is ${JSON.stringify(version)}, and this program reads ${LOCK_VERSION}`,
      'use the program that wrote it, or take the file away and lock anew',
    )
  const read = pinsIn(root['targets'], plain)
  if ('problem' in read) return read
  const written = printLock(read.pins)
  const trimmed = (lines: string): string => lines.replace(/\n*$/, '\n')
  if (written === trimmed(plain)) return read
  const lines = written.split('\n')
  const different = trimmed(plain)
    .split('\n')
    .findIndex((line, index) => line !== lines[index])
  return problem(
    different + 1,
    'this is not as it was written: something stands here twice, elsewhere, or is not known',
  )
}

const WAY_OUT =
  'restore the file from version control; or take the file away, then `toolgate tools lock` and review what it writes'

const problem = (line: number, message: string, hint = WAY_OUT): { readonly problem: LockProblem } => ({
  problem: { line: Math.max(1, line), message, hint },
})

function pinsIn(targets: JsonObject, text: string): Lock {
  const pins: Pin[] = []
  for (const [target, body] of Object.entries(targets)) {
    const wrong = (keys: readonly string[], message: string): Lock =>
      problem(lineOf(text, ['targets', target, ...keys]), message)
    if (!isObject(body)) return wrong([], 'this target is no object')
    for (const kind of pinKinds) {
      const section = body[sections[kind]]
      if (section === undefined) continue
      const entries =
        kind === 'server' ? [['', section] as const] : isObject(section) ? Object.entries(section) : undefined
      if (entries === undefined) return wrong([sections[kind]], 'this is no object')
      for (const [name, entry] of entries) {
        const read = pinIn(entry)
        const keys = kind === 'server' ? [sections[kind]] : [sections[kind], name]
        if (typeof read === 'string') return wrong(keys, read)
        pins.push({ target, kind, name, ...read })
      }
    }
  }
  return { pins }
}

/** One entry; a text says what is wrong with it. */
function pinIn(entry: unknown): Omit<Pin, 'target' | 'kind' | 'name'> | string {
  if (!isObject(entry)) return 'this pin is no object'
  const { digest, note } = entry
  const by = pinners.find((one): one is Pinner => one === entry['by'])
  const definition = gathered(entry['definition'])
  if (!isObject(definition) || typeof digest !== 'string') return 'this pin has no `digest` or no `definition`'
  if (by === undefined) return `\`by\` is one of ${pinners.join(', ')}`
  if (note !== undefined && typeof note !== 'string') return '`note` is no text'
  if (pinDigest(definition) !== digest) return 'the digest is not that of the text below it'
  return { digest, definition, by, ...(note !== undefined && { note }) }
}

/** Line of the last of nested members: each is looked for behind the one around it. */
function lineOf(text: string, keys: readonly string[]): number {
  let at = 0
  for (const key of keys) {
    const next = text.indexOf(`${visible(JSON.stringify(key))}:`, at)
    if (next === -1) break
    at = next
  }
  return lineAt(text, at)
}

const lineAt = (text: string, at: number): number => text.slice(0, at).split('\n').length

/** Where the parser stopped, in its own words; at the end when it does not say. */
function lineOfError(cause: unknown, text: string): number {
  const position = /at position (\d+)/.exec(cause instanceof Error ? cause.message : '')?.[1]
  return lineAt(text, position === undefined ? text.length : Number(position))
}

/** Pins with others put in their place; `undefined` takes one away. */
export function withPins(pins: readonly Pin[], more: Iterable<Pin>, without: Iterable<string> = []): readonly Pin[] {
  const all = new Map(pins.map((pin) => [keyText(pin), pin]))
  for (const key of without) all.delete(key)
  for (const pin of more) all.set(keyText(pin), pin)
  return [...all.values()].toSorted(inOrder)
}
