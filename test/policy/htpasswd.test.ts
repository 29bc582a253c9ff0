import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { hash } from 'node:crypto'
import { after, test } from 'node:test'
import { hashSync } from 'bcryptjs'
import { Bcrypt } from '../../src/policy/bcrypt.ts'
import { readUsers } from '../../src/policy/htpasswd.ts'

const bcrypt = new Bcrypt()
after(() => bcrypt[Symbol.asyncDispose]())

const right = (line: string, password: string) =>
  readUsers(`user:${line}`, bcrypt).entries.get('user')?.verify(Buffer.from(password))

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
    const { entries, wrong } = readUsers(`user:${kept}`, bcrypt)
    assert.equal(entries.size, 0, kept)
    assert.equal(wrong[0]?.line, 1)
    assert.ok(kept === '' || !wrong[0]?.why.includes(kept))
  }
})

test('comments and empty lines say nothing, and of two entries the first counts', () => {
  const { entries, wrong } = readUsers('# users\n\n  a:one\r\na:two\nnobody\n:x\n__proto__:three', bcrypt)
  assert.deepEqual([...entries.keys()], ['a', '__proto__'])
  assert.equal(entries.get('a')?.verify(Buffer.from('one')), true)
  assert.deepEqual(
    wrong.map(({ line }) => line),
    [5, 6],
  )
})

test('bcrypt hashes are checked in a thread of their own, and a crowd of guesses is turned away', async () => {
  const made = hashSync('pässwörd', 4)
  for (const kept of [made, made.replace('$2b$', '$2y$')]) {
    assert.equal(await right(kept, 'pässwörd'), true)
    assert.equal(await right(kept, 'passwort'), false)
  }
  const slow = hashSync('secret', 8)
  const answers = await Promise.all(Array.from({ length: 200 }, async () => right(slow, 'secret')))
  assert.ok(answers.includes(true))
  assert.ok(answers.includes(false))
})
