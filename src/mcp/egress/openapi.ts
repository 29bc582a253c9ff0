// Target kind `openapi`: a REST API, each operation of its document a tool.
import { define } from '../../core/module.ts'
import type { Upstream } from '../conversation.ts'
import { openapiSchema } from './openapi-schema.ts'
import type { TargetSite } from './site.ts'

/** YAML `openapi: {schema, host, …}` (reference: agentgateway §3.1, §3.10; openapi §9 to §13). */
export const openapi = define({
  key: 'openapi',
  schema: openapiSchema,
  async compile(config, site: TargetSite): Promise<Upstream | undefined> {
    // Readers of YAML and the conversion are loaded by whoever has such a target, and by nobody else.
    const { openapiUpstream } = await import('./openapi-target.ts')
    return await openapiUpstream(config, site)
  },
})
