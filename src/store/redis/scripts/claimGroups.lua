-- Claims groups whose time has come.
-- KEYS[1] tag  ARGV: now, max, until, node.  Answers a flat list: group, token, due time, meta, ...
local tag = KEYS[1]
local found = redis.call('ZRANGEBYSCORE', tag .. ':due', '-inf', ARGV[1], 'WITHSCORES', 'LIMIT', 0, ARGV[2])
local answer = {}
for i = 1, #found, 2 do
  local group, due = found[i], found[i + 1]
  redis.call('ZREM', tag .. ':due', group)
  local meta = redis.call('HGET', tag .. ':meta', group)
  if meta then
    local token = ARGV[4] .. '|' .. redis.call('INCR', tag .. ':seq')
    redis.call('ZADD', tag .. ':claimed', ARGV[3], group)
    redis.call('HSET', tag .. ':claims', group, token .. '|' .. due)
    answer[#answer + 1] = group
    answer[#answer + 1] = token
    answer[#answer + 1] = due
    answer[#answer + 1] = meta
  end
end
return answer
