// The upstreams of the quick start that are reached over the network, in one process: loading the library once is a third of the time.
import { converter } from './convert.ts'
import { notes } from './notes.ts'
import { petstore } from './petstore.ts'
import { endWith, isProgram, listen, type Serving, serve } from './serve.ts'

async function main(): Promise<void> {
  const started: Readonly<Record<string, Serving>> = {
    notes: await serve(notes(), { transport: 'http' }),
    convert: await serve(converter, { transport: 'sse' }),
    petstore: await listen(petstore(), {}),
  }
  endWith(async () => {
    await Promise.all(Object.values(started).map((serving) => serving.close()))
  }, true)
  for (const [name, { url }] of Object.entries(started)) process.stderr.write(`${name} listening on ${url}\n`)
}

if (isProgram(import.meta)) await main()
