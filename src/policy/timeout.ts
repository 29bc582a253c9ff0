// YAML `timeout`: how long a request may take, and how long one attempt at a backend.
import { z } from 'zod'
import { duration } from '../config/duration.ts'
import { define } from '../core/module.ts'
import type { Plan, Policy, Site } from './policy.ts'

const schema = z.strictObject({
  requestTimeout: duration().nullish(),
  backendRequestTimeout: duration().nullish(),
})

/**
 * `requestTimeout` covers everything until the answer's head: 504 `request timeout`. `backendRequestTimeout` covers each attempt:
 * 504 `upstream call timeout` (reference: agentgateway §2). Nought means no limit.
 */
export const timeout = define({
  key: 'timeout',
  schema,
  compile({ requestTimeout, backendRequestTimeout }, _site: Site): Policy {
    const plan: Plan = {
      ...(limits(requestTimeout) && { requestTimeout }),
      ...(limits(backendRequestTimeout) && { backendRequestTimeout }),
    }
    return { plan }
  },
})

const limits = (ms: number | null | undefined): ms is number => typeof ms === 'number' && ms > 0
