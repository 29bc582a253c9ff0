// `backendAuth` kind `gcp`: Google's application default credentials. Google's library is loaded by the first request.
import { z } from 'zod'
import { fileOrInline } from '../../config/value.ts'
import { define } from '../../core/module.ts'
import { setHeader } from '../../http/outbound.ts'
import { below, type Site } from '../policy.ts'
import { secretFrom } from './key.ts'
import { noCredential, type Proof } from './kind.ts'

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform'
const WITHIN_MS = 5_000

/** `{type: accessToken | idToken, audience, credential}` (reference: agentgateway §7.8). */
export const gcp = define({
  key: 'gcp',
  schema: z.strictObject({
    type: z.enum(['accessToken', 'idToken']).nullish(),
    audience: z.string().min(1).nullish(),
    credential: fileOrInline().nullish(),
  }),
  compile({ type, audience, credential }, site: Site): Proof | undefined {
    if (type !== 'idToken' && audience) site.problem(['audience'], 'belongs to `type: idToken`')
    const json = credential ? secretFrom(credential, below(site, ['credential'])) : undefined
    const keys = json === undefined ? undefined : credentialIn(json, site)
    if (credential && keys === undefined) return undefined
    const client = clientOf(keys)
    return {
      personal: false,
      apply: async (request) => {
        const token = await within(async () => {
          const { auth, own } = await client()
          if (type !== 'idToken') return own === undefined ? auth.getAccessToken() : (await own.getAccessToken()).token
          const wanted = audience ?? request.origin
          if (own !== undefined && 'fetchIdToken' in own) return own.fetchIdToken(wanted)
          return (await auth.getIdTokenClient(wanted)).idTokenProvider.fetchIdToken(wanted)
        })
        setHeader(request, 'authorization', `Bearer ${token}`)
      },
    }
  },
})

function credentialIn(json: string, site: Site): object | undefined {
  try {
    const value: unknown = JSON.parse(json)
    if (typeof value === 'object' && value !== null) return value
  } catch {
    // What it is instead may be half a key.
  }
  site.problem(['credential'], 'is no JSON of a Google credential')
  return undefined
}

/** What the library makes of a credential, or of what it finds around it; made by the first request. */
function clientOf(credential: object | undefined) {
  const make = async () => {
    const { GoogleAuth } = await import('google-auth-library')
    const auth = new GoogleAuth({ scopes: [SCOPE] })
    return { auth, own: credential === undefined ? undefined : auth.fromJSON(credential) }
  }
  let made: ReturnType<typeof make> | undefined
  return () => (made ??= make())
}

async function within(ask: () => Promise<string | null | undefined>): Promise<string> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('no token in time')), WITHIN_MS)
  try {
    const token = await Promise.race([ask(), promise])
    if (typeof token === 'string' && token !== '') return token
  } catch (cause) {
    throw noCredential('Google gives no token', cause)
  } finally {
    clearTimeout(timer)
  }
  throw noCredential('Google gives no token')
}
