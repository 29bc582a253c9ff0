// Files of users and password hashes as Apache's `htpasswd` writes them: read, and checked. Knows no HTTP.
import { hash, timingSafeEqual } from 'node:crypto'
import type { Maybe } from '../core/exchange.ts'
import type { Bcrypt } from './bcrypt.ts'

/** How one user's password is kept. */
export interface Entry {
  /** Whether `password` is the one. */
  verify(password: Buffer): Maybe<boolean>
  /** Made to be slow: a right answer is worth remembering, and wrong ones must not come in crowds. */
  readonly slow: boolean
}

export interface Users {
  readonly entries: ReadonlyMap<string, Entry>
  /** What cannot be used: line and reason, never a name or a hash. */
  readonly wrong: readonly { readonly line: number; readonly why: string }[]
}

/** Reads the text of such a file. Of a user who is there twice the first entry counts, as with Apache. */
export function readUsers(text: string, bcrypt: Pick<Bcrypt, 'compare'>): Users {
  const entries = new Map<string, Entry>()
  const wrong: { line: number; why: string }[] = []
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const colon = line.indexOf(':')
    const entry = colon <= 0 ? 'is no `user:password`' : entryOf(line.slice(colon + 1), bcrypt)
    if (typeof entry === 'string') wrong.push({ line: index + 1, why: entry })
    else if (!entries.has(line.slice(0, colon))) entries.set(line.slice(0, colon), entry)
  }
  return { entries, wrong }
}

function entryOf(kept: string, bcrypt: Pick<Bcrypt, 'compare'>): Entry | string {
  const md5 = /^(\$apr1\$|\$1\$)([^$]{0,8})\$([./0-9A-Za-z]{22})$/.exec(kept)
  if (md5 !== null) {
    const [, magic = '', salt = '', expected = ''] = md5
    return { slow: true, verify: (password) => same(md5Crypt(password, salt, magic), expected) }
  }
  if (kept.startsWith('{SHA}')) {
    const expected = kept.slice('{SHA}'.length)
    return { slow: false, verify: (password) => same(hash('sha1', password, 'base64'), expected) }
  }
  if (/^\$2[aby]\$\d\d\$[./0-9A-Za-z]{53}$/.test(kept))
    return { slow: true, verify: (password) => bcrypt.compare(password.toString('utf8'), kept) }
  if (kept.startsWith('$') || kept.startsWith('{'))
    return 'has a hash of a kind that is not read here: make it with `htpasswd -B`'
  // What `crypt` makes of a password looks like this: taken for a password, the hash itself would open the door.
  if (kept === '' || /^[./0-9A-Za-z]{13}$/.test(kept))
    return 'has no password, or a hash of `crypt`, which is not read here: make it with `htpasswd -B`'
  return { slow: false, verify: (password) => same(password, kept) }
}

/** Compares without telling by the time it takes where the first difference is. */
function same(a: string | Buffer, b: string): boolean {
  return timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'))
}

const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const ORDER = [
  [0, 6, 12],
  [1, 7, 13],
  [2, 8, 14],
  [3, 9, 15],
  [4, 10, 5],
] as const

/** Poul-Henning Kamp's MD5 crypt with either prefix: a thousand rounds. */
function md5Crypt(password: Buffer, saltText: string, magic: string): string {
  const salt = Buffer.from(saltText)
  const mixed = md5(password, salt, password)
  const start = [password, Buffer.from(magic), salt]
  for (let left = password.length; left > 0; left -= 16) start.push(mixed.subarray(0, Math.min(16, left)))
  for (let bits = password.length; bits > 0; bits >>= 1)
    start.push(bits % 2 === 1 ? Buffer.from([0]) : password.subarray(0, 1))
  let state = md5(...start)
  for (let round = 0; round < 1_000; round++) {
    const odd = round % 2 === 1
    const parts = [odd ? password : state]
    if (round % 3 !== 0) parts.push(salt)
    if (round % 7 !== 0) parts.push(password)
    parts.push(odd ? state : password)
    state = md5(...parts)
  }
  const byte = (index: number): number => state[index] ?? 0
  let out = ''
  for (const [a, b, c] of ORDER) out += letters(byte(a) * 65_536 + byte(b) * 256 + byte(c), 4)
  return out + letters(byte(11), 2)
}

const md5 = (...parts: readonly Buffer[]): Buffer => hash('md5', Buffer.concat(parts), 'buffer')

function letters(value: number, count: number): string {
  let out = ''
  for (let left = value, i = 0; i < count; i++, left = Math.floor(left / 64)) out += ALPHABET[left % 64] ?? ''
  return out
}
