import { createHash } from 'node:crypto'
import { Option } from 'commander'
import type { Command } from 'commander'
import { printJson } from './io.ts'
import type { CliIo } from './io.ts'

const TOKEN_BYTES = 32

/** `tocsin token create`: the token is printed once and kept nowhere; the configuration gets its hash. */
export function addTokenCommand(program: Command, io: CliIo): void {
  program
    .command('token')
    .description('access tokens')
    .command('create')
    .description('make a token, and the line for `auth: tokens:` that lets it in')
    .argument('<name>', 'who will use it: appears in the history')
    .addOption(
      new Option('--role <role>', 'what it may do')
        .choices(['viewer', 'responder', 'admin'])
        .default('responder'),
    )
    .option('--json', 'print JSON')
    .action((name: string, options: { role: string; json?: boolean }) => {
      const token = `tocsin_${io.randomBytes(TOKEN_BYTES).toString('base64url')}`
      const hash = `sha256:${createHash('sha256').update(token).digest('hex')}`
      const entry = { name, role: options.role, hash }
      if (options.json === true) return printJson(io, { token, ...entry })
      io.out(`${token}\n`)
      io.err('\nThis is the only time the token is shown. Add to the configuration:\n\n')
      const line = `{ name: ${JSON.stringify(name)}, role: ${options.role}, hash: "${hash}" }`
      io.err(`auth:\n  tokens:\n    - ${line}\n`)
    })
}
