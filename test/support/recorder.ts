// Remembers what a server sends to a client: a `fetch` to give to the client, and every JSON-RPC message that has come through it.
import { setTimeout as delay } from 'node:timers/promises'

/** A message as text, letter by letter. */
export interface Recorder {
  readonly fetch: typeof fetch
  readonly received: readonly string[]
  /** Resolves when nothing has come for a moment, and nothing is half here. */
  quiet(): Promise<void>
}

/** Data of the events in a text/event-stream; the rest of an event that is not over yet. */
function eventsIn(text: string): { readonly events: string[]; readonly rest: string } {
  const blocks = text.replaceAll('\r\n', '\n').split('\n\n')
  const rest = blocks.pop() ?? ''
  const events = blocks.map((block) =>
    block
      .split('\n')
      .filter((line) => line.startsWith('data:'))
      .map((line) => line.slice(5).replace(/^ /, ''))
      .join('\n'),
  )
  return { events: events.filter((data) => data !== ''), rest }
}

const isStream = ({ headers }: Response): boolean =>
  headers.get('content-type')?.startsWith('text/event-stream') === true

async function follow(response: Response, remember: (text: string) => void): Promise<void> {
  const stream = isStream(response)
  const decoder = new TextDecoder()
  let left = ''
  for await (const chunk of response.body ?? []) {
    left += decoder.decode(chunk, { stream: true })
    if (!stream) continue
    const { events, rest } = eventsIn(left)
    left = rest
    for (const event of events) remember(event)
  }
  if (!stream && left.startsWith('{')) remember(left)
}

const MOMENT_MS = 40

export function recorder(): Recorder {
  const received: string[] = []
  /** Answers that end by themselves; streams may be there for good. */
  const reading = new Set<Promise<void>>()
  return {
    received,
    fetch: async (input, init) => {
      const response = await fetch(input, init)
      // A stream that breaks is told to the client, whose copy breaks as well.
      const following = follow(response.clone(), (text) => void received.push(text)).catch(() => undefined)
      if (!isStream(response)) {
        reading.add(following)
        void following.finally(() => reading.delete(following)) // never rejects
      }
      return response
    },
    quiet: async () => {
      for (let count = -1; count !== received.length; ) {
        count = received.length
        await Promise.all(reading)
        await delay(MOMENT_MS)
      }
    },
  }
}
