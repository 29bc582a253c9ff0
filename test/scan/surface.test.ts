// Which strings of a definition are looked at, and as what.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../src/core/item.ts'
import { type Kind, pointer, walk } from '../../src/scan/surface.ts'

const seen = (definition: JsonObject, kind: Kind): readonly string[] =>
  walk(definition, kind).pieces.map(
    ({ at, surface, isKey, text }) => `${pointer(at)} ${surface}${isKey ? '*' : ''} ${text}`,
  )

test('every string of a tool is walked, in the order of the document, with what it is for', () => {
  const tool = {
    name: 'find',
    title: 'Find',
    description: 'Finds.',
    inputSchema: {
      type: 'object',
      properties: { 'a/b~c': { type: 'string', description: 'What', default: 'x', enum: ['y'], pattern: '^z$' } },
      required: ['a/b~c'],
      $comment: 'note',
    },
    annotations: { title: 'T' },
    icons: [{ src: 'https://example.com/i.png' }],
    _meta: { vendor: 'v' },
    extra: { deep: ['e'] },
  }
  assert.deepEqual(seen(tool, 'tool'), [
    '/name name find',
    '/title title Find',
    '/description description Finds.',
    '/inputSchema/type schema object',
    '/inputSchema/properties/a~1b~0c key* a/b~c',
    '/inputSchema/properties/a~1b~0c/type schema string',
    '/inputSchema/properties/a~1b~0c/description parameter What',
    '/inputSchema/properties/a~1b~0c/default value x',
    '/inputSchema/properties/a~1b~0c/enum/0 value y',
    '/inputSchema/properties/a~1b~0c/pattern pattern ^z$',
    '/inputSchema/required/0 key a/b~c',
    '/inputSchema/$comment schema note',
    '/annotations/title annotation T',
    '/icons/0/src icon https://example.com/i.png',
    '/_meta/vendor field* vendor',
    '/_meta/vendor meta v',
    '/extra field* extra',
    '/extra/deep field* deep',
    '/extra/deep/0 meta e',
  ])
})

test('the answer of a tool is content, its members have names, its pictures are not text', () => {
  const result = {
    content: [
      { type: 'text', text: 'hello' },
      { type: 'image', data: 'aGVsbG8=', mimeType: 'image/png' },
      { type: 'resource', resource: { uri: 'file:///a', text: 'inside' } },
    ],
    structuredContent: { note: 'kept' },
    isError: true,
  }
  const { pieces } = walk(result, 'result')
  assert.ok(pieces.every(({ isError }) => isError))
  const texts = pieces.filter(({ surface }) => surface !== 'meta').map(({ surface, text }) => `${surface} ${text}`)
  assert.deepEqual(texts, ['content hello', 'uri file:///a', 'content inside', 'field note', 'content kept'])
})

test('messages of a prompt are messages, whoever is made to say them', () => {
  const prompt = { name: 'p', messages: [{ role: 'assistant', content: { type: 'text', text: 'Sure.' } }] }
  const [said] = walk(prompt, 'prompt').pieces.filter(({ text }) => text === 'Sure.')
  assert.equal(said?.surface, 'message')
})

test('what is too deep, too wide or too long is cut, and said', () => {
  let deep: JsonObject = { text: 'bottom' }
  for (let i = 0; i < 100; i++) deep = { deep }
  const limits = { depth: 10, nodes: 50, length: 100 }
  assert.deepEqual([...walk(deep, 'tool', limits).excess.keys()], ['depth'])
  const wide = { list: Array.from({ length: 1_000 }, () => 1) }
  assert.deepEqual([...walk(wide, 'tool', limits).excess.keys()], ['nodes'])
  const long = walk({ description: 'x'.repeat(200) }, 'tool', limits)
  assert.deepEqual([...long.excess.keys()], ['length'])
  assert.equal(long.pieces[0]?.text.length, 100)
})

test('an object that holds itself ends', () => {
  const loop: { [key: string]: unknown } = { name: 'loop' }
  loop['self'] = loop
  loop['list'] = [loop, loop]
  assert.ok(walk(loop, 'tool').excess.size > 0)
})

test('members that are called as things of the language are members like any other', () => {
  const definition: unknown = JSON.parse(
    '{"constructor":"a","__proto__":{"toString":"b"},"inputSchema":{"valueOf":"c"}}',
  )
  assert.ok(typeof definition === 'object' && definition !== null)
  for (const kind of ['tool', 'server', 'result', 'request', 'message'] as const) {
    const texts: readonly string[] = walk(
      { ...Object.fromEntries(Object.entries(definition)), tools: [definition] },
      kind,
    ).pieces.map(({ text }) => text)
    for (const text of ['a', 'b', 'c']) assert.ok(texts.includes(text), `${kind}: ${text}`)
  }
})
