// Text with variables, as the settings of clients write it and as a configuration does; and the secrets that become variables.

/** Text in pieces: literal, or the name of an environment variable. */
export type Words = readonly (string | { readonly name: string; readonly otherwise?: string })[]

/** Where a text stood, for names and for messages. */
export interface Place {
  readonly server: string
  /** `env GITHUB_TOKEN`, `header Authorization`, `argument 2`. */
  readonly where: string
  /** What a variable would be called if this were a secret. */
  readonly name: string
}

const namedLikeSecret =
  /(?:^|[_-])(?:token|secret|password|passwd|pwd|pass|credentials?|auth|authorization|pat|cookie|dsn|connection[_-]?string)(?:[_-]|$)|(?:key|token|secret|password)$/i
const knownSecret =
  /^(?:sk-|sk_|rk_|ghp_|gho_|ghs_|github_pat_|glpat-|xox[abeprs]-|AKIA|ASIA|AIza|eyJ[\w-]+\.eyJ|hf_|npm_|pypi-|dop_v1_|SG\.|ya29\.|tskey-|lin_api_|ntn_|secret_)/

/** Whether the name of a setting says that its value is a secret. */
export const isSecretName = (name: string): boolean => namedLikeSecret.test(name)

/** Whether a value gives itself away: a known prefix, a password in an address, or long and random. */
export function isSecretValue(value: string): boolean {
  if (knownSecret.test(value)) return true
  if (/^[a-z][\w+.-]*:\/\/[^/\s:@]*:[^/\s@]+@/i.test(value)) return true
  if (/^[0-9a-f]{32,}$/i.test(value)) return true
  return /^[\w+=.-]{24,}$/.test(value) && /[a-z]/.test(value) && /[A-Z]/.test(value) && /\d/.test(value)
}

/** A name that an environment variable can have. */
export const variableName = (text: string): string =>
  text
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .replace(/^(?=\d)/, '_')
    .toUpperCase()

/** Reads the variables in a client's settings: `${input:id}`, `${env:NAME}`, `${NAME}`, `${NAME:-default}`, and some folders. */
export function readWords(text: string, folders: Readonly<Record<string, string>>): Words {
  const words: (string | { name: string; otherwise?: string })[] = []
  let from = 0
  for (const found of text.matchAll(/\$\{([^}]*)\}/g)) {
    const inner = found[1] ?? ''
    const [kind = '', rest] = inner.split(/:(.*)/s)
    const word =
      kind === 'input' && rest !== undefined
        ? { name: variableName(rest) }
        : kind === 'env' && rest !== undefined
          ? { name: rest }
          : Object.hasOwn(folders, inner)
            ? folders[inner]
            : plainVariable(inner)
    if (word === undefined) continue
    words.push(text.slice(from, found.index), word)
    from = found.index + found[0].length
  }
  return [...words, text.slice(from)].filter((word) => word !== '')
}

function plainVariable(inner: string): { name: string; otherwise?: string } | undefined {
  const [, name, otherwise] = /^([A-Za-z_]\w*)(?::-(.*))?$/s.exec(inner) ?? []
  if (name === undefined) return undefined
  return otherwise === undefined ? { name } : { name, otherwise }
}

/** The text as a configuration writes it: `$$` is one `$`. */
export function configText(words: Words): string {
  return words
    .map((word) => {
      if (typeof word === 'string') return word.replaceAll('$', '$$$$')
      return word.otherwise === undefined ? `\${${word.name}}` : `\${${word.name}:-${word.otherwise}}`
    })
    .join('')
}

export const isLiteral = (words: Words): boolean => words.every((word) => typeof word === 'string')

/** Secrets taken out of settings: name → value, and where each came from. */
export class Secrets {
  readonly values = new Map<string, string>()
  readonly places: { readonly name: string; readonly server: string; readonly where: string }[] = []

  /** Keeps a secret and returns the variable that stands for it. The same value keeps its name, another one gets another. */
  keep(value: string, place: Place): { readonly name: string } {
    const wanted = [place.name, variableName(`${place.server}_${place.name}`)]
    let name = wanted.find((each) => this.#isFree(each, value))
    for (let number = 2; name === undefined; number++) {
      const next = `${wanted[1]}_${number}`
      if (this.#isFree(next, value)) name = next
    }
    this.values.set(name, value)
    this.places.push({ name, server: place.server, where: place.where })
    return { name }
  }

  #isFree(name: string, value: string): boolean {
    return !this.values.has(name) || this.values.get(name) === value
  }
}
