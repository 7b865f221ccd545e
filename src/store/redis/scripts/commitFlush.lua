-- What one flush of one group decided. Refused when the claim was lost.
-- KEYS[1] tag  ARGV: group, token, drop (1 or 0), next due time, log lifetime in ms,
--   adds, (row, fixed part, state, alerts, waiting set, next attempt, created) * adds,
--   supersedes, (row, waiting set, state) * supersedes, leaves, (fingerprint, occurrence) * leaves,
--   logs, (integration, entry) * logs.  Answers 1, or 0 when refused.
local tag, group = KEYS[1], ARGV[1]
local claim = redis.call('HGET', tag .. ':claims', group)
if not claim or string.sub(claim, 1, #ARGV[2] + 1) ~= ARGV[2] .. '|' then return 0 end
local at = 6

local function count(status, by) redis.call('HINCRBY', tag .. ':counts', status, by) end

for _ = 1, tonumber(ARGV[at]) do
  local row = ARGV[at + 1]
  redis.call('HSET', tag .. ':rows', row, ARGV[at + 2])
  redis.call('HSET', tag .. ':state', row, ARGV[at + 3])
  redis.call('HSET', tag .. ':alerts', row, ARGV[at + 4])
  redis.call('ZADD', tag .. ':' .. ARGV[at + 5], ARGV[at + 6], row)
  redis.call('ZADD', tag .. ':index', ARGV[at + 7], row)
  redis.call('ZADD', tag .. ':openidx', ARGV[at + 7], row)
  redis.call('SADD', tag .. ':open:' .. group, row)
  count('waiting', 1)
  at = at + 7
end
at = at + 1

for _ = 1, tonumber(ARGV[at]) do
  local row = ARGV[at + 1]
  if redis.call('ZREM', tag .. ':' .. ARGV[at + 2], row) == 1 then
    redis.call('HSET', tag .. ':state', row, ARGV[at + 3])
    redis.call('SREM', tag .. ':open:' .. group, row)
    redis.call('ZREM', tag .. ':openidx', row)
    redis.call('HDEL', tag .. ':retrying', row)
    count('waiting', -1)
    count('superseded', 1)
  end
  at = at + 3
end
at = at + 1

local members = tag .. ':m:' .. group
for _ = 1, tonumber(ARGV[at]) do
  if redis.call('HGET', members, ARGV[at + 1]) == ARGV[at + 2] then redis.call('HDEL', members, ARGV[at + 1]) end
  at = at + 2
end
at = at + 1

for _ = 1, tonumber(ARGV[at]) do
  redis.call('HSET', tag .. ':n:' .. group, ARGV[at + 1], ARGV[at + 2])
  at = at + 2
end

redis.call('HDEL', tag .. ':claims', group)
redis.call('ZREM', tag .. ':claimed', group)
local over = redis.call('EXISTS', members) == 0 and redis.call('EXISTS', tag .. ':open:' .. group) == 0
if ARGV[3] == '1' or over then
  redis.call('DEL', members)
  redis.call('HDEL', tag .. ':meta', group)
  redis.call('PEXPIRE', tag .. ':n:' .. group, ARGV[5])
else
  redis.call('ZADD', tag .. ':due', ARGV[4], group)
  redis.call('PERSIST', tag .. ':n:' .. group)
end
return 1
