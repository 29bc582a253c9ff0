// Servers that break in the middle of it, in all combinations: every client, server, fault, step and behaviour.
import { test } from 'node:test'
import { broken, trials } from '../mcp/cells/chaos.ts'

for (const [name, trial] of trials()) test(name, async (t) => broken(t, trial))
