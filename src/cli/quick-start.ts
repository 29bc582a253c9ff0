// What runs when nothing is configured: five embedded upstreams over four transports, and the configuration that joins them.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { getCompileCacheDir } from 'node:module'
import { createServer, type Server } from 'node:net'
import path from 'node:path'
import { CommandError, exit } from './command.ts'

export interface QuickStart {
  /** The configuration, as a user could have written it. */
  readonly yaml: string
  readonly stop: () => Promise<void>
}

/** Where the upstreams are that are reached over the network. */
interface Places {
  readonly notes: URL
  readonly convert: URL
  readonly petstore: URL
  readonly library: URL
}

const readyWithinMs = 20_000
const goneWithinMs = 2_000

/** A server of this package, from the sources or from the build: whichever this file is part of. */
const serverFile = (name: string): string =>
  path.join(import.meta.dirname, '../../servers', name + path.extname(import.meta.filename))

/**
 * Starts the upstreams that are reached over the network and writes the configuration that federates all of them: a clock over
 * stdio, notes over Streamable HTTP, a unit converter over HTTP+SSE and two REST APIs at `/mcp`, and one of these as it is at `/api`.
 * They end with `stop`, and also when this process dies without a word: they hold the other end of a pipe of ours.
 *
 * Their sockets are opened here and handed over: the gateway need not wait for them to load, who connects early waits in the
 * socket. Where that cannot be done (Windows) the addresses are read from what the upstreams say.
 */
export async function startQuickStart(): Promise<QuickStart> {
  const sockets = await Promise.all([listening(), listening(), listening(), listening()])
  const inherited = sockets.flatMap((socket) => descriptor(socket) ?? [])
  const handsOver = inherited.length === sockets.length
  const child = start(handsOver ? inherited : [])
  const places = handsOver ? placesOf(sockets) : announced(child)
  // Nobody knows the addresses yet: no connection can have come to this process.
  for (const socket of sockets) socket.close()
  try {
    return { yaml: quickStartYaml(await places), stop: async () => stopChild(child) }
  } catch (cause) {
    await stopChild(child)
    throw new CommandError(exit.unasked, 'the quick start could not start its upstreams', {
      cause,
      hint: 'toolgate -f FILE runs a configuration of your own',
      ...(cause instanceof Error ? { where: cause.message } : {}),
    })
  }
}

function start(sockets: readonly number[]): ChildProcess {
  const cache = compileCache()
  // 0 to 2 are standard input, output and error.
  const child = spawn(process.execPath, [serverFile('quick-start'), ...sockets.map((_, index) => String(index + 3))], {
    // A process group of its own: Ctrl-C reaches us alone, and running calls can finish.
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe', ...sockets],
    windowsHide: true,
    // What this process got, and where it keeps compiled code: that halves the start.
    env: { ...process.env, ...(cache === undefined ? {} : { NODE_COMPILE_CACHE: cache }) },
  })
  // A pipe to a child that died is broken; its exit says so already.
  child.stdin?.on('error', () => undefined)
  child.on('error', () => undefined)
  child.stderr?.resume()
  return child
}

/** Where compiled code is kept, as `NODE_COMPILE_CACHE` wants it. */
function compileCache(): string | undefined {
  const folder = getCompileCacheDir()
  return folder === undefined ? undefined : path.dirname(folder)
}

async function listening(): Promise<Server> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

/** The number by which the system knows a socket. Node does not promise to tell: whoever is not told does without. */
function descriptor(server: Server): number | undefined {
  const handle: unknown = Reflect.get(server, '_handle')
  if (typeof handle !== 'object' || handle === null || !('fd' in handle)) return undefined
  return typeof handle.fd === 'number' && handle.fd > 2 ? handle.fd : undefined
}

