// Whatever values arguments have, a server that reads by the tables of OpenAPI finds them again, and nothing else.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { converted, sent, tool } from './documents.ts'

type Style = 'simple' | 'label' | 'matrix' | 'form' | 'spaceDelimited' | 'pipeDelimited' | 'deepObject'
interface Row {
  readonly in: 'path' | 'query' | 'header' | 'cookie'
  readonly style: Style
  readonly explode: boolean
}

const rows: readonly Row[] = [
  ...(['simple', 'label', 'matrix'] as const).flatMap((style) =>
    [true, false].map((explode): Row => ({ in: 'path', style, explode })),
  ),
  ...(['form', 'spaceDelimited', 'pipeDelimited'] as const).flatMap((style) =>
    [true, false].map((explode): Row => ({ in: 'query', style, explode })),
  ),
  { in: 'query', style: 'deepObject', explode: true },
  { in: 'header', style: 'simple', explode: true },
  { in: 'header', style: 'simple', explode: false },
  { in: 'cookie', style: 'form', explode: true },
  { in: 'cookie', style: 'form', explode: false },
]

const name = 'p x'
const document = (row: Row, type: string): object => ({
  openapi: '3.1.1',
  info: { title: 't', version: '1' },
  servers: [{ url: 'https://api.example.test/base' }],
  paths: {
    [row.in === 'path' ? `/a/{${name}}/z` : '/a']: {
      get: {
        operationId: 'get',
        parameters: [
          {
            name: row.in === 'header' ? 'p-x' : name,
            in: row.in,
            required: true,
            style: row.style,
            explode: row.explode,
            schema: type === 'array' ? { type, items: { type: 'string' } } : { type },
          },
        ],
        responses: {},
      },
    },
  },
})

/** What the wire says of the parameter, in its own alphabet, before anything is decoded. */
function wire(row: Row, value: unknown): string {
  const named = row.in === 'header' ? 'p-x' : name
  const made = sent(tool(converted(document(row, Array.isArray(value) ? 'array' : typeof value)), 'get'), {
    [row.in]: { [named]: value },
  })
  if (row.in === 'path') {
    const segments = made.path.split('/')
    assert.deepEqual([segments.length, ...segments.slice(0, 3), segments[4]], [5, '', 'base', 'a', 'z'])
    return segments[3] ?? ''
  }
  if (row.in === 'query') return made.query.slice(1)
  return made.headers[row.in === 'cookie' ? 'Cookie' : 'p-x'] ?? ''
}

const plain =
  (row: Row) =>
  (text: string): string =>
    row.in === 'header' ? text : decodeURIComponent(text)

/** Reads a list of texts by the style table alone. */
function readList(row: Row, text: string): readonly string[] {
  const decode = plain(row)
  const key = encodeURIComponent(name)
  const pairs = (between: string): readonly string[] =>
    text.split(between).map((one) => (one.startsWith(`${key}=`) ? one.slice(key.length + 1) : one))
  if (row.style === 'label')
    return text
      .slice(1)
      .split(row.explode ? '.' : ',')
      .map(decode)
  if (row.style === 'matrix') {
    assert.ok(text.startsWith(`;${key}`))
    if (row.explode)
      return text
        .slice(1)
        .split(';')
        .map((one) => decode(one === key ? '' : one.slice(key.length + 1)))
    return text === `;${key}`
      ? ['']
      : text
          .slice(key.length + 2)
          .split(',')
          .map(decode)
  }
  if (row.in === 'path' || row.in === 'header') return text.split(',').map(decode)
  if (row.explode) return pairs(row.in === 'cookie' ? '; ' : '&').map(decode)
  const joint = { spaceDelimited: '%20', pipeDelimited: '%7C' }[String(row.style)] ?? ','
  return text
    .slice(key.length + 1)
    .split(joint)
    .map(decode)
}

