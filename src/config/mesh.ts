// Keys that only make sense under Kubernetes, in a service mesh or in another runtime: each with its own answer.

export interface MeshKey {
  readonly key: string
  /** `error`: leaving the key out would change who may reach what, so the gateway does not start. */
  readonly severity: 'error' | 'warning'
  /** Continues the sentence "`key` …". */
  readonly say: string
  /** Only these values; absent: the key whatever it says. */
  readonly when?: readonly string[]
}

const ignored = (key: string, say: string): MeshKey => ({ key, severity: 'warning', say })
const refused = (key: string, say: string, when?: readonly string[]): MeshKey => ({
  key,
  severity: 'error',
  say,
  ...(when !== undefined && { when }),
})

const controlPlane = 'connects to a control plane; a standalone gateway has none, so it is ignored'
const meshName = 'names this workload in a mesh; a standalone gateway is in none, so it is ignored'

/** By place, as in the list of keys that are not built. */
const mesh = {
  root: [
    ignored('services', 'is the registry of a mesh; it is ignored, name hosts with `host:` instead'),
    ignored('workloads', 'is the registry of a mesh; it is ignored, name hosts with `host:` instead'),
  ],
  config: [
    ignored('xdsAddress', controlPlane),
    ignored('xdsAuthToken', controlPlane),
    ignored('caAddress', 'asks a mesh CA for certificates; it is ignored, give listeners `tls.cert` and `tls.key`'),
    ignored('caAuthToken', 'belongs to `caAddress` and is ignored with it'),
    ignored('namespace', meshName),
    ignored('gateway', meshName),
    ignored('trustDomain', meshName),
    ignored('additionalTrustDomains', meshName),
    ignored('skipValidateTrustDomain', meshName),
    ignored('serviceAccount', meshName),
    ignored('clusterId', meshName),
    ignored('network', meshName),
    ignored('hbone', 'tunes the mesh protocol HBONE, which is not spoken here; it is ignored'),
    ignored('spiffe', 'fetches mesh identities; it is ignored, and whatever needs such an identity is refused'),
    ignored('localXdsPath', 'names another configuration file; it is ignored, use `--file`'),
    ignored('workerThreads', 'sets threads of another runtime; it is ignored'),
    ignored(
      'connectionMinTerminationDeadline',
      'has no counterpart: draining ends as soon as calls have ended; ignored',
    ),
  ],
  'config.dns': [ignored('edns0', 'is decided by the resolver of the operating system; it is ignored')],
  bind: [
    refused('tunnelProtocol', 'asks for HBONE, the protocol of a mesh, which is not spoken here', [
      'hboneWaypoint',
      'hboneGateway',
    ]),
  ],
  listener: [refused('protocol', 'asks for HBONE, the protocol of a mesh, which is not spoken here', ['HBONE'])],
  tls: [refused('spiffe', 'takes certificates from a mesh; give `cert` and `key` instead')],
  backends: [refused('service', 'names a service of a mesh registry; name its address with `host:` instead')],
  backendPolicies: [refused('inferenceRouting', 'needs the endpoint picker of a cluster; it cannot work here')],
  'policies.backendTLS': [refused('spiffe', 'takes certificates from a mesh; give `cert`, `key` and `root` instead')],
} as const satisfies Record<string, readonly MeshKey[]>

/** The rows of a place; a place without a line has none. */
export function meshAt(place: string): readonly MeshKey[] {
  return hasPlace(place) ? mesh[place] : []
}

function hasPlace(place: string): place is keyof typeof mesh {
  return Object.hasOwn(mesh, place)
}
