// `backendAuth` kind `crossAppAccess`: an identity assertion of the user's provider (ID-JAG), exchanged at the upstream's server.
import { hash } from 'node:crypto'
import { z } from 'zod'
import type { Who } from '../../core/exchange.ts'
import { define } from '../../core/module.ts'
import type { Granted } from '../../oauth/token-endpoint.ts'
import { below, type Site } from '../policy.ts'
import { granted } from './granted.ts'
import { insertion, noCredential, type Proof } from './kind.ts'
import { cacheOf, cacheSchema, printOf, tokenServer, tokenServerFields } from './token-server.ts'
import { ID_TOKEN, tokenSource, tokenSpec } from './token-source.ts'

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const ID_JAG = 'urn:ietf:params:oauth:token-type:id-jag'

const server = () => z.strictObject(tokenServerFields())
const list = () => z.array(z.string().min(1)).nullish()

/** Identity assertion authorization grant (draft-ietf-oauth-identity-assertion-authz-grant; reference: agentgateway §7.8). */
export const crossAppAccess = define({
  key: 'crossAppAccess',
  schema: z.strictObject({
    identityProvider: server(),
    resourceAuthorizationServer: server(),
    audience: z.string().min(1),
    resources: list(),
    scopes: list(),
    accessTokenScopes: list(),
    subjectToken: tokenSpec(ID_TOKEN).nullish(),
    cache: cacheSchema(),
  }),
  compile(config, site: Site): Proof | undefined {
    const provider = tokenServer(config.identityProvider, below(site, ['identityProvider']))
    const resource = tokenServer(config.resourceAuthorizationServer, below(site, ['resourceAuthorizationServer']))
    if (provider === undefined || resource === undefined) return undefined
    const subject = tokenSource(config.subjectToken ?? { tokenType: ID_TOKEN }, site, ['subjectToken'])
    const cache = cacheOf(config.cache, printOf(config), site)
    const insert = insertion(undefined, site, [])
    const scopes = (config.scopes ?? []).join(' ')
    const later =
      config.accessTokenScopes === null || config.accessTokenScopes === undefined
        ? scopes
        : config.accessTokenScopes.join(' ')

    const exchange = async (token: string): Promise<Granted> => {
      const first = new URLSearchParams({
        subject_token: token,
        subject_token_type: subject.tokenType,
        requested_token_type: ID_JAG,
        audience: config.audience,
        ...(scopes !== '' && { scope: scopes }),
      })
      for (const each of config.resources ?? []) first.append('resource', each)
      const assertion = await granted(provider.grant(EXCHANGE, first))
      const second = new URLSearchParams({ assertion: assertion.accessToken, ...(later !== '' && { scope: later }) })
      return granted(resource.grant(BEARER, second))
    }
    const key = (who: Who | undefined): readonly [token: string, key: string] => {
      const token = subject.read(who)
      if (token === undefined) throw noCredential('the caller has shown no token that could be exchanged')
      return [token, hash('sha256', token)]
    }
    return {
      personal: true,
      apply(request, who) {
        const [token, under] = key(who)
        const found = cache.get(under, () => exchange(token))
        if (typeof found === 'string') return insert(request, found)
        return found.then((fresh) => insert(request, fresh))
      },
      refused: (who) => cache.drop(key(who)[1]),
    }
  },
})
