// What is left of a long result, and what says so.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rawJson } from '../../src/core/brand.ts'
import { capped, cappedTask, wishOf } from '../../src/mcp/result-cap.ts'
import { compileProgram } from '../../src/policy/policy.ts'
import { FakeClient, federate, result, Server, taskNames, valueOf } from './upstreams.ts'

const cut = (value: unknown, most: number): unknown =>
  JSON.parse(capped(rawJson(JSON.stringify(value)), { characters: most, taker: 'Client' }))
const text = (said: string) => ({ type: 'text', text: said })
const note = (gone: number, of: number, most: number) =>
  text(`[${gone} of ${of} characters are cut here: Client takes ${most} of a result. Ask for less at a time.]`)

test('texts are kept from the beginning, and what is no text stays', () => {
  const image = { type: 'image', data: 'AAAA', mimeType: 'image/png' }
  const content = [text('abc'), image, text('defgh'), text('ij'), image]
  assert.deepEqual(cut({ content, isError: true }, 5), {
    content: [text('abc'), image, text('de'), image, note(5, 10, 5)],
    isError: true,
  })
  assert.deepEqual(cut({ content }, 3), { content: [text('abc'), image, image, note(7, 10, 3)] })
})

test('the text of a resource counts, and its address stays', () => {
  const resource = { type: 'resource', resource: { uri: 'x:1', text: 'abcdef' } }
  assert.deepEqual(cut({ content: [resource] }, 2), {
    content: [{ type: 'resource', resource: { uri: 'x:1', text: 'ab' } }, note(4, 6, 2)],
  })
})

test('a character of two halves is not cut in two', () => {
  assert.deepEqual(cut({ content: [text('a😀b')] }, 2), { content: [text('a'), note(3, 4, 2)] })
})

test('a result without texts, or of another form, is left alone', () => {
  for (const odd of ['{}', '{"content":7}', '{"content":[1,"x",null,{"text":7}]}', '{"structuredContent":{"a":"bcd"}}'])
    assert.equal(capped(rawJson(odd), { characters: 1, taker: 'Client' }), odd)
})

test('the result inside of a task of 2026-07-28 is cut as any other', async (t) => {
  const server = new Server('a').tools(['x'])
  const said = [text('abcdefghij'.repeat(50))]
  const task = { resultType: 'complete', taskId: '1', status: 'completed', result: { content: said } }
  server.on.set('tasks/get', () => result(task))
  const get = async (characters?: number): Promise<string> => {
    const plan = characters === undefined ? {} : { resultLimit: { characters } }
    const tasks = taskNames()
    const { request, end } = federate([server], { program: compileProgram([{ plan }]), tasks })
    t.after(end)
    const client = new FakeClient()
    tasks.began(client, server.target, '1')
    const taskId = tasks.expose({ client, target: server.target, several: false }, '1')
    return JSON.stringify(valueOf(await request(client, 'tasks/get', { taskId })))
  }
  assert.match(await get(), /(?:abcdefghij){50}/)
  const cutShort = await get(300)
  assert.match(cutShort, /"status":"completed","result":\{"content":\[\{"type":"text","text":"(?:abcdefghij){30}"\},/)
  assert.match(cutShort, /200 of 500 characters are cut here: this gateway takes 300 .*"uri":"toolgate-result:/)
  for (const odd of ['{}', '{"result":7}', '{"result":null}', '{"status":"working"}'])
    assert.equal(cappedTask(rawJson(odd), { characters: 1, taker: 'Client' }), odd)
})

test('a wish is a number above nothing', () => {
  assert.equal(wishOf('{"_meta":{"a/b":7}}', 'a/b'), 7)
  for (const odd of ['{}', '{"_meta":[]}', '{"_meta":{"a/b":"7"}}', '{"_meta":{"a/b":-7}}', '{"_meta":{"a/b":1e999}}'])
    assert.ok([undefined, Infinity].includes(wishOf(odd, 'a/b')))
})
