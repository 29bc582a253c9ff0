// Microsoft Entra: refuses `resource`, wants scopes spelled with their API, registers nobody, and does not say that it checks PKCE.
import { type Provider, withoutSlash } from './provider.ts'

/** Where tokens of version 1 say they are from, and where one logs in. */
const clouds: ReadonlyMap<string, string> = new Map([
  ['sts.windows.net', 'https://login.microsoftonline.com'],
  ['sts.microsoftonline.us', 'https://login.microsoftonline.us'],
  ['sts.chinacloudapi.cn', 'https://login.partner.microsoftonline.cn'],
])

/** `https://login…/<tenant>`, whichever version of tokens the issuer stands for. */
function tenant(issuer: string): string {
  const { hostname, pathname, origin } = new URL(issuer)
  return (clouds.get(hostname) ?? origin) + withoutSlash(pathname).replace(/\/v2\.0$/, '')
}

export const entra: Provider = {
  name: 'entra',
  title: 'Microsoft Entra',
  recognises: ({ hostname }) =>
    clouds.has(hostname) || /(^|\.)(microsoftonline|ciamlogin)\.(com|us|cn)$/.test(hostname),
  metadata: (issuer) => `${tenant(issuer)}/v2.0/.well-known/openid-configuration`,
  keys: (issuer) => `${tenant(issuer)}/discovery/v2.0/keys`,
  needsClientId: true,
  proxied: true,
  pkceUnsaid: true,
  console: {
    metadata: 'use `https://login.microsoftonline.com/<tenant>/v2.0`, with the id of the tenant instead of `common`',
    registration: 'App registrations → New registration; set its application id as `clientId`',
    redirect:
      "App registrations → (the application) → Authentication: add the client's redirect URI under “Mobile and desktop applications”; there `http://localhost` means any port",
    audience:
      'App registrations → (the application) → Expose an API: application id URI = one of `audiences`; and in the manifest `api.requestedAccessTokenVersion` 2 for the v2.0 issuer',
    scope:
      'App registrations → (the application) → Expose an API → Add a scope; name it in `resourceMetadata.scopesSupported` as `api://<id>/<scope>` (AADSTS900144: no scope was asked for)',
    issuer:
      'set `issuer` to what the tokens say: `https://sts.windows.net/<tenant>/` for version 1, `https://login.microsoftonline.com/<tenant>/v2.0` for version 2',
  },
}

const MEANT_FOR_LOGIN: ReadonlySet<string> = new Set(['openid', 'profile', 'email', 'offline_access'])

/**
 * Scopes as Entra wants them: those of the API with the API's name in front, never none (AADSTS900144), and `.default` without others
 * of the same API (AADSTS70011). `api` is the application id URI, `usual` what is asked for when the client names nothing of the API.
 */
export function entraScope(asked: string, api: string, usual: readonly string[]): string {
  const words = asked.split(' ').filter((word) => word !== '')
  const own = words.map((word) =>
    MEANT_FOR_LOGIN.has(word) || word.includes('/') ? word : `${withoutSlash(api)}/${word}`,
  )
  const named = own.some((word) => !MEANT_FOR_LOGIN.has(word)) ? own : [...own, ...usualOf(usual, api)]
  const whole = named.find((word) => word.endsWith('/.default'))
  const scopes = whole === undefined ? named : named.filter((word) => MEANT_FOR_LOGIN.has(word) || word === whole)
  return [...new Set(scopes)].join(' ')
}

function usualOf(usual: readonly string[], api: string): readonly string[] {
  const ofApi = usual.filter((scope) => scope.includes('/'))
  return ofApi.length > 0 ? ofApi : [`${withoutSlash(api)}/.default`]
}
