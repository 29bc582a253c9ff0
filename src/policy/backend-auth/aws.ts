// `backendAuth` kind `aws`: requests signed with AWS Signature Version 4. The AWS libraries are loaded by the first request.
import type { AssumeRoleCommandInput } from '@aws-sdk/client-sts'
import { z } from 'zod'
import { Exchange, type Who } from '../../core/exchange.ts'
import { define } from '../../core/module.ts'
import type { Outbound } from '../../http/outbound.ts'
import { contextOf } from '../context.ts'
import type { Expression, Site } from '../policy.ts'
import { noCredential, type Proof } from './kind.ts'

const text = () => z.string().min(1).nullish()
const expression = z.strictObject({ expression: z.string() })

const schema = z.strictObject({
  accessKeyId: text(),
  secretAccessKey: text(),
  sessionToken: text(),
  region: text(),
  serviceName: text(),
  assumeRole: z
    .strictObject({
      roleArn: z.string().min(1),
      sessionName: z.union([z.string(), expression]).nullish(),
      tags: z
        .array(
          z.union([z.strictObject({ key: z.string(), value: z.string() }), expression.extend({ key: z.string() })]),
        )
        .default([]),
    })
    .nullish(),
})

type Config = z.output<typeof schema>

/** Keys of the configuration, or the environment's own (reference: agentgateway §7.8). */
export const aws = define({
  key: 'aws',
  schema,
  compile(config, site: Site): Proof {
    const { accessKeyId, secretAccessKey, assumeRole } = config
    if (((accessKeyId ?? '') === '') !== ((secretAccessKey ?? '') === ''))
      site.problem([], '`accessKeyId` and `secretAccessKey` come together')
    if (accessKeyId && assumeRole) site.problem(['assumeRole'], 'goes with the credentials of the environment only')
    const session = assumeRole ? new Assumed(assumeRole, config.region ?? undefined, site) : undefined
    return { personal: session?.personal ?? false, apply: signing(config, session) }
  },
})

interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly expiration?: Date
}

function signing(config: Config, session: Assumed | undefined): Proof['apply'] {
  const { accessKeyId, secretAccessKey, sessionToken } = config
  const fixed: Keys | undefined =
    accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) } : undefined
  const provider = ambient()
  return async (request, who) => {
    const url = new URL(request.path, request.origin)
    const region = config.region ?? regionIn(url) ?? (await ambientRegion())
    const service = config.serviceName ?? serviceIn(url)
    if (region === undefined) throw noCredential('no AWS region is configured')
    if (service === undefined) throw noCredential('no AWS service name is configured')
    try {
      const keys = fixed ?? (session === undefined ? await provider() : await session.keys(who))
      await sign(request, url, { keys, region, service })
    } catch (cause) {
      throw cause instanceof Error && cause.name === 'Failure'
        ? cause
        : noCredential('the request could not be signed', cause)
    }
  }
}

interface Signing {
  readonly keys: Keys
  readonly region: string
  readonly service: string
}

async function sign(request: Outbound, url: URL, { keys, region, service }: Signing): Promise<void> {
  const [{ SignatureV4 }, { Sha256 }] = await Promise.all([
    import('@smithy/signature-v4'),
    import('@aws-crypto/sha256-js'),
  ])
  const signer = new SignatureV4({ credentials: keys, region, service, sha256: Sha256 })
  const query: Record<string, string[]> = {}
  for (const [name, value] of url.searchParams) (query[name] ??= []).push(value)
  const type = headerOf(request, 'content-type')
  const streamed = request.body === undefined && request.method !== 'GET' && request.method !== 'HEAD'
  const signed = await signer.sign({
    method: request.method,
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port !== '' && { port: Number(url.port) }),
    path: url.pathname,
    query,
    headers: {
      host: headerOf(request, 'host') ?? url.host,
      ...(type !== undefined && { 'content-type': type }),
      // Bytes that are not there yet cannot be signed (AWS S3 API, unsigned payload).
      ...(streamed && { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }),
    },
    ...(request.body !== undefined && { body: request.body }),
  })
  for (const [name, value] of Object.entries(signed.headers)) {
    const lower = name.toLowerCase()
    if (lower === 'host' || lower === 'content-type') continue
    for (let i = request.headers.length - 2; i >= 0; i -= 2)
      if (request.headers[i] === lower) request.headers.splice(i, 2)
    request.headers.push(lower, value)
  }
}

function headerOf({ headers }: Outbound, name: string): string | undefined {
  const at = headers.findIndex((each, i) => i % 2 === 0 && each === name)
  return at < 0 ? undefined : headers[at + 1]
}

