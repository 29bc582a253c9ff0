import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dialectFunctions } from '../../../src/cel/functions/index.ts'
import { Address, Network, type Value } from '../../../src/cel/value.ts'
import { answers, call, fails, Stand } from './call.ts'

const ip = (text: string): Address => {
  const value = call('ip', text)
  assert.ok(value instanceof Address, text)
  return value
}
const cidr = (text: string): Network => {
  const value = call('cidr', text)
  assert.ok(value instanceof Network, text)
  return value
}
const bad = [
  '',
  '192.168.0.1.0',
  '192.168.0',
  '192.168.0.256',
  '192.168.0.01',
  '0x7f.0.0.1',
  '2130706433',
  '127.1',
  ' 127.0.0.1',
  '2001:db8:::68',
  '1::2::3',
  ':1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7::8',
  '12345::',
  'fe80::1%eth0',
  '::ffff:10.0.0.1',
  '::ffff:0a00:1',
  '1.2.3.4::',
  '::1.2.3',
  'g::',
  '[::1]',
]

test('addresses are read strictly and written in one form', () => {
  for (const [text, written] of [
    ['192.168.0.1', '192.168.0.1'],
    ['2001:DB8:0:0:0:0:0:68', '2001:db8::68'],
    ['::', '::'],
    ['1::', '1::'],
    ['0:0:1:0:0:0:0:1', '0:0:1::1'],
    ['1:0:0:2:0:0:3:4', '1::2:0:0:3:4'],
    ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
  ] as const)
    assert.equal(call('string', ip(text)), written)
  answers('ip.isCanonical', ['2001:db8::68', true], ['2001:DB8::68', false], ['::0:1', false])
})

test('what two parsers could read differently is no address', () => {
  for (const text of bad) {
    assert.equal(call('isIP', text), false, text)
    fails('function-error', 'ip', [text])
    assert.deepEqual(dialectFunctions.get('ip')?.prepare?.([text]), {
      argument: 0,
      message: 'this string is no IP address',
    })
  }
  answers('isIP', ['192.168.0.1', true], ['2001:db8::68', true], [new Stand('::1'), true])
  fails('no-such-overload', 'isIP', [cidr('192.168.0.0/24')], [1])
})

test('kinds of addresses', () => {
  const kinds = ['isUnspecified', 'isLoopback', 'isLinkLocalMulticast', 'isLinkLocalUnicast', 'isGlobalUnicast']
  const expected: readonly (readonly [string, string])[] = [
    ['0.0.0.0', 'isUnspecified'],
    ['127.0.0.1', 'isLoopback'],
    ['224.0.0.1', 'isLinkLocalMulticast'],
    ['224.0.1.1', ''],
    ['169.254.169.254', 'isLinkLocalUnicast'],
    ['192.168.0.1', 'isGlobalUnicast'],
    ['255.255.255.255', ''],
    ['::', 'isUnspecified'],
    ['::1', 'isLoopback'],
    ['ff02::1', 'isLinkLocalMulticast'],
    ['ff00::1', ''],
    ['fe80::1', 'isLinkLocalUnicast'],
    ['fd80::1', 'isGlobalUnicast'],
    ['2001:db8::abcd', 'isGlobalUnicast'],
  ]
  for (const [text, kind] of expected)
    assert.deepEqual(
      kinds.filter((name) => call(name, ip(text)) === true),
      kind === '' ? [] : [kind],
      text,
    )
  answers('family', [ip('10.0.0.1'), 4], [ip('::1'), 6])
  fails('no-such-overload', 'isLoopback', ['127.0.0.1'])
})

test('a range contains addresses of its own family', () => {
  const rows: readonly (readonly [string, string, boolean])[] = [
    ['127.0.0.1/8', '127.0.0.1', true],
    ['127.0.0.1/8', '128.0.0.1', false],
    ['10.1.2.0/23', '10.1.3.255', true],
    ['10.1.2.0/23', '10.1.4.0', false],
    ['10.1.2.3/32', '10.1.2.3', true],
    ['10.1.2.3/32', '10.1.2.2', false],
    ['0.0.0.0/0', '255.1.1.1', true],
    ['0.0.0.0/0', '::1', false],
    ['::/0', '::1', true],
    ['2001:db8::/33', '2001:db8:7fff::1', true],
    ['2001:db8::/33', '2001:db8:8000::1', false],
  ]
  for (const [range, address, inside] of rows)
    answers(
      'containsIP',
      [cidr(range), address, inside],
      [cidr(range), ip(address), inside],
      [cidr(range), new Stand(address), inside],
    )
  fails('function-error', 'containsIP', [cidr('10.0.0.0/8'), '::ffff:10.0.0.1'], [cidr('10.0.0.0/8'), 'x'])
  fails('no-such-overload', 'containsIP', ['10.0.0.0/8', '10.0.0.1'], [cidr('10.0.0.0/8'), 1])
})

test('a range contains narrower ranges', () => {
  const loop: Value = cidr('127.0.0.1/8')
  answers(
    'containsCIDR',
    [loop, cidr('128.0.0.1/32'), false],
    [loop, cidr('127.0.0.1/27'), true],
    [loop, '127.0.0.1/32', true],
    [loop, cidr('127.0.0.0/7'), false],
    [loop, cidr('::/64'), false],
    [loop, loop, true],
  )
  fails('function-error', 'containsCIDR', [loop, '127.0.0.1'])
})

test('parts of a range', () => {
  const range = cidr('127.0.7.1/8')
  assert.equal(call('string', call('masked', range)), '127.0.0.0/8')
  assert.equal(call('string', call('masked', cidr('2001:db8:ffff::1/33'))), '2001:db8:8000::/33')
  answers('prefixLength', [range, 8], [cidr('::1/128'), 128])
  answers('ip', [range, ip('127.0.7.1')], [ip('::1'), ip('::1')])
  answers('isCIDR', ['10.0.0.0/8', true], ['10.0.0.0', false])
  for (const text of [
    '10.0.0.0',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '::/129',
    '::ffff:10.0.0.0/104',
  ])
    fails('function-error', 'cidr', [text])
})