/** Reads an object of texts by the style table alone. */
function readObject(row: Row, text: string): Record<string, string> {
  const decode = plain(row)
  const key = encodeURIComponent(name)
  const fromPairs = (all: readonly string[]): Record<string, string> =>
    Object.fromEntries(
      all.map((one) => [decode(one.slice(0, one.indexOf('='))), decode(one.slice(one.indexOf('=') + 1))]),
    )
  const fromFlat = (all: readonly string[]): Record<string, string> =>
    Object.fromEntries(
      all.flatMap((one, index) => (index % 2 === 0 ? [[decode(one), decode(all[index + 1] ?? '')]] : [])),
    )
  if (row.style === 'deepObject')
    return Object.fromEntries(
      text.split('&').map((one) => {
        const [left = '', right = ''] = one.split('=')
        const plainKey = decode(left)
        assert.ok(plainKey.startsWith(`${name}[`) && plainKey.endsWith(']'))
        return [plainKey.slice(name.length + 1, -1), decode(right)]
      }),
    )
  if (row.explode) {
    const between =
      { label: '.', matrix: ';' }[String(row.style)] ?? (row.in === 'query' ? '&' : row.in === 'cookie' ? '; ' : ',')
    return fromPairs((row.style === 'label' || row.style === 'matrix' ? text.slice(1) : text).split(between))
  }
  if (row.style === 'label') return fromFlat(text.slice(1).split(','))
  if (row.style === 'matrix') return fromFlat(text.slice(key.length + 2).split(','))
  if (row.in === 'path' || row.in === 'header') return fromFlat(text.split(','))
  const joint = { spaceDelimited: '%20', pipeDelimited: '%7C' }[String(row.style)] ?? ','
  return fromFlat(text.slice(key.length + 1).split(joint))
}

/** Texts that the place can hold at all: what it cannot is refused, and told of in other tests. */
function texts(row: Row): fc.Arbitrary<string> {
  const hostile = fc.constantFrom(
    'a&b=c',
    '#',
    '?x',
    '../..',
    '%2e%2e',
    'é漢👍',
    ' ',
    ';a=b',
    'a\r\nb: c',
    '[x]',
    '{y}',
    '"',
    "'",
    '\\',
    '+',
    '=',
    '@evil',
    '//evil',
  )
  const any = fc.oneof(fc.string({ unit: 'binary', maxLength: 12 }), fc.string({ maxLength: 12 }), hostile)
  return any.filter((text) => {
    if (!text.isWellFormed() || text.includes('\0')) return false
    if (row.in === 'header') return /^[\x21-\x2b\x2d-\x3c\x3e-\x7e]+$/.test(text)
    if (row.style === 'spaceDelimited' && !row.explode && text.includes(' ')) return false
    if (row.style === 'pipeDelimited' && !row.explode && text.includes('|')) return false
    // A dot is no delimiter to percent-encoding: RFC 6570 leaves lists of labels to who has none in them.
    return row.style !== 'label' || !row.explode || !text.includes('.')
  })
}

const dots = (row: Row, all: readonly string[]): boolean =>
  row.in === 'path' &&
  /^\.{0,2}$/.test(`${row.style === 'label' ? '.' : ''}${all.join(row.style === 'label' && row.explode ? '.' : ',')}`)

for (const row of rows) {
  const title = `${row.in} ${row.style}${row.explode ? ' exploded' : ''}`
  if (row.style !== 'deepObject')
    test(`${title}: a list arrives as it was`, () => {
      fc.assert(
        fc.property(fc.array(texts(row), { minLength: 1, maxLength: 5 }), (value) => {
          fc.pre(!dots(row, value))
          assert.deepEqual(readList(row, wire(row, value)), value)
        }),
        { numRuns: 60 },
      )
    })

  test(`${title}: an object arrives as it was`, () => {
    const keys = texts(row).filter(
      (key) => key !== '' && key !== '__proto__' && key !== name && (row.style !== 'deepObject' || !/[[\]]/.test(key)),
    )
    fc.assert(
      fc.property(fc.dictionary(keys, texts(row), { minKeys: 1, maxKeys: 4 }), (value) => {
        assert.deepEqual(readObject(row, wire(row, value)), { ...value })
      }),
      { numRuns: 60 },
    )
  })

  if (row.style !== 'deepObject' && !/Delimited/.test(row.style))
    test(`${title}: a text arrives as it was`, () => {
      fc.assert(
        fc.property(texts(row), (value) => {
          fc.pre(!dots(row, [value]))
          const text = wire(row, value)
          const start =
            row.style === 'label'
              ? 1
              : row.style === 'matrix'
                ? encodeURIComponent(name).length + 2
                : row.in === 'path' || row.in === 'header'
                  ? 0
                  : encodeURIComponent(name).length + 1
          assert.equal(plain(row)(text.slice(start)), value)
        }),
        { numRuns: 60 },
      )
    })
}
