// Module schemas as other rooms write them, small: what the tests of this room hand in.
import { z } from 'zod'
import { duration } from '../../src/config/duration.ts'
import type { Parts } from '../../src/config/schema/keys.ts'

const headers = () =>
  z.strictObject({
    add: z.record(z.string(), z.string()).optional(),
    set: z.record(z.string(), z.string()).optional(),
    remove: z.array(z.string()).optional(),
  })

const host = z.strictObject({
  host: z.string(),
  port: z.int().optional(),
  path: z.string().optional(),
})

const target = z.strictObject({
  name: z.string(),
  mcp: host.optional(),
  sse: host.optional(),
  stdio: z
    .strictObject({
      cmd: z.string(),
      args: z.array(z.string()).optional(),
      env: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
  policies: z.strictObject({ requestHeaderModifier: headers().optional(), backendTLS: z.unknown() }).optional(),
})

export const parts: Parts = {
  policies: {
    cors: z.strictObject({
      allowOrigins: z.array(z.string()).optional(),
      allowHeaders: z.array(z.string()).optional(),
      allowMethods: z.array(z.string()).optional(),
      exposeHeaders: z.array(z.string()).optional(),
      allowCredentials: z.boolean().optional(),
      maxAge: z.union([duration(), z.number()]).optional(),
    }),
    requestHeaderModifier: headers(),
    responseHeaderModifier: headers(),
    urlRewrite: z.unknown(),
    requestRedirect: z.unknown(),
    directResponse: z.strictObject({ status: z.int().min(100).max(599), body: z.string().optional() }),
    timeout: z.strictObject({
      requestTimeout: duration().optional(),
      backendRequestTimeout: duration().optional(),
    }),
    retry: z.strictObject({
      attempts: z.int().optional(),
      backoff: duration().optional(),
      codes: z.array(z.int().min(100).max(599)),
    }),
    csrf: z.unknown(),
    jwtAuth: z.unknown(),
    apiKey: z.unknown(),
    basicAuth: z.unknown(),
    oidc: z.unknown(),
    buffer: z.unknown(),
    delay: z.strictObject({ duration: duration() }),
    backendTLS: z.strictObject({
      cert: z.string().optional(),
      key: z.string().optional(),
      root: z.string().optional(),
      hostname: z.string().optional(),
      insecure: z.boolean().optional(),
      subjectAltNames: z.array(z.string()).optional(),
      insecureHost: z.boolean().optional(),
    }),
  },
  backends: {
    host: z.string(),
    mcp: z.strictObject({
      targets: z.array(target),
      statefulMode: z.enum(['stateful', 'stateless']).optional(),
      prefixMode: z.enum(['conditional', 'always', 'never']).optional(),
      failureMode: z.enum(['failClosed', 'failOpen']).optional(),
      dnsRebindingProtection: z.boolean().optional(),
    }),
  },
}
