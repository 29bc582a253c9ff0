// What a start says: twelve lines at most, and everything in them can be copied.
import path from 'node:path'
import type { ListenerShape, RouteShape, Shape } from '../config/shape.ts'
import { version } from '../core/version.ts'
import { targetsBehind } from '../gateway/targets.ts'
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
  const servers = [...addresses(facts, isMcp)]
  const url = servers[0]?.[0]
  const lines = [`Toolgate ${version}   ${origin}   pid ${process.pid}`]
  lines.push(...servers.slice(0, SERVERS).map(([address, routes]) => serverLine(address, routes)))
  if (servers.length > SERVERS) lines.push(`         and ${servers.length - SERVERS} more`)
  const others = [...addresses(facts, (route) => !isMcp(route)).keys()]
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

/** With all other lines there are twelve at most. */
const SERVERS = 4

function serverLine(address: string, routes: readonly RouteShape[]): string {
  const names = targetsBehind(routes).map(({ name }) => name)
  return `  mcp    ${mcpUrl(address)}   ${names.length} ${names.length === 1 ? 'target' : 'targets'}: ${some(names)}`
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

/** Addresses of routes, each once and with its routes, in the order of the configuration. */
function addresses({ shape, ports }: BannerFacts, wanted: (route: RouteShape) => boolean): Map<string, RouteShape[]> {
  const found = new Map<string, RouteShape[]>()
  for (const { port, listeners } of shape.binds) {
    const open = ports.get(port) ?? port
    for (const listener of listeners)
      for (const route of listener.routes.filter(wanted)) {
        const address = addressOf(listener, open, route)
        found.set(address, [...(found.get(address) ?? []), route])
      }
  }
  return found
}

function addressOf({ protocol, hostname }: ListenerShape, port: number, route: RouteShape): string {
  const match = route.matches.find(({ path: { kind } }) => kind !== 'regex')
  const host = hostname === undefined || hostname.startsWith('*') ? 'localhost' : hostname
  return `${protocol.toLowerCase()}://${host}:${port}${match?.path.value ?? '/'}`
}

/** An address of every interface, as one that can be opened. */
const reachable = (url: string): string => url.replace(/\/\/(?:\[::\]|0\.0\.0\.0):/, '//localhost:')
