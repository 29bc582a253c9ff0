// THE list of keys of the original that this version reads but cannot run. It may only shrink: a module that is added to the
// tables of its room takes its line out of here.
/** A key, or a path such as `targets[].policies.http`; with `when`, only some of its values. */
export type Row = string | { readonly key: string; readonly when: (value: unknown) => boolean }

const is =
  (...values: readonly string[]) =>
  (value: unknown): boolean =>
    values.some((one) => one === value)

const isNot =
  (built: string) =>
  (value: unknown): boolean =>
    typeof value === 'string' && value !== built

/** Listener, gateway and section policies that need an identity, a rule or a service. */
const gatewayPolicies = ['extAuthz', 'extProc', 'transformations'] as const

/** By place: what stands there and is not built. Places are named in `schema/`. */
export const notBuilt = {
  root: ['tcpRoutes', 'routeGroups', 'policies', 'llm', 'ui'],
  frontendPolicies: ['tcp', 'networkAuthorization', 'networkExtAuthz', 'proxy', 'proxyProtocol', 'connect', 'tracing'],
  'frontendPolicies.http': [
    { key: 'http1HeaderCase', when: is('preserve') },
    'http2WindowSize',
    'http2ConnectionWindowSize',
    'http2FrameSize',
    'http2MaxHeaderSize',
    'http2KeepaliveInterval',
    'http2KeepaliveTimeout',
  ],
  'frontendPolicies.tls': ['alpn'],
  config: ['modelCatalog', 'storage', 'standardAttributes', 'tracing', { key: 'histograms', when: isNot('classic') }],
  'config.database': [{ key: 'url', when: (value) => typeof value === 'string' && /^postgres(ql)?:/.test(value) }],
  'config.logging': ['database'],
  'frontendPolicies.accessLog': ['otlp', 'database'],
  bind: [
    { key: 'tunnelProtocol', when: is('connect', 'proxy') },
    { key: 'mode', when: is('internal') },
  ],
  listener: ['tcpRoutes', { key: 'protocol', when: is('TCP', 'TLS') }],
  gateway: [{ key: 'protocol', when: is('TCP', 'TLS') }],
  tls: ['keyExchangeGroups', { key: 'mode', when: is('dynamicCa') }],
  gatewayPolicies,
  routePolicies: [
    ...gatewayPolicies,
    'requestMirror',
    'a2a',
    'ai',
    'backendTunnel',
    'localRateLimit',
    'remoteRateLimit',
  ],
  backendPolicies: [
    'transformations',
    'backendTunnel',
    'http',
    'tcp',
    'health',
    'extAuthz',
    'a2a',
    'ai',
    'sessionAffinity',
  ],
  backends: ['ai', 'aws', 'dynamic', 'internal', 'invalid', 'routeGroup'],
  // Inside bodies whose module is built:
  'backends.mcp': [
    'targets[].policies.transformations',
    'targets[].policies.backendTunnel',
    'targets[].policies.http',
    'targets[].policies.tcp',
  ],
  'policies.backendTLS': ['keyExchangeGroups'],
} as const satisfies Record<string, readonly Row[]>

/** The rows of a place; a place without a line has none. */
export function notBuiltAt(place: string): readonly Row[] {
  return hasPlace(place) ? notBuilt[place] : []
}

function hasPlace(place: string): place is keyof typeof notBuilt {
  return Object.hasOwn(notBuilt, place)
}
