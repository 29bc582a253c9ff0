// Keycloak, a real identity provider: the realm of `oauth/keycloak`, dynamic registration, client id metadata documents.
import { copyFileSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { command, type Part } from './part.ts'

const version = '26.7.3'
/** What tokens say: whatever port it has here, its clients reach it under this address. */
export const issuer = 'http://localhost:8080/realms/mcp-realm'
const realm = path.join(import.meta.dirname, '../../oauth/keycloak/mcp-realm.json')

export const keycloak: Part = {
  name: 'keycloak',
  version,
  what: `Keycloak ${version}, an identity provider (Maven)`,
  install: async (home) => {
    const artifact = `org.keycloak:keycloak-quarkus-dist:${version}:zip`
    const markers = path.join(home, '.markers') // else they land in the working directory
    await command('mvn', [
      '-q',
      '-B',
      'dependency:unpack',
      `-Dartifact=${artifact}`,
      `-DoutputDirectory=${home}`,
      `-DmarkersDirectory=${markers}`,
    ])
    rmSync(markers, { recursive: true, force: true })
    const [folder] = readdirSync(home)
    if (folder === undefined) throw new Error('Maven unpacked nothing')
    renameSync(path.join(home, folder), path.join(home, 'keycloak'))
  },
  service: {
    command: (home, { port }) => {
      const server = path.join(home, 'keycloak')
      // A clean realm at each start: tests change it.
      rmSync(path.join(server, 'data'), { recursive: true, force: true })
      mkdirSync(path.join(server, 'data', 'import'), { recursive: true })
      copyFileSync(realm, path.join(server, 'data', 'import', 'mcp-realm-realm.json'))
      return [
        'sh', // the archive does not say that its scripts may be executed
        path.join(server, 'bin', 'kc.sh'),
        'start-dev',
        '--http-host=127.0.0.1',
        `--http-port=${port}`,
        '--hostname=http://localhost:8080',
        '--features=cimd,resource-indicators',
        '--import-realm',
      ]
    },
    env: () => ({ KC_BOOTSTRAP_ADMIN_USERNAME: 'admin', KC_BOOTSTRAP_ADMIN_PASSWORD: 'admin' }),
    ready: async (port) => {
      try {
        const response = await fetch(`http://127.0.0.1:${port}/realms/mcp-realm/.well-known/openid-configuration`)
        return response.ok
      } catch {
        return false
      }
    },
  },
}
