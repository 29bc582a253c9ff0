// Makes `dist` from the sources: a few files with what a start needs, because finding a module takes longer than running it.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import path from 'node:path'
import { type Plugin, rolldown } from 'rolldown'

const root = import.meta.dirname
const output = path.resolve(root, process.argv[2] ?? 'dist')

/** Packages that become part of the files, with what they need themselves. All others are looked for when they are wanted. */
const inside: ReadonlySet<string> = new Set([
  '@modelcontextprotocol/sdk',
  '@oxc-project/runtime', // how `using` is written for a Node.js that cannot read it
  'jose',
  'oauth4webapi',
  'prom-client',
  're2js',
  'undici',
  'yaml',
  'zod',
])

/** Where shared parts go: as deep as the rooms of `src`, since some modules look for a file from where they are. */
const parts = 'src/parts'

/** What is started by its name, and what asks whether it was: it has to have a file of its own. */
const programs: Readonly<Record<string, string>> = {
  'src/main': 'src/main.ts',
  [`${parts}/bcrypt-worker`]: 'src/policy/bcrypt-worker.ts',
  'servers/clock': 'servers/clock.ts',
  'servers/convert': 'servers/convert.ts',
  'servers/library': 'servers/library.ts',
  'servers/notes': 'servers/notes.ts',
  'servers/petstore': 'servers/petstore.ts',
  'servers/quick-start': 'servers/quick-start.ts',
}

const modules = `${path.sep}node_modules${path.sep}`

async function build(): Promise<void> {
  rmSync(output, { recursive: true, force: true })
  await using bundle = await rolldown({
    cwd: root,
    input: programs,
    platform: 'node',
    tsconfig: false,
    transform: { target: 'es2024' },
    external: (id, importer) =>
      !/^[./\0]/.test(id) && !isBuiltin(id) && packageOf(importer ?? '') === undefined && !inside.has(nameIn(id)),
    plugins: [undici(), builtins(), licences()],
  })
  await bundle.write({
    dir: output,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: `${parts}/[name]-[hash].js`,
    // Without maps: names and files are readable as they are, and the maps would be four times the code.
    comments: { legal: true, annotation: false, jsdoc: false },
  })
}

/**
 * Node's own modules, without the namespaces that `import` makes of them: such a namespace reads every export, and some of them
 * load a lot when they are read (`WebSocket` of `node:http`: all of the undici that is part of Node).
 */
function builtins(): Plugin {
  const line = /^import (?:([\w$]+|\* as [\w$]+)(?:, )?)?(\{(?!.*\bdefault as\b).*\})? ?from "(node:.+)";$/gm
  const fetched = (_: string, whole: string | undefined, some: string | undefined, name: string): string => {
    // Some call what they import `process`.
    const it = `globalThis.process.getBuiltinModule("${name}")`
    const names = [whole?.replace('* as ', ''), some?.replaceAll(' as ', ': ')].filter(Boolean)
    return names.map((each) => `const ${each} = ${it};`).join(' ')
  }
  return {
    name: 'builtins',
    generateBundle(_, files) {
      for (const file of Object.values(files)) if (file.type === 'chunk') file.code = file.code.replace(line, fetched)
    },
  }
}

/**
 * Of undici what is asked for here, as its index has it. The index reads a browser's `fetch`, caches and mocks as well: a third of
 * all that a start would read.
 */
function undici(): Plugin {
  const mark = '\0undici'
  const files = {
    buildConnector: 'core/connect.js',
    Client: 'dispatcher/client.js',
    Dispatcher: 'dispatcher/dispatcher.js',
    errors: 'core/errors.js',
    Pool: 'dispatcher/pool.js',
  }
  return {
    name: 'undici',
    resolveId: (id) => (id === 'undici' ? mark : null),
    load(id) {
      if (id !== mark) return null
      const from = (file: string): string => JSON.stringify(path.join(root, 'node_modules/undici/lib', file))
      const names = Object.entries(files).map(
        ([name, file]) => `import ${name} from ${from(file)}\nexport { ${name} }\n`,
      )
      return `${names.join('')}import api from ${from('api/index.js')}\nObject.assign(Dispatcher.prototype, api)\n`
    },
  }
}

/** Writes down the licences of the packages that have become part of the files, as these ask for. */
function licences(): Plugin {
  return {
    name: 'licences',
    writeBundle(_, files) {
      const included = Object.values(files).flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []))
      const packages = new Set(included.flatMap((file) => packageOf(file) ?? []))
      writeFileSync(path.join(output, 'LICENCES'), [...packages].toSorted().map(licenceOf).join('\n'))
    },
  }
}

function licenceOf(folder: string): string {
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name))
  if (file === undefined) throw new Error(`${folder} has no licence that could be passed on`)
  const name = folder.slice(folder.lastIndexOf(modules) + modules.length)
  return `==== ${name.replaceAll(path.sep, '/')}\n\n${readFileSync(path.join(folder, file), 'utf8').trim()}\n`
}

/** The folder of the package that a file belongs to, if it is not ours. */
function packageOf(file: string): string | undefined {
  const at = file.lastIndexOf(modules)
  if (at === -1) return undefined
  const within = file.slice(at + modules.length)
  return file.slice(0, at + modules.length) + nameIn(within.replaceAll(path.sep, '/'))
}

/** The name of the package in what is imported. */
function nameIn(id: string): string {
  return id.split('/', id.startsWith('@') ? 2 : 1).join('/')
}

await build()
