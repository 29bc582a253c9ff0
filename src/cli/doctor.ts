// `toolgate doctor`: plays clients at a server, from the first message to the last, or one client on its way to a login.
import { nearestWord } from '../config/suggest.ts'
import { defaultPoolSettings, Pools } from '../http/pools.ts'
import { connectTo, usageError } from './arguments.ts'
import { type Arguments, CommandError, exit, type Io } from './command.ts'
import { addressOf, askWith, isJson, timeoutOf, tokenOf } from './doctor-asked.ts'
import { isKindName, type Kind, kinds } from './doctor-kinds.ts'
import { doctorOauth } from './doctor-oauth.ts'
import { asJson, asText, type Visited } from './doctor-text.ts'
import { Visit, type VisitOptions } from './doctor-visit.ts'
import { visited } from './doctor-walk.ts'
import { Wire } from './mcp-wire.ts'
import { oneLine, Progress } from './terminal.ts'
import { isRecord } from './values.ts'

const command = { name: 'doctor' }

/** `toolgate doctor [URL|oauth]`: 0 every client gets through, 1 one of them stops, 3 nobody answers. */
export async function doctor(args: Arguments, io: Io): Promise<number> {
  const [what, ...rest] = args.words
  if (what === 'oauth') return await doctorOauth(args, io)
  if (rest.length > 0) throw usageError(command, 'doctor looks at one address, or at: oauth')
  if (what !== undefined && !/[.:/]|^localhost$/.test(what))
    throw usageError(command, `doctor looks at an address, or at: oauth; not at \`${oneLine(what)}\``)
  const url = addressOf(what ?? args.value('url'))
  const chosen = kindsOf(args.value('as'))
  const call = callOf(args)
  const [timeoutMs, token] = [timeoutOf(args), tokenOf(args, io)]
  await using pools = new Pools({ ...defaultPoolSettings, connectTo: connectTo(args.values('connect-to')) })
  const headers = new Headers(token === undefined ? {} : { authorization: `Bearer ${token}` })
  const wire = new Wire({ url, pools, headers, timeoutMs, signal: io.signal })
  const progress = new Progress(io.stderr, `asking ${url.href}`, args.has('quiet'))
  const done: Visited[] = []
  try {
    for (const kind of chosen) {
      const options: VisitOptions = { kind, wire, token, call }
      const visit = new Visit(options)
      await visited(visit, askWith(pools, timeoutMs, io), (step) => progress.update(`${kind.title}: ${step}`))
      done.push(visit)
    }
  } finally {
    progress.end()
  }
  io.stdout.write(isJson(args) ? asJson(url, done) : asText(done, io))
  return done.some(({ failed }) => failed !== undefined) ? exit.no : exit.fine
}

function kindsOf(given: string | undefined): readonly Kind[] {
  if (given === undefined || given === 'all') return Object.values(kinds)
  return given.split(',').map((word) => {
    const name = word.trim()
    if (isKindName(name)) return kinds[name]
    const near = nearestWord(name, Object.keys(kinds))
    throw new CommandError(exit.usage, `--as knows ${Object.keys(kinds).join(', ')}; not \`${oneLine(name)}\``, {
      hint: `--as ${near ?? 'vscode'}`,
    })
  })
}

function callOf(args: Arguments): VisitOptions['call'] {
  const name = args.value('call')
  const given = args.value('args')
  if (name === undefined) {
    if (given !== undefined) throw usageError(command, '--args is for --call NAME')
    return undefined
  }
  const hint = `--args '{"key":"value"}'`
  try {
    const input: unknown = JSON.parse(given ?? '{}')
    if (isRecord(input)) return { name, input }
  } catch (cause) {
    throw new CommandError(exit.usage, '--args is not JSON', { hint, cause })
  }
  throw new CommandError(exit.usage, '--args is not a JSON object', { hint })
}
