// What all clients of this journey meet: a gateway in front of three servers, and a log without a warning when they have gone.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { everything } from '../../../servers/everything.ts'
import { serve } from '../../../servers/serve.ts'
import { type RunningGateway, startGateway } from '../../support/gateway.ts'

export async function world(t: TestContext): Promise<RunningGateway> {
  const serving = await serve(everything, { transport: 'http' })
  t.after(() => serving.close())
  return startGateway(t, 'test/journey/clients/config.yaml', { EVERYTHING_URL: serving.url })
}

/** Nothing that a well-behaved client does is worth a warning. */
export function unsuspicious({ said }: RunningGateway): void {
  assert.doesNotMatch(said(), /\t(?:warn|error)\t(?!gateway without mcpAuthorization).*/)
}
