// What a start says: twelve lines at most, and everything in them can be copied.
import type { Shape } from '../config/shape.ts'
import { version } from '../core/version.ts'
import { targetsOf } from '../gateway/targets.ts'
import type { Addresses } from './running.ts'

export interface BannerFacts extends Addresses {
  readonly shape: Shape
  /** Where the configuration came from. */
  readonly origin: string
  readonly tookMs: number
}

/** The text for standard output (reference: ui §6). */
export function banner(facts: BannerFacts): string {
  const { shape, origin, admin, stats, readiness, tookMs } = facts
  const targets = targetsOf(shape)
  const url = mcpUrl(facts)
  const lines = [`Toolgate ${version}   ${origin}   pid ${process.pid}`]
  if (url !== undefined) {
    const names = targets.map(({ name }) => name)
    const shown = names.length > 6 ? `${names.slice(0, 6).join(', ')}, …` : names.join(', ')
    lines.push(`  mcp    ${url}   ${targets.length} ${targets.length === 1 ? 'target' : 'targets'}: ${shown}`)
  }
  const own = [
    admin && `admin  ${admin}/ui`,
    stats && `metrics ${stats}/metrics`,
    readiness && `ready ${readiness}/healthz/ready`,
  ]
  lines.push(`  ${own.filter((each) => each !== undefined).join('   ')}`)
  if (url !== undefined)
    lines.push(
      'Connect  VS Code    toolgate connect vscode --write',
      `         Inspector  npx @modelcontextprotocol/inspector --cli ${url} --transport http --method tools/list`,
      '         Claude     toolgate connect claude --write',
    )
  lines.push(`ready in ${(tookMs / 1000).toFixed(2)} s   logs follow on stderr   Ctrl-C drains and stops`)
  return `${lines.join('\n')}\n`
}

/** Address of the first route that leads to an MCP backend. */
function mcpUrl({ shape, ports }: BannerFacts): string | undefined {
  for (const bind of shape.binds) {
    for (const { protocol, hostname, routes } of bind.listeners) {
      const route = routes.find(({ backends }) => backends.some(({ key }) => key === 'mcp'))
      if (route === undefined) continue
      const path = route.matches.find(({ path: { kind } }) => kind !== 'regex')?.path.value ?? '/'
      const host = hostname === undefined || hostname.startsWith('*') ? 'localhost' : hostname
      return `${protocol.toLowerCase()}://${host}:${ports.get(bind.port) ?? bind.port}${path === '/' ? '/mcp' : path}`
    }
  }
  return undefined
}
