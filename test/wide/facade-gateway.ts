// A gateway with our authorization server in front of a real Keycloak, in a folder of its own: it keeps its store beside its configuration.
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { type RunningGateway, startGateway } from '../support/gateway.ts'
import type { Realm } from './realm.ts'

interface More {
  readonly args?: readonly string[]
  readonly env?: Record<string, string>
}

export function startFacade(
  t: TestContext,
  { connectTo }: Realm,
  { args = [], env = {} }: More = {},
): Promise<RunningGateway> {
  const folder = mkdtempSync(path.join(tmpdir(), 'toolgate-facade-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const config = path.join(folder, 'config.yaml')
  cpSync(path.join(import.meta.dirname, 'keycloak-facade.yaml'), config)
  return startGateway(t, config, env, [...connectTo, ...args])
}
