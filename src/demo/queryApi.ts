const ANSWER_WITHIN_MS = 2_000

/** Whether the query API answers, and how fast, in words. */
export async function queryApiText(url: string): Promise<string> {
  const startedAt = performance.now()
  try {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS)
    const answer = await fetch(`${url}/api/v1/query?query=1`, { signal })
    await answer.arrayBuffer()
    if (!answer.ok) return `answers ${answer.status}`
    return `ok, ${Math.round(performance.now() - startedAt)} ms`
  } catch {
    return `does not answer within ${ANSWER_WITHIN_MS / 1000} s`
  }
}
