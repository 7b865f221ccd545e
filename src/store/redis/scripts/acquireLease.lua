-- Takes the lease of a rule group when it is free, over, or held by the same node.
-- KEYS[1] tag  ARGV: node, now, until.  Answers the new epoch, or nil when another node holds it.
local lease = KEYS[1] .. ':lease'
local holder = redis.call('HGET', lease, 'node')
local ends = tonumber(redis.call('HGET', lease, 'until') or '0')
if holder and holder ~= ARGV[1] and ends > tonumber(ARGV[2]) then return nil end
redis.call('HSET', lease, 'node', ARGV[1], 'until', ARGV[3])
return redis.call('HINCRBY', lease, 'epoch', 1)
