// Multipart bodies, byte for byte: what stands in the head of a part, and what cannot get there.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Written, writeParts } from '../../src/openapi/multipart.ts'

const settings = { type: 'multipart/form-data', named: true, files: new Set<string>(), encoding: {}, at: '/body' }

/** The body with the boundary as `B`, since that is drawn by lot. */
function text({ body, type }: Written): string {
  const boundary = /^multipart\/[\w-]+; boundary=(toolgate-[0-9a-f]{36})$/.exec(type)?.[1] ?? ''
  assert.ok(boundary !== '', type)
  return body.toString().replaceAll(boundary, 'B')
}

test('parts of a form have names, files a name and a type besides', () => {
  const files = new Set(['file', 'more'])
  const value = {
    plain: 'x',
    file: 'aGk=',
    more: ['aGk=', { data: 'aGk=', filename: 'n.txt', contentType: 'text/plain' }],
  }
  assert.equal(
    text(writeParts(value, { ...settings, files })),
    [
      '--B\r\nContent-Disposition: form-data; name="plain"\r\n\r\nx\r\n',
      '--B\r\nContent-Disposition: form-data; name="file"; filename="file"\r\nContent-Type: application/octet-stream\r\n\r\nhi\r\n',
      '--B\r\nContent-Disposition: form-data; name="more"; filename="more"\r\nContent-Type: application/octet-stream\r\n\r\nhi\r\n',
      '--B\r\nContent-Disposition: form-data; name="more"; filename="n.txt"\r\nContent-Type: text/plain\r\n\r\nhi\r\n',
      '--B--\r\n',
    ].join(''),
  )
})

test('parts of other multipart types have no names, and file names only if somebody gives them', () => {
  const parts = { ...settings, type: 'multipart/related', named: false, files: new Set(['a', 'b']) }
  assert.equal(
    text(writeParts({ about: { x: 1 }, a: 'aGk=', b: { data: 'aGk=', filename: 'n.txt' } }, parts)),
    [
      '--B\r\nContent-Type: application/json\r\n\r\n{"x":1}\r\n',
      '--B\r\nContent-Type: application/octet-stream\r\n\r\nhi\r\n',
      '--B\r\nContent-Disposition: attachment; filename="n.txt"\r\nContent-Type: application/octet-stream\r\n\r\nhi\r\n',
      '--B--\r\n',
    ].join(''),
  )
})

test('what would end a name or a line is written as browsers write it', () => {
  const value = { 'a"\r\nX-Evil: 1': 'x', file: { data: 'AA==', filename: '"\r\n\r\n<script>' } }
  const written = text(writeParts(value, { ...settings, files: new Set(['file']) }))
  assert.match(written, /name="a%22%0D%0AX-Evil: 1"\r\n\r\nx\r\n/)
  assert.match(written, /filename="%22%0D%0A%0D%0A<script>"\r\n/)
  assert.doesNotMatch(written, /^X-Evil|\n\r\n</m)
  for (const contentType of ['text/plain\r\nX: 1', 'text', '', 'a/b; c=\n'])
    assert.throws(
      () => writeParts({ file: { data: 'AA==', contentType } }, { ...settings, files: new Set(['file']) }),
      { name: 'Refused', at: '/body/file/contentType' },
      JSON.stringify(contentType),
    )
})

test('a list is parts of one name, or one part where the document joins it', () => {
  const encoding = { joined: { explode: false }, none: { explode: false } }
  const value = { each: [1, true], joined: ['a', 2], none: [], empty: [], gone: undefined }
  assert.equal(
    text(writeParts(value, { ...settings, encoding })),
    [
      '--B\r\nContent-Disposition: form-data; name="each"\r\n\r\n1\r\n',
      '--B\r\nContent-Disposition: form-data; name="each"\r\n\r\ntrue\r\n',
      '--B\r\nContent-Disposition: form-data; name="joined"\r\n\r\na,2\r\n',
      '--B--\r\n',
    ].join(''),
  )
})

test('headers of a part are the document’s defaults, and none that says what the part is', () => {
  const headers = {
    'X-Kind': { schema: { default: 'photo' } },
    'X-Asked': { schema: { type: 'string' } },
    'X-Broken': { schema: { default: 'a\r\nb' } },
    'X Bad': { schema: { default: 'a' } },
    'Content-Type': { schema: { default: 'text/html' } },
    'Content-Disposition': { schema: { default: 'inline' } },
  }
  assert.equal(
    text(writeParts({ a: 'x' }, { ...settings, encoding: { a: { contentType: 'text/*, text/csv', headers } } })),
    '--B\r\nContent-Disposition: form-data; name="a"\r\nContent-Type: text/csv\r\nX-Kind: photo\r\n\r\nx\r\n--B--\r\n',
  )
})

test('a file may be a resource of another tool, and is called as its address ends', () => {
  const files = new Set(['f'])
  const heads = (f: object): string => text(writeParts({ f }, { ...settings, files })).split('\r\n\r\n')[0] ?? ''
  assert.match(
    heads({ uri: 'file:///a/b/notes.txt?x#y', mimeType: 'text/plain', text: 'hi' }),
    /filename="notes\.txt"\r\nContent-Type: text\/plain/,
  )
  assert.match(
    heads({ type: 'resource', resource: { uri: 'x://y/', blob: 'AA==' } }),
    /filename="f"\r\nContent-Type: application\/octet-stream/,
  )
  assert.throws(() => heads({ uri: 'x:', blob: '?' }), { name: 'Refused', at: '/body/f/data' })
  assert.throws(() => writeParts('x', settings), { name: 'Refused', at: '/body' })
})
