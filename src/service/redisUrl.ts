import type { Config } from '../config/config.ts'
import { provision } from '../embedded/provision.ts'
import { startRedisServer } from '../embedded/redisServer.ts'
import type { RedisOptions } from '../store/redis/connection.ts'
import type { Closers } from './closers.ts'

/** The configured server, or the embedded default: a private one in the data folder, stopped last. */
export async function redisOptions(
  config: Config,
  say: (line: string) => void,
  closers: Closers,
): Promise<RedisOptions> {
  const { connectTimeoutMs, commandTimeoutMs } = config.redis
  const { reconnectMinMs, reconnectMaxMs } = config.network
  const url = config.redis.url ?? (await startEmbedded(config.dataDir, say, closers))
  return { url, connectTimeoutMs, commandTimeoutMs, reconnectMinMs, reconnectMaxMs }
}

async function startEmbedded(
  dataDir: string,
  say: (line: string) => void,
  closers: Closers,
): Promise<string> {
  const found = await provision(['redis-server'], { dataDir, say, env: process.env })
  const server = await startRedisServer({ dataDir, bin: found['redis-server'], say })
  closers.push(() => server.stop())
  return server.url
}
