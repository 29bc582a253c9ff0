// `toolgate tools approve`: puts what servers offer now in the place of what was pinned, each by the very digest that was looked at.
import { createInterface } from 'node:readline/promises'
import { keyText, labelOf, type Pin, pinOf } from '../scan/pin.ts'
import { withPins } from '../scan/pin-lock.ts'
import type { Drift } from '../scan/pin-server.ts'
import { usageError } from './arguments.ts'
import { type Arguments, CommandError, exit, type Io } from './command.ts'
import { jsonDocument, marks, oneLine, painter } from './terminal.ts'
import { driftText } from './tools-drift-text.ts'
import { type Compared, changeLock, compared, isNamed, named } from './tools-pins.ts'

const command = { name: 'tools' }

/** 0 approved; 1 it is not what was to be approved, or nobody said yes; 3 something could not be asked. */
export async function approve(args: Arguments, words: readonly string[], io: Io): Promise<number> {
  const digest = args.value('digest')
  if (words.length === 0 && !args.has('all')) throw usageError(command, 'approve what? TARGET/NAME, TARGET, or --all')
  if (digest !== undefined && !/^sha256:[0-9a-f]{64}$/.test(digest))
    throw usageError(command, '--digest is `sha256:` and 64 hexadecimal digits, as `tools diff` prints it')
  const found = await compared(args, io)
  const meant = words.length === 0 ? found.drifts : named(found.drifts, words)
  // Among many, nobody sees the one that is poisoned: it is approved by its own name, or not at all.
  const poisoned = meant.filter(
    (drift) => digest === undefined && found.scanned(drift)?.verdict === 'block' && !isNamed(drift, words),
  )
  const chosen = meant.filter((drift) => !poisoned.includes(drift))
  if (digest !== undefined) bound(chosen, digest)
  else if (!(await agreed(chosen, found, args, io))) return exit.no
  await approved(chosen, found, args.value('note'))
  if (args.value('format') === 'json') {
    const told = chosen.map(shown)
    io.stdout.write(jsonDocument({ version: 1, file: found.file, approved: told, poisoned: poisoned.map(shown) }))
  } else {
    const paint = painter(io.stdout, io.env)
    for (const drift of poisoned)
      io.stdout.write(`${paint('red', `${marks(io).no} ${oneLine(labelOf(drift))}`)}  poisoned, not approved\n`)
    for (const drift of chosen)
      io.stdout.write(
        `${paint('green', marks(io).yes)} ${oneLine(labelOf(drift))}  ${drift.digest ?? 'is gone, and no longer pinned'}\n`,
      )
    if (poisoned.length > 0)
      io.stderr.write('  try: toolgate tools diff; what must be used all the same is approved by TARGET/NAME\n')
    else if (chosen.length === 0) io.stderr.write('nothing waits for approval\n')
  }
  return poisoned.length > 0 ? exit.no : exit.fine
}

const shown = ({ target, kind, name, digest }: Drift): object => ({ target, kind, name, digest: digest ?? null })

/** One thing, and it is still what somebody has looked at. */
function bound(chosen: readonly Drift[], digest: string): void {
  const [only, ...more] = chosen
  if (only === undefined || more.length > 0)
    throw usageError(command, `a digest is that of one thing, and ${chosen.length} are named`)
  if (only.digest !== digest)
    throw new CommandError(exit.no, `\`${oneLine(labelOf(only))}\` is not what has this digest any more`, {
      where: only.digest ?? 'it is gone',
      hint: 'toolgate tools diff',
    })
}

async function agreed(chosen: readonly Drift[], found: Compared, args: Arguments, io: Io): Promise<boolean> {
  if (chosen.length === 0 || args.has('yes')) return true
  for (const drift of chosen) io.stderr.write(driftText(drift, found, io))
  if (io.stdin.isTTY !== true || io.stderr.isTTY !== true)
    throw usageError(command, 'nobody is here to look: say --digest, or --yes if somebody has')
  io.stderr.write(`Approve ${chosen.length === 1 ? 'this' : `these ${chosen.length}`}? [y/N] `)
  const lines = createInterface({ input: io.stdin })
  const answer = await lines.question('', { signal: io.signal }).finally(() => lines.close())
  return /^y(?:es)?$/i.test(answer.trim())
}

async function approved(chosen: readonly Drift[], { now, file }: Compared, note: string | undefined): Promise<void> {
  if (chosen.length === 0) return
  const offered = new Map(now.map((pin) => [keyText(pin), pin]))
  const pins = chosen.flatMap((drift): Pin[] => {
    const pin = offered.get(keyText(drift))
    const made = pin && pinOf(pin, pin.definition, 'approve', note)
    return made === undefined ? [] : [made]
  })
  // What went by another name goes with it.
  const gone = chosen.flatMap((drift) => [
    ...(drift.digest === undefined ? [keyText(drift)] : []),
    ...(drift.formerly === undefined ? [] : [keyText({ ...drift, name: drift.formerly })]),
  ])
  await changeLock(file, (there) => withPins(there, pins, gone))
}
