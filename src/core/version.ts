// The version that `--version`, `serverInfo` and metrics name: the package's own.
import manifest from '../../package.json' with { type: 'json' }

export const version: string = manifest.version
