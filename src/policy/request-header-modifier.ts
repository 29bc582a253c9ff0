// YAML `requestHeaderModifier`: static headers added to, set on and removed from what goes to the backend.
import { define } from '../core/module.ts'
import { checkedFields, fieldsSchema } from './fields.ts'
import type { Policy, Site } from './policy.ts'

/**
 * `add` appends to what is there, `set` replaces, `remove` removes (reference: agentgateway §1.6.1). Setting `host` is the same
 * as `urlRewrite.authority.full`. What is set or removed is gone in the spelling with `_` as well: to servers behind CGI and its
 * kin `X_User` is `X-User`, and a client could say who it is (reference: security F5).
 */
export const requestHeaderModifier = define({
  key: 'requestHeaderModifier',
  schema: fieldsSchema,
  compile(config, site: Site): Policy {
    const fields = checkedFields(config, site)
    const { remove, set, add } = fields
    const settled = new Set([...remove, ...set.map(([name]) => name)])
    const dashed = new Set([...settled].map(withDashes))
    return {
      plan: { fields },
      onRequest(x) {
        const { headers } = x
        if (settled.size > 0)
          for (const name in headers)
            if (name.includes('_') && !settled.has(name) && dashed.has(withDashes(name))) headers[name] = undefined
        // `undefined` instead of a deletion: cheaper, and it tells whoever writes the head that nobody may fill this in.
        for (const name of remove) headers[name] = undefined
        for (const [name, value] of set) {
          headers[name] = value
          if (name !== 'host') continue
          x.authority = value
          x.authorityFixed = true
        }
        for (const [name, value] of add) {
          const before = headers[name]
          if (before === undefined) headers[name] = value
          else if (typeof before === 'string') headers[name] = before + (name === 'cookie' ? '; ' : ', ') + value
          else headers[name] = [...before, value]
        }
        return undefined
      },
    }
  },
})

const withDashes = (name: string): string => name.replaceAll('_', '-')
