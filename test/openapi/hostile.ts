// Arguments that mean harm, in the shape of a tool's schema; and the rules that every request keeps, whatever the arguments are.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { PlannedTool } from '../../src/openapi/plan.ts'
import { request } from '../../src/openapi/request.ts'
import type { HttpRequest } from '../../src/openapi/tool.ts'
import { fields, isFields, list } from '../../src/openapi/value.ts'
import { multipart } from './multipart-reader.ts'

const hostile = fc.constantFrom<unknown>(
  '..',
  '.',
  '',
  '../../etc/passwd',
  '%2e%2e',
  '%2E%2E%2F',
  '..%2f',
  '/',
  '//evil.example/',
  '\\\\evil.example',
  '@evil.example',
  ':8080',
  '?a=b',
  '#x',
  'a\r\nX-Evil: 1',
  'a\nb',
  '\0',
  '\ud800',
  '\u2025',
  '．．／',
  ';a=b',
  'a;jsessionid=1',
  '{x}',
  'javascript:1',
  'http://evil.example',
  null,
  true,
  0,
  -1,
  1e21,
  1e-7,
  [],
  {},
  [[]],
  [null],
  { __proto__: 1 },
  { constructor: { prototype: 1 } },
  ['..'],
  { '..': '..' },
  'a'.repeat(10_000),
  // Each tries to bring something called `smuggled` into being: a parameter, a cookie, a header, a part.
  'x&smuggled=1',
  'x;smuggled=1',
  'x; smuggled=1',
  'x,smuggled=1',
  '?smuggled=1#smuggled=1',
  'x%26smuggled=1',
  'x\r\nSmuggled: 1',
  'x\r\n\r\nGET /smuggled HTTP/1.1\r\nSmuggled: 1',
  'x%0d%0aSmuggled:%201',
  'x\u560d\u560aSmuggled: 1',
  '"; name="smuggled',
  '\r\n--x\r\nContent-Disposition: form-data; name="smuggled"\r\n\r\n1',
  { data: 'AA==', filename: 'a"\r\nSmuggled: 1', contentType: 'a/b' },
  { data: 'AA==', contentType: 'a/b\r\nSmuggled: 1' },
)
const anything: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: hostile },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
)

/** Arguments with the names of a schema, so that they come through the first checks. */
export function shaped(schema: unknown, root: unknown, depth = 0): fc.Arbitrary<unknown> {
  const target =
    isFields(schema) && typeof schema['$ref'] === 'string'
      ? fields(fields(root)['$defs'])[schema['$ref'].slice('#/$defs/'.length)]
      : schema
  const known = fields(target)
  if (depth > 5) return anything
  const choices: fc.Arbitrary<unknown>[] = [anything]
  if (list(known['enum']).length > 0) choices.push(fc.constantFrom(...list(known['enum'])))
  if (known['type'] === 'integer') choices.push(fc.integer())
  if (known['type'] === 'array') choices.push(fc.array(shaped(known['items'], root, depth + 1), { maxLength: 3 }))
  const members = Object.entries(fields(known['properties'])).slice(0, 12)
  if (members.length > 0)
    choices.push(
      fc.record(Object.fromEntries(members.map(([name, one]) => [name, shaped(one, root, depth + 1)])), {
        requiredKeys: list(known['required']).filter((name): name is string => members.some(([one]) => one === name)),
      }),
    )
  const [first = anything, ...rest] = choices.toReversed()
  return fc.oneof({ weight: 6, arbitrary: first }, ...rest.map((arbitrary) => ({ weight: 1, arbitrary })))
}

/** The path of the template as a regular expression: a placeholder is anything but a slash. */
function templatePattern({ operation, server }: PlannedTool): RegExp {
  const plain = operation.path.replace(/#.*$/, '').replace(/\?.*$/, '')
  const quoted = plain.split(/(\{[^{}]*\})/).map((part) =>
    part.startsWith('{')
      ? '[^/?#]+'
      : encodeURI(decodeURI(part))
          .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
          .replace(/['!]/g, '[$&]'),
  )
  return new RegExp(`^${server.path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}${quoted.join('')}$`)
}

export function held(one: PlannedTool, args: unknown): void {
  const made = request(one, args, { secret: 'canary' })
  if ('problem' in made) {
    assert.ok(made.at === '' || made.at.startsWith('/'), made.at)
    return
  }
  const origin = made.origin ?? 'https://target.invalid'
  assert.equal(made.origin, one.server.origin)
  assert.equal(made.method, one.operation.method)
  const url = new URL(origin + made.path + made.query)
  assert.equal(url.origin, new URL(origin).origin)
  assert.equal(url.username + url.password + url.hash, '')
  assert.equal(url.pathname, made.path === '' ? '/' : made.path)
  assert.match(made.path, templatePattern(one))
  assert.ok(made.path.length + made.query.length <= 8192)
  assert.equal(
    new Set(Object.keys(made.headers).map((name) => name.toLowerCase())).size,
    Object.keys(made.headers).length,
  )
  for (const [name, value] of Object.entries(made.headers)) {
    assert.match(name, /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/)
    assert.match(value, /^[\t\x20-\x7e]*$/)
    assert.doesNotMatch(name, /^(?:host|content-length|transfer-encoding|connection|authorization)$/i)
  }
  assert.ok(!called(made).includes('smuggled'), JSON.stringify(made))
}

/** What a server would find names for: parameters, cookies, headers, members of a form, parts. */
function called({ query, headers, body = '' }: HttpRequest): readonly string[] {
  const names = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  const cookies = (names.get('cookie') ?? '').split(';').map((pair) => pair.split('=', 1)[0]?.trim() ?? '')
  const type = names.get('content-type') ?? ''
  const form = type.startsWith('application/x-www-form-urlencoded') ? [...new URLSearchParams(String(body)).keys()] : []
  const parts = type.startsWith('multipart/') ? multipart(Buffer.from(body), type) : []
  return [
    ...new URLSearchParams(query).keys(),
    ...cookies,
    ...names.keys(),
    ...form,
    ...parts.flatMap(({ name, headers: all }) => [name ?? '', ...all.keys()]),
  ]
}
