// The world of this journey: public servers, two identity providers under their public names, a realm's keys, and the gateway.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { deepwiki } from '../../../servers/deepwiki.ts'
import { exa } from '../../../servers/exa.ts'
import { microsoftDocs } from '../../../servers/microsoft-docs.ts'
import { petstore } from '../../../servers/petstore.ts'
import { listen, type MakeServer, serve } from '../../../servers/serve.ts'
import { type RunningGateway, root, startGateway } from '../../support/gateway.ts'
import { auth0 } from '../../support/identity/auth0.ts'
import { emulateAs, type Named, type Quirks } from '../../support/identity/emulator.ts'
import { admit, entra } from '../../support/identity/entra.ts'
import { keySet, publisher, type Signer, signer } from '../../support/tokens.ts'

/** Under which address clients know the gateway. */
export const PUBLIC = 'https://gateway.example'
export const AUTH0 = 'https://acme.auth0.com'
export const LOGIN = 'https://login.microsoftonline.com'
export const API = 'api://11112222-aaaa-bbbb-cccc-333344445555'
export const CALLBACK = 'http://127.0.0.1:6276/oauth/callback'

/** What the tenant's roles permit. */
const permissions: Readonly<Record<string, readonly string[]>> = {
  agent: ['call:agent'],
  buyer: ['call:mcp', 'call:supply-chain'],
}

/** With “Add Permissions in the Access Token”: everybody's own. */
function tenant(): Quirks {
  const usual = auth0({ apis: [`${PUBLIC}/mcp`] })
  return {
    ...usual,
    consider(request, world) {
      const grant = usual.consider(request, world)
      if ('error' in grant) return grant
      return { ...grant, claims: { permissions: permissions[request.get('login') ?? ''] ?? [] } }
    },
  }
}

const application = { id: API.slice('api://'.length), scopes: ['mcp_access'], redirects: [CALLBACK] }

/** An application whose manifest says `requestedAccessTokenVersion: 1`, which is what a new one says. */
function firstVersion(): Quirks {
  const usual = entra(application)
  return {
    ...usual,
    consider(request, world) {
      const grant = usual.consider(request, world)
      if ('error' in grant) return grant
      return {
        ...grant,
        audience: API,
        claims: { ...grant.claims, ver: '1.0', iss: 'https://sts.windows.net/tenant/', appid: application.id },
      }
    },
  }
}

export interface World {
  readonly gateway: RunningGateway
  readonly origin: string
  readonly auth0: Named
  readonly entra: Named
  /** A token as the realm gives it to somebody with these roles. */
  readonly token: (name: string, roles: readonly string[], claims?: Record<string, unknown>) => Promise<string>
}

/** `keycloak`: where a real one is, whose keys are taken instead of the test's own. */
export async function world(t: TestContext, keycloak?: number): Promise<World> {
  const folder = mkdtempSync(path.join(tmpdir(), 'toolgate-demo-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const forServers = pair(path.join(root, 'test/servers/tls'))
  const forProviders = pair(path.join(import.meta.dirname, 'tls'))
  const trusted = path.join(folder, 'trusted.pem')
  writeFileSync(trusted, `${forServers.cert}\n${forProviders.cert}`)
  const realm = await signer('realm', 'RS256')
  const keys = await publisher(t, keySet(realm))
  const standIn = async (make: MakeServer, host: string, at = '/mcp'): Promise<string[]> => {
    const serving = await serve(make, { transport: 'http', path: at, hosts: [host], tls: forServers })
    t.after(() => serving.close())
    return to(`${host}:443`, Number(new URL(serving.url).port))
  }
  const host = 'petstore.swagger.io'
  const store = await listen(petstore(), { hosts: [host], tls: forServers })
  t.after(() => store.close())
  const [first, second] = [await emulateAs(t, tenant(), AUTH0, forProviders), await login(t, forProviders)]
  const elsewhere = [
    await standIn(deepwiki, 'mcp.deepwiki.com'),
    await standIn(microsoftDocs, 'learn.microsoft.com', '/api/mcp'),
    await standIn(exa, 'mcp.exa.ai'),
    to(`${host}:443`, Number(new URL(store.url).port)),
    to('localhost:8080', keycloak ?? keys.port),
    to(`${new URL(AUTH0).host}:443`, first.secure),
    to(`${new URL(LOGIN).host}:443`, second.secure),
  ]
  const env = { NODE_EXTRA_CA_CERTS: trusted }
  const gateway = await startGateway(t, path.join(import.meta.dirname, 'config.yaml'), env, elsewhere.flat())
  return { gateway, origin: new URL(gateway.url).origin, auth0: first, entra: second, token: tokens(realm) }
}

const to = (name: string, port: number): string[] => ['--connect-to', `${name}=127.0.0.1:${port}`]

async function login(t: TestContext, tls: ReturnType<typeof pair>): Promise<Named> {
  const named = await emulateAs(t, firstVersion(), LOGIN, tls)
  admit(named, application)
  return named
}

function pair(folder: string): { readonly cert: string; readonly key: string } {
  const read = (name: string): string => readFileSync(path.join(folder, name), 'utf8')
  return { cert: read('cert.pem'), key: read('key.pem') }
}

/** Claims as Keycloak writes them for a client without an audience mapper. */
const tokens =
  (realm: Signer): World['token'] =>
  (name, roles, claims = {}) =>
    realm.sign({
      iss: 'http://localhost:8080/realms/mcp-realm',
      aud: 'account',
      sub: crypto.randomUUID(),
      typ: 'Bearer',
      azp: 'openweb-ui',
      preferred_username: name,
      scope: 'profile email',
      realm_access: { roles: [...roles, 'default-roles-mcp-realm', 'offline_access', 'uma_authorization'] },
      resource_access: { account: { roles: ['manage-account', 'manage-account-links', 'view-profile'] } },
      ...claims,
    })
