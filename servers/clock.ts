// A clock: what time it is somewhere, what a time means elsewhere, and how long until then.

import { completable } from '@modelcontextprotocol/sdk/server/completable.js'
import { McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js'
import { z } from 'zod'
import { lateValidator } from './late-validator.ts'
import { program } from './program.ts'

const zones: readonly string[] = ['UTC', ...Intl.supportedValuesOf('timeZone')]
const readOnly = { readOnlyHint: true, openWorldHint: false }
const zone = z
  .string()
  .refine(isZone, 'not a time zone: write it like Europe/Berlin')
  .describe('IANA time zone, like Europe/Berlin')
const moment = z.object({
  iso: z.string().describe('The moment in UTC, ISO 8601'),
  timeZone: z.string(),
  local: z.string().describe('How a person in that zone would say it'),
  offset: z.string().describe('Distance from UTC, like GMT+2'),
})

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

function say(date: Date, timeZone: string): z.infer<typeof moment> {
  const local = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'short', timeZone }).format(date)
  const parts = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'shortOffset' }).formatToParts(date)
  const offset = parts.find((part) => part.type === 'timeZoneName')?.value ?? ''
  return { iso: date.toISOString(), timeZone, local, offset }
}

const matching = (start: string): string[] =>
  zones.filter((name) => name.toLowerCase().includes(start.toLowerCase())).slice(0, 100)

function offerTools(server: McpServer): void {
  server.registerTool(
    'now',
    {
      title: 'Current time',
      description: 'Tells the current date and time in a time zone.',
      inputSchema: { timeZone: zone.default('UTC') },
      outputSchema: moment,
      annotations: readOnly,
    },
    ({ timeZone }) => {
      const structuredContent = say(new Date(), timeZone)
      const { local, offset } = structuredContent
      return { content: [{ type: 'text', text: `${local} in ${timeZone} (${offset})` }], structuredContent }
    },
  )
  server.registerTool(
    'convert_time',
    {
      title: 'Convert a time',
      description: 'Says what one moment is called in several time zones.',
      inputSchema: {
        moment: z.iso.datetime({ offset: true }).describe('ISO 8601 with an offset, like 2026-03-01T09:00:00+01:00'),
        timeZones: z.array(zone).min(1).max(20),
      },
      outputSchema: z.object({ moments: z.array(moment) }),
      annotations: { ...readOnly, idempotentHint: true },
    },
    ({ moment: iso, timeZones }) => {
      const moments = timeZones.map((timeZone) => say(new Date(iso), timeZone))
      const text = moments.map(({ timeZone, local }) => `${timeZone}: ${local}`).join('\n')
      return { content: [{ type: 'text', text }], structuredContent: { moments } }
    },
  )
  server.registerTool(
    'time_until',
    {
      title: 'Time until',
      description: 'Counts the days, hours and minutes from now to a moment, or since it.',
      inputSchema: { moment: z.iso.datetime({ offset: true }).describe('ISO 8601 with an offset') },
      outputSchema: z.object({ past: z.boolean(), days: z.int(), hours: z.int(), minutes: z.int() }),
      annotations: readOnly,
    },
    ({ moment: iso }) => {
      const distance = Date.parse(iso) - Date.now()
      const minutesInAll = Math.floor(Math.abs(distance) / 60_000)
      const counted = {
        past: distance < 0,
        days: Math.floor(minutesInAll / 1440),
        hours: Math.floor(minutesInAll / 60) % 24,
        minutes: minutesInAll % 60,
      }
      const text = `${counted.days} d ${counted.hours} h ${counted.minutes} min ${counted.past ? 'ago' : 'to go'}`
      return { content: [{ type: 'text', text }], structuredContent: counted }
    },
  )
}

/** A server that knows what time it is. */
export function clock(): McpServer {
  const server = new McpServer(
    { name: 'clock', title: 'Clock', version: '1.0.0' },
    { jsonSchemaValidator: lateValidator, instructions: 'Ask here for the current time instead of guessing it.' },
  )
  offerTools(server)
  server.registerResource(
    'zones',
    'clock://zones',
    { title: 'Time zones', description: 'Every time zone the clock knows, one a line', mimeType: 'text/plain' },
    ({ href }) => ({ contents: [{ uri: href, mimeType: 'text/plain', text: zones.join('\n') }] }),
  )
  server.registerResource(
    'now',
    new ResourceTemplate('clock://now/{+timeZone}', { list: undefined, complete: { timeZone: matching } }),
    { title: 'Time in a zone', description: 'The current time in a time zone', mimeType: 'application/json' },
    (uri, { timeZone }) => {
      const text = JSON.stringify(say(new Date(), String(timeZone)))
      return { contents: [{ uri: uri.href, mimeType: 'application/json', text }] }
    },
  )
  server.registerPrompt(
    'plan_meeting',
    {
      title: 'Plan a meeting',
      description: 'Finds an hour that suits people in two time zones.',
      argsSchema: {
        here: completable(z.string().describe('Your time zone'), matching),
        there: completable(z.string().describe('Their time zone'), matching),
      },
    },
    ({ here, there }) => {
      const text = `Find three one-hour slots next week, within working hours both in ${here} and in ${there}. Check each with convert_time.`
      return { messages: [{ role: 'user', content: { type: 'text', text } }] }
    },
  )
  return server
}

await program(import.meta, clock)
