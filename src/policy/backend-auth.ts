// YAML `backendAuth`: how requests prove to a backend who asks. The ways to do so are in `backend-auth/`.
import { z } from 'zod'
import { fileOrInline } from '../config/value.ts'
import type { Maybe } from '../core/exchange.ts'
import { define } from '../core/module.ts'
import { locationSchema } from './authorization-location.ts'
import { kinds } from './backend-auth/index.ts'
import { secretFrom } from './backend-auth/key.ts'
import { insertion, type KindModule, type Proof } from './backend-auth/kind.ts'
import { printOf } from './backend-auth/token-server.ts'
import { below, type Credentials, type Policy, type Site } from './policy.ts'

const modules: readonly KindModule[] = kinds

const schema = z
  .strictObject({
    ...Object.fromEntries(modules.map((kind) => [kind.key, kind.schema.optional()])),
    credentials: z.array(z.strictObject({ location: locationSchema(), key: fileOrInline() })).nullish(),
  })
  .check(({ value, issues }) => {
    const named = modules.filter((kind) => kind.key in value)
    if (named.length > 1) {
      const both = named.map((kind) => `\`${kind.key}\``).join(' and ')
      issues.push({ code: 'custom', message: `can prove it in one way only, and has ${both}`, input: value })
    }
    if (named.length === 0 && (value.credentials ?? []).length === 0)
      issues.push({ code: 'custom', message: 'says no way to prove who asks', input: value })
  })

/** One of the kinds, and secrets at further places (reference: agentgateway §1.6.1, §7.8). */
export const backendAuth = define({
  key: 'backendAuth',
  schema,
  compile(config, site: Site): Policy {
    const proofs: Proof[] = []
    const body: ReadonlyMap<string, unknown> = new Map(Object.entries(config))
    for (const kind of modules) {
      if (!body.has(kind.key)) continue
      const proof = kind.compile(body.get(kind.key), below(site, [kind.key]))
      if (proof instanceof Promise) throw new TypeError(`kind ${kind.key} must compile at once`)
      if (proof !== undefined) proofs.push(proof)
    }
    for (const [i, { location, key }] of (config.credentials ?? []).entries()) {
      const at = below(site, ['credentials', i])
      const secret = secretFrom(key, at)
      const insert = insertion(location, at, ['location'])
      if (secret !== undefined) proofs.push({ personal: false, apply: (request) => insert(request, secret) })
    }
    return { plan: { credentials: credentialsOf(proofs, printOf(config)) } }
  },
})

function credentialsOf(proofs: readonly Proof[], print: string): Credentials {
  const [first] = proofs
  const refused = proofs.some((proof) => proof.refused !== undefined)
  const bound = proofs.find((proof) => proof.bind !== undefined)
  return {
    personal: proofs.some(({ personal }) => personal),
    print,
    // One is the usual number: nothing is looped over or awaited for it.
    apply: first !== undefined && proofs.length === 1 ? (request, who) => first.apply(request, who) : all(proofs),
    ...(refused && { refused: (who, refusal) => anyRefused(proofs, who, refusal) }),
    ...(bound?.bind && {
      bind: (server, tls) => {
        const one = bound.bind?.(server, tls)
        if (one === undefined) throw new TypeError('a proof has lost its `bind`')
        const { login, connect, shared } = one
        const others = proofs.map((proof) => (proof === bound ? one : proof))
        return { ...credentialsOf(others, print), login, connect, shared }
      },
    }),
  }
}

function anyRefused(proofs: readonly Proof[], ...refusal: Parameters<NonNullable<Proof['refused']>>): Maybe<boolean> {
  const answers = proofs.map((proof) => proof.refused?.(...refusal) ?? false)
  if (answers.includes(true)) return true
  const late = answers.filter((answer) => answer instanceof Promise)
  return late.length === 0 ? false : Promise.all(late).then((each) => each.includes(true))
}

const all =
  (proofs: readonly Proof[]): Credentials['apply'] =>
  async (request, who) => {
    for (const proof of proofs) await proof.apply(request, who)
  }
