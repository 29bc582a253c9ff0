// `toolgate tools lock`: pins what is not pinned yet; what has changed since it was pinned is for `approve`.
import { keyText, labelOf, type Pin } from '../scan/pin.ts'
import { withPins } from '../scan/pin-lock.ts'
import { type Arguments, exit, type Io } from './command.ts'
import { jsonDocument, marks, oneLine, painter } from './terminal.ts'
import { driftText, failureText } from './tools-drift-text.ts'
import { changeLock, compared } from './tools-pins.ts'

/** 0 everything is pinned as it is; 1 something is poisoned, or is no longer what was pinned; 3 something could not be asked. */
export async function lock(args: Arguments, io: Io): Promise<number> {
  const found = await compared(args, io)
  const { file, pinned, now, drifts, failures, scanned } = found
  const known = new Map(pinned.map((pin) => [keyText(pin), pin]))
  const fresh = now.filter((pin) => !known.has(keyText(pin)))
  const poisoned = fresh.filter((pin) => scanned(pin)?.verdict === 'block')
  const added = fresh.filter((pin) => !poisoned.includes(pin))
  const gone = args.has('prune') ? drifts.filter(({ digest }) => digest === undefined) : []
  const left = drifts.filter((drift) => known.has(keyText(drift)) && !gone.includes(drift))
  await changeLock(file, (pins) => {
    const there = new Set(pins.map(keyText))
    const more = added.filter((pin) => !there.has(keyText(pin)))
    return withPins(pins, more, gone.map(keyText))
  })
  const label = (pin: Pin): string => oneLine(labelOf(pin))
  if (args.value('format') === 'json') {
    const said = { file, added: added.map(shown), poisoned: poisoned.map(shown), changed: left, gone, failures }
    io.stdout.write(jsonDocument({ version: 1, ...said }))
  } else {
    const paint = painter(io.stdout, io.env)
    const mark = marks(io)
    for (const pin of poisoned)
      io.stdout.write(
        `${paint('red', `${mark.no} ${label(pin)}`)}  poisoned, not pinned: ${scanned(pin)?.findings[0]?.rule}\n`,
      )
    for (const drift of left) io.stdout.write(driftText(drift, found, io))
    io.stdout.write(failures.map((failure) => failureText(failure, io)).join(''))
    io.stdout.write(`${added.length} pinned, ${pinned.length - gone.length} kept, ${gone.length} taken out: ${file}\n`)
    if (poisoned.length > 0)
      io.stderr.write('  try: toolgate scan; what must be used all the same: toolgate tools approve\n')
    if (left.length > 0) io.stderr.write('  try: toolgate tools diff, then toolgate tools approve\n')
  }
  if (poisoned.length > 0 || left.length > 0) return exit.no
  return failures.length > 0 ? exit.unasked : exit.fine
}

const shown = ({ target, kind, name, digest }: Pin): object => ({ target, kind, name, digest })
