// The schema of a whole configuration, made of the schemas of its modules. Modules are handed in: this room knows none.
import { z } from 'zod'
import { needed, type Parts, unread } from './schema/keys.ts'
import { bind, gateway } from './schema/listeners.ts'
import { note } from './schema/note.ts'
import { attachedRoute, gatewayNames, namedBackend, routePolicies } from './schema/routes.ts'
import { frontend, startup } from './schema/startup.ts'

/** Schema of agentgateway's standalone configuration (reference: agentgateway §1.3) with Toolgate's additions. */
export const rootSchema = (from: Parts) => {
  const parts = { ...from } // what is made once for all places goes with this schema
  return note(
    z.strictObject({
      config: startup().nullish(),
      binds: z.array(bind(parts)).nullish(),
      gateways: z.record(z.string(), needed(gateway(parts), parts)).nullish(),
      routes: z.array(attachedRoute(parts)).nullish(),
      backends: z.array(namedBackend(parts)).nullish(),
      frontendPolicies: frontend().nullish(),
      mcp: mcpSection(parts).nullish(),
      ...unread('root'),
    }),
    { place: 'root', noun: 'a configuration' },
  )
}

export type Config = z.infer<ReturnType<typeof rootSchema>>

/** What is read once is not compiled first: that takes longer than reading it. */
export const JITLESS = { jitless: true }

/** `mcp:` is a backend of kind `mcp` with an entrance and policies beside its own keys (reference: agentgateway §1.9). */
const mcpSection = (parts: Parts) => {
  const entrance = z.strictObject({
    gateways: gatewayNames().nullish(),
    port: z.int().min(1).max(65_535).nullish(),
    policies: routePolicies(parts).nullish(),
  })
  const inner = parts.backends['mcp']
  const section = z.unknown().transform((value, context) => {
    const [own, rest] = split(value, Object.keys(entrance.shape))
    const entered = entrance.safeParse(own, JITLESS)
    const nothing = parts.draft === true && Object.keys(Object(rest)).length === 0
    const backend = nothing
      ? { success: true, data: undefined, error: undefined }
      : (inner ?? z.unknown()).safeParse(rest, JITLESS)
    for (const issue of [...(entered.error?.issues ?? []), ...(backend.error?.issues ?? [])])
      context.issues.push({ ...issue, input: undefined })
    return entered.success && backend.success ? { ...entered.data, backend: backend.data } : z.NEVER
  })
  return note(section, {
    place: 'backends.mcp',
    noun: '`mcp`',
    layers: inner === undefined ? [entrance] : [entrance, inner],
    ...(inner === undefined && { standing: 'not built' as const }),
  })
}

/** Members under one of the keys, and the others; something that is no map goes to the others as it is. */
function split(value: unknown, keys: readonly string[]): [object, unknown] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [{}, value]
  const members = Object.entries(value)
  return [
    Object.fromEntries(members.filter(([key]) => keys.includes(key))),
    Object.fromEntries(members.filter(([key]) => !keys.includes(key))),
  ]
}
