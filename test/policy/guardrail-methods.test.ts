// Patterns of methods: which of several counts, and which can never match.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type GuardrailPhase, meantBy, patternProblem, phaseOf } from '../../src/policy/guardrail-methods.ts'

const phases = (methods: { readonly [pattern: string]: GuardrailPhase }) => (method: string) =>
  phaseOf(method, new Map(Object.entries(methods)))

test('a method that nothing names is not looked at', () => {
  assert.equal(phases({})('tools/call'), 'off')
  assert.equal(phases({ 'tools/*': 'full' })('prompts/get'), 'off')
})

test('a name comes before a prefix, a prefix before a suffix, a suffix before the star', () => {
  const of = phases({ 'tools/call': 'full', 'tools/*': 'request', '*/list': 'response', '*': 'off' })
  assert.deepEqual(['tools/call', 'tools/list', 'prompts/list', 'prompts/get'].map(of), [
    'full',
    'request',
    'response',
    'off',
  ])
  assert.equal(phases({ 'logging/*': 'request', '*/setLevel': 'response' })('logging/setLevel'), 'request')
})

test('of two prefixes the longer one counts, wherever it stands', () => {
  const of = phases({ 'resources/templates/*': 'response', 'resources/*': 'request' })
  assert.equal(of('resources/templates/list'), 'response')
  assert.equal(of('resources/read'), 'request')
})

test('one star stands alone, first or last; anything else never matches and is named', () => {
  for (const fine of ['tools/call', 'tools/*', '*/list', '*']) assert.equal(patternProblem(fine), undefined, fine)
  for (const wrong of ['a*b', '**', '', '*a*']) {
    assert.match(patternProblem(wrong) ?? '', /can never match/, wrong)
    assert.equal(phases({ [wrong]: 'full' })('axb'), 'off', wrong)
  }
})

test('a pattern that no method matches is taken for the one that was meant, if one is near', () => {
  const meant = { 'tools/cal': 'tools/call', 'tool/*': 'tools/*', '*/lst': '*/list', 'resource/read': 'resources/read' }
  for (const [written, right] of Object.entries(meant)) assert.equal(meantBy(written), right, written)
  for (const fine of ['tools/call', 'tools/*', '*/list', '*', 'resources/temp*', 'acme.example/weighing'])
    assert.equal(meantBy(fine), undefined, fine)
})
