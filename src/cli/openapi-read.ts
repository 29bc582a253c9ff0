// An OpenAPI document for a command: from a file, an address or standard input, converted as a gateway would do it.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { Pattern, regex } from '../cel/regex.ts'
import { defaultPoolSettings, Pools } from '../http/pools.ts'
import { fetchDoor } from '../mcp/egress/openapi-door.ts'
import { convert } from '../openapi/convert.ts'
import { fileDoor, slashed } from '../openapi/files.ts'
import { type DocumentPlace, type Library, type Loading, load } from '../openapi/load.ts'
import { type Loss, sentence } from '../openapi/loss.ts'
import type { Conversion, Options } from '../openapi/tool.ts'
import { CommandError, exit, type Io } from './command.ts'
import { oneLine } from './terminal.ts'

export interface Wanted {
  /** A file, an address, or `-`. */
  readonly from: string
  /** Origins that references may lead to. */
  readonly refs: readonly string[]
  readonly connectTo: ReadonlyMap<string, string>
  readonly options: Options
}

export interface Read {
  readonly library: Library
  readonly conversion: Conversion
}

/** Whether it is an address, as far as its text tells. */
export const isAddress = (from: string): boolean => /^https?:\/\//i.test(from)

/**
 * Reads and converts. Hosts that the document names are all taken: a command sends nothing.
 * @throws CommandError with exit code 3 when it cannot be read, 1 when it is no document that could be used
 */
export async function readDocument({ from, refs, connectTo, options }: Wanted, io: Io): Promise<Read> {
  await using pools = new Pools({ ...defaultPoolSettings, connectTo })
  const place = await placeOf(from, io)
  // As with any program that is given an address, the user has chosen it.
  const named = [...refs, ...(place.kind === 'url' ? [new URL(place.url).origin] : [])]
  const loading = await load(
    place,
    {
      fetch: fetchDoor({ site: { pools }, named, secure: undefined, signal: io.signal }),
      ...(place.kind === 'file' && { file: fileDoor(place.path, fileContent) }),
    },
    { otherOrigins: refs },
  )
  const library = loaded(loading, from)
  const conversion = convert(library, {
    otherHosts: 'all',
    pattern: (source) => {
      const pattern = regex(source)
      return pattern instanceof Pattern ? pattern : undefined
    },
    ...options,
  })
  const refused = conversion.losses.find(({ severity, operation }) => severity === 'error' && operation === undefined)
  if (conversion.tools.length === 0 && refused !== undefined) throw unusable(refused, exit.no)
  return { library, conversion }
}

async function placeOf(from: string, io: Io): Promise<DocumentPlace> {
  if (isAddress(from)) {
    const url = URL.parse(from)
    if (url === null || url.username !== '') throw new CommandError(exit.usage, `${oneLine(from)} is no address`)
    return { kind: 'url', url: url.href }
  }
  if (from !== '-') {
    return { kind: 'file', path: slashed(path.resolve(io.cwd, from)), name: from }
  }
  const chunks: Buffer[] = []
  for await (const chunk of io.stdin) chunks.push(Buffer.from(chunk))
  return { kind: 'text', source: Buffer.concat(chunks).toString('utf8'), name: '-' }
}

function fileContent(file: string): Buffer | undefined {
  try {
    return readFileSync(file)
  } catch {
    return undefined
  }
}

function loaded(loading: Loading, from: string): Library {
  switch (loading.kind) {
    case 'loaded':
      return loading.library
    case 'refused':
      throw unusable(loading.loss, loading.loss.code === 'openapi.fetch' ? exit.unasked : exit.no)
    case 'unchanged':
      throw new CommandError(exit.unasked, 'the server says that nothing has changed', { where: oneLine(from) })
    default:
      return loading satisfies never
  }
}

function unusable(loss: Loss, code: number): CommandError {
  const what = code === exit.no ? 'the document cannot be used' : 'the document cannot be read'
  return new CommandError(code, `${what}: ${oneLine(loss.problem)}`, {
    where: oneLine(sentence({ ...loss, problem: '', fix: undefined }).replace(/ ?#?: $/, '')),
    ...(loss.fix !== undefined && { hint: oneLine(loss.fix) }),
  })
}
