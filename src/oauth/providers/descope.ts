// Descope: agentic issuers with a registration endpoint of the management interface.
import { openidMetadata, type Provider, usualKeys } from './provider.ts'

export const descope: Provider = {
  name: 'descope',
  title: 'Descope',
  recognises: ({ hostname }) => /(^|\.)descope\.com$/.test(hostname),
  metadata: openidMetadata,
  keys: usualKeys,
  registration(issuer) {
    const { origin, pathname } = new URL(issuer)
    const found = /^\/v1\/apps\/agentic\/([^/]+)\/([^/]+)/.exec(pathname)
    return found === null ? undefined : `${origin}/v1/mgmt/mcp/client/${found[1] ?? ''}/${found[2] ?? ''}/register`
  },
  console: {
    registration: 'registering needs a management key: make an inbound application and set its id as `clientId`',
    audience: 'MCP servers → (the server) → set the resource to one of `audiences`',
    issuer: 'use the issuer of the MCP server (`…/v1/apps/agentic/<project>/<server>`)',
  },
}
