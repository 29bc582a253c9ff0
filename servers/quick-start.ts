// The upstreams of the quick start that are reached over the network, in one process: loading the library once is a third of the time.
import { converter } from './convert.ts'
import { library } from './library.ts'
import { notes } from './notes.ts'
import { petstore } from './petstore.ts'
import { endWith, isProgram } from './program.ts'
import { listen, type Serving, serve } from './serve.ts'

/** Sockets that whoever starts us has opened already, if any: notes, convert, petstore and library in this order. */
const inherited = process.argv.slice(2).map(Number)
const at = (index: number): { readonly fd?: number } => {
  const fd = inherited[index]
  return fd === undefined ? {} : { fd }
}

async function main(): Promise<void> {
  const started: Readonly<Record<string, Serving>> = {
    notes: await serve(notes(), { transport: 'http', ...at(0) }),
    convert: await serve(converter, { transport: 'sse', ...at(1) }),
    petstore: await listen(petstore(), at(2)),
    library: await listen(library(), at(3)),
  }
  endWith(async () => {
    await Promise.all(Object.values(started).map((serving) => serving.close()))
  }, true)
  for (const [name, { url }] of Object.entries(started)) process.stderr.write(`${name} listening on ${url}\n`)
}

if (isProgram(import.meta)) await main()
