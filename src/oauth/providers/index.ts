// Table of the identity providers that `mcpAuthentication` adapts to. To add one: its file, and a line here.
import { auth0 } from './auth0.ts'
import { authentik } from './authentik.ts'
import { descope } from './descope.ts'
import { entra } from './entra.ts'
import { keycloak } from './keycloak.ts'
import { okta } from './okta.ts'
import type { Provider } from './provider.ts'

export const providers = [auth0, keycloak, okta, descope, authentik, entra] as const satisfies readonly Provider[]
