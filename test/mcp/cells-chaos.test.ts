// Servers that break in the middle of it: nobody waits for ever, everybody reads what has happened, and afterwards all is as before.
import { test } from 'node:test'
import { broken, trials } from './cells/chaos.ts'

// Every behaviour meets every fault at every step, in front of some server and with some client; test/wide has all combinations.
for (const [name, trial] of trials((index) => index % 15)) test(name, async (t) => broken(t, trial))
