import { describe, expect, it } from 'vitest'
import { readDemoOptions, type DemoSettingName } from '../../src/demo/demoSettings.ts'

describe('the options of the demo', () => {
  it('have defaults that need no thought', () => {
    expect(readDemoOptions({}, {})).toEqual({
      dataDir: '.tocsin',
      ports: { service: 8093, management: 8094, inbox: 8095, smtp: 8096, prometheus: 8097 },
      cycle: { firstHealthyMs: 10_000, brokenMs: 150_000, healthyMs: 60_000 },
      stopAfterDeliveries: null,
      stopAfterMs: null,
    })
  })

  it('come from the command line, then from the environment', () => {
    const env = { TOCSIN_DEMO_INBOX_PORT: '9001', TOCSIN_DEMO_SMTP_PORT: '9002' }
    const { ports } = readDemoOptions({ inboxPort: '9000' }, env)
    expect(ports).toMatchObject({ inbox: 9000, smtp: 9002, service: 8093 })
  })

  it('can ask for an end', () => {
    const given = { deliveries: '3', seconds: '2m', cycle: '1s, 2s,1m30s' }
    expect(readDemoOptions(given, {})).toMatchObject({
      stopAfterDeliveries: 3,
      stopAfterMs: 120_000,
      cycle: { firstHealthyMs: 1_000, brokenMs: 2_000, healthyMs: 90_000 },
    })
  })

  it.each<[string, Partial<Record<DemoSettingName, string>>, Record<string, string>, string]>([
    ['a port that is a word', { smtpPort: 'mail' }, {}, '--smtp-port: "mail" is not a port'],
    [
      'a port too high',
      {},
      { TOCSIN_DEMO_SERVICE_PORT: '65536' },
      'TOCSIN_DEMO_SERVICE_PORT: "65536" is not a port',
    ],
    ['a negative port', { inboxPort: '-1' }, {}, '--inbox-port: "-1" is not a port'],
    ['no deliveries', { deliveries: '0' }, {}, '--stop-after-deliveries: "0" is not a count'],
    ['a time without unit', { seconds: '60' }, {}, '--stop-after: "60" is not a duration'],
    ['no time', { seconds: '0s' }, {}, '--stop-after: must be longer than 0'],
    ['two durations', { cycle: '1s,2s' }, {}, '--cycle: "1s,2s" must be three durations'],
    ['a bad duration', { cycle: '1s,2,3s' }, {}, '--cycle: "2" is not a duration'],
  ])('say what is wrong with %s', (_name, given, env, message) => {
    expect(() => readDemoOptions(given, env)).toThrow(message)
  })
})
