// YAML `backendTLS`: TLS towards a backend, and whom it must prove to be.
import { createSecureContext } from 'node:tls'
import { z } from 'zod'
import { define } from '../core/module.ts'
import type { TlsOptions } from '../http/pools.ts'
import type { Policy, Site } from './policy.ts'

const schema = z.strictObject({
  cert: z.string().nullish(),
  key: z.string().nullish(),
  root: z.string().nullish(),
  hostname: z.string().min(1).nullish(),
  insecure: z.boolean().default(false),
  insecureHost: z.boolean().default(false),
  alpn: z.array(z.enum(['h2', 'http/1.1'])).nullish(),
  subjectAltNames: z.array(z.string().min(1)).nullish(),
  // Known by name only: the tables of keys that are not built or belong to a mesh answer any other value.
  keyExchangeGroups: z.null().optional(),
  spiffe: z.null().optional(),
})

type Config = z.output<typeof schema>

/** `{}` is TLS with the system's roots (reference: agentgateway §1.6.1). `cert`, `key` and `root` are files of PEM text. */
export const backendTLS = define({
  key: 'backendTLS',
  schema,
  compile(config, site: Site): Policy {
    const { hostname, insecure, insecureHost, alpn, subjectAltNames } = config
    const files = fromFiles(config, site)
    const tls: TlsOptions = {
      ...files,
      ...(hostname !== undefined && hostname !== null && { hostname }),
      ...(insecure && { insecure }),
      ...(insecureHost && { insecureHost }),
      ...(alpn !== undefined && alpn !== null && { alpn }),
      ...(subjectAltNames !== undefined && subjectAltNames !== null && { subjectAltNames }),
    }
    return { plan: { tls } }
  },
})

function fromFiles({ cert, key, root }: Config, site: Site): Pick<TlsOptions, 'cert' | 'key' | 'root'> {
  const certified = typeof cert === 'string'
  if (certified !== (typeof key === 'string')) {
    site.problem([certified ? 'cert' : 'key'], '`cert` and `key` come together')
    return {}
  }
  const read = (file: string | null | undefined): string | undefined =>
    typeof file === 'string' ? site.read(file)?.toString('utf8') : undefined
  const [certText, keyText, rootText] = [read(cert), read(key), read(root)]
  const files = {
    ...(certText !== undefined && { cert: certText }),
    ...(keyText !== undefined && { key: keyText }),
    ...(rootText !== undefined && { root: rootText }),
  }
  try {
    createSecureContext({ ...files, ...(rootText !== undefined && { ca: rootText }) })
  } catch (cause) {
    // OpenSSL's own words name the reason and never the key.
    site.problem([], `certificates cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
  return files
}
