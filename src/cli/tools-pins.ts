// `toolgate tools lock|diff|approve`: what servers offer now, beside what `tools.lock` says that they offered when it was approved.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { Failure } from '../core/failure.ts'
import { mcpShield } from '../policy/mcp-shield.ts'
import { serverKey, serverOf } from '../policy/mcp-shield-server.ts'
import type { TargetOffering } from '../policy/offered.ts'
import { keyText, labelOf, type Pin, type PinKey, pinKinds, pinOf } from '../scan/pin.ts'
import type { ChangeKind } from '../scan/pin-change.ts'
import { parseLock, printLock } from '../scan/pin-lock.ts'
import { type Drift, drifts } from '../scan/pin-server.ts'
import { rewrite } from '../store/whole-file.ts'
import { usageError } from './arguments.ts'
import { type Arguments, CommandError, exit, type Io } from './command.ts'
import { openRulebook, reasonOf } from './policy-config.ts'
import { type Scanned, scanOfferings } from './scan-items.ts'
import { shieldsIn } from './scan-shields.ts'
import { oneLine } from './terminal.ts'
import { askUpstreams } from './upstreams.ts'

/** The lock, and what the servers of the configuration say now. */
export interface Compared {
  readonly file: string
  readonly pinned: readonly Pin[]
  readonly now: readonly Pin[]
  readonly accepted: ReadonlySet<ChangeKind>
  readonly drifts: readonly Drift[]
  readonly failures: readonly { readonly server: string; readonly message: string }[]
  /** What the scanner thinks of a thing that is offered now. */
  readonly scanned: (drift: PinKey) => Scanned | undefined
}

const command = { name: 'tools' }

/**
 * Asks every server and reads the lock.
 * @throws CommandError when there is no configuration, or the lock cannot be used
 */
export async function compared(args: Arguments, io: Io): Promise<Compared> {
  const book = await openRulebook(args.value('file'), io)
  const shields = shieldsIn(book.shape)
  const locks = shields.flatMap((body) => mcpShield.schema.safeParse(body).data?.lock ?? [])
  const files = new Set(locks.map(({ file }) => file))
  const named = args.value('lock') ?? (files.size > 1 ? undefined : ([...files][0] ?? 'tools.lock'))
  if (named === undefined) throw usageError(command, `which lock? ${[...files].join(', ')}: say --lock FILE`)
  const file = path.resolve(io.cwd, named)
  const pinned = pinsIn(await textOf(file, named), named)
  const backends = await askUpstreams(book.shape, args, io)
  const servers = serversOf(backends.flatMap((backend) => backend.servers))
  const report = scanOfferings(backends, { from: book.file, shields })
  const now = servers.flatMap(pinsOf)
  // Of a server that was not asked nothing is gone.
  const asked = new Set<string>(servers.flatMap(({ target, failure }) => (failure === undefined ? target : [])))
  const accepted = new Set(locks.filter((lock) => lock.file === named).flatMap(({ accept }) => accept))
  const found = new Map(report.items.map((item) => [`${item.server}\0${item.kind}\0${item.name}`, item]))
  return {
    file,
    pinned,
    now,
    accepted,
    drifts: drifts(
      pinned.filter(({ target }) => asked.has(target)),
      now.filter(({ target }) => asked.has(target)),
      accepted,
    ),
    failures: report.failures,
    scanned: (key) => found.get(keyText(key)),
  }
}

/**
 * Pins of a lock that is beside the configuration; none when it is not there.
 * @throws CommandError when it cannot be used
 */
export const pinsOfFile = async (named: string, { cwd }: Pick<Io, 'cwd'>): Promise<readonly Pin[]> =>
  pinsIn(await textOf(path.resolve(cwd, named), named), named)

async function textOf(file: string, named: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
    throw new CommandError(exit.unasked, `cannot read ${named}: ${reasonOf(cause)}`, { cause })
  }
}

/**
 * Pins of a lock's text; none when there is no lock.
 * @throws CommandError with line and way out: what cannot be read approves nothing
 */
function pinsIn(text: string | undefined, named: string): readonly Pin[] {
  const lock = text === undefined ? { pins: [] } : parseLock(text)
  if ('pins' in lock) return lock.pins
  const { line, message, hint } = lock.problem
  throw new CommandError(exit.unasked, `the lock cannot be used: ${message}`, { where: `${named}:${line}`, hint })
}

/** The same server on several routes is one; two of one name have one pin between them, which cannot be. */
function serversOf(all: readonly TargetOffering[]): readonly TargetOffering[] {
  const servers = new Map<string, TargetOffering>()
  for (const server of all) {
    const there = servers.get(server.target)
    if (there !== undefined && there.endpoint !== server.endpoint)
      throw new CommandError(
        exit.usage,
        `two servers are called \`${oneLine(server.target)}\`: ${oneLine(there.endpoint)} and ${oneLine(server.endpoint)}`,
        { hint: 'give one of them another name' },
      )
    servers.set(server.target, server)
  }
  return [...servers.values()]
}

function pinsOf({ target, endpoint, greeting, lists }: TargetOffering): readonly Pin[] {
  const made = greeting && pinOf(serverKey(target), serverOf(JSON.parse(greeting), endpoint), 'lock')
  const pins = made ? [made] : []
  for (const kind of pinKinds)
    if (kind !== 'server')
      for (const { name, raw } of lists[kind] ?? []) {
        const pin = pinOf({ target, kind, name }, JSON.parse(raw), 'lock')
        if (pin !== undefined) pins.push(pin)
      }
  return pins
}

/** Changes the lock as it is at that moment; whoever writes at the same time loses nothing. */
export async function changeLock(file: string, change: (pins: readonly Pin[]) => readonly Pin[]): Promise<void> {
  try {
    await rewrite(file, (before) => printLock(change(pinsIn(before, file))))
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    throw new CommandError(exit.unasked, thrown.message, { cause: thrown })
  }
}

/** Drifts that the words of the command line name: `TARGET`, `TARGET/NAME`, or how they are printed. */
export function named(all: readonly Drift[], words: readonly string[]): readonly Drift[] {
  const found = new Set<Drift>()
  for (const word of words) {
    const matching = all.filter((drift) => drift.target === word || isNamed(drift, [word]))
    if (matching.length === 0)
      throw new CommandError(exit.no, `\`${oneLine(word)}\` is nothing that waits for approval`, {
        hint: 'toolgate tools diff',
      })
    for (const drift of matching) found.add(drift)
  }
  return [...found]
}

/** Whether one of the words means this and nothing else. */
export const isNamed = (drift: Drift, words: readonly string[]): boolean =>
  words.includes(`${drift.target}/${drift.name || drift.kind}`) || words.includes(labelOf(drift))
