import { Type } from '@fastify/type-provider-typebox'
import type { AlertView } from '../../store/alertStore.ts'
import type { ApiDeps } from '../deps.ts'
import { answer, responses } from '../schemas.ts'
import type { ApiServer } from '../server.ts'
import { fileProblemSchema } from './problems.ts'
import { ruleGroupJson, ruleGroupSchema } from './ruleJson.ts'
import type { AlertCounts } from './ruleJson.ts'

const rulesAnswer = answer({
  version: Type.Union([Type.String(), Type.Null()]),
  groups: Type.Array(ruleGroupSchema),
  files: Type.Array(
    answer({
      file: Type.String(),
      hash: Type.Union([Type.String(), Type.Null()]),
      stale: Type.Boolean({ description: 'The text is bad; the last good version is in use.' }),
      problems: Type.Array(fileProblemSchema),
    }),
  ),
})

/** `GET /v1/rules`: what is evaluated, how it goes, and what is wrong with the files. */
export function ruleRoutes(app: ApiServer, deps: ApiDeps): void {
  app.route({
    method: 'GET',
    url: '/v1/rules',
    config: { access: 'viewer' },
    schema: { tags: ['rules'], response: responses({ 200: rulesAnswer }) },
    handler: async () => {
      const ruleSet = await deps.ruleSet()
      if (ruleSet === null) return { version: null, groups: [], files: [] }
      const [view, health] = await Promise.all([
        deps.alerts.sync(),
        deps.evaluations.health(ruleSet.groups.map((group) => group.id)),
      ])
      const counts = countByRule(view)
      const countsOf = (rule: string): AlertCounts => counts.get(rule) ?? NONE
      return {
        version: ruleSet.version,
        groups: ruleSet.groups.map((group, i) => ruleGroupJson(group, health[i] ?? null, countsOf)),
        files: ruleSet.files.map((file) => ({ ...file, problems: [...file.problems] })),
      }
    },
  })
}

const NONE: AlertCounts = { pending: 0, firing: 0 }

function countByRule(view: AlertView): ReadonlyMap<string, AlertCounts> {
  const counts = new Map<string, { pending: number; firing: number }>()
  for (const { heldBy, status } of view.values()) {
    if (status === 'resolved') continue
    for (const rule of heldBy) {
      const entry = counts.get(rule) ?? { pending: 0, firing: 0 }
      entry[status]++
      counts.set(rule, entry)
    }
  }
  return counts
}
