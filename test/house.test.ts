// The architecture itself: floors, tables, landlords, file names and failure codes. It explains what it refuses.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

const root = path.join(import.meta.dirname, '..')
const floors: readonly (readonly string[])[] = [
  ['core'],
  ['config', 'http', 'cel', 'oauth', 'openapi', 'scan', 'guard', 'store', 'telemetry'],
  ['policy'],
  ['mcp', 'llm', 'proxy'],
  ['gateway', 'admin'],
  ['cli'],
  ['main.ts'],
]
const floorOf = (room: string): number => floors.findIndex((rooms) => rooms.includes(room))

/** Package → rooms that may import it. `node:` modules are everybody's. */
const landlords: Readonly<Record<string, readonly string[]>> = {
  yaml: ['config', 'cli', 'openapi'],
  zod: ['config', 'policy', 'mcp', 'llm', 'proxy', 'gateway'],
  undici: ['http', 'mcp', 'proxy'],
  express: ['admin'],
  'prom-client': ['telemetry'],
  re2js: ['cel'],
  'google-auth-library': ['policy'],
  '@aws-crypto/sha256-js': ['policy'],
  '@aws-sdk/client-sts': ['policy'],
  '@aws-sdk/credential-provider-node': ['policy'],
  '@azure/identity': ['policy'],
  '@grpc/grpc-js': ['policy'],
  '@grpc/proto-loader': ['policy'],
  bcryptjs: ['policy'],
  '@smithy/signature-v4': ['policy'],
  jose: ['oauth'],
  '@apidevtools/swagger-parser': ['openapi'],
  'openapi-types': ['openapi'],
  'js-yaml': ['openapi'],
  oauth4webapi: ['oauth'],
  '@modelcontextprotocol/sdk': ['cli', 'mcp'],
}

interface Source {
  readonly file: string
  readonly room: string
  readonly text: string
  readonly imports: readonly string[]
}

const files = (folder: string): string[] =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => path.posix.join(folder, name.split(path.sep).join('/')))

const sources: readonly Source[] = files('src').map((file) => {
  const text = readFileSync(path.join(root, file), 'utf8')
  const imports = [
    ...text.matchAll(/^(?:import|export)\b[^'"]*?\bfrom '([^']+)'|\bimport\('([^']+)'\)|^import '([^']+)'/gms),
  ]
  return {
    file,
    text,
    room: file.split('/')[1] ?? '',
    imports: imports.map((found) => found[1] ?? found[2] ?? found[3] ?? ''),
  }
})

test('every room of src stands on a floor', () => {
  for (const { file, room } of sources) assert.notEqual(floorOf(room), -1, `${file}: no floor knows the room ${room}`)
})

test('imports go down a floor, never up, never sideways', () => {
  for (const { file, room, imports } of sources) {
    for (const target of imports.filter((name) => name.startsWith('.'))) {
      const resolved = path.posix.join(path.posix.dirname(file), target)
      if (!resolved.startsWith('src/')) continue
      const other = resolved.split('/')[1] ?? ''
      assert.ok(
        other === room || floorOf(other) < floorOf(room),
        `${file} may not import ${resolved}: ${other} is not below ${room}`,
      )
    }
  }
})

test('a package is imported by its landlord only', () => {
  for (const { file, room, imports } of sources) {
    for (const name of imports.filter((each) => !each.startsWith('.') && !each.startsWith('node:'))) {
      const [scope = '', rest = ''] = name.split('/')
      const packageName = scope.startsWith('@') ? `${scope}/${rest}` : scope
      assert.ok(
        landlords[packageName]?.includes(room),
        `${file} may not import ${packageName}: its rooms are ${landlords[packageName]?.join(', ') ?? 'none'}`,
      )
    }
  }
})

test('every file begins with one sentence that says what it is', () => {
  for (const { file, text } of sources) assert.match(text, /^\/\/ \S.+/, `${file} has no first line of purpose`)
})

test('an index.ts is a table, not a barrel', () => {
  for (const { file, text } of sources.filter((source) => source.file.endsWith('/index.ts')))
    assert.doesNotMatch(text, /^export (?:\*|\{[^}]*\}) from/m, `${file} re-exports`)
})

test('a module file is named after its YAML key and stands in a table of its floor or above', () => {
  const tables = sources.filter(({ file }) => /\/(?:index|backends)\.ts$/.test(file))
  for (const { file, text } of sources) {
    const key = /export const (\w+) = define\(\{\s*key: '(\w+)'/.exec(text)
    if (key === null) continue
    const [, constant = '', yaml = ''] = key
    assert.equal(constant, yaml, `${file}: the constant and the key differ`)
    const expected = yaml.replace(/([a-z])(?=[A-Z])/g, '$1-').toLowerCase()

    const base = path.posix.basename(file, '.ts')
    assert.ok(
      [expected, 'backend', 'http'].includes(base),
      `${file}: a module of key ${yaml} belongs into ${expected}.ts`,
    )
    assert.ok(
      tables.some(
        (table) =>
          new RegExp(`\\b${constant}\\b`).test(table.text) &&
          table.imports.some((name) => name.endsWith(`/${base}.ts`)),
      ),
      `${file}: ${constant} is in no table`,
    )
  }
})

test('every failure code is thrown somewhere and covered by a test', () => {
  const table = sources.find(({ file }) => file === 'src/core/failure.ts')
  const codes = [...(table?.text ?? '').matchAll(/^ {2}'?([a-z.-]+)'?: \{ status/gm)].map((found) => found[1] ?? '')
  assert.ok(codes.length > 10)
  const tests = files('test')
    .map((file) => readFileSync(path.join(root, file), 'utf8'))
    .join('\n')
  for (const code of codes) {
    assert.ok(
      sources.some(({ file, text }) => file !== 'src/core/failure.ts' && text.includes(`'${code}'`)) ||
        code === 'internal',
      `no one throws ${code}`,
    )
    assert.ok(tests.includes(code), `no test names ${code}`)
  }
})
