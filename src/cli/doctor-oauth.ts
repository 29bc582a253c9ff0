// `toolgate doctor oauth`: does what a client would do up to a token and names the step where it stops, the clause behind it, and what to change.
import { defaultPoolSettings, Pools } from '../http/pools.ts'
import { providers } from '../oauth/providers/index.ts'
import { connectTo, usageError } from './arguments.ts'
import { type Arguments, CommandError, exit, type Io } from './command.ts'
import { addressOf, askWith, isJson, timeoutOf, tokenOf } from './doctor-asked.ts'
import { call } from './oauth-call.ts'
import { clientProfiles, isClientName } from './oauth-clients.ts'
import { authorize, issuer, pkce, registration, token } from './oauth-login.ts'
import {
  challenge,
  type Finding,
  resourceMetadata,
  type StepName,
  stepNames,
  Walk,
  type WalkOptions,
} from './oauth-walk.ts'
import { jsonDocument, marks, oneLine, Progress, painter } from './terminal.ts'

const command = { name: 'doctor' }

const steps = [challenge, resourceMetadata, issuer, pkce, registration, authorize, token, call] as const

/** `toolgate doctor oauth`: 0 the client gets to the login, 1 it stops, 3 the address does not answer. */
export async function doctorOauth(args: Arguments, io: Io): Promise<number> {
  if (args.words.length > 1) throw usageError(command, 'doctor oauth: the address is --url')
  await using pools = new Pools({ ...defaultPoolSettings, connectTo: connectTo(args.values('connect-to')) })
  const walk = new Walk(optionsOf(args, io, pools))
  const { href } = walk.options.url
  const progress = new Progress(io.stderr, `asking ${href}`, args.has('quiet'))
  try {
    await walked(walk, progress)
  } finally {
    progress.end()
  }
  const stopped = walk.findings.find(({ verdict }) => verdict === 'no')
  if (isJson(args)) io.stdout.write(asJson(walk, stopped === undefined))
  else io.stdout.write(asText(walk, stopped, io))
  return stopped === undefined ? exit.fine : exit.no
}

async function walked(walk: Walk, progress: Progress): Promise<void> {
  try {
    for (const [index, step] of steps.entries()) {
      const name = stepNames[index] ?? 'call'
      progress.update(name)
      if (!(await tried(walk, name, step))) break
    }
  } finally {
    // Whether a server lets go of a client is not what was asked.
    await walk.forget?.().catch(() => undefined)
  }
}

/** An address that the server names and that does not answer is an answer; the server itself must be there. */
async function tried(walk: Walk, name: StepName, step: (typeof steps)[number]): Promise<boolean> {
  try {
    return await step(walk)
  } catch (thrown) {
    if (!(thrown instanceof CommandError) || name === 'challenge') throw thrown
    return walk.no(name, thrown.message, {
      change: unanswered[name] ?? 'clients ask this address too, and must reach it',
    })
  }
}

/** Where an address that nobody answers at comes from. */
const unanswered: { readonly [S in StepName]?: string } = {
  'resource metadata': '`resourceMetadata.resource`: the address that clients are given, letter for letter',
  issuer: '`mcpAuthentication.issuer`: clients ask there too, and must reach it',
}

function optionsOf(args: Arguments, io: Io, pools: Pools): WalkOptions {
  const url = addressOf(args.value('url'))
  const name = args.value('as') ?? 'vscode'
  if (!isClientName(name))
    throw usageError(command, `--as ${oneLine(name)}: doctor oauth plays ${Object.keys(clientProfiles).join(', ')}`)
  const provider = args.value('provider')
  const named = providers.find((one) => one.name === provider)
  if (provider !== undefined && named === undefined)
    throw usageError(command, `--provider is one of ${providers.map((one) => one.name).join(', ')}`)
  return {
    url,
    profile: clientProfiles[name],
    provider: named,
    clientId: args.value('client-id'),
    token: tokenOf(args, io),
    ask: askWith(pools, timeoutOf(args), io),
  }
}

function asText(walk: Walk, stopped: Finding | undefined, io: Io): string {
  const paint = painter(io.stdout, io.env)
  const { yes, no, note, skipped } = marks(io)
  const signs = { yes, no: paint('red', no), note: paint('yellow', note), skipped }
  const lines = walk.findings.map(({ step, verdict, says, clause, change }) => {
    const head = `${signs[verdict]} ${stepNames.indexOf(step) + 1} ${step.padEnd(18)} ${oneLine(says)}\n`
    const why = clause === undefined ? '' : paint('dim', `    ${clause}`) + '\n'
    return head + why + (change === undefined ? '' : `    try: ${oneLine(change)}\n`)
  })
  const last = Math.max(...walk.findings.map(({ step }) => stepNames.indexOf(step)))
  const missing = stepNames.slice(last + 1).map((step, index) => `${last + 2 + index} ${step}`)
  if (missing.length > 0) lines.push(`${skipped} ${missing.join(', ')}: not reached\n`)
  const { title } = walk.options.profile
  lines.push(
    stopped === undefined
      ? `${paint('green', `${title} gets to the login.`)}\n`
      : `${title} stops at ${stepNames.indexOf(stopped.step) + 1} ${stopped.step}.\n`,
  )
  return lines.join('')
}

function asJson(walk: Walk, ok: boolean): string {
  const { url, profile } = walk.options
  return jsonDocument({
    version: 1,
    url: url.href,
    as: profile.name,
    provider: walk.provider.name,
    ok,
    findings: walk.findings.map((finding) => ({ number: stepNames.indexOf(finding.step) + 1, ...finding })),
  })
}
