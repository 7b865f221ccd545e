import { Counter, Gauge, Histogram, Registry } from 'prom-client'

/** What the evaluator of one thread counts. The main thread sums the registries of all threads. */
export interface EvaluatorMetrics {
  readonly registry: Registry
  readonly groupSeconds: Histogram
  readonly missed: Counter
  readonly clockSteps: Counter<'kind'>
  readonly evaluations: Counter
  readonly failures: Counter
  readonly querySeconds: Histogram
  readonly storeFailures: Counter
  /** Notes how late an iteration began; the largest value since the last reading is shown. */
  observeLag(seconds: number): void
}

/** What is counted only when somebody asks. */
export interface EvaluatorSnapshot {
  readonly pending: number
  readonly firing: number
  readonly groups: number
}

const SECONDS = [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

export function createEvaluatorMetrics(snapshot: () => EvaluatorSnapshot): EvaluatorMetrics {
  const registers = [new Registry()]
  const registry = registers[0] as Registry
  const histogram = (name: string, help: string): Histogram =>
    new Histogram({ name, help, buckets: SECONDS, registers })
  const counter = (name: string, help: string): Counter => new Counter({ name, help, registers })
  addSnapshotGauges(registry, snapshot)
  const observeLag = addLagGauge(registry)
  return {
    registry,
    groupSeconds: histogram(
      'tocsin_rule_group_duration_seconds',
      'Iterations of rule groups, from the first query to the commit.',
    ),
    missed: counter(
      'tocsin_rule_group_iterations_missed_total',
      'Slots without an evaluation, because the one before took too long.',
    ),
    clockSteps: new Counter({
      name: 'tocsin_rule_group_clock_steps_total',
      help: 'Slots dropped, and series of slots begun anew, because the wall clock was set back.',
      labelNames: ['kind'],
      registers,
    }),
    evaluations: counter('tocsin_rule_evaluations_total', 'Evaluations of single rules.'),
    failures: counter(
      'tocsin_rule_evaluation_failures_total',
      'Evaluations that failed and left the states of their rule untouched.',
    ),
    querySeconds: histogram(
      'tocsin_query_duration_seconds',
      'Queries to the datasource, from the request to the last byte.',
    ),
    storeFailures: counter(
      'tocsin_evaluation_store_failures_total',
      'Attempts to load states or to commit an iteration that failed, and are repeated.',
    ),
    observeLag,
  }
}

function addSnapshotGauges(registry: Registry, snapshot: () => EvaluatorSnapshot): void {
  const alerts = new Gauge({
    name: 'tocsin_tracked_alerts',
    help: 'Alert instances that the evaluator tracks.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const { pending, firing } = snapshot()
      alerts.set({ state: 'pending' }, pending)
      alerts.set({ state: 'firing' }, firing)
    },
  })
  const groups = new Gauge({
    name: 'tocsin_owned_rule_groups',
    help: 'Rule groups whose lease this evaluator holds.',
    registers: [registry],
    collect() {
      groups.set(snapshot().groups)
    },
  })
}

function addLagGauge(registry: Registry): (seconds: number) => void {
  let largest = 0
  const lag = new Gauge({
    name: 'tocsin_evaluator_lag_seconds',
    help: 'How late iterations began after their slot: the largest since the last reading.',
    registers: [registry],
    collect() {
      lag.set(largest)
      largest = 0
    },
  })
  return (seconds) => {
    largest = Math.max(largest, seconds)
  }
}
