/**
 * How many tests passed and failed, from the answer of vitest's JSON reporter. A test file that could not be run
 * counts as one failure. Null (no answer: vitest broke down) is one failure as well.
 */
export function countTests(report) {
  if (report === null) return { passed: 0, failed: 1 }
  const files = report.testResults ?? []
  const broken = files.filter(
    (file) => file.status === 'failed' && file.assertionResults.every(isNoFailure),
  )
  return { passed: report.numPassedTests, failed: report.numFailedTests + broken.length }
}

function isNoFailure(result) {
  return result.status !== 'failed'
}
