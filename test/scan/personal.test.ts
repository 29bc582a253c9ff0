// Data about persons: what the check digits say, and the numbers that are none.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { personalIn } from '../../src/scan/personal.ts'
import { scanDefinition, scanText } from '../../src/scan/scan.ts'

const right: readonly (readonly [kind: string, value: string])[] = [
  ['payment-card', '4012 8888 8888 1881'],
  ['payment-card', '6011111111111117'],
  ['payment-card', '3714-496353-98431'],
  ['iban', 'FR14 2004 1010 0505 0001 3M02 606'],
  ['iban', 'NL91ABNA0417164300'],
  ['us-social-security-number', '123-45-6789'],
  ['phone', '+1 415 555 2671'],
  ['phone', '(415) 555-2671'],
  ['brazil-cpf', '111.444.777-35'],
  ['swiss-ahv', '756.9217.0769.85'],
  ['spain-dni', '12345678Z'],
  ['italy-tax-code', 'RSSMRA85T10A562S'],
  ['uk-national-insurance-number', 'QQ 12 34 56 C'.replace('QQ', 'AB')],
  ['email', "o'hara.team+x@mail.example.co.uk"],
]

test('data about persons is found where it stands, from its first to its last character', () => {
  for (const [kind, value] of right)
    for (const after of ['.', '', ' and so on', '\nABCD EFGH'])
      assert.deepEqual(personalIn(`it is ${value}${after}`), [{ kind, start: 6, end: 6 + value.length }], value)
})

test('a wrong digit, and it is a number like any other', () => {
  for (const text of [
    '4012 8888 8888 1882',
    'NL91ABNA0417164301',
    '666-45-6789',
    '111.444.777-36',
    '12345678A',
    'RSSMRA85T10A562T',
    '756.9217.0769.84',
    '4444 4444 4444 444',
    'order 4012888888881881442',
    'version 1.4012888888881881',
    'id=4012888888881881',
    '2024-05-11 10:12:55 200-300-400',
    'uuid 41111111-1111-4111-8111-111111111111',
    'git@github.com:acme/tool.git',
    'https://user:pass@host.example.com/',
    '@decorator and user@localhost',
  ])
    assert.deepEqual(personalIn(text), [], text)
})

test('the time for text made of beginnings grows as its length', () => {
  for (const part of ['@', 'a@', '1 ', '4', '+1 ', 'GB29 ', '(1', 'a.', 'AB12'])
    assert.ok(personalIn(part.repeat(Math.ceil(200_000 / part.length))).length >= 0)
})

test('a card warns, an address is only worth a note, and definitions may show examples', () => {
  assert.equal(scanText('Paid with 4012 8888 8888 1881.').verdict, 'warn')
  assert.equal(scanText('Write to anna@example.org or call +49 30 901820.').verdict, 'pass')
  const tool = { name: 'validate_card', description: 'Checks a card number such as 4012 8888 8888 1881.' }
  assert.equal(scanDefinition(tool, 'tool').verdict, 'pass')
})
