// Who is calling: from flags and files, and as the policies of a place would let the rules see them.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { text as textOf } from 'node:stream/consumers'
import { type Located, problemText } from '../config/problems.ts'
import type { Path } from '../core/module.ts'
import { readIdentities, type Sheet, type WrittenIdentity } from '../policy/explain-cases.ts'
import type { Caller } from '../policy/explain-context.ts'
import { type Arguments, CommandError, exit, type Io } from './command.ts'
import { type Place, reasonOf } from './policy-config.ts'
import { isRecord, textOf as stringOf } from './values.ts'

/** Somebody, under the name that output calls them by. */
export interface Identity {
  readonly name: string
  readonly caller: Caller
  readonly headers: Readonly<Record<string, string>>
}

/** The identity that the flags describe. */
export async function callerOf(args: Arguments, io: Io): Promise<Identity> {
  const [claims, apiKey] = [args.value('claims'), args.value('api-key')]
  const named = claims ?? apiKey
  const caller = {
    claims: claims === undefined ? undefined : await fieldsOf(claims, '--claims', io),
    apiKey: apiKey === undefined ? undefined : await fieldsOf(apiKey, '--api-key', io),
    user: args.value('user'),
  }
  return { name: nameOf(named, caller), caller, headers: headersOf(args) }
}

/** What output calls somebody: after the file, the subject, or the user name. */
function nameOf(named: string | undefined, { claims, user }: Caller): string {
  if (named !== undefined && named !== '-' && !isInline(named)) return path.basename(named).replace(/\.\w+$/, '')
  const subject = stringOf(claims?.['sub'])
  return subject !== '' ? subject : (user ?? (named === undefined ? 'nobody' : 'the caller'))
}

function headersOf(args: Arguments): Record<string, string> {
  return Object.fromEntries(
    args.values('header').map((header) => {
      const colon = header.indexOf(':')
      if (colon < 1) throw new CommandError(exit.usage, '--header is NAME:VALUE', { hint: "--header 'X-Tenant: a'" })
      return [header.slice(0, colon).trim().toLowerCase(), header.slice(colon + 1).trim()]
    }),
  )
}

/** A JSON object: written out, in a file, on standard input; or the claims of a token, which is not verified. */
async function fieldsOf(given: string, flag: string, io: Io): Promise<Record<string, unknown>> {
  const inline = isInline(given)
  const text = inline ? given : given === '-' ? await textOf(io.stdin) : await contentOf(given, io.cwd)
  const fields = objectIn(payloadOf(text.trim()))
  if (fields !== undefined) return fields
  throw new CommandError(inline ? exit.usage : exit.unasked, `${flag} is no JSON object`, {
    ...(!inline && { where: given }),
    hint: `${flag} '{"sub":"alice"}'`,
  })
}

/** Not a file name, and a token is not to be shown as one that could not be read. */
const isInline = (given: string): boolean => given.startsWith('{') || (given.startsWith('ey') && isToken(given))

const isToken = (text: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]*$/.test(text)

/** What a token says (RFC 7519 §3); any other text as it is. */
const payloadOf = (text: string): string =>
  isToken(text) ? Buffer.from(text.split('.')[1] ?? '', 'base64url').toString() : text

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Text of a file that somebody named. */
export async function contentOf(file: string, folder: string): Promise<string> {
  try {
    return await readFile(path.resolve(folder, file), 'utf8')
  } catch (cause) {
    throw new CommandError(exit.unasked, `cannot read ${file}: ${reasonOf(cause)}`, { cause })
  }
}

/**
 * What a sheet says; what is wrong with it is shown with its line.
 * @throws CommandError with exit code 3
 */
export function usable<T>(sheet: Sheet<T>, file: string, io: Io): T {
  if (sheet.value === undefined) throw unusable(file, sheet.problems, io)
  return sheet.value
}

/** Shows what is wrong with a sheet, and ends the command. */
export function unusable(file: string, problems: readonly Located[], io: Io): CommandError {
  io.stderr.write(problems.map((each) => problemText(each)).join(''))
  return new CommandError(exit.unasked, `${file} cannot be used`)
}

