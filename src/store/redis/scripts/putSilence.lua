-- Stores one silence, or removes it when the record is empty.
-- KEYS[1] tag  ARGV: id, record.  Answers the new version.
if ARGV[2] == '' then redis.call('HDEL', KEYS[1] .. ':records', ARGV[1])
else redis.call('HSET', KEYS[1] .. ':records', ARGV[1], ARGV[2]) end
return redis.call('INCR', KEYS[1] .. ':version')
