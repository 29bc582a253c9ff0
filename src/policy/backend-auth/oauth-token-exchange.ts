// `backendAuth` kind `oauthTokenExchange`: the caller's token, exchanged for one that the upstream accepts.
import { hash } from 'node:crypto'
import { z } from 'zod'
import { Exchange, type Who } from '../../core/exchange.ts'
import { define } from '../../core/module.ts'
import type { TokenEndpoint } from '../../oauth/token-endpoint.ts'
import { locationSchema } from '../authorization-location.ts'
import { contextOf } from '../context.ts'
import type { Expression, Site } from '../policy.ts'
import { granted } from './granted.ts'
import { insertion, noCredential, type Proof } from './kind.ts'
import { cacheOf, cacheSchema, printOf, tokenServer, tokenServerFields } from './token-server.ts'
import { ACCESS_TOKEN, type TokenSource, tokenSource, tokenSpec } from './token-source.ts'

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

const list = () => z.array(z.string().min(1)).nullish()

const schema = z.strictObject({
  ...tokenServerFields(),
  grantType: z.enum(['tokenExchange', 'jwtBearer']).default('tokenExchange'),
  subjectToken: tokenSpec(ACCESS_TOKEN).nullish(),
  actorToken: tokenSpec(ACCESS_TOKEN)
    .extend({ enforceMayAct: z.boolean().default(false) })
    .nullish(),
  audiences: list(),
  scopes: list(),
  resources: list(),
  requestedTokenType: z.string().min(1).nullish(),
  additionalParams: z.record(z.string(), z.string()).nullish(),
  authorizationLocation: locationSchema().nullish(),
  cache: cacheSchema(),
})

type Config = z.output<typeof schema>

/** RFC 8693 and RFC 7523 §2.1, as agentgateway §7.8 configures them. */
export const oauthTokenExchange = define({
  key: 'oauthTokenExchange',
  schema,
  compile(config, site: Site): Proof | undefined {
    const server = tokenServer(config, site)
    const exchange = server && new TokenExchange(config, server, site)
    if (exchange === undefined) return undefined
    const insert = insertion(config.authorizationLocation, site, ['authorizationLocation'])
    return {
      personal: true,
      apply(request, who) {
        const token = exchange.token(who)
        if (typeof token === 'string') return insert(request, token)
        return token.then((fresh) => insert(request, fresh))
      },
      refused: (who) => exchange.drop(who),
    }
  },
})

class TokenExchange {
  readonly #config: Config
  readonly #server: TokenEndpoint
  readonly #subject: TokenSource
  readonly #actor: TokenSource | undefined
  readonly #more: readonly (readonly [name: string, value: Expression])[]
  readonly #cache: ReturnType<typeof cacheOf>

  constructor(config: Config, server: TokenEndpoint, site: Site) {
    const { subjectToken, actorToken, additionalParams, cache } = config
    if (actorToken && config.grantType === 'jwtBearer')
      site.problem(['actorToken'], 'belongs to the grant `tokenExchange` only')
    this.#config = config
    this.#server = server
    this.#subject = tokenSource(subjectToken ?? { tokenType: ACCESS_TOKEN }, site, ['subjectToken'])
    this.#actor = actorToken ? tokenSource(actorToken, site, ['actorToken']) : undefined
    this.#more = Object.entries(additionalParams ?? {}).flatMap(([name, source]) => {
      const value = site.cel(['additionalParams', name], source, { phase: 'request' })
      return value === undefined ? [] : [[name, value] as const]
    })
    this.#cache = cacheOf(cache, printOf(config), site)
  }

  token(who: Who | undefined): string | Promise<string> {
    const [subject, actor] = this.#tokens(who)
    const more = this.#parameters(who)
    const form = (): URLSearchParams => this.#form({ subject, actor, more })
    return this.#cache.get(keyOf(subject, actor, more), () => granted(this.#server.grant(this.#grantType, form())))
  }

  drop(who: Who | undefined): boolean {
    const [subject, actor] = this.#tokens(who)
    return this.#cache.drop(keyOf(subject, actor, this.#parameters(who)))
  }

  get #grantType(): string {
    return this.#config.grantType === 'jwtBearer' ? BEARER : EXCHANGE
  }

  #tokens(who: Who | undefined): readonly [subject: string, actor: string | undefined] {
    const subject = this.#subject.read(who)
    if (subject === undefined) throw noCredential('the caller has shown no token that could be exchanged')
    const actor = this.#actor?.read(who)
    if (this.#actor !== undefined && actor === undefined) throw noCredential('there is no actor token')
    if (this.#config.actorToken?.enforceMayAct === true && !mayAct(who, actor))
      throw noCredential('the caller has not allowed this actor to act for it')
    return [subject, actor]
  }

  /** An expression that fails leaves its parameter out of nothing: the request is not made (RFC 8693 §2.1 knows no defaults). */
  #parameters(who: Who | undefined): readonly (readonly [string, string])[] {
    if (this.#more.length === 0) return []
    if (!(who instanceof Exchange)) throw noCredential('parameters of the exchange depend on a request')
    const context = contextOf(who)
    return this.#more.map(([name, expression]) => {
      const value = expression.evaluate(context)
      if (typeof value !== 'string') throw noCredential(`the parameter ${name} is no text`)
      return [name, value] as const
    })
  }

  #form({
    subject,
    actor,
    more,
  }: {
    subject: string
    actor: string | undefined
    more: Iterable<readonly [string, string]>
  }): URLSearchParams {
    const { grantType, audiences, scopes, resources, requestedTokenType } = this.#config
    const form = new URLSearchParams()
    if (grantType === 'jwtBearer') form.set('assertion', subject)
    else {
      form.set('subject_token', subject)
      form.set('subject_token_type', this.#subject.tokenType)
      if (requestedTokenType) form.set('requested_token_type', requestedTokenType)
      if (actor !== undefined && this.#actor !== undefined) {
        form.set('actor_token', actor)
        form.set('actor_token_type', this.#actor.tokenType)
      }
    }
    for (const audience of audiences ?? []) form.append('audience', audience)
    for (const resource of resources ?? []) form.append('resource', resource)
    if ((scopes ?? []).length > 0) form.set('scope', (scopes ?? []).join(' '))
    for (const [name, value] of more) form.set(name, value)
    return form
  }
}

/** Tokens are secrets: what is kept in memory for long is their digest. */
const keyOf = (...parts: unknown[]): string => hash('sha256', JSON.stringify(parts))

/** `may_act` of the subject names the actor (RFC 8693 §4.4): every member of it must be a claim of the actor. */
function mayAct(who: Who | undefined, actor: string | undefined): boolean {
  const allowed = who?.jwt?.claims['may_act']
  if (typeof allowed !== 'object' || allowed === null || actor === undefined) return false
  const claims = payloadOf(actor)
  const members = Object.entries(allowed)
  return members.length > 0 && members.every(([name, value]) => claims?.[name] === value)
}

/** Unverified: whoever grants the token verifies the actor; we only hold it against what the subject has allowed. */
function payloadOf(token: string): { readonly [claim: string]: unknown } | undefined {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    return typeof payload === 'object' && payload !== null ? { ...payload } : undefined
  } catch {
    return undefined
  }
}
