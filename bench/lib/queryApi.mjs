import { startChild } from './child.mjs'

/** A stub of the Prometheus query API, in a process of its own, that answers `MASS_QUERY` with `series` series. */
export async function startQueryApi(scope, { series }) {
  const child = await startChild(scope, './queryApiProcess.mjs', { series })
  return {
    url: child.url,
    /** `{queries, massQueriesAt}`: how many in all, and when (monotonic) the mass query was asked. */
    read: () => child.call('read'),
  }
}
