// A converter of units: asks back when it was not told enough, and reports progress over long tables.
import { setTimeout as wait } from 'node:timers/promises'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js'
import type { CallToolResult, ServerNotification, ServerRequest } from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'
import { lateValidator } from './late-validator.ts'
import { program } from './program.ts'

interface Unit {
  readonly kind: 'length' | 'mass' | 'volume' | 'temperature'
  readonly name: string
  /** How many of the kind's base unit one of these is, and where its zero lies. */
  readonly factor: number
  readonly zero?: number
}

const units: Readonly<Record<string, Unit>> = {
  mm: { kind: 'length', name: 'millimetre', factor: 0.001 },
  cm: { kind: 'length', name: 'centimetre', factor: 0.01 },
  m: { kind: 'length', name: 'metre', factor: 1 },
  km: { kind: 'length', name: 'kilometre', factor: 1000 },
  in: { kind: 'length', name: 'inch', factor: 0.0254 },
  ft: { kind: 'length', name: 'foot', factor: 0.3048 },
  mi: { kind: 'length', name: 'mile', factor: 1609.344 },
  g: { kind: 'mass', name: 'gram', factor: 0.001 },
  kg: { kind: 'mass', name: 'kilogram', factor: 1 },
  oz: { kind: 'mass', name: 'ounce', factor: 0.028349523125 },
  lb: { kind: 'mass', name: 'pound', factor: 0.45359237 },
  ml: { kind: 'volume', name: 'millilitre', factor: 0.001 },
  l: { kind: 'volume', name: 'litre', factor: 1 },
  cup: { kind: 'volume', name: 'US cup', factor: 0.2365882365 },
  gal: { kind: 'volume', name: 'US gallon', factor: 3.785411784 },
  C: { kind: 'temperature', name: 'degree Celsius', factor: 1, zero: 273.15 },
  F: { kind: 'temperature', name: 'degree Fahrenheit', factor: 5 / 9, zero: 459.67 * (5 / 9) },
  K: { kind: 'temperature', name: 'kelvin', factor: 1 },
}

const symbols = Object.keys(units)
const unit = z.enum(symbols)
const converted = z.object({ value: z.number(), from: unit, result: z.number(), to: unit })
const annotations = { readOnlyHint: true, idempotentHint: true, openWorldHint: false }
const failed = (text: string): CallToolResult => ({ isError: true, content: [{ type: 'text', text }] })
const unitNamed = (symbol: string): Unit => units[symbol] ?? { kind: 'length', name: symbol, factor: 1 }

function convert(value: number, from: string, to: string): number {
  const source = unitNamed(from)
  const wanted = unitNamed(to)
  const result = (value * source.factor + (source.zero ?? 0) - (wanted.zero ?? 0)) / wanted.factor
  return Number(result.toPrecision(12))
}

const sameKind = (symbol: string): string[] => symbols.filter((each) => unitNamed(each).kind === unitNamed(symbol).kind)

/** Asks the user for the unit that the call did not name. */
async function askForUnit(
  server: McpServer,
  from: string,
  related: { relatedRequestId: string | number },
): Promise<string | undefined> {
  if (server.server.getClientCapabilities()?.elicitation === undefined) return undefined
  const choices = sameKind(from).filter((symbol) => symbol !== from)
  const answer = await server.server.elicitInput(
    {
      message: `Convert from ${unitNamed(from).name} into which unit?`,
      requestedSchema: {
        type: 'object',
        properties: {
          to: {
            type: 'string',
            title: 'Unit',
            oneOf: choices.map((symbol) => ({ const: symbol, title: unitNamed(symbol).name })),
          },
        },
        required: ['to'],
      },
    },
    related,
  )
  const to = answer.content?.['to']
  return answer.action === 'accept' && typeof to === 'string' && choices.includes(to) ? to : undefined
}

function offerConvert(server: McpServer): void {
  server.registerTool(
    'convert',
    {
      title: 'Convert a value',
      description:
        'Converts a value from one unit into another. Asks the user for the target unit when it is not given.',
      inputSchema: { value: z.number(), from: unit, to: unit.optional() },
      outputSchema: converted,
      annotations,
    },
    async ({ value, from, to: given }, { requestId }) => {
      const to = given ?? (await askForUnit(server, from, { relatedRequestId: requestId }))
      if (to === undefined) return failed(`into which unit? give \`to\`, one of ${sameKind(from).join(', ')}`)
      if (unitNamed(from).kind !== unitNamed(to).kind)
        return failed(`${from} is a ${unitNamed(from).kind}, ${to} is a ${unitNamed(to).kind}`)
      const result = convert(value, from, to)
      return {
        content: [{ type: 'text', text: `${value} ${from} = ${result} ${to}` }],
        structuredContent: { value, from, result, to },
      }
    },
  )
}

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>

async function report({ sendNotification, _meta }: Extra, progress: number, total: number): Promise<void> {
  const progressToken = _meta?.progressToken
  if (progressToken === undefined) return
  await sendNotification({
    method: 'notifications/progress',
    params: { progressToken, progress, total, message: `row ${progress} of ${total}` },
  })
}

function offerTable(server: McpServer): void {
  server.registerTool(
    'table',
    {
      title: 'Conversion table',
      description: 'Makes a table of conversions, row by row, and reports its progress.',
      inputSchema: {
        from: unit,
        to: unit,
        start: z.number().default(1),
        step: z.number().default(1),
        rows: z.int().min(1).max(100).default(10),
        pauseMs: z.int().min(0).max(1000).default(20).describe('Pause after each row, to watch the progress'),
      },
      outputSchema: z.object({ rows: z.array(converted) }),
      annotations,
    },
    async ({ from, to, start, step, rows: count, pauseMs }, extra) => {
      if (unitNamed(from).kind !== unitNamed(to).kind) return failed(`${from} and ${to} measure different things`)
      const rows: z.infer<typeof converted>[] = []
      for (let index = 0; index < count; index++) {
        const value = Number((start + index * step).toPrecision(12))
        rows.push({ value, from, result: convert(value, from, to), to })
        await report(extra, index + 1, count)
        await wait(pauseMs, undefined, { signal: extra.signal })
      }
      await server.sendLoggingMessage({ level: 'info', logger: 'convert', data: `made a table of ${count} rows` })
      const text = rows.map(({ value, result }) => `${value} ${from} = ${result} ${to}`).join('\n')
      return { content: [{ type: 'text', text }], structuredContent: { rows } }
    },
  )
}

/** A server that converts units. */
export function converter(): McpServer {
  const server = new McpServer(
    { name: 'convert', title: 'Converter', version: '1.0.0' },
    {
      capabilities: { logging: {} },
      jsonSchemaValidator: lateValidator,
      instructions: 'Units are written as symbols; read convert://units for all of them.',
    },
  )
  offerConvert(server)
  offerTable(server)
  server.registerResource(
    'units',
    'convert://units',
    { title: 'Units', description: 'Every unit the converter knows', mimeType: 'application/json' },
    ({ href }) => ({ contents: [{ uri: href, mimeType: 'application/json', text: JSON.stringify(units) }] }),
  )
  server.registerPrompt(
    'cooking',
    {
      title: 'Convert a recipe',
      description: 'Rewrites a recipe in metric units.',
      argsSchema: { recipe: z.string().describe('The recipe, as it is') },
    },
    ({ recipe }) => {
      const text = `Rewrite this recipe in metric units. Use the convert tool for every amount, and round sensibly.\n\n${recipe}`
      return { messages: [{ role: 'user', content: { type: 'text', text } }] }
    },
  )
  return server
}

await program(import.meta, converter, { transport: 'sse' })
