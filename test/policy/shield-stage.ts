// A shield over hand-written servers: compiled as the gateway does it, with a lock in a folder of its own.
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import type { Problem } from '../../src/core/module.ts'
import { mcpShield } from '../../src/policy/mcp-shield.ts'
import { compileProgram, type Policy, type Program, type Site } from '../../src/policy/policy.ts'
import type { Pin } from '../../src/scan/pin.ts'
import { parseLock } from '../../src/scan/pin-lock.ts'
import { federate, quiet, remembering, type Server } from '../mcp/upstreams.ts'

export interface Stage {
  readonly file: string
  readonly log: ReturnType<typeof remembering>
  readonly counted: string[]
  /** The policy as a configuration with this body has it, and what was said of the body. */
  compile(
    body: object,
  ): Promise<{ policy: Policy; program: Program; problems: readonly Pick<Problem, 'path' | 'message'>[] }>
  /** Clients' side of these servers behind it. */
  behind(servers: readonly Server[], body: object): Promise<ReturnType<typeof federate>>
  /** What is in the lock, once everything that is in force has been written. */
  pins(): Promise<readonly Pin[]>
  write(text: string): void
}

export function shieldStage(t: TestContext): Stage {
  const folder = mkdtempSync(path.join(tmpdir(), 'shield-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const file = path.join(folder, 'tools.lock')
  const log = remembering()
  const counted: string[] = []
  const kept = new Map<string, AsyncDisposable>()
  const ended = async (): Promise<void> => {
    for (const thing of kept.values()) await thing[Symbol.asyncDispose]()
    kept.clear()
  }
  t.after(ended)
  const compile: Stage['compile'] = async (body) => {
    const problems: Pick<Problem, 'path' | 'message'>[] = []
    const note = (at: Problem['path'], message: string): void => void problems.push({ path: at, message })
    const site: Pick<Site, 'log' | 'metrics' | 'problem' | 'warning' | 'peek' | 'keep'> = {
      log,
      metrics: {
        ...quiet,
        judged: (server, outcome, rule) => void counted.push(`${server} ${outcome} ${rule}`.trim()),
      },
      problem: note,
      warning: note,
      peek: (name) => (existsSync(name) ? readFileSync(name) : undefined),
      keep: (key, make) => {
        const thing = kept.get(key) ?? make()
        kept.set(key, thing)
        return thing as ReturnType<typeof make> // the key stands for what is made
      },
    }
    // What a shield does not ask for is not here.
    const policy = await mcpShield.compile(mcpShield.schema.parse(body), site as Site)
    return { policy, program: compileProgram([policy]), problems }
  }
  return {
    file,
    log,
    counted,
    compile,
    behind: async (servers, body) => {
      const { program, problems } = await compile(body)
      assert.deepEqual(problems, [])
      const stage = federate(servers, { program, log })
      t.after(stage.end)
      return stage
    },
    pins: async () => {
      await ended()
      const lock = existsSync(file) ? parseLock(readFileSync(file, 'utf8')) : { pins: [] }
      assert('pins' in lock)
      return lock.pins
    },
    write: (text) => writeFileSync(file, text),
  }
}

/** Text that people do not see and models read. */
export const hidden = (text: string): string =>
  Array.from(text, (character) => String.fromCodePoint(0xe0000 + (character.codePointAt(0) ?? 0))).join('')
