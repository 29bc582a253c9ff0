// An attack on the facade twice: as it is, and with one of its checks made to say yes. The rest is the same code both times.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { StoreKey } from '../../../src/core/store.ts'
import { Clients } from '../../../src/oauth/facade/clients.ts'
import { Browser, type Stage, type StageOptions, stage, verifier } from './stage.ts'

export interface Attack {
  readonly options?: StageOptions
  /** Makes one check say yes, whatever it is shown. */
  readonly without: (t: TestContext, world: Stage) => void
  /** Whether the attacker gets what they want. */
  readonly succeeds: (world: Stage) => Promise<boolean>
}

/** Fails unless the attack succeeds without the check and not with it. */
export async function held(t: TestContext, name: string, { options, without, succeeds }: Attack): Promise<void> {
  await t.test(name, async (t) => {
    const open = await stage(t, options)
    without(t, open)
    assert.equal(await succeeds(open), true, 'without the check the attack succeeds')
    t.mock.restoreAll()
    assert.equal(await succeeds(await stage(t, options)), false, 'with it the attack fails')
  })
}

export const thief = 't'.repeat(43)

/** Whether a form at the token endpoint is worth a token. */
export async function redeems(world: Stage, form: Record<string, string>): Promise<boolean> {
  const answer = await world.token(form)
  return answer.kind === 'json' && answer.status === 200
}

export const codeForm = (client: string, code: string | null, shown = verifier): Record<string, string> => ({
  grant_type: 'authorization_code',
  client_id: client,
  code: code ?? '',
  code_verifier: shown,
})

/** Where a browser ends that follows whatever it is answered, logged in at the provider as it is; `undefined`: at a page of ours. */
export async function followed(person: Browser, path: string): Promise<URL | undefined> {
  const answer = await person.open(path)
  if (answer.kind === 'page' && answer.page.kind === 'onward') return onward(person, answer.page.to)
  return answer.kind === 'redirect' ? onward(person, answer.location) : undefined
}

/** As `followed`, from a place outside: the provider sends it back to us, at a client's address it stays. */
export async function onward(person: Browser, to: string): Promise<URL | undefined> {
  const url = new URL(to)
  return url.hostname === '127.0.0.1' && url.port !== '' ? followed(person, await person.visit(to)) : url
}

/** Values below a key of the facade are another one when they are read. */
export function readAs(t: TestContext, { store }: Stage, kind: string, change: (value: object) => object): void {
  const get = store.get.bind(store)
  t.mock.method(store, 'get', async (key: StoreKey) => {
    const entry = await get(key)
    return entry === undefined || key[2] !== kind
      ? entry
      : { ...entry, value: JSON.stringify(change(JSON.parse(entry.value))) }
  })
}

/** Every client has registered this address, whatever it has registered. */
export function alsoAt(t: TestContext, address: string): void {
  // oxlint-disable-next-line typescript/unbound-method -- called with its own `this`
  const { find } = Clients.prototype
  t.mock.method(Clients.prototype, 'find', async function (this: Clients, id: string) {
    const client = await find.call(this, id)
    return typeof client === 'string' ? client : { ...client, redirects: [...client.redirects, address] }
  })
}
