import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { answersOk, freePort } from './http.mjs'
import { notificationFile } from './notificationFile.mjs'
import { until } from './time.mjs'

const READY_WITHIN_MS = 30_000

/** Starts a single Alertmanager with its storage in the scope's folder. `notifies`: see `notificationFile`. */
export async function startAlertmanager(scope, program, { notifies }) {
  const config = join(scope.dir, 'alertmanager.yml')
  writeFileSync(config, notificationFile(notifies))
  const url = `http://127.0.0.1:${await freePort()}`
  const start = async () => {
    const started = scope.start('alertmanager', program, [
      `--config.file=${config}`,
      `--storage.path=${join(scope.dir, 'alertmanager')}`,
      `--web.listen-address=${url.slice('http://'.length)}`,
      '--cluster.listen-address=',
      '--log.level=warn',
    ])
    const isReady = () => {
      if (started.isEnded()) throw new Error(`Alertmanager ended at start: ${started.logTail()}`)
      return answersOk(`${url}/-/ready`)
    }
    await until('Alertmanager is ready', isReady, { withinMs: READY_WITHIN_MS })
    return started
  }
  let started = await start()
  return {
    url,
    pids: () => ({ service: started.pid }),
    down: (signal) => started.end(signal),
    async up() {
      started = await start()
    },
  }
}
