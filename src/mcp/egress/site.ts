// What a target's module may use while it compiles, and what kind of module that is. Types only.
import type { z } from 'zod'
import type { TargetName } from '../../core/brand.ts'
import type { Module, Path } from '../../core/module.ts'
import type { TlsOptions } from '../../http/pools.ts'
import type { Fields } from '../../policy/fields.ts'
import type { BackendSite, Credentials } from '../../policy/policy.ts'
import type { Upstream } from '../conversation.ts'

/** A backend's site, and the target that is being compiled; `path` leads to the body of the target's kind. */
export interface TargetSite
  extends Pick<
    BackendSite,
    'path' | 'problem' | 'warning' | 'read' | 'pools' | 'log' | 'limits' | 'metrics' | 'keep' | 'backend'
  > {
  readonly target: TargetName
  /** TLS of the policies in force for this target (`backendTLS`); none: TLS only for `https://` addresses. */
  readonly tls?: TlsOptions | undefined
  /** Headers that the target's own policies ask for (`requestHeaderModifier`). */
  readonly fields?: Fields | undefined
  /** What proves to the target who asks (`backendAuth`). */
  readonly credentials?: Credentials | undefined
  /** Compiles a body of `backendAuth` that stands at `at`, for targets that have more than one thing to prove. */
  proof?(at: Path, body: unknown): Credentials | undefined
}

/** `undefined`: the configuration is wrong, and the site knows why. */
export type TargetModule = Module<z.ZodType, Upstream | undefined, TargetSite>
