// THE table of ways to prove to an upstream who asks. To add one: its file, and a line here.
import { aws } from './aws.ts'
import { azure } from './azure.ts'
import { crossAppAccess } from './cross-app-access.ts'
import { gcp } from './gcp.ts'
import { jwtSign } from './jwt-sign.ts'
import { key } from './key.ts'
import type { KindModule } from './kind.ts'
import { oauthClientCredentials } from './oauth-client-credentials.ts'
import { oauthLogin } from './oauth-login.ts'
import { oauthTokenExchange } from './oauth-token-exchange.ts'
import { passthrough } from './passthrough.ts'

export const kinds = [
  key,
  passthrough,
  jwtSign,
  oauthTokenExchange,
  crossAppAccess,
  aws,
  azure,
  gcp,
  oauthClientCredentials,
  oauthLogin,
] as const satisfies readonly KindModule[]
