// YAML `apiKey`: keys that the configuration lists. Knows who holds which; what a holder may do is not decided here.
import { hash } from 'node:crypto'
import { z } from 'zod'
import { type Exchange, type Identity, type Reply, text, type VerifiedKey } from '../core/exchange.ts'
import { define } from '../core/module.ts'
import { type Location, locationFor, locationSchema, several } from './authorization-location.ts'
import { identifying, type Policy, type Site } from './policy.ts'

const keySchema = z
  .strictObject({
    key: z.string().min(1).optional(),
    keyHash: z
      .string()
      .regex(/^sha256:[0-9a-fA-F]{64}$/, 'must be `sha256:` and 64 hexadecimal digits')
      .optional(),
    metadata: z.record(z.string(), z.unknown()).nullish(),
    allowedModels: z.array(z.string()).nullish(),
  })
  .check(({ value, issues }) => {
    if ((value.key === undefined) === (value.keyHash === undefined))
      issues.push({ code: 'custom', message: 'needs one of `key` and `keyHash`', input: value })
  })

const schema = z.strictObject({
  keys: z.array(keySchema),
  mode: z.enum(['strict', 'optional', 'permissive']).default('optional'),
  location: locationSchema().nullish(),
})

/**
 * `strict`: no request without a key of the list. `optional`: none with another one. `permissive`: all (reference: agentgateway
 * §7.3). A key that has been looked at is taken off the request.
 */
export const apiKey = define({
  key: 'apiKey',
  schema,
  compile({ keys, mode, location }, site: Site): Policy {
    const holders = new Map<string, Holder>()
    for (const [index, { key, keyHash, metadata, allowedModels }] of keys.entries()) {
      const digest = key === undefined ? (keyHash ?? '').slice('sha256:'.length).toLowerCase() : hash('sha256', key)
      if (holders.has(digest)) site.problem(['keys', index], 'is the same key as another one of the list')
      holders.set(digest, {
        metadata: metadata ?? {},
        ...(allowedModels !== null && allowedModels !== undefined && { allowedModels }),
        // Not from the metadata: two keys of one name would share what belongs to one of them.
        identity: { via: 'apiKey', subject: `key:${digest.slice(0, 16)}`, claims: metadata ?? {} },
      })
    }
    return new ApiKey(holders, locationFor(location, 'Bearer', site, ['location']), mode)
  },
})

type Holder = Omit<VerifiedKey, 'key'> & { readonly identity: Identity }

class ApiKey implements Policy {
  readonly plan = identifying
  /**
   * By SHA-256: who guesses sees how long it takes to find a digest, and cannot choose one, so that time tells nothing about keys
   * (reference: security §3.1, row 12).
   */
  readonly #holders: ReadonlyMap<string, Holder>
  readonly #location: Location
  readonly #mode: z.output<typeof schema>['mode']

  constructor(holders: ReadonlyMap<string, Holder>, location: Location, mode: z.output<typeof schema>['mode']) {
    this.#holders = holders
    this.#location = location
    this.#mode = mode
  }

  onRequest(x: Exchange): Reply | undefined {
    // Without one on the request, it is the one that a policy of the listener has taken off: both must know it.
    const key = this.#location.read(x) ?? x.apiKey?.key
    if (key === undefined) return this.#mode === 'strict' ? refuse(x, 'no API Key found') : undefined
    this.#location.remove(x)
    const holder = key === several ? undefined : this.#holders.get(hash('sha256', key))
    if (key === several || holder === undefined) {
      if (this.#mode !== 'permissive') return refuse(x, 'invalid credentials')
      // A key of the listener that is none here: the rules behind this policy must not know it either.
      x.apiKey = undefined
      if (x.identity?.via === 'apiKey') x.identity = undefined
      return undefined
    }
    const { metadata, allowedModels, identity } = holder
    x.apiKey = { key, metadata, ...(allowedModels !== undefined && { allowedModels }) }
    x.identity = identity
    return undefined
  }
}

/** Texts of agentgateway §11. */
function refuse(x: Exchange, why: string): Reply {
  const message = `api key authentication failure: ${why}`
  x.reason = 'APIKeyAuth'
  x.error = message
  return text(401, message)
}
