// The YAML a measured gateway is started with: everything at its default but the bounds that many clients on one address would hit.

export interface Target {
  readonly name: string
  readonly url: string
  /** An OpenAPI document, for a REST API at `url`. */
  readonly document?: object
}

/** A gateway on `port` over `targets`; `limits` are added to those that measuring needs. */
export function configuration(
  port: number,
  targets: readonly Target[],
  limits: { [name: string]: number } = {},
  policies = '',
): string {
  const raised = { sessions: 200_000, sessionsPerSubject: 200_000, connectionsPerAddress: 5_000, ...limits }
  return `config:
  adminAddr: "off"
  statsAddr: "off"
  readinessAddr: "off"
  limits:
${Object.entries(raised)
  .map(([name, value]) => `    ${name}: ${value}`)
  .join('\n')}
mcp:
  port: ${port}
${policies === '' ? '' : `  policies:\n${policies}\n`}  targets:
${targets.map(targetText).join('\n')}
`
}

const targetText = ({ name, url, document }: Target): string =>
  document === undefined
    ? `  - name: ${name}\n    mcp:\n      host: ${url}`
    : `  - name: ${name}\n    openapi:\n      host: ${url}\n      schema: '${JSON.stringify(document)}'`
