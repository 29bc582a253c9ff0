// The table of claims, in the order they are measured.
import type { Claim } from '../claim.ts'
import { toolsCallJson, toolsCallSse } from './calls.ts'
import { coldStart } from './cold-start.ts'
import { toolsCallBridged, toolsCallModern } from './eras.ts'
import { expressions } from './expressions.ts'
import { toolsCallGuarded } from './guard.ts'
import { toolsList20, toolsList5000 } from './lists.ts'
import { memoryParked } from './memory-parked.ts'
import { memorySessions } from './memory-sessions.ts'
import { openapiConversion, toolsCallOpenapi } from './openapi.ts'
import { toolsCallPolicies, toolsListRules } from './policies.ts'
import { scan } from './scan.ts'
import { self } from './self.ts'

export const claims: readonly Claim[] = [
  self, // first: when the bench itself is too slow, nothing below means anything
  toolsCallJson,
  toolsCallSse,
  toolsCallModern,
  toolsCallBridged,
  toolsList20,
  toolsList5000,
  toolsCallPolicies,
  toolsCallGuarded,
  toolsListRules,
  toolsCallOpenapi,
  openapiConversion,
  expressions,
  scan,
  coldStart,
  memorySessions,
  memoryParked,
]
