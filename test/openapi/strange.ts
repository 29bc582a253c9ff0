// Documents that nobody would write: every keyword at its place with any value, references everywhere, and parts replaced by junk.
import fc from 'fast-check'

const names = ['a', 'b', 'id', 'x-y', 'é', 'a&b', 'a[b]', '__proto__', 'constructor', 'toString', '', '$ref', 'body']
const name = fc.constantFrom(...names)
const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1.5, 1e308, '', '\u0000', '\ud800', [], {}, [[]], [null], { $ref: 1 }),
  fc.jsonValue({ maxDepth: 2 }),
)
/** Nearly always what belongs there: a document that is strange everywhere has no tools. */
const mostly = (usual: fc.Arbitrary<unknown>, ...others: readonly fc.Arbitrary<unknown>[]): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 15, arbitrary: usual }, ...others)
const target = mostly(
  fc.constantFrom('#/components/schemas/A', '#/components/schemas/B', '#/components/schemas/C'),
  fc.constantFrom(
    '#/components/schemas/None',
    '#',
    '#/',
    '#/paths/~1a/get',
    '#/components/parameters/P',
    '#A',
    '%',
    '',
    'other.json#/x',
    'https://evil.example/x',
  ),
)
const reference = fc.record({ $ref: target })

/** Each keyword with what belongs there, most of the time. */
const schema: fc.Memo<unknown> = fc.memo((depth) => {
  if (depth <= 1)
    return fc.oneof(reference, fc.constantFrom<unknown>({ type: 'string' }, { type: 'integer' }, {}, true, false))
  const inner = schema(depth - 1)
  const several = fc.array(inner, { maxLength: 3 })
  const members = fc.dictionary(name, inner, { maxKeys: 3 })
  const count = fc.constantFrom<unknown>(0, 1, 3, -1, 0.5, '1')
  const whole = few({
    type: fc.constantFrom<unknown>(
      'object',
      'array',
      'string',
      'integer',
      'number',
      'boolean',
      'null',
      'file',
      'x',
      ['string', 'null'],
      [],
      5,
    ),
    format: fc.constantFrom<unknown>('int64', 'binary', 'byte', 'date', 1),
    nullable: fc.boolean(),
    readOnly: fc.boolean(),
    writeOnly: fc.boolean(),
    enum: fc.constantFrom<unknown>(['a'], [1, null], [], 'a', [{}]),
    const: junk,
    default: junk,
    example: junk,
    examples: junk,
    properties: members,
    required: fc.constantFrom<unknown>(['a'], ['a', 'b', 'a'], [], [1], 'a'),
    additionalProperties: fc.oneof(fc.boolean(), inner),
    patternProperties: fc.constantFrom<unknown>({ '^x-': true }, { '(': {} }, { '(a+)+$': {} }),
    propertyNames: inner,
    dependentRequired: fc.constantFrom<unknown>({ a: ['b'] }, { a: 'b' }),
    dependentSchemas: members,
    unevaluatedProperties: fc.boolean(),
    items: fc.oneof(inner, several, fc.boolean()),
    prefixItems: several,
    contains: inner,
    allOf: several,
    anyOf: several,
    oneOf: several,
    not: inner,
    if: inner,
    // oxlint-disable-next-line unicorn/no-thenable -- the keyword of JSON Schema
    then: inner,
    else: inner,
    discriminator: fc.constantFrom<unknown>(
      'a',
      { propertyName: 'a' },
      { propertyName: 'a', mapping: { x: 'A', y: '#/components/schemas/B' } },
      {},
      1,
    ),
    minimum: count,
    maximum: count,
    exclusiveMinimum: fc.constantFrom<unknown>(true, false, 1),
    multipleOf: count,
    minLength: count,
    maxLength: count,
    pattern: fc.constantFrom<unknown>('^a', '(', '(a+)+$', '\\p{L}', 1),
    minItems: count,
    maxItems: count,
    uniqueItems: fc.boolean(),
    contentMediaType: fc.constantFrom<unknown>('image/png', 1),
    $anchor: fc.constant('A'),
    $id: fc.constantFrom('https://evil.example/x', 'x', '%'),
    $defs: members,
    description: fc.constantFrom<unknown>('text', '<!-- hidden -->', '\u200b', 1),
    unheard: junk,
  })
  return mostly(whole, reference, reference, reference, junk)
})

