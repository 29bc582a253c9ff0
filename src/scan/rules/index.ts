// The table of rules: one file a class of attack, one line each. Order is order of findings of equal weight.
import type { Rule } from '../rule.ts'
import { concealment } from './concealment.ts'
import { consent } from './consent.ts'
import { contextHarvest } from './context-harvest.ts'
import { decodeAndDo } from './encoded.ts'
import { fakeRole } from './fake-role.ts'
import { bidi, controls, invisible, mixedScripts, pushedOut, tags, unassigned } from './hidden-characters.ts'
import { loop } from './loop.ts'
import { malware } from './malware.ts'
import { misplaced } from './misplaced.ts'
import { override } from './override.ts'
import { persistence } from './persistence.ts'
import { personalData } from './personal-data.ts'
import { phishing } from './phishing.ts'
import { preference } from './preference.ts'
import { schemaDefaults } from './schema-defaults.ts'
import { schemaHeaders, schemaPrototype } from './schema-headers.ts'
import { schemaNames, schemaTalk } from './schema-names.ts'
import { schemaPatterns } from './schema-patterns.ts'
import { schemaCircles, schemaReferences } from './schema-references.ts'
import { schemaTypes } from './schema-types.ts'
import { secrets } from './secrets.ts'
import { tampering } from './tampering.ts'
import { foreignSink, secretRead } from './theft.ts'

export const rules: readonly Rule[] = [
  override, // first group: what is said to the model, …
  fakeRole,
  concealment,
  secretRead,
  foreignSink,
  contextHarvest,
  consent,
  persistence,
  tampering,
  phishing,
  preference,
  misplaced,
  loop,
  malware,
  decodeAndDo,
  tags, // … and what is hidden from people
  invisible,
  bidi,
  controls,
  unassigned,
  mixedScripts,
  pushedOut,
  schemaDefaults, // second group: what schemas do, …
  schemaNames,
  schemaTalk,
  schemaReferences,
  schemaCircles,
  schemaPatterns,
  schemaHeaders,
  schemaPrototype,
  schemaTypes,
  secrets, // … what leaks, …
  personalData,
]
