// `npm start`: makes a fresh clone ready, then becomes the program.
//   npm start                        the demo: everything on this machine, no account anywhere
//   npm start -- --config FILE …     the service with your configuration (`tocsin run`)
//   npm start -- --inbox-port 9000   other options go to the demo
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { programArguments } from './lib/programArguments.mjs'
import { setUp } from './lib/setUp.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
setUp(root)

// The same process goes on, so that signals reach the service and nothing stands in between.
const program = join(root, 'dist/cli/main.js')
process.argv = [process.execPath, program, ...programArguments(process.argv.slice(2))]
await import(pathToFileURL(program).href)
