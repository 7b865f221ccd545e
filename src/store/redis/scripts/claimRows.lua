-- Claims ledger rows that are due.
-- KEYS[1] tag  ARGV: now, max, until, node, waiting set ...  Answers a flat list: row, token, ...
local tag = KEYS[1]
local left = tonumber(ARGV[2])
local answer = {}
for i = 5, #ARGV do
  if left <= 0 then break end
  local waiting = tag .. ':' .. ARGV[i]
  local rows = redis.call('ZRANGEBYSCORE', waiting, '-inf', ARGV[1], 'LIMIT', 0, left)
  for _, row in ipairs(rows) do
    local token = ARGV[4] .. '|' .. redis.call('INCR', tag .. ':seq')
    redis.call('ZREM', waiting, row)
    redis.call('ZADD', tag .. ':sending', ARGV[3], row)
    redis.call('HSET', tag .. ':tokens', row, token)
    answer[#answer + 1] = row
    answer[#answer + 1] = token
  end
  left = left - #rows
end
return answer
