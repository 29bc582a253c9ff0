// The kinds of targets: one file and one line each.
import { mcp } from './http.ts'
import { openapi } from './openapi.ts'
import type { TargetModule } from './site.ts'
import { sse } from './sse.ts'
import { stdio } from './stdio.ts'

export const targets = {
  mcp, // Streamable HTTP, and HTTP+SSE for servers that speak nothing newer
  sse, // HTTP+SSE only
  stdio, // processes
  openapi, // REST APIs: each operation of an OpenAPI document a tool
} as const satisfies Record<string, TargetModule>