const hostParts = (url: URL): RegExpExecArray | null =>
  /^([a-z0-9-]+?)(?:-runtime|-control)?\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com(?:\.cn)?$/.exec(url.hostname)

const serviceIn = (url: URL): string | undefined => hostParts(url)?.[1]
const regionIn = (url: URL): string | undefined => hostParts(url)?.[2]

/** Environment, files, instance and container roles, as the AWS library finds them; it keeps them until they end. */
function ambient(): () => Promise<Keys> {
  let chain: Promise<() => Promise<Keys>> | undefined
  return async () => {
    chain ??= import('@aws-sdk/credential-provider-node').then(({ defaultProvider }) => defaultProvider())
    return (await chain)()
  }
}

/** What environment and files say; only the library knows all their ways of saying it. */
async function ambientRegion(): Promise<string | undefined> {
  const { STSClient } = await import('@aws-sdk/client-sts')
  const client = new STSClient({})
  try {
    return await client.config.region()
  } catch {
    return undefined
  } finally {
    client.destroy()
  }
}

const MOST_SESSIONS = 1_000
const EARLY_MS = 60_000

/** Sessions of an assumed role; those whose name or tags depend on the caller are kept apart. */
class Assumed {
  readonly personal: boolean
  readonly #roleArn: string
  readonly #region: string | undefined
  readonly #name: Text
  readonly #tags: readonly (readonly [key: string, value: Text])[]
  readonly #kept = new Map<string, Promise<Keys>>()

  constructor(config: NonNullable<Config['assumeRole']>, region: string | undefined, site: Site) {
    this.#roleArn = config.roleArn
    this.#region = region
    this.#name = textOf(config.sessionName ?? 'toolgate', ['assumeRole', 'sessionName'], site)
    this.#tags = config.tags.map((tag, i) => {
      const value = 'value' in tag ? tag.value : { expression: tag.expression }
      return [tag.key, textOf(value, ['assumeRole', 'tags', i], site)]
    })
    this.personal = [this.#name, ...this.#tags.map(([, value]) => value)].some((each) => typeof each !== 'string')
  }

  async keys(who: Who | undefined): Promise<Keys> {
    const input: AssumeRoleCommandInput = {
      RoleArn: this.#roleArn,
      RoleSessionName: evaluated(this.#name, who)
        .replaceAll(/[^\w+=,.@-]/g, '-')
        .slice(0, 64),
      ...(this.#tags.length > 0 && { Tags: this.#tags.map(([Key, value]) => ({ Key, Value: evaluated(value, who) })) }),
    }
    const key = JSON.stringify(input)
    const kept = await this.#kept.get(key)?.catch(() => undefined)
    if (kept !== undefined && (kept.expiration?.getTime() ?? 0) > Date.now() + EARLY_MS) return kept
    const assuming = assume(input, this.#region)
    this.#kept.delete(key)
    this.#kept.set(key, assuming)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > MOST_SESSIONS && oldest !== undefined) this.#kept.delete(oldest)
    return assuming
  }
}

async function assume(input: AssumeRoleCommandInput, region: string | undefined): Promise<Keys> {
  const { AssumeRoleCommand, STSClient } = await import('@aws-sdk/client-sts')
  const client = new STSClient(region === undefined ? {} : { region })
  try {
    const { Credentials: given } = await client.send(new AssumeRoleCommand(input))
    if (given?.AccessKeyId === undefined || given.SecretAccessKey === undefined)
      throw noCredential('the role was assumed without credentials')
    const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken, Expiration } = given
    return {
      accessKeyId,
      secretAccessKey,
      ...(SessionToken !== undefined && { sessionToken: SessionToken }),
      ...(Expiration !== undefined && { expiration: Expiration }),
    }
  } finally {
    client.destroy()
  }
}

type Text = string | { readonly evaluate: Expression['evaluate'] } | undefined

function textOf(value: string | { readonly expression: string }, at: readonly (string | number)[], site: Site): Text {
  if (typeof value === 'string') return value
  const program = site.cel([...at, 'expression'], value.expression, { phase: 'request' })
  return program && { evaluate: (context) => program.evaluate(context) }
}

function evaluated(value: Text, who: Who | undefined): string {
  if (typeof value === 'string') return value
  if (value === undefined || !(who instanceof Exchange)) throw noCredential('the session depends on a request')
  const found = value.evaluate(contextOf(who))
  if (typeof found !== 'string') throw noCredential('the name or a tag of the session is no text')
  return found
}
