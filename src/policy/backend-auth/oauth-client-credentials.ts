// `backendAuth` kind `oauthClientCredentials`: a token for the gateway itself, of an authorization server that the upstream trusts.
import { z } from 'zod'
import { define } from '../../core/module.ts'
import { locationSchema } from '../authorization-location.ts'
import type { Site } from '../policy.ts'
import { granted } from './granted.ts'
import { insertion, type Proof } from './kind.ts'
import { cacheOf, cacheSchema, printOf, tokenServer, tokenServerFields } from './token-server.ts'

/** The client credentials grant (RFC 6749 §4.4; MCP extension oauth-client-credentials). Not in agentgateway: ours. */
export const oauthClientCredentials = define({
  key: 'oauthClientCredentials',
  schema: z.strictObject({
    ...tokenServerFields(),
    scopes: z.array(z.string().min(1)).default([]),
    audiences: z.array(z.string().min(1)).default([]),
    resources: z.array(z.string().min(1)).default([]),
    authorizationLocation: locationSchema().nullish(),
    cache: cacheSchema(),
  }),
  compile(config, site: Site): Proof | undefined {
    const server = tokenServer(config, site)
    if (config.clientAuth === null || config.clientAuth === undefined)
      site.problem([], 'needs `clientAuth`: it is the client that the token is for')
    if (server === undefined) return undefined
    const insert = insertion(config.authorizationLocation, site, ['authorizationLocation'])
    const cache = cacheOf(config.cache, printOf(config), site)
    const form = new URLSearchParams()
    if (config.scopes.length > 0) form.set('scope', config.scopes.join(' '))
    for (const audience of config.audiences) form.append('audience', audience)
    for (const resource of config.resources) form.append('resource', resource)
    const ask = () => granted(server.grant('client_credentials', form))
    return {
      personal: false,
      apply(request) {
        const token = cache.get('', ask)
        if (typeof token === 'string') return insert(request, token)
        return token.then((fresh) => insert(request, fresh))
      },
      refused: () => cache.drop(''),
    }
  },
})
