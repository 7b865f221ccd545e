-- Puts back rows whose sender died: claims that ran out, and all claims of a node's former lives.
-- KEYS[1] tag  ARGV: now, former node or ''.  Answers how many.
local tag = KEYS[1]
local released = 0
local function putBack(row)
  redis.call('HDEL', tag .. ':tokens', row)
  redis.call('ZREM', tag .. ':sending', row)
  local text = redis.call('HGET', tag .. ':rows', row)
  if text then
    local fixed = cjson.decode(text)
    redis.call('ZADD', tag .. ':w:' .. fixed.kind .. ':' .. fixed.priority, ARGV[1], row)
    released = released + 1
  end
end
for _, row in ipairs(redis.call('ZRANGEBYSCORE', tag .. ':sending', '-inf', ARGV[1])) do putBack(row) end
if ARGV[2] ~= '' then
  local tokens = redis.call('HGETALL', tag .. ':tokens')
  for i = 1, #tokens, 2 do
    if string.sub(tokens[i + 1], 1, #ARGV[2] + 1) == ARGV[2] .. '|' then putBack(tokens[i]) end
  end
end
return released
