/** The command line of the program for what was given to `npm start`: the service with `--config`, else the demo. */
export function programArguments(given) {
  const hasConfig = given.some((word) => word === '--config' || word.startsWith('--config='))
  return [hasConfig ? 'run' : 'demo', ...given]
}
