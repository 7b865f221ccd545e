-- KEYS[1] tag  ARGV: epoch.  The epoch stays, so that it keeps growing.
local lease = KEYS[1] .. ':lease'
if redis.call('HGET', lease, 'epoch') ~= ARGV[1] then return 0 end
redis.call('HDEL', lease, 'node', 'until')
return 1
