// The table of rules: one file a class of attack, one line each. Order is order of findings of equal weight.
import type { Rule } from '../rule.ts'
import { addressed, forgedTags, labelledOrders, unseen } from './addressed.ts'
import { annotations } from './annotations.ts'
import { beacons } from './beacons.ts'
import { bias } from './bias.ts'
import { code } from './code.ts'
import { commands } from './commands.ts'
import { concealment } from './concealment.ts'
import { consent } from './consent.ts'
import { contextHarvest } from './context-harvest.ts'
import { decodeAndDo, decodedOrders } from './encoded.ts'
import { fakeRole } from './fake-role.ts'
import { foreignSink } from './foreign-sink.ts'
import { foreignTools } from './foreign-tools.ts'
import { guarded } from './guarded.ts'
import { handedOver } from './handed-over.ts'
import { bidi, controls, invisible, mixedScripts, pushedOut, tags, unassigned } from './hidden-characters.ts'
import { icons } from './icons.ts'
import { approval, impersonation, impersonationServers } from './impersonation.ts'
import { jailbreak } from './jailbreak.ts'
import { links } from './links.ts'
import { capturedNames, serverLookAlikes, toolLookAlikes } from './look-alikes.ts'
import { loop } from './loop.ts'
import { malware } from './malware.ts'
import { misplaced } from './misplaced.ts'
import { override } from './override.ts'
import { oversize } from './oversize.ts'
import { persistence } from './persistence.ts'
import { personalData } from './personal-data.ts'
import { phishing } from './phishing.ts'
import { planting } from './planting.ts'
import { preference } from './preference.ts'
import { remoteOrders } from './remote-orders.ts'
import { schemaDefaults } from './schema-defaults.ts'
import { schemaHeaders, schemaPrototype } from './schema-headers.ts'
import { schemaNames, schemaTalk } from './schema-names.ts'
import { schemaPatterns } from './schema-patterns.ts'
import { schemaCircles, schemaReferences } from './schema-references.ts'
import { schemaTypes } from './schema-types.ts'
import { privateRead, secretRead } from './secret-read.ts'
import { secrets } from './secrets.ts'
import { shadowing, shadowingServers } from './shadowing.ts'
import { tampering } from './tampering.ts'
import { toxicFlows } from './toxic-flows.ts'
import { weighed } from './weighed.ts'

export const rules: readonly Rule[] = [
  override, // first group: what is said to the model, …
  jailbreak,
  fakeRole,
  addressed,
  labelledOrders,
  forgedTags,
  concealment,
  secretRead,
  privateRead,
  foreignSink,
  handedOver,
  weighed,
  remoteOrders,
  contextHarvest,
  guarded,
  consent,
  persistence,
  tampering,
  planting,
  phishing,
  preference,
  bias,
  misplaced,
  loop,
  malware,
  decodeAndDo,
  decodedOrders,
  oversize,
  tags, // … and what is hidden from people
  invisible,
  bidi,
  controls,
  unassigned,
  mixedScripts,
  pushedOut,
  unseen,
  commands, // second group: what is to be run, what other tools are to do, …
  code,
  foreignTools,
  shadowing,
  shadowingServers,
  serverLookAlikes,
  toolLookAlikes,
  capturedNames,
  impersonation,
  impersonationServers,
  approval,
  toxicFlows,
  annotations, // … what clients show and follow by themselves, …
  icons,
  links,
  beacons,
  schemaDefaults, // … what schemas do, …
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
