// `toolgate import --openapi`: a REST API as a target, from its document. Its credentials become variables, since no document has them.
import path from 'node:path'
import type { Conversion, Scheme } from '../openapi/tool.ts'
import { connectTo } from './arguments.ts'
import { type Arguments, CommandError, exit, type Io } from './command.ts'
import { isAddress, readDocument } from './openapi-read.ts'
import { type Reading, type Target, targetNameOf } from './targets.ts'
import { oneLine } from './terminal.ts'
import { variableName } from './variables.ts'

/** Longer names leave too little for those of the tools. */
const LONGEST_NAME = 24

/** The API that a document describes. `from` is a file or an address. */
export async function openapiTarget(from: string, args: Arguments, reading: Reading, io: Io): Promise<Target> {
  const wanted = { from, refs: [], connectTo: connectTo([]), options: {} }
  const { conversion } = await readDocument(wanted, io)
  const { title, tools, losses } = conversion
  if (tools.length === 0)
    throw new CommandError(exit.no, 'the document has no operation that could be a tool', { where: oneLine(from) })
  const name = targetNameOf(title === '' ? path.parse(from).name : title)
    .slice(0, LONGEST_NAME)
    .replace(/-+$/, '')
  const credentials = credentialsOf(name, conversion, reading)
  reading.notes.push(`${name}: ${tools.length} of ${conversion.operations} operations become tools`)
  if (losses.length > 0)
    reading.notes.push(
      `${name}: ${losses.length} ${losses.length === 1 ? 'thing is' : 'things are'} lost or doubtful, see toolgate openapi report ${oneLine(from)}`,
    )
  const schema = isAddress(from) ? { url: literal(from) } : { file: literal(from) }
  return {
    name,
    body: {
      openapi: {
        schema,
        host: literal(hostOf(args.value('host'), conversion, from)),
        ...(credentials.size > 0 && { credentials: Object.fromEntries(credentials) }),
      },
    },
  }
}

/** A dollar would begin a variable. */
const literal = (text: string): string => text.replaceAll('$', '$$$$')

/** Written down although the document says it: what a document says tomorrow must not move credentials. */
function hostOf(given: string | undefined, { tools }: Conversion, from: string): string {
  if (given !== undefined) return given
  const origin = tools[0]?.server.origin
  if (origin !== undefined) return origin
  throw new CommandError(exit.usage, 'the document does not say where its server is', {
    where: oneLine(from),
    hint: '--host https://api.example',
  })
}

/** One variable for each scheme that an operation cannot do without. */
function credentialsOf(name: string, { tools, schemes }: Conversion, reading: Reading): Map<string, string> {
  const found = new Map<string, string>()
  for (const { alternatives } of tools) {
    if (alternatives.some((schemesOf) => schemesOf.length === 0)) continue
    for (const scheme of alternatives[0] ?? []) {
      const known = schemes.get(scheme)
      const what = known && secretOf(known)
      if (what === undefined || found.has(scheme)) continue
      const variable = variableName(`${name}_${scheme}`)
      reading.named.add(variable)
      reading.notes.push(`${name}: ${variable} is ${what}`)
      found.set(scheme, `\${${variable}}`)
    }
  }
  return found
}

/** What belongs into the variable of a scheme; `undefined`: nothing that is a text. */
function secretOf(scheme: Scheme): string | undefined {
  switch (scheme.kind) {
    case 'apiKey':
      return `the key that is sent as ${scheme.in} ${oneLine(scheme.name)}`
    case 'http':
      return scheme.scheme === 'basic' ? 'user:password' : `a ${oneLine(scheme.scheme)} token`
    case 'oauth2':
    case 'openIdConnect':
      return 'an access token; people can log in themselves with backendAuth.oauthLogin instead'
    case 'mutualTLS':
    case 'unknown':
      return undefined
  }
}
