// Where the configuration of a run comes from: a file, the command line, standard input, or the quick start.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { CommandError, type ConfigSource, exit, type Io } from './command.ts'

/** A configuration that can be read, once or again. */
export interface Origin extends AsyncDisposable {
  /** Name for messages and the banner. */
  readonly name: string
  /** The file to watch, when it is one. */
  readonly file: string | undefined
  /** Nothing was configured: the ports of the quick start are for this machine only. */
  readonly quickStart: boolean
  /** Rejects with a CommandError when the text cannot be had. */
  read(): Promise<string>
}

/** The configuration named by the flags; else `./toolgate.yaml`; else the quick start, whose upstreams run until disposal. */
export async function findOrigin(source: ConfigSource, io: Io): Promise<Origin> {
  const fixed = (name: string, body: string): Origin => ({
    name,
    file: undefined,
    quickStart: false,
    read: async () => body,
    ...nothingToEnd,
  })
  if (source.text !== undefined) return fixed('--config', source.text)
  if (source.file === '-') return fixed('-', await text(io.stdin))
  if (source.file !== undefined) return fromFile(source.file, io)
  if (existsSync(path.join(io.cwd, 'toolgate.yaml'))) return fromFile('toolgate.yaml', io)
  const { startQuickStart } = await import('./quick-start.ts')
  const { yaml, stop } = await startQuickStart()
  return { name: 'quick start', file: undefined, quickStart: true, read: async () => yaml, [Symbol.asyncDispose]: stop }
}

const nothingToEnd = { [Symbol.asyncDispose]: async (): Promise<void> => {} }

function fromFile(name: string, io: Io): Origin {
  const file = path.resolve(io.cwd, name)
  return { name, file, quickStart: false, read: () => contentOf(file, name), ...nothingToEnd }
}

async function contentOf(file: string, name: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable'
    const why = code === 'ENOENT' ? 'there is no such file' : code
    throw new CommandError(exit.unasked, `cannot read the configuration: ${why}`, {
      where: name,
      hint: 'name it with --file',
      cause,
    })
  }
}
