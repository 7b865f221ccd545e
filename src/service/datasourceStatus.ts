import type { DatasourceStatus } from '../api/deps.ts'
import type { DatasourceConfig } from '../config/config.ts'
import type { RuleSet } from '../rules/ruleSet.ts'
import type { EvaluationStore } from '../store/evaluationStore.ts'

/**
 * What the last evaluations say of the datasource: reachable when some rule got its answer, not reachable when all failed.
 * All rules are evaluated over the first datasource.
 */
export async function datasourceStatus(
  datasources: readonly DatasourceConfig[],
  ruleSet: () => Promise<RuleSet | null>,
  evaluations: Pick<EvaluationStore, 'health'>,
): Promise<DatasourceStatus[]> {
  const groups = (await ruleSet())?.groups ?? []
  const healths = await evaluations.health(groups.map((group) => group.id))
  const rules = healths.flatMap((group) => group?.rules ?? [])
  const known = rules.filter((rule) => rule.health !== 'unknown')
  const failing = known.filter((rule) => rule.health === 'err')
  const isDown = known.length > 0 && failing.length === known.length
  return datasources.map(({ name }, i) => {
    if (i > 0 || known.length === 0)
      return { name, reachable: null, lastError: '', failingSince: null }
    if (!isDown) return { name, reachable: true, lastError: '', failingSince: null }
    const since = failing.flatMap((rule) => rule.failingSince ?? [])
    return {
      name,
      reachable: false,
      lastError: failing[0]?.lastError ?? '',
      failingSince: since.length === 0 ? null : Math.min(...since),
    }
  })
}
