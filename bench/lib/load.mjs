import { durationText } from './time.mjs'

const REGIONS = ['eu-west', 'eu-north', 'us-east', 'us-west', 'ap-south']

/** Labels of the i-th server of a fleet: pools of 100, five regions. */
export function serverLabels(i) {
  const pool = String(Math.floor(i / 100)).padStart(4, '0')
  return {
    env: 'prod',
    instance: `srv-${pool}-${String(i % 100).padStart(3, '0')}.example:9100`,
    job: 'node',
    pool: `pool-${pool}`,
    region: REGIONS[i % REGIONS.length],
  }
}

/** The query that the stub answers with the whole fleet; any other gets an empty answer. */
export const MASS_QUERY = 'up == 0'

/** One rule that fires for every server of the fleet, with two annotations to be rendered. Text of a rule file. */
export function massOutageRules(intervalMs) {
  const rule = {
    alert: 'ServerDown',
    expr: MASS_QUERY,
    labels: { severity: 'critical' },
    annotations: {
      summary: '{{ $labels.instance }} is down',
      description: '{{ $labels.instance }} in {{ $labels.pool }} has value {{ $value }}',
    },
  }
  return ruleFile([{ name: 'mass-outage', interval: durationText(intervalMs), rules: [rule] }])
}

/** `rules` rules that never fire, dealt out to `groups` groups. Text of a rule file. */
export function quietRules(rules, groups, intervalMs) {
  const rule = (i) => ({
    alert: `Quiet${i}`,
    expr: `requests_waiting{queue="q-${i}"} > 100`,
    labels: { severity: 'warning', team: `team-${i % 20}` },
    annotations: { summary: '{{ $labels.instance }} has {{ $value }} waiting' },
  })
  const all = Array.from({ length: rules }, (_, i) => rule(i))
  return ruleFile(
    Array.from({ length: groups }, (_, g) => ({
      name: `quiet-${g}`,
      interval: durationText(intervalMs),
      rules: all.filter((_, i) => i % groups === g),
    })),
  )
}

/** JSON is YAML. */
function ruleFile(groups) {
  return JSON.stringify({ groups }, null, 1)
}

/** Bodies of POST /api/v2/alerts, `perBody` alerts each; the label `serial` tells every alert from all others. */
export function alertBodies(prefix, count, perBody) {
  const startsAt = new Date().toISOString()
  const alert = (i) => ({
    labels: {
      alertname: 'ServerDown',
      severity: 'critical',
      serial: `${prefix}-${i}`,
      ...serverLabels(i),
    },
    annotations: { summary: `server ${i} is down`, description: `server ${i} has value 0` },
    startsAt,
    generatorURL: 'http://prometheus.example/graph',
  })
  const bodies = []
  for (let from = 0; from < count; from += perBody) {
    const length = Math.min(perBody, count - from)
    bodies.push(JSON.stringify(Array.from({ length }, (_, i) => alert(from + i))))
  }
  return bodies
}
