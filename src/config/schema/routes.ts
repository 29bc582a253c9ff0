// Schemas of routes: what they match, which policies they apply, which backends answer (reference: agentgateway §1.5, §1.6).
import { z } from 'zod'
import { modules, needed, once, type Parts, pick, type Schemas, unread } from './keys.ts'
import { always, note } from './note.ts'

/** Keys about what servers offer, answer and are called with: an operator wants them in front of all of them as well as of one. */
const ofServers = ['mcpShield', 'mcpLabels', 'mcpApproval', 'mcpResultGuard']
/** Keys that a listener's, gateway's or section's gateway phase may have. */
const inGatewayPhase = [
  'cors',
  'oidc',
  'jwtAuth',
  'basicAuth',
  'apiKey',
  'extAuthz',
  'authorization',
  'extProc',
  'transformations',
  ...ofServers,
]
/** Keys that only backends have. */
const onBackendsOnly = ['http', 'tcp', 'health', 'sessionAffinity']
/** Keys that backends may have. */
const onBackends = [
  ...onBackendsOnly,
  'requestHeaderModifier',
  'responseHeaderModifier',
  'requestRedirect',
  'transformations',
  'backendTLS',
  'backendAuth',
  'backendTunnel',
  'extAuthz',
  'authorization',
  'mcpAuthorization',
  'mcpGuardrails',
  ...ofServers,
  'a2a',
  'ai',
]

const policyMembers = once(({ policies }) => modules('policies', policies))

const backendMembers = once(({ backends }) => ({ ...modules('backends', backends), ...unread('backends', backends) }))

/** Members of a gateway-phase policy map; gateways carry them beside their own keys. */
export const gatewayPhase = once((parts): Schemas => {
  const built = pick(policyMembers(parts), inGatewayPhase)
  return { ...built, ...unread('gatewayPolicies', built) }
})

export const routePolicies = once((parts) => {
  const built = Object.fromEntries(
    Object.entries(policyMembers(parts)).filter(([key]) => !onBackendsOnly.includes(key)),
  )
  return note(z.strictObject({ ...built, ...unread('routePolicies', built) }), {
    place: 'routePolicies',
    noun: 'the policies of a route',
  })
})

const backendPolicies = once((parts) => {
  const built = pick(policyMembers(parts), onBackends)
  return note(z.strictObject({ ...built, ...unread('backendPolicies', built) }), {
    place: 'backendPolicies',
    noun: 'the policies of a backend',
  })
})

/** Reports an object that does not have exactly one of the keys; a draft may have lost it. */
function exactlyOne(keys: readonly string[], what: string, draft = false) {
  return always((context) => {
    const present = keys.filter((key) => Object.hasOwn(context.value, key))
    if (present.length === 1 || draft) return
    const listed = keys.map((key) => `\`${key}\``).join(', ')
    const message =
      present.length === 0
        ? `needs one of ${listed}`
        : `can be only one ${what}, and has ${present.map((key) => `\`${key}\``).join(' and ')}`
    context.issues.push({ code: 'custom', message, input: context.value })
  })
}

const regexOrExact = () => {
  const shape = { exact: z.string().optional(), regex: z.string().optional() }
  return z.strictObject(shape).check(exactlyOne(Object.keys(shape), 'kind of match'))
}

const path = () => {
  const shape = { exact: z.string().optional(), pathPrefix: z.string().optional(), regex: z.string().optional() }
  return note(z.strictObject(shape).check(exactlyOne(Object.keys(shape), 'kind of match')), { noun: 'a path match' })
}

const named = () =>
  note(z.strictObject({ name: z.string(), value: regexOrExact() }), { noun: 'a header or query match' })

export const match = () =>
  note(
    z.strictObject({
      path: path().nullish(),
      method: z.string().nullish(),
      headers: z.array(named()).nullish(),
      query: z.array(named()).nullish(),
    }),
    { noun: 'a match' },
  )

/** A backend of a route: one kind, its share, its policies. */
const routeBackend = (parts: Parts) => {
  const kinds = backendMembers(parts)
  return note(
    z
      .strictObject({
        backend: z.string().optional(),
        weight: z.int().nonnegative().nullish(),
        policies: backendPolicies(parts).nullish(),
        ...kinds,
      })
      .check(exactlyOne(['backend', ...Object.keys(kinds)], 'kind of backend', parts.draft)),
    { place: 'backends', noun: 'a backend' },
  )
}

/** An entry of the top-level `backends`: one kind, under a name. */
export const namedBackend = (parts: Parts) => {
  const inRoutesOnly = ['dynamic', 'invalid', 'routeGroup', 'service']
  const kinds = Object.fromEntries(Object.entries(backendMembers(parts)).filter(([key]) => !inRoutesOnly.includes(key)))
  return note(
    z
      .strictObject({
        name: needed(z.string().min(1), parts),
        policies: backendPolicies(parts).nullish(),
        ...kinds,
      })
      .check(exactlyOne(Object.keys(kinds), 'kind of backend', parts.draft)),
    { place: 'backends', noun: 'a named backend' },
  )
}

const routeShape = once((parts) => ({
  name: z.string().nullish(),
  namespace: z.string().nullish(),
  ruleName: z.string().nullish(),
  hostnames: z.array(z.string()).nullish(),
  matches: z.array(match()).nullish(),
  policies: routePolicies(parts).nullish(),
  backends: z.array(routeBackend(parts)).nullish(),
}))

/** A route of a listener. */
export const route = (parts: Parts) => note(z.strictObject(routeShape(parts)), { noun: 'a route' })

/** A top-level route: says which gateways it belongs to. */
export const attachedRoute = (parts: Parts) =>
  note(z.strictObject({ gateways: gatewayNames().nullish(), ...routeShape(parts) }), { noun: 'a route' })

/** `gw`, `gw/listener` or a list of them. */
export const gatewayNames = () =>
  note(
    z.preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(z.string())),
    { json: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] } },
  )
