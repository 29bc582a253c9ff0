// What a server of 2026-07-28 says of itself (`server/discover`), in the form of an answer to `initialize`.
import { rawJson, type TargetName } from '../../core/brand.ts'
import type { JsonObject } from '../../core/item.ts'
import type { Answer, Hello } from '../conversation.ts'
import { codes, modernRevision, newestLegacy } from '../wire.ts'
import { failing } from './failing.ts'
import { TASKS } from './modern-params.ts'
import { readError, revisionsIn, SERVER_INFO } from './modern-results.ts'
import { NotModern } from './modern-talk.ts'

export const DISCOVER = 'server/discover'

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Whether a server has refused a revision that it names as one of its own. */
export function mayRetry({ kind, raw }: Answer): boolean {
  if (kind === 'result') return false
  const { code, data } = readError(raw)
  return code === codes.unsupportedVersion && revisionsIn(data['supported']).includes(modernRevision)
}

/** Reads the answer. Throws NotModern when the server speaks earlier revisions only (reference: mcp §1.3, §12.2.1). */
export function readDiscovered(target: TargetName, answer: Answer): Hello {
  const where = [target, DISCOVER] as const
  if (answer.kind === 'error') {
    const { code } = readError(answer.raw)
    if (code === codes.headerMismatch || code === codes.missingCapability || mayRetry(answer))
      throw failing('upstream.protocol', where, `it answered with error ${code}`)
    throw new NotModern('upstream.protocol', `target ${target}: ${DISCOVER}: it answered with error ${code}`)
  }
  const said: unknown = JSON.parse(answer.raw)
  if (!isObject(said) || !revisionsIn(said['supportedVersions']).includes(modernRevision))
    throw new NotModern('upstream.protocol', `target ${target}: ${DISCOVER}: it does not speak ${modernRevision}`)
  const { capabilities: declared, instructions, _meta: meta } = said
  const own = isObject(declared) ? declared : {}
  // Clients of before ask for tasks, and about them, in their own way.
  const capabilities = makesTasks({ capabilities: own }) ? { ...own, tasks: TASKS_OF_BEFORE } : own
  // Servers of its drafts say who they are beside, not within, `_meta`.
  const named = isObject(meta) && isObject(meta[SERVER_INFO]) ? meta[SERVER_INFO] : said['serverInfo']
  const info = isObject(named) ? named : { name: target, version: '' }
  const advice = typeof instructions === 'string' ? instructions : undefined
  const hello = {
    protocolVersion: newestLegacy,
    capabilities,
    serverInfo: info,
    ...(advice !== undefined && { instructions: advice }),
  }
  return { revision: modernRevision, capabilities, raw: rawJson(JSON.stringify(hello)), instructions: advice }
}

/** Whether a server may answer with tasks those who declare that they know them. */
export const makesTasks = ({ capabilities: { extensions } }: Pick<Hello, 'capabilities'>): boolean =>
  isObject(extensions) && TASKS in extensions

const TASKS_OF_BEFORE = { list: {}, cancel: {}, requests: { tools: { call: {} } } }

/** Lists of which the server says when they change. */
export const changingLists = ({ capabilities }: Hello) =>
  (['tools', 'prompts', 'resources'] as const).filter((name) => {
    const about = capabilities[name]
    return isObject(about) && about['listChanged'] === true
  })
