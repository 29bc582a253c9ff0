// What one server may have of the scanner's time.
import assert from 'node:assert/strict'
import test from 'node:test'
import { Scans } from '../../src/policy/mcp-shield-scans.ts'

test('what was scanned beside the same things is not scanned again', () => {
  const scans = new Scans()
  let scanned = 0
  const scan = () => {
    scanned++
    return []
  }
  const ask = (beside: string, name: string) => scans.of('notes', beside, { name }, scan)
  ask('tool', 'a')
  ask('tool', 'a')
  assert.equal(scanned, 1)
  ask('prompt', 'a')
  ask('tool', 'b')
  assert.equal(scanned, 3)
})

test('a server that sends new text without end is read a minute later; the others are read as ever', (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.parse('2027-01-01T00:00:00Z') })
  const scans = new Scans()
  const text = 'x'.repeat(1 << 20)
  const read = (server: string, number: number): boolean =>
    scans.of(server, 'tool', { name: String(number), text }, () => []) !== undefined
  const all = Array.from({ length: 20 }, (_, number) => read('flood', number))
  assert.deepEqual(
    all,
    all.map((_, number) => number < 8),
  )
  assert(read('notes', 1))
  assert(read('flood', 0), 'what is known costs nothing')
  const tired = scans.tired
  assert.match(tired, / flood$/)
  t.mock.timers.setTime(Date.parse('2027-01-01T00:01:00Z'))
  assert.notEqual(scans.tired, tired)
  assert(read('flood', 19))
  assert.equal(scans.tired, '')
})
