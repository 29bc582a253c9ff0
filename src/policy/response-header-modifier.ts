// YAML `responseHeaderModifier`: static headers added to, set on and removed from what goes back to the client.
import { define } from '../core/module.ts'
import { checkedFields, fieldsSchema } from './fields.ts'
import type { Policy, Site } from './policy.ts'

/** `add` appends a line of its own, `set` replaces, `remove` removes (reference: agentgateway §1.6.1). */
export const responseHeaderModifier = define({
  key: 'responseHeaderModifier',
  schema: fieldsSchema,
  compile(config, site: Site): Policy {
    const { remove, set, add } = checkedFields(config, site)
    return {
      onReply(reply) {
        const headers = { ...reply.headers }
        for (const name of remove) Reflect.deleteProperty(headers, name)
        for (const [name, value] of set) headers[name] = value
        for (const [name, value] of add) {
          const before = headers[name]
          if (before === undefined) headers[name] = value
          else headers[name] = [...(Array.isArray(before) ? before : [String(before)]), value]
        }
        return { ...reply, headers }
      },
    }
  },
})
