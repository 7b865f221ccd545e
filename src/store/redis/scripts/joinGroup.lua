-- Puts alerts into a notification group and creates it when it is missing.
-- KEYS[1] tag  ARGV: group, meta, first due time, (fingerprint, occurrence) ...
local tag, group = KEYS[1], ARGV[1]
if redis.call('HSETNX', tag .. ':meta', group, ARGV[2]) == 1 then
  redis.call('ZADD', tag .. ':due', ARGV[3], group)
end
for start = 4, #ARGV, 1000 do
  redis.call('HSET', tag .. ':m:' .. group, unpack(ARGV, start, math.min(start + 999, #ARGV)))
end
return 1
