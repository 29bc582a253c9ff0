// What expressions of the gateway may speak about: agentgateway's context (agentgateway.md §4.1), and what we add to it.
import type { Phase, Scope, Shape } from './scope.ts'

/** Place of each root: what an Activation is asked for. Their order is the order of `dialect.roots`. */
export const rootIndex = {
  request: 0,
  response: 1,
  env: 2,
  source: 3,
  destination: 4,
  jwt: 5,
  apiKey: 6,
  basicAuth: 7,
  llm: 8,
  llmRequest: 9,
  mcp: 10,
  backend: 11,
  proxy: 12,
  extauthz: 13,
  extproc: 14,
  mcpGuardrails: 15,
  metadata: 16,
  session: 17,
} as const satisfies { readonly [root: string]: number }

type Root = keyof typeof rootIndex

const text: Shape = { type: 'string' }
const number: Shape = { type: 'int' }
const fraction: Shape = { type: 'double' }
const instant: Shape = { type: 'timestamp' }
const span: Shape = { type: 'duration' }
const texts: Shape = { type: 'list', items: text }
/** Whatever somebody else has put there. */
const anything: Shape = { open: true, type: 'map' }
/** A header is a string, or a list when it came more than once. */
const headers: Shape = { open: true, type: 'map' }

const answered: readonly Phase[] = ['response', 'log']
const finished: readonly Phase[] = ['log']
/** Once a backend was chosen: rules on tools, prompts and resources are asked there. */
const chosen: readonly Phase[] = ['authorization', 'response', 'log']

const after = (phases: readonly Phase[], shape: Shape): Shape => ({ ...shape, phases })
const of = (fields: { readonly [field: string]: Shape }, more: Shape = {}): Shape => ({ ...more, type: 'map', fields })
const each = (names: readonly string[], shape: Shape): { readonly [field: string]: Shape } =>
  Object.fromEntries(names.map((name) => [name, shape]))

const request = of({
  ...each(['method', 'uri', 'host', 'scheme', 'path', 'pathAndQuery', 'version'], text),
  headers,
  ...each(['body', 'bodyPrefix'], { type: 'bytes' }),
  startTime: instant,
  endTime: after(finished, instant),
})

const response = of(
  { code: number, grpcStatus: number, headers, ...each(['body', 'bodyPrefix'], { type: 'bytes' }) },
  { phases: answered },
)

const source = of({
  address: text,
  port: number,
  rawAddress: text,
  rawPort: number,
  identity: of(each(['trustDomain', 'namespace', 'serviceAccount'], text)),
  ...each(['spiffeId', 'issuer', 'subject', 'subjectCn', 'certificate'], text),
  subjectAltNames: texts,
  unverifiedWorkload: of(each(['name', 'namespace', 'serviceAccount'], text)),
  connectHeaders: headers,
})

const rates = ['input', 'output', 'cacheRead', 'cacheWrite', 'reasoning', 'inputAudio', 'outputAudio']

const llm = of({
  streaming: { type: 'bool' },
  ...each(['requestModel', 'provider', 'serviceTier'], text),
  responseModel: after(answered, text),
  ...each(['inputTokens', 'providerInputTokens', 'inputImageTokens', 'inputTextTokens', 'inputAudioTokens'], number),
  ...each(['cachedInputTokens', 'cacheCreationInputTokens', 'countTokens'], number),
  ...each(['outputTokens', 'outputImageTokens', 'outputTextTokens', 'outputAudioTokens'], after(answered, number)),
  ...each(['reasoningTokens', 'totalTokens', 'providerTotalTokens'], after(answered, number)),
  ...each(['timeToFirstToken', 'timePerOutputToken'], after(answered, span)),
  prompt: { type: 'list', items: of(each(['role', 'content'], text)) },
  completion: after(answered, texts),
  toolCalls: after(answered, { type: 'list', items: of({ id: text, name: text, arguments: { open: true } }) }),
  params: of({
    ...each(['temperature', 'top_p', 'frequency_penalty', 'presence_penalty'], fraction),
    ...each(['seed', 'max_tokens', 'dimensions'], number),
    encoding_format: text,
  }),
  cost: after(answered, of(each(['total', ...rates], fraction))),
  costRates: after(answered, of(each(rates, fraction))),
})

const named = of(each(['target', 'name'], text))

const mcp = of(
  {
    methodName: text,
    sessionId: text,
    tool: of({
      target: text,
      name: text,
      // Known when a tool is called, unknown while tools are listed. The original has them in its log only.
      arguments: anything,
      // What it touches (`mcpLabels`): `untrusted-input`, `private-data`, `external-send`, …
      labels: texts,
      ...each(['result', 'error'], after(finished, { open: true })),
    }),
    prompt: named,
    resource: named,
    task: named,
  },
  { phases: chosen },
)

const proxy = of(
  {
    bind: text,
    gateway: of(each(['namespace', 'name'], text)),
    listener: of({ name: text }),
    route: of(each(['namespace', 'name', 'kind', 'rule'], text)),
    ...each(['requestProcessingDuration', 'upstreamDuration', 'responseProcessingDuration'], span),
  },
  { phases: finished },
)

const shapes = {
  request,
  response,
  env: of(each(['podName', 'namespace', 'gateway'], text)),
  source,
  destination: of({ address: text, port: number, hostname: text }),
  jwt: { open: true, type: 'map', fields: { rawToken: { type: 'secret' } } },
  apiKey: { open: true, type: 'map', fields: { key: { type: 'secret' } } },
  basicAuth: of({ username: text }),
  llm,
  llmRequest: { open: true, phases: ['request', 'authorization'] },
  mcp,
  backend: of(each(['name', 'type', 'protocol'], text), { phases: chosen }),
  proxy,
  extauthz: anything,
  extproc: anything,
  mcpGuardrails: anything,
  metadata: anything,
  // What its results have touched so far; unknown while lists are made.
  session: of({ taint: texts }, { phases: chosen }),
} as const satisfies { readonly [R in Root]: Shape }

export const dialect: Scope = { roots: Object.keys(rootIndex), shapes }
