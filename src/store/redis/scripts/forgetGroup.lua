-- Removes a rule group that no file names any more. What was not routed yet stays, and so does the epoch.
-- KEYS[1] tag  ARGV: epoch
local tag = KEYS[1]
if redis.call('HGET', tag .. ':lease', 'epoch') ~= ARGV[1] then return 0 end
redis.call('DEL', tag .. ':states', tag .. ':meta')
redis.call('HDEL', tag .. ':lease', 'node', 'until')
return 1
