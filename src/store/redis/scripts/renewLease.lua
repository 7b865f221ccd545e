-- KEYS[1] tag  ARGV: epoch, until.  Answers 1, or 0 when a newer epoch exists.
local lease = KEYS[1] .. ':lease'
if redis.call('HGET', lease, 'epoch') ~= ARGV[1] then return 0 end
redis.call('HSET', lease, 'until', ARGV[2])
return 1
