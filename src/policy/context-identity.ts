// `jwt` and `apiKey` as expressions see them: verified facts, and the secret itself only for who asks for it in so many words.
import { own } from '../cel/operators.ts'
import { HostObject, type PlainObject, type Value } from '../cel/value.ts'
import type { VerifiedKey, VerifiedToken } from '../core/exchange.ts'

/** What a secret reads as. */
export const REDACTED = '<redacted>'

/** A text that shows itself to `unredacted()` only (reference: agentgateway §4.1). */
export class Secret extends HostObject {
  readonly #text: string

  constructor(text: string) {
    super()
    this.#text = text
  }

  get(): undefined {
    return undefined
  }

  override call(name: string, args: readonly Value[]): Value | undefined {
    return name === 'unredacted' && args.length === 0 ? this.#text : undefined
  }

  plain(): string {
    return REDACTED
  }
}

// Claims and metadata come from JSON or YAML: values, as far as their type can say.
const values = (fields: { readonly [field: string]: unknown }): PlainObject => fields as PlainObject

/** `jwt`: all claims of the verified token, and `rawToken`. */
export class TokenView extends HostObject {
  readonly token: VerifiedToken

  constructor(token: VerifiedToken) {
    super()
    this.token = token
  }

  get(field: string): Value | undefined {
    return field === 'rawToken' ? new Secret(this.token.raw) : own(values(this.token.claims), field)
  }

  plain(): PlainObject {
    return { ...values(this.token.claims), rawToken: new Secret(this.token.raw) }
  }
}

/** `apiKey`: the key's metadata, and `key`. */
export class KeyView extends HostObject {
  readonly key: VerifiedKey

  constructor(key: VerifiedKey) {
    super()
    this.key = key
  }

  get(field: string): Value | undefined {
    return field === 'key' ? new Secret(this.key.key) : own(values(this.key.metadata), field)
  }

  plain(): PlainObject {
    return { ...values(this.key.metadata), key: new Secret(this.key.key) }
  }
}
