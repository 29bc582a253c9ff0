// A running Keycloak as its administrators see it, for tests that change something about people or clients.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { TestContext } from 'node:test'
import { z } from 'zod'
import { issuer, keycloak } from '../parts/keycloak.ts'
import { started } from '../parts/part.ts'

export const PASSWORD = 'user123'

const representation = z.looseObject({ id: z.string(), name: z.string() })

export interface Realm {
  /** Where it really is. */
  readonly origin: string
  /** For clients that are told by name where it is. */
  readonly places: Readonly<Record<string, string>>
  /** For the gateway. */
  readonly connectTo: readonly string[]
  admin(method: string, at: string, body?: unknown): Promise<Response>
  /** Somebody new with these roles, gone when the test is. */
  person(roles: readonly string[]): Promise<{ readonly name: string; readonly id: string }>
  /** Takes roles of the realm from somebody; without names, all. */
  strip(id: string, roles?: readonly string[]): Promise<void>
  /** A token by name and password, as scripts get theirs; with further headers of the request. */
  token(name: string, headers?: Readonly<Record<string, string>>): Promise<string>
}

/** The realm that runs; fails with what to do when it does not. */
export async function realm(t: TestContext): Promise<Realm> {
  const running = started(keycloak)
  if (running === undefined) throw new Error('Keycloak is not running: npm run parts -- keycloak')
  const origin = `http://127.0.0.1:${running.port}`
  const cli = { client_id: 'admin-cli', username: 'admin', password: 'admin' }
  const token = await granted(`${origin}/realms/master`, cli)
  const admin: Realm['admin'] = async (method, at, body) => {
    const answer = await fetch(`${origin}/admin/realms/mcp-realm/${at}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    assert.ok(answer.ok, `${method} ${at}: ${answer.status}`)
    return answer
  }
  const rolesOf = async (at: string) => z.array(representation).parse(await (await admin('GET', at)).json())
  return {
    origin,
    places: { [new URL(issuer).origin]: origin },
    connectTo: ['--connect-to', `${new URL(issuer).host}=127.0.0.1:${running.port}`],
    admin,
    person: async (roles) => {
      const name = `person-${randomUUID()}`
      const credentials = [{ type: 'password', value: PASSWORD, temporary: false }]
      const more = { email: `${name}@example.com`, emailVerified: true, firstName: 'A', lastName: 'Person' }
      const made = await admin('POST', 'users', { username: name, enabled: true, credentials, ...more })
      const id = made.headers.get('location')?.split('/').at(-1) ?? ''
      t.after(() => admin('DELETE', `users/${id}`))
      const all = await rolesOf('roles')
      const given = all.filter((role) => roles.includes(role.name))
      await admin('POST', `users/${id}/role-mappings/realm`, given)
      return { name, id }
    },
    strip: async (id, roles) => {
      const at = `users/${id}/role-mappings/realm`
      const taken = (await rolesOf(at)).filter(({ name }) => roles?.includes(name) ?? true)
      await admin('DELETE', at, taken)
    },
    token: (name, headers) => {
      const client = { client_id: 'openweb-ui', client_secret: 'changeme' }
      return granted(`${origin}/realms/mcp-realm`, { ...client, username: name, password: PASSWORD }, headers)
    },
  }
}

async function granted(
  at: string,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const body = new URLSearchParams({ ...form, grant_type: 'password' })
  const answer = await fetch(`${at}/protocol/openid-connect/token`, { method: 'POST', headers, body })
  return z.object({ access_token: z.string() }).parse(await answer.json()).access_token
}
