// Remembers what a server sends to a client: a `fetch` to give to the client, and every JSON-RPC message that has come through it.

/** A message as text, letter by letter. */
export interface Recorder {
  readonly fetch: typeof fetch
  readonly received: readonly string[]
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

async function follow(response: Response, remember: (text: string) => void): Promise<void> {
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true
  const decoder = new TextDecoder()
  let left = ''
  for await (const chunk of response.body ?? []) {
    left += decoder.decode(chunk, { stream: true })
    if (!isStream) continue
    const { events, rest } = eventsIn(left)
    left = rest
    for (const event of events) remember(event)
  }
  if (!isStream && left.startsWith('{')) remember(left)
}

export function recorder(): Recorder {
  const received: string[] = []
  return {
    received,
    fetch: async (input, init) => {
      const response = await fetch(input, init)
      // A stream that breaks is told to the client, whose copy breaks as well.
      follow(response.clone(), (text) => void received.push(text)).catch(() => undefined)
      return response
    },
  }
}
