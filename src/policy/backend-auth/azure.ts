// `backendAuth` kind `azure`: Microsoft Entra tokens of an application, a managed or a workload identity. Its library is loaded by the first request.
import type { TokenCredential } from '@azure/identity'
import { z } from 'zod'
import { define } from '../../core/module.ts'
import { setHeader } from '../../http/outbound.ts'
import { noCredential, type Proof } from './kind.ts'

/** What Azure's AI services want to see. */
const SCOPE = 'https://cognitiveservices.azure.com/.default'

const nothing = z.strictObject({})
const identity = z.union([
  z.strictObject({ clientId: z.string().min(1) }),
  z.strictObject({ objectId: z.string().min(1) }),
  z.strictObject({ resourceId: z.string().min(1) }),
])
const explicit = z.union([
  z.strictObject({
    clientSecret: z.strictObject({
      tenant_id: z.string().min(1),
      client_id: z.string().min(1),
      client_secret: z.string().min(1),
    }),
  }),
  z.strictObject({ managedIdentity: z.strictObject({ userAssignedIdentity: identity.nullish() }) }),
  z.strictObject({ workloadIdentity: nothing }),
])

const schema = z.union([
  z.strictObject({ explicitConfig: explicit }),
  z.strictObject({ implicit: nothing }),
  z.strictObject({ developerImplicit: nothing }),
])

type Config = z.output<typeof schema>

/** `explicitConfig`, `implicit` or `developerImplicit` (reference: agentgateway §7.8). */
export const azure = define({
  key: 'azure',
  schema,
  compile(config): Proof {
    let credential: Promise<TokenCredential> | undefined
    return {
      personal: false,
      apply: async (request) => {
        credential ??= credentialOf(config)
        try {
          const given = await (await credential).getToken(SCOPE)
          if (given === null) throw new TypeError('no token')
          setHeader(request, 'authorization', `Bearer ${given.token}`)
        } catch (cause) {
          throw noCredential('Azure gives no token', cause)
        }
      },
    }
  },
})

async function credentialOf(config: Config): Promise<TokenCredential> {
  const azureIdentity = await import('@azure/identity')
  if ('implicit' in config) return new azureIdentity.DefaultAzureCredential()
  if ('developerImplicit' in config) return new azureIdentity.AzureCliCredential()
  const { explicitConfig } = config
  if ('clientSecret' in explicitConfig) {
    const { tenant_id, client_id, client_secret } = explicitConfig.clientSecret
    return new azureIdentity.ClientSecretCredential(tenant_id, client_id, client_secret)
  }
  if ('workloadIdentity' in explicitConfig) return new azureIdentity.WorkloadIdentityCredential()
  const { userAssignedIdentity } = explicitConfig.managedIdentity
  const { ManagedIdentityCredential } = azureIdentity
  const own = userAssignedIdentity ?? undefined
  if (own === undefined) return new ManagedIdentityCredential()
  if ('clientId' in own) return new ManagedIdentityCredential({ clientId: own.clientId })
  if ('objectId' in own) return new ManagedIdentityCredential({ objectId: own.objectId })
  return new ManagedIdentityCredential({ resourceId: own.resourceId })
}
