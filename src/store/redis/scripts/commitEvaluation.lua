-- States and transitions of one evaluation of one rule group: all or nothing, fenced by the lease's epoch.
-- KEYS[1] tag  ARGV: epoch, slot, slot it started from or '', health, origin,
--   puts, (field, state) * puts, removes, field * removes, batches, transitions as JSON * batches
-- Answers 'committed', 'fenced' or 'stale'.
local tag = KEYS[1]
if redis.call('HGET', tag .. ':lease', 'epoch') ~= ARGV[1] then return 'fenced' end
if (redis.call('HGET', tag .. ':meta', 'slot') or '') ~= ARGV[3] then return 'stale' end

local function each(command, key, from, count, width)
  local last = from + count * width - 1
  for start = from, last, 1000 do
    redis.call(command, key, unpack(ARGV, start, math.min(start + 999, last)))
  end
  return last + 1
end

local at = 6
at = each('HSET', tag .. ':states', at + 1, tonumber(ARGV[at]), 2)
at = each('HDEL', tag .. ':states', at + 1, tonumber(ARGV[at]), 1)
for i = at + 1, at + tonumber(ARGV[at]) do
  redis.call('XADD', tag .. ':outbox', '*', 'origin', ARGV[5], 'transitions', ARGV[i])
end
redis.call('HSET', tag .. ':meta', 'slot', ARGV[2], 'health', ARGV[4])
return 'committed'
