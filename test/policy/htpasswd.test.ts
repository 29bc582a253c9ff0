import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import { readUsers } from '../../src/policy/htpasswd.ts'

const right = (line: string, password: string): boolean | undefined =>
  readUsers(`user:${line}`).entries.get('user')?.verify(Buffer.from(password))

test('MD5 hashes are those of other programs', () => {
  for (const password of ['', 'a', 'secret', 'fifteen letters', 'sixteen letters!', 'pässwörd', 'x'.repeat(100)])
    for (const kind of ['-apr1', '-1'])
      for (const salt of ['a', 'saltsalt']) {
        const made = execFileSync('openssl', ['passwd', kind, '-salt', salt, '-stdin'], { input: `${password}\n` })
        const line = made.toString().trim()
        assert.equal(right(line, password), true, line)
        assert.equal(right(line, `${password}x`), false)
      }
})

test('SHA-1 hashes and plain passwords', () => {
  const sha = `{SHA}${hash('sha1', 'secret', 'base64')}`
  assert.deepEqual([right(sha, 'secret'), right(sha, 'Secret'), right(sha, '')], [true, false, false])
  assert.deepEqual(
    [right('open sesame', 'open sesame'), right('open sesame', 'open'), right('a:b', 'a:b')],
    [true, false, true],
  )
})

test('a hash of a kind that is not read is never taken for a password', () => {
  for (const kept of [
    '$2y$05$abcdefghijklmnopqrstuv',
    '$6$salt$hash',
    '{SSHA}x',
    'rqXexS6ZhobKA',
    '$apr1$salt$short',
    '',
  ]) {
    const { entries, wrong } = readUsers(`user:${kept}`)
    assert.equal(entries.size, 0, kept)
    assert.equal(wrong[0]?.line, 1)
    assert.ok(kept === '' || !wrong[0]?.why.includes(kept))
  }
})

test('comments and empty lines say nothing, and of two entries the first counts', () => {
  const { entries, wrong } = readUsers('# users\n\n  a:one\r\na:two\nnobody\n:x\n__proto__:three')
  assert.deepEqual([...entries.keys()], ['a', '__proto__'])
  assert.equal(entries.get('a')?.verify(Buffer.from('one')), true)
  assert.deepEqual(
    wrong.map(({ line }) => line),
    [5, 6],
  )
})
