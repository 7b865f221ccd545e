import { claimPort } from '../embedded/ports.ts'
import { remedy, type DemoPorts, type DemoSettingName } from './demoSettings.ts'

const PURPOSE: Readonly<Record<keyof DemoPorts, readonly [string, DemoSettingName]>> = {
  service: ['API', 'servicePort'],
  management: ['management API', 'managementPort'],
  inbox: ['inbox', 'inboxPort'],
  smtp: ['mail server of the inbox', 'smtpPort'],
  prometheus: ['private Prometheus', 'prometheusPort'],
}

/**
 * Looks at all ports before anything is started, and puts a free one where 0 was asked for.
 * @throws AppError naming the first that is taken, and the option that changes it.
 */
export async function claimPorts(host: string, wanted: DemoPorts): Promise<DemoPorts> {
  const claimed = { ...wanted }
  for (const name of Object.keys(PURPOSE) as Array<keyof DemoPorts>) {
    const [purpose, setting] = PURPOSE[name]
    claimed[name] = await claimPort(host, wanted[name], purpose, remedy(setting))
  }
  return claimed
}
