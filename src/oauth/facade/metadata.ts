// The document in which the facade says what it is (RFC 8414 §2, OpenID Connect Discovery §3 for clients that look there).
import { proofAlgorithms } from '../confirmation.ts'
import { deviceGrant } from './client.ts'
import type { Facts } from './settings.ts'

/** Built from the configuration alone: whatever name the request came in under changes nothing (RFC 8414 §3.3). */
export function metadata({ issuer, url, settings }: Facts): { readonly [name: string]: unknown } {
  return {
    issuer,
    authorization_endpoint: url('authorize'),
    token_endpoint: url('token'),
    ...(settings.registration.open && { registration_endpoint: url('client-registration') }),
    revocation_endpoint: url('revoke'),
    jwks_uri: url('jwks'),
    ...(settings.scopes.length > 0 && { scopes_supported: settings.scopes }),
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token', ...(settings.devices ? [deviceGrant] : [])],
    ...(settings.devices && { device_authorization_endpoint: url('device-authorization') }),
    token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post'],
    revocation_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post'],
    code_challenge_methods_supported: ['S256'],
    ...(settings.dpop !== 'off' && { dpop_signing_alg_values_supported: proofAlgorithms }),
    authorization_response_iss_parameter_supported: true,
    client_id_metadata_document_supported: settings.documents !== 'none',
    protected_resources: [settings.resource],
  }
}

/** The same for OpenID Connect discovery, whose readers want two more fields; we issue no ID tokens. */
export const openidMetadata = (facts: Facts): { readonly [name: string]: unknown } => ({
  ...metadata(facts),
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['ES256'],
})