/** Identities of a file: those under `identities`. */
export async function identitiesIn(file: string, io: Io): Promise<readonly Identity[]> {
  const { identities } = usable(readIdentities(await contentOf(file, io.cwd), file, io.env), file, io)
  return await writtenIdentities(identities, path.dirname(path.resolve(io.cwd, file)), io)
}

/** Identities as they are written, with the files that they name. */
export async function writtenIdentities(
  written: Readonly<Record<string, WrittenIdentity | null | undefined>>,
  folder: string,
  io: Io,
): Promise<readonly Identity[]> {
  return await Promise.all(
    Object.entries(written).map(async ([name, given]): Promise<Identity> => {
      const { claims, claimsFrom, apiKey, user, headers } = given ?? {}
      const named = claimsFrom ?? undefined
      const from = named === undefined ? undefined : await fieldsOf(named, 'claimsFrom', { ...io, cwd: folder })
      const lower = Object.entries(headers ?? {}).map(([key, value]) => [key.toLowerCase(), value])
      return {
        name,
        caller: { claims: claims ?? from, apiKey: apiKey ?? undefined, user: user ?? undefined },
        headers: Object.fromEntries(lower),
      }
    }),
  )
}

/** A policy that finds out who is calling. */
interface Guard {
  readonly key: string
  readonly path: Path
  readonly strict: boolean
  readonly finds: keyof Caller
}

/** What policies find, and whether they let pass whoever brings nothing when they say nothing about it. */
const guards: ReadonlyMap<string, { readonly finds: keyof Caller; readonly mode: string }> = new Map([
  ['jwtAuth', { finds: 'claims', mode: 'optional' }],
  ['mcpAuthentication', { finds: 'claims', mode: 'strict' }],
  ['oidc', { finds: 'claims', mode: 'strict' }],
  ['basicAuth', { finds: 'user', mode: 'optional' }],
  ['apiKey', { finds: 'apiKey', mode: 'optional' }],
])

/** What a caller brings, in words. */
const words = { claims: 'a token', apiKey: 'an API key', user: 'a user name' } as const satisfies Record<
  keyof Caller,
  string
>

/** Why somebody does not get as far as the rules. */
export interface Gate {
  readonly key: string
  readonly path: Path
  readonly message: string
}

/** A caller as the rules of a place see them. */
export interface Seen {
  readonly caller: Caller
  readonly gate: Gate | undefined
  readonly notes: readonly string[]
}

/** What becomes of a caller in a place: facts that nothing there verifies are not seen by its rules. */
export function seenBy(place: Place, caller: Caller): Seen {
  const found = guardsOf(place)
  const notes: string[] = []
  const seen: { -readonly [K in keyof Caller]: Caller[K] } = {}
  for (const finds of ['claims', 'apiKey', 'user'] as const) {
    const isVerified = found.some((guard) => guard.finds === finds)
    if (caller[finds] === undefined) continue
    if (isVerified) Object.assign(seen, { [finds]: caller[finds] })
    else notes.push(`nothing on this route verifies ${words[finds]}: its rules do not see it`)
  }
  const closed = found.find(({ strict, finds }) => strict && seen[finds] === undefined)
  const gate = closed && {
    key: closed.key,
    path: closed.path,
    message: `${closed.key} lets nobody in without ${words[closed.finds]}`,
  }
  return { caller: seen, gate, notes }
}

function guardsOf({ listener, route, backend }: Place): readonly Guard[] {
  const bodies = [...listener.policies, ...route.policies, ...(backend?.policies ?? [])]
  return bodies.flatMap(({ key, body, path: at }): Guard[] => {
    const known = guards.get(key)
    if (known === undefined) return []
    const mode = isRecord(body) && typeof body['mode'] === 'string' ? body['mode'] : known.mode
    return [{ key, path: at, strict: mode === 'strict', finds: known.finds }]
  })
}
