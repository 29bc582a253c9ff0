// What of a document's tools will trouble clients or models: long names, missing words, schemas that somebody refuses. Pure.
import type { Conversion } from '../openapi/tool.ts'
import { isRecord, textOf } from './values.ts'

export interface Hint {
  readonly problem: string
  /** Names of the tools that it is about. */
  readonly tools: readonly string[]
  readonly fix: string
}

type Definition = Conversion['tools'][number]

/** What is left of a model's 64 characters once clients have put their own prefixes before a name (reference: mcp, names). */
const NAME_BUDGET = 46
/** What model providers accept as the name of an argument. */
const ARGUMENT = /^[a-zA-Z0-9_.-]{1,64}$/
/** A definition of more is read by every model with every conversation. */
const LARGE = 16_384

interface Rule {
  readonly problem: string
  readonly fix: string
  readonly troubles: (tool: Definition) => boolean
}

const rules: readonly Rule[] = [
  {
    problem: `names longer than ${NAME_BUDGET} characters, which some clients refuse once they have added their prefix`,
    fix: 'give them others with tools: [{ match, name }]',
    troubles: ({ name }) => name.length > NAME_BUDGET,
  },
  {
    problem: 'no description and no summary: a model sees method and path only',
    fix: 'describe them in the document, or with tools: [{ match, description }]',
    troubles: ({ definition, operation }) =>
      textOf(definition['description']) === `${operation.method} ${operation.path}`,
  },
  {
    problem: 'schemas with references ($ref), which some clients cannot follow',
    fix: 'set inline: true for those clients',
    troubles: ({ definition }) => isRecord(definition['inputSchema']) && '$defs' in definition['inputSchema'],
  },
  {
    problem: 'a choice (oneOf, anyOf, allOf) at the top of the schema, which some providers refuse',
    fix: 'set arguments: grouped',
    troubles: ({ definition }) =>
      isRecord(definition['inputSchema']) &&
      ['oneOf', 'anyOf', 'allOf'].some(
        (key) => isRecord(definition['inputSchema']) && key in definition['inputSchema'],
      ),
  },
  {
    problem:
      'names of arguments with other characters than letters, digits, _ . -, or more than 64: some providers refuse them',
    fix: 'hide or fix those that need not be given, with tools: [{ match, parameters }]',
    troubles: ({ definition }) => hasOddName(definition['inputSchema'], 0),
  },
  {
    problem: `definitions larger than ${LARGE} bytes`,
    fix: 'offer fewer tools: choose with tools: [{ match, exclude: true }]',
    troubles: ({ definition }) => JSON.stringify(definition).length > LARGE,
  },
]

/** What clients and models will stumble over, each kind once. */
export function hintsFor(tools: readonly Definition[]): readonly Hint[] {
  return rules.flatMap(({ problem, fix, troubles }): Hint[] => {
    const found = tools.filter((tool) => troubles(tool)).map(({ name }) => name)
    return found.length === 0 ? [] : [{ problem, fix, tools: found }]
  })
}

function hasOddName(schema: unknown, depth: number): boolean {
  if (typeof schema !== 'object' || schema === null || depth > 64) return false
  const { properties } = isRecord(schema) ? schema : {}
  if (isRecord(properties) && Object.keys(properties).some((name) => !ARGUMENT.test(name))) return true
  return Object.values(schema).some((inside) => hasOddName(inside, depth + 1))
}
