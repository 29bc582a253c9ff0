// A configuration with rules, and somebody to ask them: what the tests of `toolgate policy` start from.
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { folder, type Given, type Said, toolgate } from './io.ts'

export const config = `binds:
- port: 3000
  listeners:
  - policies:
      jwtAuth: { mode: optional, issuer: https://issuer.example, jwks: '{"keys":[]}' }
      authorization:
        rules:
        - deny: request.path.startsWith("/internal")
    routes:
    - name: tools
      matches: [{ path: { pathPrefix: /mcp } }]
      policies:
        mcpAuthorization:
          rules:
          - mcp.tool.name == "read"
          - allow: jwt.groups.contains("editors") && mcp.tool.target == "notes"
          - deny: mcp.tool.name == "remove" && mcp.tool.arguments.force == true
      backends:
      - mcp:
          targets:
          - { name: notes, mcp: { host: http://localhost:1/mcp } }
          - { name: clock, mcp: { host: http://localhost:2/mcp } }
    - name: open
      matches: [{ path: { pathPrefix: /open } }]
      backends:
      - mcp:
          targets: [{ name: other, mcp: { host: http://localhost:3/mcp } }]
    - name: pages
      matches: [{ path: { pathPrefix: /internal } }]
      backends: [{ host: localhost:4 }]
`

export const editor = '{"sub":"erin","groups":["editors"]}'

export async function world(t: TestContext, files: Readonly<Record<string, string>> = {}) {
  const cwd = await folder(t)
  await writeFile(path.join(cwd, 'toolgate.yaml'), config)
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(cwd, name), text)
  const policy = (argv: readonly string[], given: Given = {}): Promise<Said> =>
    toolgate(['policy', ...argv], { cwd, ...given })
  return { cwd, policy }
}
