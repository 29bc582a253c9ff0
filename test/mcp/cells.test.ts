// Every client with every server through the gateway: what both could express arrives, and what they could not is refused.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fixtures, inFront } from '../support/fixture.ts'
import { drivers } from '../support/mcp-clients.ts'
import { serve } from '../support/serve.ts'
import { behaviours, blunt, namesOf } from './cells/behaviours.ts'
import { exceptionOf } from './cells/table.ts'

/** How long nothing has to be heard to be sure that nothing comes. */
const SILENCE_MS = 500

for (const server of namesOf(fixtures))
  for (const driver of namesOf(drivers))
    test(`${driver} → ${server}`, async (t) => {
      const { port } = await serve(t, inFront(await fixtures[server](t)))
      const client = await drivers[driver](`http://127.0.0.1:${port}/mcp`)
      t.after(() => client.close())
      for (const name of namesOf(behaviours)) {
        const exception = exceptionOf(server, driver, name)
        if (exception === undefined) await t.test(name, async () => void (await behaviours[name](client)))
        else
          await t.test(`${name} does not work: ${exception.because}`, async () =>
            assert.rejects(behaviours[name](client, SILENCE_MS), exception.refusal),
          )
      }
    })

for (const server of namesOf(fixtures))
  for (const driver of namesOf(drivers))
    test(`${driver} → ${server}: a client that cannot be asked is told what is missing`, async (t) => {
      const { port } = await serve(t, inFront(await fixtures[server](t)))
      const client = await drivers[driver](`http://127.0.0.1:${port}/mcp`, { capabilities: {} })
      t.after(() => client.close())
      for (const [capability, tool] of Object.entries(blunt)) {
        const said = await client.call(tool).then(
          ({ content, isError }) =>
            isError === true ? JSON.stringify(content) : `answered: ${JSON.stringify(content)}`,
          (error: Error) => `${error.message} ${JSON.stringify(error)}`,
        )
        assert.match(said, new RegExp(capability), `${tool}: ${said}`)
        assert.doesNotMatch(said, /^answered|timed out/, tool)
      }
    })
