// Schemas of binds, listeners, gateways and their TLS (reference: agentgateway §1.5).
import { z } from 'zod'
import { needed, type Parts, unread } from './keys.ts'
import { always, note } from './note.ts'
import { gatewayPhase, route } from './routes.ts'

const port = () => z.int().min(1).max(65_535)

const version = () => z.enum(['TLS_V1_0', 'TLS_V1_1', 'TLS_V1_2', 'TLS_V1_3'])

const tls = () =>
  note(
    z.strictObject({
      mode: z.enum(['static', 'dynamicCa']).nullish(),
      cert: z.string().nullish(),
      key: z.string().nullish(),
      root: z.string().nullish(),
      cipherSuites: z.array(z.string()).nullish(),
      minTLSVersion: version().nullish(),
      minTlsVersion: version().nullish(),
      maxTLSVersion: version().nullish(),
      maxTlsVersion: version().nullish(),
      ...unread('tls'),
    }),
    { place: 'tls', noun: '`tls`' },
  )

const listener = (parts: Parts) =>
  note(
    z.strictObject({
      name: z.string().nullish(),
      namespace: z.string().nullish(),
      hostname: z.string().nullish(),
      protocol: z.enum(['HTTP', 'HTTPS', 'TLS', 'TCP', 'HBONE']).nullish(),
      tls: tls().nullish(),
      policies: note(z.strictObject(gatewayPhase(parts)), {
        place: 'gatewayPolicies',
        noun: 'the policies of a listener',
      }).nullish(),
      routes: z.array(route(parts)).nullish(),
      ...unread('listener'),
    }),
    { place: 'listener', noun: 'a listener' },
  )

/** A port with its listeners: the low-level form. */
export const bind = (parts: Parts) =>
  note(
    z
      .strictObject({
        port: port().nullish(),
        listeners: needed(z.array(listener(parts)), parts),
        tunnelProtocol: z.enum(['direct', 'hboneWaypoint', 'hboneGateway', 'proxy', 'connect']).nullish(),
        mode: z.enum(['standard', 'internal']).nullish(),
        ...unread('bind'),
      })
      .check(
        always(({ issues, value }) => {
          const given = 'port' in value && value.port !== null && value.port !== undefined
          if (parts.draft === true || given || ('mode' in value && value.mode === 'internal')) return
          issues.push({ code: 'custom', message: 'needs a `port`', input: value })
        }),
      ),
    { place: 'bind', noun: 'a bind' },
  )

const gatewayProtocol = () => z.enum(['HTTP', 'HTTPS', 'TCP', 'TLS'])

const gatewayListener = (parts: Parts) =>
  note(
    z.strictObject({
      name: z.string().nullish(),
      hostname: z.string().nullish(),
      protocol: gatewayProtocol().nullish(),
      tls: tls().nullish(),
      ...gatewayPhase(parts),
    }),
    { place: 'gateway', noun: 'a listener of a gateway' },
  )

/** A port (and listeners) that top-level routes and sections attach to. */
export const gateway = (parts: Parts) =>
  note(
    z.strictObject({
      port: needed(port(), parts),
      protocol: gatewayProtocol().nullish(),
      listeners: z.array(gatewayListener(parts)).nullish(),
      tls: tls().nullish(),
      ...gatewayPhase(parts),
    }),
    { place: 'gateway', noun: 'a gateway' },
  )
