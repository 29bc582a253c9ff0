// YAML `mcpGuardrails`: processors outside that may refuse or change what passes, MCP method by MCP method.
import { z } from 'zod'
import type { Exchange } from '../core/exchange.ts'
import { define } from '../core/module.ts'
import { meantBy, patternProblem } from './guardrail-methods.ts'
import { type Processor, processorOf, processorSchema } from './guardrail-processor.ts'
import type { Guarded, Guarding, Guardrails } from './plan.ts'
import { below, type Policy, type Site } from './policy.ts'

const schema = z.strictObject({ processors: z.array(processorSchema) })

/**
 * Servers of the ExtMCP protocol (reference: agentgateway §3.9). They are asked in their order; the first refusal ends it. What
 * they change is what the rules of `mcpAuthorization` see; whom a request is for has been settled before and stays so.
 */
export const mcpGuardrails = define({
  key: 'mcpGuardrails',
  schema,
  async compile({ processors }, site: Site): Promise<Policy> {
    const made: Processor[] = []
    for (const [index, config] of processors.entries()) {
      const at = below(site, ['processors', index])
      for (const pattern of Object.keys(config.methods)) {
        const problem = patternProblem(pattern)
        if (problem !== undefined) at.warning(['methods', pattern], problem)
        const meant = problem === undefined ? meantBy(pattern) : undefined
        if (meant !== undefined)
          at.warning(['methods', pattern], `\`${pattern}\` is no method of MCP`, `did you mean \`${meant}\`?`)
      }
      if (Object.keys(config.methods).length === 0)
        at.warning(
          [],
          'looks at nothing: it names no `methods`',
          'write for example `methods: { "tools/call": request }`',
        )
      const one = await processorOf(config, at)
      if (one !== undefined) made.push(one)
    }
    return { plan: { guardrails: new Chain(made) } }
  },
})

class Chain implements Guardrails {
  readonly #processors: readonly Processor[]

  constructor(processors: readonly Processor[]) {
    this.#processors = processors
  }

  runs(method: string, phase: 'request' | 'response'): boolean {
    return this.#processors.some((each) => each.runs(method, phase))
  }

  request(message: Guarded, x: Exchange): Promise<Guarding> {
    return this.#all('request', message, x)
  }

  response(message: Guarded, x: Exchange): Promise<Guarding> {
    return this.#all('response', message, x)
  }

  async #all(phase: 'request' | 'response', message: Guarded, x: Exchange): Promise<Guarding> {
    let shown = message
    for (const each of this.#processors) {
      if (!each.runs(message.method, phase)) continue
      const said = await each[phase](shown, x)
      if (said?.kind === 'refused') return said
      if (said !== undefined) shown = { ...shown, text: said.text }
    }
    return shown.text === message.text || shown.text === undefined ? undefined : { kind: 'changed', text: shown.text }
  }
}
