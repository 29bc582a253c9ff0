// What of a document's tools will trouble clients or models: too many, long names, missing words, schemas that somebody refuses. Pure.
import { type Profile, profiles } from '../mcp/profiles.ts'
import type { Conversion } from '../openapi/tool.ts'
import { isRecord, textOf } from './values.ts'

export interface Hint {
  readonly problem: string
  /** Names of the tools that it is about. */
  readonly tools: readonly string[]
  readonly fix: string
  /** Clients that it is about; absent: whoever has such models. */
  readonly clients?: readonly string[]
}

type Definition = Conversion['tools'][number]

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
    problem:
      'names of arguments with other characters than letters, digits, _ . -, or more than 64: some providers refuse them',
    fix: 'hide or fix those that need not be given, with tools: [{ match, parameters }]',
    troubles: ({ definition }) => hasOddName(definition['inputSchema'], 0),
  },
  {
    problem: 'schemas that are just true or false, which some clients cannot read (MCP Inspector --strict)',
    fix: 'describe what they are in the document',
    troubles: ({ definition }) => hasBareSchema(definition['inputSchema'], 0),
  },
  {
    problem: `definitions larger than ${LARGE} bytes`,
    fix: 'offer fewer tools: choose with tools: [{ match, exclude: true }]',
    troubles: ({ definition }) => JSON.stringify(definition).length > LARGE,
  },
]

/** What clients and models will stumble over, each kind once. */
export function hintsFor(tools: readonly Definition[]): readonly Hint[] {
  const general = rules.flatMap(({ problem, fix, troubles }): Hint[] => {
    const found = tools.filter((tool) => troubles(tool)).map(({ name }) => name)
    return found.length === 0 ? [] : [{ problem, fix, tools: found }]
  })
  // What providers refuse at the root of a schema (Profile.refuses) is never there: arguments are in groups, or side by side.
  return [tooMany(tools), longNames(tools)].flatMap((hint) => hint ?? []).concat(general)
}

const known: readonly Profile[] = Object.values(profiles)
const said = (clients: readonly Profile[], bound: 'tools' | 'name'): string =>
  clients.map((client) => `${client.title} ${client[bound]}`).join(', ')
const titles = (clients: readonly Profile[]): readonly string[] => clients.map(({ title }) => title)
const least = (clients: readonly Profile[], bound: 'tools' | 'name'): number =>
  Math.min(...clients.map((client) => client[bound] ?? Infinity))

function tooMany(tools: readonly Definition[]): Hint | undefined {
  const clients = known.filter((client) => tools.length > (client.tools ?? Infinity))
  if (clients.length === 0) return undefined
  return {
    problem: `${tools.length} tools, and clients take fewer (${said(clients, 'tools')}): the rest is not listed to them`,
    fix: 'offer fewer: choose with tools: [{ match, exclude: true }]',
    tools: tools.slice(least(clients, 'tools')).map(({ name }) => name),
    clients: titles(clients),
  }
}

function longNames(tools: readonly Definition[]): Hint | undefined {
  const longest = Math.max(...tools.map(({ name }) => name.length))
  const clients = known.filter(({ name }) => longest > (name ?? Infinity))
  if (clients.length === 0) return undefined
  const most = least(clients, 'name')
  return {
    problem: `names longer than ${most} characters: clients that put a prefix before them see a short form (${said(clients, 'name')})`,
    fix: 'give them others with tools: [{ match, name }]',
    tools: tools.map(({ name }) => name).filter((name) => name.length > most),
    clients: titles(clients),
  }
}

function hasOddName(schema: unknown, depth: number): boolean {
  if (typeof schema !== 'object' || schema === null || depth > 64) return false
  const { properties } = isRecord(schema) ? schema : {}
  if (isRecord(properties) && Object.keys(properties).some((name) => !ARGUMENT.test(name))) return true
  return Object.values(schema).some((inside) => hasOddName(inside, depth + 1))
}

/** A member, an item or a branch that is a flag; where a flag is usual (`additionalProperties`), everybody reads it. */
function hasBareSchema(schema: unknown, depth: number): boolean {
  if (!isRecord(schema) || depth > 64) return false
  const named = ['properties', 'patternProperties', '$defs'].flatMap((key) => Object.values(recordOf(schema[key])))
  const listed = ['allOf', 'anyOf', 'oneOf', 'prefixItems'].flatMap((key) =>
    Array.isArray(schema[key]) ? schema[key] : [],
  )
  const all: readonly unknown[] = [...named, ...listed]
  if (all.some((one) => typeof one === 'boolean')) return true
  return [...all, schema['items'], schema['additionalProperties']].some((one) => hasBareSchema(one, depth + 1))
}

const recordOf = (value: unknown): Readonly<Record<string, unknown>> => (isRecord(value) ? value : {})
