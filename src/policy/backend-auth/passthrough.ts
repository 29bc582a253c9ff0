// `backendAuth` kind `passthrough`: the credential that the caller showed us, and that a policy has verified.
import { z } from 'zod'
import { define } from '../../core/module.ts'
import { locationSchema } from '../authorization-location.ts'
import type { Site } from '../policy.ts'
import { insertion, noCredential, type Proof } from './kind.ts'

/** `passthrough: {location?}`: the verified token or API key travels on (reference: agentgateway §7.8). */
export const passthrough = define({
  key: 'passthrough',
  schema: z.strictObject({ location: locationSchema().nullish() }),
  compile({ location }, site: Site): Proof {
    const insert = insertion(location, site, ['location'])
    return {
      personal: true,
      apply(request, who) {
        const credential = who?.jwt?.raw ?? who?.apiKey?.key
        if (credential === undefined) throw noCredential('the caller has shown no credential that could be passed on')
        insert(request, credential)
      },
    }
  },
})
