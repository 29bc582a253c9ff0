// `backendAuth` kind `jwtSign`: a short-lived token that we sign ourselves.
import { z } from 'zod'
import { durationMs } from '../../config/duration.ts'
import { fileOrInline } from '../../config/value.ts'
import { define } from '../../core/module.ts'
import { locationSchema } from '../authorization-location.ts'
import type { Site } from '../policy.ts'
import { secretFrom } from './key.ts'
import { insertion, noCredential, type Proof } from './kind.ts'
import { signerOf, signingAlg } from './token-server.ts'

const USUAL_SECONDS = 300
const ours = ['iat', 'exp', 'nbf'] as const

/** `jwtSign: {signingKey, alg, kid, claims, ttl, location}` (reference: agentgateway §7.8). */
export const jwtSign = define({
  key: 'jwtSign',
  schema: z.strictObject({
    signingKey: fileOrInline(),
    alg: signingAlg(),
    kid: z.string().nullish(),
    claims: z.record(z.string(), z.unknown()).default({}),
    ttl: z.string().nullish(),
    location: locationSchema().nullish(),
  }),
  compile({ signingKey, alg, kid, claims, ttl, location }, site: Site): Proof | undefined {
    const pem = secretFrom(signingKey, site)
    const seconds = secondsOf(ttl, site)
    for (const claim of ours)
      if (claim in claims) site.problem(['claims', claim], `\`${claim}\` is set when the token is signed`)
    const signer = pem === undefined ? undefined : signerOf({ pem, alg, kid: kid ?? undefined }, site)
    if (signer === undefined || seconds === undefined) return undefined
    const insert = insertion(location, site, ['location'])
    return {
      personal: false,
      apply: async (request) => {
        const token = await signer.sign(claims, seconds).catch((cause: unknown) => {
          throw noCredential('the token could not be signed', cause)
        })
        insert(request, token)
      },
    }
  },
})

function secondsOf(ttl: string | null | undefined, site: Site): number | undefined {
  if (ttl === null || ttl === undefined) return USUAL_SECONDS
  const ms = durationMs(ttl)
  if (ms !== undefined && ms >= 1_000) return Math.floor(ms / 1_000)
  site.problem(['ttl'], 'is no duration of a second or more', 'write it as `300s` or `5m`')
  return undefined
}
