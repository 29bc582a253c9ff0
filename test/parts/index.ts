// The table of parts: `npm run parts` goes through it from top to bottom.
import { chromium } from './chromium.ts'
import { fastmcp } from './fastmcp.ts'
import { goSdk } from './go-sdk.ts'
import { keycloak } from './keycloak.ts'
import { nginx } from './nginx.ts'
import { node20, node22, node24 } from './node.ts'
import type { Part } from './part.ts'
import { pythonMcp, pythonMcp2 } from './python-mcp.ts'
import { swaggerClient } from './swagger-client.ts'

/** Every part. */
export const parts: readonly Part[] = [
  pythonMcp,
  pythonMcp2,
  fastmcp,
  goSdk,
  node20,
  node22,
  node24,
  nginx,
  keycloak,
  chromium,
  swaggerClient,
]
