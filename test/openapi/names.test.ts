// Names of tools: made from the operation alone, and the same tomorrow.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Named, namesOf } from '../../src/openapi/names.ts'
import { spokenName, template } from '../../src/openapi/template.ts'

const named = (method: string, path: string, id?: string): Named => ({ method, path, id })

test('a valid operationId is the name, other characters become underscores, and none is spoken', () => {
  assert.deepEqual(
    namesOf(
      [
        named('GET', '/a', 'getThing-1'),
        named('GET', '/b', 'repos/list'),
        named('DELETE', '/c', 'delete\\PetBy"Id'),
        named('GET', '/users/{id}/posts'),
        named('GET', '/'),
        named('POST', '/x', ' '),
      ],
      64,
    ),
    ['getThing-1', 'repos_list', 'delete_PetBy_Id', 'get_users_by_id_posts', 'get_root', 'post_x'],
  )
  assert.equal(
    spokenName('GET', '/files/{file_id}/thumbnail.{extension}'),
    'get_files_by_file_id_thumbnail_by_extension',
  )
  assert.equal(spokenName('POST', '/oauth2/token#refresh'), 'post_oauth2_token')
})

test('a long name keeps its beginning and ends with eight digits of its operation', () => {
  const [long = ''] = namesOf([named('GET', '/a', 'x'.repeat(80))], 40)
  assert.match(long, /^x{31}_[0-9a-f]{8}$/)
})

test('who has a valid id that nobody else has keeps it, and nobody else does', () => {
  const [a, b, c] = namesOf(
    [named('GET', '/a', 'list things'), named('GET', '/b', 'list_things'), named('POST', '/b', 'list/things')],
    64,
  )
  assert.equal(b, 'list_things')
  assert.match(a ?? '', /^list_things_[0-9a-f]{8}$/)
  assert.match(c ?? '', /^list_things_[0-9a-f]{8}$/)
  assert.notEqual(a, c)
})

const operation = fc.record({
  method: fc.constantFrom('GET', 'POST'),
  path: fc.stringMatching(/^\/[a-c/{}]{0,6}$/),
  id: fc.option(fc.stringMatching(/^[a-b_ /]{0,4}$/), { nil: undefined }),
})
const operations = fc.uniqueArray(operation, { selector: ({ method, path }) => `${method} ${path}`, maxLength: 12 })

test('no two tools have one name, and every name is one that providers take', () => {
  fc.assert(
    fc.property(operations, (all) => {
      const names = namesOf(all, 30)
      assert.equal(new Set(names).size, names.length)
      for (const name of names) assert.match(name, /^[a-zA-Z0-9_-]{1,30}$/)
    }),
  )
})

test('the order of operations changes no name', () => {
  fc.assert(
    fc.property(operations, (all) => {
      assert.deepEqual(namesOf(all.toReversed(), 30), namesOf(all, 30).toReversed())
    }),
  )
})

test('other operations change no name, unless they claim it', () => {
  fc.assert(
    fc.property(operations, operation, (all, more) => {
      fc.pre(!all.some(({ method, path }) => method === more.method && path === more.path))
      const before = namesOf(all, 30)
      const after = namesOf([...all, more], 30)
      const claimed = (namesOf([more], 30)[0] ?? '').replace(/_[0-9a-f]{8}$/, '')
      for (const [index, name] of before.entries())
        if (!name.startsWith(claimed) && all[index]?.id !== more.id) assert.equal(after[index], name)
    }),
  )
})

test('operators in placeholders are no part of the name, unless a parameter is called so', () => {
  const names = (key: string, declared: readonly string[] = []): readonly string[] =>
    template(key, new Set(declared)).names
  assert.deepEqual(names('/a/{id*}/{.id}/{;x}/{y:3}'), ['id', 'x', 'y'])
  assert.deepEqual(names('/a/{.id}', ['.id']), ['.id'])
  assert.deepEqual(template('/a b/ü%2f%zz/{x}?k=v w#frag', new Set()), {
    path: [
      { kind: 'literal', text: '/a%20b/%C3%BC%2f%25zz/' },
      { kind: 'placeholder', name: 'x' },
    ],
    query: [{ kind: 'literal', text: 'k=v%20w' }],
    names: ['x'],
  })
})
