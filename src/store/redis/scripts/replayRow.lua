-- Puts a dead row back to waiting.
-- KEYS[1] tag  ARGV: row, expected state, new state, waiting set, now, group, meta.  Answers 1, or 0 when it has changed.
local tag, row = KEYS[1], ARGV[1]
if redis.call('HGET', tag .. ':state', row) ~= ARGV[2] then return 0 end
if redis.call('ZREM', tag .. ':dead', row) == 0 then return 0 end
redis.call('HSET', tag .. ':state', row, ARGV[3])
redis.call('ZADD', tag .. ':' .. ARGV[4], ARGV[5], row)
redis.call('ZADD', tag .. ':openidx', ARGV[5], row)
redis.call('SADD', tag .. ':open:' .. ARGV[6], row)
if redis.call('HSETNX', tag .. ':meta', ARGV[6], ARGV[7]) == 1 then
  redis.call('ZADD', tag .. ':due', ARGV[5], ARGV[6])
end
redis.call('HINCRBY', tag .. ':counts', 'dead', -1)
redis.call('HINCRBY', tag .. ':counts', 'waiting', 1)
return 1
