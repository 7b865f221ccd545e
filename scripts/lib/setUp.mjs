import { join } from 'node:path'
import { build, isBuildStale } from '../build.mjs'
import { isStale } from './freshness.mjs'
import { fail, runNpm, say } from './terminal.mjs'

/** The oldest Node.js that everything here runs on: major, minor. */
const OLDEST_NODE = [20, 19]

/** Makes a fresh clone ready: Node.js is new enough, dependencies are installed, `dist` is built. Ends when it cannot. */
export function setUp(root) {
  checkNode(process.versions.node)
  installDependencies(root)
  if (isBuildStale(root)) {
    say('building (a few seconds)')
    if (!build(root)) fail('the build failed: see the messages above')
  }
}

/** Ends with a clear word when this Node.js is too old. */
export function checkNode(version) {
  const [major, minor] = version.split('.').map(Number)
  const [wantMajor, wantMinor] = OLDEST_NODE
  if (major > wantMajor || (major === wantMajor && minor >= wantMinor)) return
  fail(
    `Node.js ${OLDEST_NODE.join('.')} or newer is needed, this is ${version}: see https://nodejs.org`,
  )
}

/** Runs `npm ci` when node_modules is missing or older than the lock file. */
export function installDependencies(root) {
  const installed = join(root, 'node_modules/.package-lock.json') // npm writes it last
  if (!isStale(installed, [join(root, 'package-lock.json')])) return
  say('installing dependencies with npm ci (once, about ten seconds)')
  // Development dependencies hold the compiler: NODE_ENV=production must not leave them out.
  if (runNpm(root, ['ci', '--include=dev', '--no-fund', '--no-audit']) === 0) return
  fail(
    'npm ci failed: see the messages above; it needs the npm registry that your npm is configured with',
  )
}
