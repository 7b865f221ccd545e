import { describe, expect, it } from 'vitest'
import { notificationText, serviceText } from '../../src/demo/demoFiles.ts'
import { formatProblem } from '../../src/core/problem.ts'
import { loadNotificationFile } from '../../src/routing/notificationFile.ts'

const ports = { service: 1, management: 2, inbox: 3, smtp: 4, prometheus: 5 }
const host = '127.0.0.1'

describe('the files that the demo writes', () => {
  it('have a notification file without any problem, not even a warning', () => {
    const { config, problems } = loadNotificationFile(
      '/demo/alertmanager.yml',
      notificationText({ host, ports }),
    )
    expect(problems.map(formatProblem)).toEqual([])
    const integrations = [...(config?.receivers.values() ?? [])].flatMap((r) => r.integrations)
    const kinds = integrations.map(({ kind }) => kind)
    expect(kinds.toSorted()).toEqual(['email', 'pagerduty', 'slack', 'sms', 'webhook'])
  })

  it('point at the ports that were chosen', () => {
    const text = serviceText({
      dir: '/demo',
      host,
      ports,
      redisUrl: 'unix:///s',
      ruleFiles: ['/r.yml'],
    })
    for (const address of ['127.0.0.1:1', '127.0.0.1:2', 'http://127.0.0.1:5']) {
      expect(text).toContain(address)
    }
    expect(notificationText({ host, ports })).toContain('http://127.0.0.1:3/slack')
    expect(notificationText({ host, ports })).toContain('127.0.0.1:4')
  })
})
