// `npm run parts [-- NAME…]`: installs and starts the parts of the wide tests; `npm run parts -- stop [NAME…]` ends what runs.
import { parts } from './index.ts'
import { homeOf, install, isInstalled, start, started, stop } from './part.ts'

const [first, ...rest] = process.argv.slice(2)
const stopping = first === 'stop'
const names = stopping ? rest : process.argv.slice(2)
const unknown = names.filter((name) => parts.every((part) => part.name !== name))
const chosen = names.length === 0 ? parts : parts.filter(({ name }) => names.includes(name))

if (unknown.length > 0) {
  console.error(`there is no part ${unknown.join(', ')}; there are: ${parts.map(({ name }) => name).join(', ')}`)
  process.exitCode = 2
} else if (stopping) {
  for (const part of chosen) if (await stop(part)) console.log(`${part.name} stopped`)
} else {
  // One after the other: installers saturate a small machine by themselves. One that fails does not keep the others from it.
  for (const part of chosen) await bring(part)
}

async function bring(part: (typeof parts)[number]): Promise<void> {
  const began = performance.now()
  const was = started(part) !== undefined ? 'runs' : isInstalled(part) ? 'is there' : undefined
  if (was === undefined) console.log(`${part.name} … ${part.what}`)
  try {
    await install(part)
    const running = part.service === undefined ? undefined : await start(part, part.service)
    const where = running === undefined ? homeOf(part) : `http://127.0.0.1:${running.port}`
    console.log(`${part.name} ${was ?? `ready in ${((performance.now() - began) / 1000).toFixed(0)} s`}: ${where}`)
  } catch (thrown) {
    console.error(`${part.name} failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
    process.exitCode = 1
  }
}
