// URIs of several targets as one server, and rewriting that leaves every other byte alone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { rawJson, targetName } from '../../src/core/brand.ts'
import { exposeUri, exposeUris, literalPrefix, splitUri } from '../../src/mcp/uris.ts'

const a = targetName('a')
const known = (name: string) => (name === 'a' ? a : undefined)
const expose = (uri: string): string => exposeUri(a, uri)

test('a URI says its target in front, an app behind its scheme, a web address not at all', () => {
  assert.equal(expose('file:///x'), 'a+file:///x')
  assert.equal(expose('git+ssh://h/x'), 'a+git+ssh://h/x')
  assert.equal(expose('ui://view/main'), 'ui://a+view/main')
  assert.equal(expose('https://h/x'), 'https://h/x')
})

test('what was exposed can be taken apart again', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.webUrl(),
        fc.string(),
        fc.string().map((rest) => `ui://${rest}`),
      ),
      (uri) => {
        const exposed = expose(uri)
        if (exposed === uri) return
        assert.deepEqual(splitUri(exposed, known), { target: 'a', uri })
      },
    ),
  )
})

test('a URI without a known target leads nowhere', () => {
  for (const uri of ['file:///x', 'b+file:///x', '+x', '', 'ui://x', 'ui://b+x', '__proto__+x'])
    assert.equal(splitUri(uri, known), undefined, uri)
})

test('the literal beginning of a template ends at its first expression', () => {
  assert.equal(literalPrefix('http://h/{id}/x{y}'), 'http://h/')
  assert.equal(literalPrefix('http://h/'), 'http://h/')
})

test('URIs in results are rewritten and every other byte stays', () => {
  const text = rawJson(
    `{ "x-unknown" : [1e400, -0, 9007199254740993, "\\u0061"],
       "content": [ {"type":"text","text":"see {\\"uri\\":\\"file:///no\\"}", "uri":"file:///kept"},
         {"uri": "file:///link","type":"resource_link", "z":1, "a":2},
         { "type":"resource","resource":{"uri":"file:\\/\\/\\/in","text":"1e400", "_meta":{"ui":{"resourceUri":"ui://v"}}}},
         {"type":"resource_link","uri":"https://web/x"}, {"type":"novel","uri":"file:///kept"} ],
       "structuredContent": {"uri":"file:///kept","n":1e400},
       "_meta": {"ui":{"resourceUri":"ui://app/1","k":-0},"ui/resourceUri":"ui://app/2"} }`,
  )
  const expected = text
    .replace('"file:///link"', '"a+file:///link"')
    .replace('"file:\\/\\/\\/in"', '"a+file:///in"')
    .replace('"ui://v"', '"ui://a+v"')
    .replace('"ui://app/1"', '"ui://a+app/1"')
    .replace('"ui://app/2"', '"ui://a+app/2"')
  assert.equal(exposeUris(text, expose), expected)
})

test('prompt messages, sampling messages and resource contents are rewritten', () => {
  const messages = rawJson(
    '{"messages":[{"role":"user","content":{"type":"resource","resource":{"uri":"x:1"}}},{"role":"user","content":[{"type":"resource_link","uri":"x:2"},{"type":"tool_result","content":[{"type":"resource_link","uri":"x:3"}]}]}],"maxTokens":1e2}',
  )
  assert.equal(
    exposeUris(messages, expose),
    messages.replace('"x:1"', '"a+x:1"').replace('"x:2"', '"a+x:2"').replace('"x:3"', '"a+x:3"'),
  )
  const contents = rawJson('{"contents":[{"uri":"x:1","blob":"AA=="},{"text":"t","uri":"x:2"}]}')
  assert.equal(exposeUris(contents, expose), contents.replace('"x:1"', '"a+x:1"').replace('"x:2"', '"a+x:2"'))
})

test('an ordinary result is the very text that came', () => {
  const text = rawJson('{"content":[{"type":"text","text":"hello"}]}')
  const refuse = (): string => {
    throw new Error('nothing here is a URI')
  }
  assert.equal(exposeUris(text, refuse), text)
})

test('odd shapes pass untouched', () => {
  for (const text of [
    '{"content":"uri","uri":1}',
    '{"content":[null,1,"uri",[],{"type":"resource_link","uri":5},{"type":"resource","resource":null,"uri":"x"}]}',
    '{"contents":{"uri":"x:1"},"messages":[1,{"content":null},{"uri":"x"}]}',
    '{"_meta":{"ui":"resourceUri","ui/resourceUri":null,"uri":1}}',
  ])
    assert.equal(exposeUris(rawJson(text), expose), text)
})
