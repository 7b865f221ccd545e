-- Forgets ended rows that were created before a time.
-- KEYS[1] tag  ARGV: before, max.  Answers how many.
local tag = KEYS[1]
local removed = 0
for _, row in ipairs(redis.call('ZRANGEBYSCORE', tag .. ':index', '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])) do
  if not redis.call('ZSCORE', tag .. ':openidx', row) then
    local state = redis.call('HGET', tag .. ':state', row)
    if state then redis.call('HINCRBY', tag .. ':counts', cjson.decode(state).status, -1) end
    redis.call('ZREM', tag .. ':index', row)
    redis.call('ZREM', tag .. ':dead', row)
    redis.call('HDEL', tag .. ':rows', row)
    redis.call('HDEL', tag .. ':state', row)
    redis.call('HDEL', tag .. ':alerts', row)
    removed = removed + 1
  end
end
return removed