async function placesOf(sockets: readonly Server[]): Promise<Places> {
  const [notes, convert, petstore, library] = sockets.map((socket) => {
    const address = socket.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  })
  const at = (port: number | undefined, where: string): URL => new URL(`http://127.0.0.1:${port}${where}`)
  return {
    notes: at(notes, '/mcp'),
    convert: at(convert, '/sse'),
    petstore: at(petstore, '/'),
    library: at(library, '/'),
  }
}

/** The addresses in the first lines of the child. */
async function announced(child: ChildProcess): Promise<Places> {
  const { promise, resolve, reject } = Promise.withResolvers<Places>()
  let said = ''
  const at = (name: string): URL | null =>
    URL.parse(new RegExp(`^${name} listening on (\\S+)\n`, 'm').exec(said)?.[1] ?? '')
  const listen = (chunk: Buffer): void => {
    said = (said + chunk.toString()).slice(-10_000)
    const [notes, convert, petstore, library] = [at('notes'), at('convert'), at('petstore'), at('library')]
    if (notes !== null && convert !== null && petstore !== null && library !== null)
      resolve({ notes, convert, petstore, library })
  }
  const late = setTimeout(() => reject(new Error(`none within ${readyWithinMs / 1000} s`)), readyWithinMs)
  const ended = (): void => reject(new Error(`they ended at once: ${said.trim()}`))
  child.stderr?.on('data', listen)
  child.once('error', reject).once('exit', ended)
  try {
    return await promise
  } finally {
    clearTimeout(late)
    child.stderr?.off('data', listen)
    child.off('error', reject).off('exit', ended)
  }
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  const late = setTimeout(() => child.kill('SIGKILL'), goneWithinMs)
  child.stdin?.end()
  await gone
  clearTimeout(late)
}

/** A string as YAML that survives environment expansion, which turns `$$` into one `$`. */
const quoted = (text: string): string => JSON.stringify(text).replaceAll('$', '$$$$')

/** The clock starts twice as fast with compiled code from last time. */
function faster(): string {
  const cache = compileCache()
  return cache === undefined ? '' : `\n              env: { NODE_COMPILE_CACHE: ${quoted(cache)} }`
}

/** The configuration of the quick start: readable, and a good start for one's own. */
export function quickStartYaml(at: Places): string {
  return `# The quick start. Save it as toolgate.yaml and change it: it is picked up while the gateway runs.
binds:
- port: 3000
  listeners:
  - routes:
    # Model context protocol: three servers over three transports, and two REST APIs, appear as one server.
    - name: mcp
      matches:
      - path:
          pathPrefix: /mcp
      - path:
          exact: /sse
      policies:
        # Lets the web page of MCP Inspector connect from its own address.
        cors:
          allowOrigins: ["http://localhost:6274", "http://127.0.0.1:6274"]
          allowMethods: [GET, POST, DELETE]
          allowHeaders: ["*"]
          exposeHeaders: [mcp-session-id]
      backends:
      - mcp:
          targets:
          - name: clock
            stdio:
              cmd: ${quoted(process.execPath)}
              args: [${quoted(serverFile('clock'))}]${faster()}
          - name: notes
            mcp:
              host: ${at.notes.href}
          - name: convert
            sse:
              host: ${at.convert.href}
${restTargets(at)}    # The same REST API as it is. Try /api/v3/pet/1.
    - name: api
      matches:
      - path:
          pathPrefix: /api
      backends:
      - host: ${at.petstore.host}
`
}

/** REST APIs as targets: what their documents describe becomes tools. */
const restTargets = (at: Places): string =>
  `          # REST APIs: what their documents describe becomes tools.
          - name: petstore
            openapi:
              schema:
                url: ${at.petstore.origin}/api/v3/openapi.json
              host: ${at.petstore.host}
              credentials:
                api_key: special-key
                petstore_auth: special-token
              tools:
              - match:
                  tag: user
                exclude: true
          - name: library
            openapi:
              schema:
                url: ${at.library.origin}/library/v1/openapi.json
              host: ${at.library.host}
              deprecated: hide
`
