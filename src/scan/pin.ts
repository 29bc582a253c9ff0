// A pin: what one thing of a server said when it was approved, and the digest by which it is known again. No files here.
import { hash } from 'node:crypto'
import type { JsonObject } from '../core/item.ts'
import { canonical } from './pin-canonical.ts'

/** What is pinned: everything that reaches a model. `server`: its serverInfo and instructions. */
export const pinKinds = ['server', 'tool', 'prompt', 'resource', 'template'] as const
export type PinKind = (typeof pinKinds)[number]

/** How a pin came to be. Only `approve` is the word of somebody who has seen this very digest. */
export const pinners = ['first-use', 'lock', 'approve'] as const
export type Pinner = (typeof pinners)[number]

/** Which thing. `name` is the server's own name for it, the URI of resources and templates, and empty for the server itself. */
export interface PinKey {
  readonly target: string
  readonly kind: PinKind
  readonly name: string
}

export interface Pin extends PinKey {
  /** `sha256:` and 64 hexadecimal digits, over the canonical form of the definition. */
  readonly digest: string
  readonly definition: JsonObject
  readonly by: Pinner
  /** Why it was approved, in the words of whoever did. */
  readonly note?: string
}

/** Digest of a definition; `undefined`: it cannot be pinned (too deep, or a number that no double can hold). */
export function pinDigest(definition: JsonObject): string | undefined {
  const spelled = canonical(definition)
  return spelled === undefined ? undefined : `sha256:${hash('sha256', spelled)}`
}

/** A pin of a definition as it is; `undefined`: it cannot be pinned. */
export function pinOf(key: PinKey, definition: JsonObject, by: Pinner, note?: string): Pin | undefined {
  const digest = pinDigest(definition)
  const { target, kind, name } = key
  if (digest === undefined) return undefined
  return { target, kind, name, digest, definition, by, ...(note !== undefined && { note }) }
}

/** Text by which things are told apart; names may hold anything but this separator. */
export const keyText = ({ target, kind, name }: PinKey): string => `${target}\0${kind}\0${name}`

/** What a server says of itself, as it is pinned: the members of its greeting that a model or a person may read. */
export function serverDefinition(greeting: JsonObject): JsonObject {
  const { serverInfo, instructions } = greeting
  return { ...(serverInfo !== undefined && { serverInfo }), ...(instructions !== undefined && { instructions }) }
}

/** How people call it: `notes search`, `notes prompt summarize`, `notes server`. */
export function labelOf({ target, kind, name }: PinKey): string {
  if (kind === 'server') return `${target} server`
  return kind === 'tool' ? `${target} ${name}` : `${target} ${kind} ${name}`
}

/** Servers in order of their names, each first itself, then its tools, prompts, resources, templates. */
export function inOrder(a: PinKey, b: PinKey): number {
  return byText(a.target, b.target) || pinKinds.indexOf(a.kind) - pinKinds.indexOf(b.kind) || byText(a.name, b.name)
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
