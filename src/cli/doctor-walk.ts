// The way of one client, step by step: which steps there are, in which order, and after which of them there is no going on.
import { CommandError, exit } from './command.ts'
import { call, schemas, tools } from './doctor-lists.ts'
import { login } from './doctor-login.ts'
import { connect, open, ready } from './doctor-open.ts'
import { end, ping, resume, stream } from './doctor-streams.ts'
import type { Visit, VisitStep } from './doctor-visit.ts'
import type { WalkOptions } from './oauth-walk.ts'
import { oneLine } from './terminal.ts'

type Step = readonly [VisitStep, (visit: Visit) => boolean | Promise<boolean>]

/** Each of them may fail without keeping the others from being tried. */
const later: readonly Step[] = [
  ['tools', tools],
  ['schemas', schemas],
  ['call', call],
  ['ping', ping],
  ['stream', stream],
  ['resume', resume],
  ['end', end],
]

/**
 * Plays one client.
 * @throws CommandError (3) when the server does not answer its first message
 */
export async function visited(visit: Visit, ask: WalkOptions['ask'], tell: (step: VisitStep) => void): Promise<void> {
  tell('connect')
  const first = await connect(visit)
  if (first === undefined) return
  tell('login')
  if (!(await login(visit, first.heard, ask))) return
  tell('open')
  if (!(await tried(visit, 'open', () => open(visit, first)))) return
  if (!(await tried(visit, 'initialized', () => ready(visit)))) return
  for (const [step, body] of later) {
    tell(step)
    await tried(visit, step, () => body(visit))
  }
}

/** A server that fell silent on the way is a finding; that it was there is known. */
async function tried(visit: Visit, step: VisitStep, body: () => boolean | Promise<boolean>): Promise<boolean> {
  try {
    return await body()
  } catch (thrown) {
    if (!(thrown instanceof CommandError) || thrown.exitCode === exit.interrupted) throw thrown
    return visit.no(step, oneLine(thrown.message), { clause: 'JSON-RPC 2.0 §5: every request has an answer' })
  }
}
