// Interleaved rounds over several subjects: the same job to each in turn, again and again; only ratios within a round count.
import type { Context } from './claim.ts'
import type { Job, Outcome } from './load.ts'
import { expectFine, type Helper, help, type Subject } from './processes.ts'
import { median, ratio, spell, table } from './statistics.ts'

export interface Contender {
  readonly subject: Subject
  readonly path: string
}

export interface Round extends Outcome {
  readonly cpuMicros: number
}

/** Rounds by the name of the subject. */
export type Rounds = ReadonlyMap<string, readonly Round[]>

export type Work = Omit<Job, 'port' | 'path' | 'warmupMs' | 'runMs'> & { readonly runMs?: number }

/** Runs `work` against every contender in every round; the order turns, so that nobody always follows the same neighbour. */
export async function compare(context: Context, contenders: readonly Contender[], work: Work): Promise<Rounds> {
  await using load = help('load.ts')
  const rounds = new Map<string, Round[]>(contenders.map(({ subject }) => [subject.name, []]))
  const count = context.quick ? 2 : 5
  for (let round = 0; round < count; round++)
    for (let i = 0; i < contenders.length; i++) {
      const contender = contenders[(round + i) % contenders.length]
      if (contender === undefined) continue
      const { name } = contender.subject
      // The first round warms caches and compilers (the more code, the longer they take); later ones only connections.
      const warmupMs = (round === 0 ? 16 : 1) * (context.quick ? 100 : 300)
      const job: Job = { runMs: context.quick ? 400 : 1_000, ...work, warmupMs, ...at(contender) }
      rounds.get(name)?.push(await once(load, contender.subject, job))
    }
  report(context, rounds)
  return rounds
}

const at = ({ subject, path }: Contender): { port: number; path: string } => ({ port: subject.port, path })

/** One job; the subject's CPU clock is read while both sides stand warm, and again at the end. */
export async function once(load: Helper, subject: Subject, job: Job): Promise<Round> {
  expectFine(await load.ask({ job }), subject.name)
  const before = subject.cpuMicros()
  const said = await load.ask({ go: true })
  expectFine(said, subject.name)
  const cpu = subject.cpuMicros() - before
  const outcome = outcomeIn(said)
  if (outcome.errors > 0)
    throw new Error(`${outcome.errors} of ${outcome.requests} answers of ${subject.name} were wrong or missing`)
  return { ...outcome, cpuMicros: cpu / outcome.requests }
}

function outcomeIn(message: unknown): Outcome {
  const outcome: unknown = Reflect.get(Object(message), 'outcome')
  if (typeof outcome !== 'object' || outcome === null) throw new Error(`no outcome in ${JSON.stringify(message)}`)
  return outcome as Outcome // our own process sent it, a line of code away
}

/** Median over the rounds of one number of one subject; NaN when it did not take part. */
export function middle(rounds: Rounds, name: string, pick: (round: Round) => number): number {
  return median((rounds.get(name) ?? []).map(pick))
}

/** Median of the ratios within the rounds; NaN when either did not take part. */
export function against(rounds: Rounds, ours: string, theirs: string, pick: (round: Round) => number): number {
  return ratio((rounds.get(ours) ?? []).map(pick), (rounds.get(theirs) ?? []).map(pick))
}

function report(context: Context, rounds: Rounds): void {
  const rows = [...rounds.keys()].map((name) => [
    name,
    ...[
      (round: Round) => round.cpuMicros,
      (round: Round) => round.perSecond,
      (round: Round) => round.p50,
      (round: Round) => round.p99,
    ].map((pick) => spell(middle(rounds, name, pick))),
  ])
  context.note(table([['', 'CPU µs/request', 'requests/s', 'p50 ms', 'p99 ms'], ...rows]))
}