/** At most three members of all that there may be: more would make each document the same, and none of them soon. */
const few = (members: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<object> => {
  const one = Object.entries(members).map(([key, value]) => fc.tuple(fc.constant(key), value))
  return fc.array(fc.oneof(...one), { maxLength: 3 }).map((all) => Object.fromEntries(all))
}

const media = fc.constantFrom(
  'application/json',
  'application/json; charset=utf-8',
  'application/merge-patch+json',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'multipart/mixed',
  'text/plain',
  'application/xml',
  'application/octet-stream',
  'image/*',
  '*/*',
  'application/x-ndjson',
  'application/json-seq',
  'text/event-stream',
  'x',
  '',
  'a/b\r\nX: 1',
)
const some = schema(3)
const content = fc.dictionary(
  media,
  mostly(
    fc.record(
      { schema: some, encoding: fc.dictionary(name, junk, { maxKeys: 2 }), example: junk },
      { requiredKeys: [] },
    ),
    junk,
  ),
  { maxKeys: 3 },
)
const parameter = mostly(
  fc.record(
    {
      name,
      in: mostly(
        fc.constantFrom('path', 'query', 'query', 'header', 'cookie'),
        fc.constantFrom('querystring', 'body', 'formData', 'x'),
      ),
      required: fc.boolean(),
      style: fc.constantFrom<unknown>(
        'simple',
        'label',
        'matrix',
        'form',
        'spaceDelimited',
        'pipeDelimited',
        'deepObject',
        'cookie',
        'x',
        1,
      ),
      explode: fc.boolean(),
      allowReserved: fc.boolean(),
      collectionFormat: fc.constantFrom('csv', 'ssv', 'tsv', 'pipes', 'multi'),
      type: fc.constantFrom('string', 'array', 'file', 'integer'),
      items: some,
      schema: some,
      content,
    },
    { requiredKeys: ['name', 'in'] },
  ),
  fc.constant({ $ref: '#/components/parameters/P' }),
  junk,
)
const response = mostly(
  fc.record(
    { description: fc.constantFrom('ok', 'kept'), content, schema: some, headers: junk, links: junk },
    { requiredKeys: [] },
  ),
  junk,
)
const security = fc.constantFrom<unknown>([], [{}], [{ key: [] }], [{ none: [] }, { key: [] }], 'x')
const servers = mostly(
  fc.constantFrom<unknown>([{ url: 'https://api.example.test/v1/' }], [{ url: '/v2' }], []),
  fc.constantFrom<unknown>([{ url: 'https://evil.example' }], [{ url: '{x}' }], [{}], 'x', [
    { url: 'https://{h}.example', variables: { h: { default: 'a', enum: ['a'] } } },
  ]),
)
const operation = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record(
      {
        operationId: fc.constantFrom<unknown>(
          'a',
          'b',
          'get_a',
          'läuft',
          '',
          ' ',
          'a/b',
          'x'.repeat(80),
          '__proto__',
          1,
        ),
        summary: fc.constantFrom<unknown>('Says', '\u202e', 1),
        description: fc.constantFrom<unknown>('Long. '.repeat(900), 'short', null),
        tags: fc.constantFrom<unknown>(['t'], [1], 't'),
        deprecated: fc.constantFrom<unknown>(true, 'yes'),
        parameters: fc.oneof(fc.array(parameter, { maxLength: 5 }), junk),
        requestBody: fc.oneof(fc.record({ content, required: fc.boolean() }), reference, junk),
        consumes: fc.constantFrom<unknown>(['application/xml'], ['multipart/form-data'], [1], 'x'),
        responses: fc.oneof(
          fc.dictionary(fc.constantFrom('200', '2XX', 'default', '404', '204', 'x'), response, { maxKeys: 3 }),
          junk,
        ),
        security,
        servers,
        'x-mcp': fc.constantFrom<unknown>(
          false,
          { name: 'a' },
          { name: 'no name!' },
          { enabled: false },
          { annotations: [] },
          1,
        ),
      },
      { requiredKeys: [] },
    ),
  },
  junk,
)
const key = fc.constantFrom(
  '/',
  '/a',
  '/a/',
  '/a/{id}',
  '/{a}/{b}',
  '/{a}{b}',
  '/a/{id}.{x-y}',
  '/a/{id*}/{.id}',
  '/a/{}',
  '/a/{',
  '/ä b/{é}',
  '/a?x=1',
  '/a?x={id}#f',
  '//evil.example/a',
  '/../a',
  '/a/%2e%2e/b',
  '/\\evil',
  'a',
  '',
  'x-a',
  '/a\r\nb',
  '/a\u0000',
)
const method = fc.constantFrom(
  'get',
  'put',
  'post',
  'delete',
  'patch',
  'head',
  'query',
  'trace',
  'x',
  'parameters',
  '$ref',
  'servers',
)
const paths = fc.dictionary(
  key,
  fc.oneof({ weight: 8, arbitrary: fc.dictionary(method, operation, { maxKeys: 3 }) }, reference, junk),
  { maxKeys: 4 },
)

/** A document of any version that is read, and of some that are not. */
export const document: fc.Arbitrary<Readonly<Record<string, unknown>>> = fc
  .record({
    version: fc.constantFrom<object>(
      { swagger: '2.0' },
      { openapi: '3.0.3' },
      { openapi: '3.1.0' },
      { openapi: '3.2.0' },
      { openapi: 3.1 },
      { openapi: '4.0.0' },
    ),
    info: fc.constantFrom<unknown>({ title: 't', version: '1' }, { version: 2 }, null),
    servers,
    paths: fc.oneof({ weight: 12, arbitrary: paths }, junk),
    schemas: fc.record({ A: schema(4), B: schema(3), C: schema(2) }),
    parameters: fc.record({ P: parameter }),
    security,
    schemes: fc.constantFrom<unknown>(
      { key: { type: 'apiKey', in: 'query', name: 'a' } },
      { key: { type: 'http', scheme: 'basic' } },
      { key: { $ref: '#' } },
      1,
    ),
    host: fc.constantFrom<unknown>('api.example.test', 'evil.example/x', 1, undefined),
  })
  .map(({ version, schemas, parameters, schemes, host, ...rest }) => ({
    ...version,
    ...rest,
    ...('swagger' in version && { definitions: schemas, securityDefinitions: schemes, host, basePath: '/v1' }),
    components: { schemas, parameters, securitySchemes: schemes },
  }))
