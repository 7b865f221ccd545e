import { startService } from '../app.ts'
import { createLog } from '../telemetry/log.ts'
import { VERSION } from '../version.ts'
import { runDemo } from './demo.ts'
import { readDemoOptions, type DemoSettingName } from './demoSettings.ts'
import { startInbox } from './inbox/inbox.ts'

export interface RunDemoOptions {
  /** Options that were on the command line. */
  readonly given: Readonly<Partial<Record<DemoSettingName, string>>>
  readonly env: Readonly<Record<string, string | undefined>>
  /** Takes one or more lines for the screen, without the last line end. */
  readonly print: (text: string) => void
}

/** The demo with the real service and the real inbox. @throws AppError when something cannot be started */
export async function runDemoService({ given, env, print }: RunDemoOptions): Promise<void> {
  // The timeline tells what happens: the log is for trouble, unless somebody asks for more.
  const logEnv = { TOCSIN_LOG: 'text', TOCSIN_LOG_LEVEL: 'warn', ...env }
  await runDemo(readDemoOptions(given, env), {
    parts: { startService, startInbox },
    version: VERSION,
    env,
    print,
    log: createLog({ env: logEnv, isTty: process.stdout.isTTY }),
  })
}
