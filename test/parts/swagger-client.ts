// Swagger's own JavaScript client, whose request builder is compared with ours. Without install scripts: one of its dependencies reports home.
import { command, type Part } from './part.ts'

const version = '3.39.0'

export const swaggerClient: Part = {
  name: 'swagger-client',
  version,
  what: "Swagger's JavaScript client (npm)",
  install: async (home) => {
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--silent']
    await command('npm', ['install', '--prefix', home, ...options, `swagger-client@${version}`])
  },
}
