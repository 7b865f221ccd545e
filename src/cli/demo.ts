import type { Command } from 'commander'
import { DEMO_SETTINGS, readDemoOptions } from '../demo/demoSettings.ts'
import type { DemoSettingName } from '../demo/demoSettings.ts'
import { VERSION } from '../version.ts'
import type { CliIo } from './io.ts'

/** `tocsin demo`: everything on this machine, with services that break. */
export function addDemoCommand(program: Command, io: CliIo): void {
  const command = program
    .command('demo')
    .description('see it work: private servers, services that break in turns, and an inbox')
  const names = new Map<string, DemoSettingName>()
  for (const [name, setting] of Object.entries(DEMO_SETTINGS)) {
    const fallback = setting.fallback === '' ? '' : `; default ${setting.fallback}`
    const about = `${setting.about} (or ${setting.variable}${fallback})`
    const option = command.createOption(`${setting.flag} <${setting.placeholder}>`, about)
    names.set(option.attributeName(), name as DemoSettingName)
    command.addOption(option)
  }
  command.action((options: Readonly<Record<string, string>>) => demo(options, names, io))
}

async function demo(
  options: Readonly<Record<string, string>>,
  names: ReadonlyMap<string, DemoSettingName>,
  io: CliIo,
): Promise<void> {
  const given: Partial<Record<DemoSettingName, string>> = {}
  for (const [attribute, text] of Object.entries(options)) {
    const name = names.get(attribute)
    if (name !== undefined) given[name] = text
  }
  const chosen = readDemoOptions(given, io.env)
  const [{ runDemo }, { startService }, { startInbox }, { createLog }] = await Promise.all([
    import('../demo/demo.ts'),
    import('../app.ts'),
    import('../demo/inbox/inbox.ts'),
    import('../telemetry/log.ts'),
  ])
  await runDemo(chosen, {
    parts: { startService, startInbox },
    version: VERSION,
    env: io.env,
    print: (text) => io.out(`${text}\n`),
    // The demo tells its own story: the service's log only speaks of trouble.
    log: createLog({
      env: { TOCSIN_LOG_LEVEL: 'warn', ...io.env },
      isTty: true,
      write: (line) => io.err(line),
    }),
  })
}
