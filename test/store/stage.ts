// A store in a folder that goes away with the test.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import type { Store } from '../../src/core/store.ts'
import { openStore } from '../../src/store/open.ts'

export function folder(t: TestContext): string {
  const made = mkdtempSync(path.join(tmpdir(), 'toolgate-store-'))
  t.after(() => rmSync(made, { recursive: true, force: true }))
  return made
}

export async function store(t: TestContext, place: Partial<Parameters<typeof openStore>[0]> = {}): Promise<Store> {
  const opened = await openStore({ url: undefined, folder: '/', keys: [], ...place })
  t.after(() => opened[Symbol.asyncDispose]())
  return opened
}
