// The version of this package, read when somebody asks.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** The version that stands in package.json, above the sources as above the build. */
export function readVersion(): string {
  for (let folder = import.meta.dirname; folder !== path.dirname(folder); folder = path.dirname(folder)) {
    const there = path.join(folder, 'package.json')
    if (!existsSync(there)) continue
    const found: unknown = JSON.parse(readFileSync(there, 'utf8'))
    if (typeof found === 'object' && found !== null && 'version' in found) return String(found.version)
  }
  return 'unknown'
}
