// What a start says: twelve lines at most, and everything in them can be copied.
import path from 'node:path'
import type { ListenerShape, RouteShape, Shape } from '../config/shape.ts'
import { version } from '../core/version.ts'
import { targetsOf } from '../gateway/targets.ts'
import type { Addresses } from './running.ts'

export interface BannerFacts extends Addresses {
  readonly shape: Shape
  /** Where the configuration came from. */
  readonly origin: string
  /** Working directory: commands are written as they can be called from there. */
  readonly cwd: string
  readonly tookMs: number
}

/** The text for standard output (reference: ui §6). */
export function banner(facts: BannerFacts): string {
  const { shape, origin, cwd, admin, stats, readiness, tookMs } = facts
  const targets = targetsOf(shape)
  const [url] = addresses(facts, isMcp)
  const lines = [`Toolgate ${version}   ${origin}   pid ${process.pid}`]
  if (url !== undefined) {
    const count = `${targets.length} ${targets.length === 1 ? 'target' : 'targets'}`
    lines.push(`  mcp    ${mcpUrl(url)}   ${count}: ${some(targets.map(({ name }) => name))}`)
  }
  const others = addresses(facts, (route) => !isMcp(route))
  if (others.length > 0) lines.push(`  http   ${some(others)}`)
  if (shape.binds.length === 0) lines.push('  no port is served: the configuration has no `binds`, `gateways` or `mcp`')
  const own = [
    admin && `admin  ${admin}/ui`,
    stats && `metrics ${reachable(stats)}/metrics`,
    readiness && `ready ${reachable(readiness)}/healthz/ready`,
  ].filter((each) => each !== undefined)
  if (own.length > 0) lines.push(`  ${own.join('   ')}`)
  if (url !== undefined) lines.push(...connecting(mcpUrl(url), cwd))
  lines.push(`ready in ${(tookMs / 1000).toFixed(2)} s   logs follow on stderr   Ctrl-C drains and stops`)
  return `${lines.join('\n')}\n`
}

const isMcp = ({ backends }: RouteShape): boolean => backends.some(({ key }) => key === 'mcp')

const some = (all: readonly string[]): string => (all.length > 6 ? `${all.slice(0, 6).join(', ')}, …` : all.join(', '))

/** A route for every path is asked at the usual one. */
const mcpUrl = (url: string): string => (url.endsWith('/') ? `${url}mcp` : url)

function connecting(url: string, cwd: string): string[] {
  const toolgate = commandFrom(cwd)
  const where = url === 'http://localhost:3000/mcp' ? '' : ` --url ${url}`
  return [
    `Connect  VS Code    ${toolgate} connect vscode --write${where}`,
    `         Inspector  npx @modelcontextprotocol/inspector --cli ${url} --transport http --method tools/list`,
    `         Claude     ${toolgate} connect claude --write${where}`,
  ]
}

/** In a checkout no `toolgate` is on the PATH. */
function commandFrom(cwd: string): string {
  if (!import.meta.filename.endsWith('.ts')) return 'toolgate'
  const file = path.relative(cwd, path.join(import.meta.dirname, '../../bin/toolgate.cjs'))
  return file.includes(path.sep) ? file : `.${path.sep}${file}`
}

/** Addresses of routes, each once, in the order of the configuration. */
function addresses({ shape, ports }: BannerFacts, wanted: (route: RouteShape) => boolean): string[] {
  const found = new Set<string>()
  for (const { port, listeners } of shape.binds) {
    const open = ports.get(port) ?? port
    for (const listener of listeners)
      for (const route of listener.routes.filter(wanted)) found.add(addressOf(listener, open, route))
  }
  return [...found]
}

function addressOf({ protocol, hostname }: ListenerShape, port: number, route: RouteShape): string {
  const match = route.matches.find(({ path: { kind } }) => kind !== 'regex')
  const host = hostname === undefined || hostname.startsWith('*') ? 'localhost' : hostname
  return `${protocol.toLowerCase()}://${host}:${port}${match?.path.value ?? '/'}`
}

/** An address of every interface, as one that can be opened. */
const reachable = (url: string): string => url.replace(/\/\/(?:\[::\]|0\.0\.0\.0):/, '//localhost:')
