// THE order in which policies are executed (reference: agentgateway §2). To add one: its file, and a line here.
import { apiKey } from './api-key.ts'
import { authorization } from './authorization.ts'
import { backendAuth } from './backend-auth.ts'
import { backendTLS } from './backend-tls.ts'
import { basicAuth } from './basic-auth.ts'
import { buffer } from './buffer.ts'
import { cors } from './cors.ts'
import { csrf } from './csrf.ts'
import { delay } from './delay.ts'
import { directResponse } from './direct-response.ts'
import { jwtAuth } from './jwt-auth.ts'
import { mcpApproval } from './mcp-approval.ts'
import { mcpAuthentication } from './mcp-authentication.ts'
import { mcpAuthorization } from './mcp-authorization.ts'
import { mcpGuardrails } from './mcp-guardrails.ts'
import { mcpLabels } from './mcp-labels.ts'
import { mcpResultGuard } from './mcp-result-guard.ts'
import { mcpShield } from './mcp-shield.ts'
import { oidc } from './oidc.ts'
import type { PolicyModule } from './policy.ts'
import { requestHeaderModifier } from './request-header-modifier.ts'
import { requestRedirect } from './request-redirect.ts'
import { responseHeaderModifier } from './response-header-modifier.ts'
import { retry } from './retry.ts'
import { timeout } from './timeout.ts'
import { urlRewrite } from './url-rewrite.ts'

export const policies = [
  timeout, // no door: the deadline is set before the first of them
  cors, // a preflight carries no credentials, and a browser must be able to read the rejections below
  oidc, // people with a browser: who is calling, before anybody asks what for
  jwtAuth,
  mcpAuthentication, // after `jwtAuth` of a listener, whose token must be good for this resource too
  basicAuth,
  apiKey,
  authorization, // once all is known of who is calling, and before anything is done for them
  buffer, // everything below may look into a whole body
  csrf, // after whatever may answer, before anything is changed
  requestHeaderModifier, // before `urlRewrite`: a rewritten authority wins over a configured `host`
  responseHeaderModifier, // no request door; also runs for the replies of the doors below
  urlRewrite, // before `requestRedirect`, which starts from what is rewritten
  requestRedirect, // before `delay`: nobody waits to be sent elsewhere
  delay, // before `directResponse`: a delayed fault is a fault too
  directResponse, // the last answer that needs no backend
  retry, // only what does go to a backend is kept for another attempt
  backendTLS, // no door: settles how a backend is reached
  backendAuth, // no door: nor who it is told that asks
  mcpGuardrails, // no door: whom the backend shows what passes, before any rule below is asked
  mcpShield, // no request door: what it keeps out of the catalogue, no rule below is asked about
  mcpLabels, // before the rules, which read what it knows
  mcpAuthorization, // no request door: asked for each tool, prompt, resource and task
  mcpApproval, // after the rules: nobody is asked about what is denied anyhow
  mcpResultGuard, // last of all that look at answers: what others put in is read as well
] as const satisfies readonly PolicyModule[]
