-- Puts back group claims that ran out, and all claims of a node's former lives.
-- KEYS[1] tag  ARGV: now, former node or ''.  Answers how many.
local tag = KEYS[1]
local released = 0
local function putBack(group)
  local claim = redis.call('HGET', tag .. ':claims', group)
  redis.call('HDEL', tag .. ':claims', group)
  redis.call('ZREM', tag .. ':claimed', group)
  if redis.call('HEXISTS', tag .. ':meta', group) == 1 then
    local due = claim and string.match(claim, '|(%-?[%d%.e+]+)$') or ARGV[1]
    redis.call('ZADD', tag .. ':due', due, group)
    released = released + 1
  end
end
for _, group in ipairs(redis.call('ZRANGEBYSCORE', tag .. ':claimed', '-inf', ARGV[1])) do putBack(group) end
if ARGV[2] ~= '' then
  local claims = redis.call('HGETALL', tag .. ':claims')
  for i = 1, #claims, 2 do
    if string.sub(claims[i + 1], 1, #ARGV[2] + 1) == ARGV[2] .. '|' then putBack(claims[i]) end
  end
end
return released
