// `toolgate selftest`: canaries go through a real gateway with the guards of a configuration; each guard proves that it fires.
import { enforces, guarding, type Proof, proofsOf } from '../gateway/selftest.ts'
import { usageError } from './arguments.ts'
import { type Arguments, exit, type Io } from './command.ts'
import { openRulebook } from './policy-config.ts'
import { guardsIn } from './scan-shields.ts'
import { jsonDocument, marks, oneLine, Progress, painter } from './terminal.ts'

/** A guard that takes longer has failed. */
export const PATIENCE_MS = 30_000

/** The guards as they come. */
const usual = guarding.map((key) => ({ key, body: {} }))

/** 0 every guard fired, 1 one did not. */
export async function selftest(args: Arguments, io: Io): Promise<number> {
  const [word] = args.words
  if (word !== undefined) throw usageError({ name: 'selftest' }, `nothing is expected here: \`${oneLine(word)}\``)
  const file = args.value('file')
  const guards = file === undefined ? usual : guardsIn((await openRulebook(file, io)).shape)
  const enforced = guards.filter(enforces)
  const progress = new Progress(io.stderr, 'sending canaries', args.has('quiet'))
  const proofs: Proof[] = []
  try {
    const signal = AbortSignal.any([io.signal, AbortSignal.timeout(PATIENCE_MS)])
    for (const body of enforced) proofs.push(...(await proofsOf(body, signal)))
  } finally {
    progress.end()
  }
  if (args.value('format') === 'json')
    io.stdout.write(jsonDocument({ version: 1, policies: enforced.map(({ key }) => key), proofs }))
  else io.stdout.write(proofsText(proofs, io))
  if (enforced.length === 0) io.stderr.write('no guard of this configuration keeps anything out: nothing to prove\n')
  return proofs.every(({ fired }) => fired) ? exit.fine : exit.no
}

function proofsText(proofs: readonly Proof[], io: Io): string {
  const paint = painter(io.stdout, io.env)
  const mark = marks(io)
  return proofs
    .map(({ guard, fired, detail }) =>
      fired
        ? `${paint('green', mark.yes)} ${guard}  ${oneLine(detail)}\n`
        : `${paint('red', `${mark.no} ${guard}`)}  ${oneLine(detail)}\n`,
    )
    .join('')
}
