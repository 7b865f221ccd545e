-- Ends one attempt of one row. Refused when the claim was lost.
-- KEYS[1] tag  ARGV: row, token, group, outcome (delivered, retry, postponed, dead, suppressed), state, waiting set,
--   next attempt, integration, log entry or '', log lifetime in ms, now,
--   integrations that must hear ends, integration * those,
--   leaves, (fingerprint, occurrence) * leaves, adds, (as in commitFlush) * adds.  Answers 1, or 0 when refused.
local tag, row, group, outcome = KEYS[1], ARGV[1], ARGV[3], ARGV[4]
if redis.call('HGET', tag .. ':tokens', row) ~= ARGV[2] then return 0 end
redis.call('HDEL', tag .. ':tokens', row)
redis.call('ZREM', tag .. ':sending', row)
if outcome ~= 'postponed' then redis.call('HSET', tag .. ':state', row, ARGV[5]) end
if outcome == 'retry' or outcome == 'postponed' then
  redis.call('ZADD', tag .. ':' .. ARGV[6], ARGV[7], row)
  redis.call('HSET', tag .. ':retrying', row, ARGV[8])
  return 1
end

local open, members = tag .. ':open:' .. group, tag .. ':m:' .. group
redis.call('HDEL', tag .. ':retrying', row)
redis.call('ZREM', tag .. ':openidx', row)
redis.call('SREM', open, row)
redis.call('HINCRBY', tag .. ':counts', 'waiting', -1)
redis.call('HINCRBY', tag .. ':counts', outcome, 1)
if outcome == 'dead' then redis.call('ZADD', tag .. ':dead', ARGV[11], row) end
if ARGV[9] ~= '' then
  local function created(text) return tonumber(string.match(text, '^{"c":(%d+)') or '0') end
  local before = redis.call('HGET', tag .. ':n:' .. group, ARGV[8])
  if not before or created(before) <= created(ARGV[9]) then
    redis.call('HSET', tag .. ':n:' .. group, ARGV[8], ARGV[9])
  end
end

-- A member leaves when nobody waits for the news of its end any more: no row is open, and no log says that it fires.
local function stillFiring(from, count)
  local firing = {}
  for i = from, from + count - 1 do
    local log = redis.call('HGET', tag .. ':n:' .. group, ARGV[i])
    local packed = log and string.match(log, '"f":"(%x*)"') or ''
    for f = 1, #packed, 16 do firing[string.sub(packed, f, f + 15)] = true end
  end
  return firing
end
local integrations = tonumber(ARGV[12])
local at = 13 + integrations
local leaves = tonumber(ARGV[at])
if leaves > 0 and redis.call('EXISTS', open) == 0 then
  local firing = stillFiring(13, integrations)
  for i = at + 1, at + leaves * 2, 2 do
    if not firing[ARGV[i]] and redis.call('HGET', members, ARGV[i]) == ARGV[i + 1] then
      redis.call('HDEL', members, ARGV[i])
    end
  end
end
at = at + leaves * 2 + 1
for _ = 1, tonumber(ARGV[at]) do
  local add = ARGV[at + 1]
  redis.call('HSET', tag .. ':rows', add, ARGV[at + 2])
  redis.call('HSET', tag .. ':state', add, ARGV[at + 3])
  redis.call('HSET', tag .. ':alerts', add, ARGV[at + 4])
  redis.call('ZADD', tag .. ':' .. ARGV[at + 5], ARGV[at + 6], add)
  redis.call('ZADD', tag .. ':index', ARGV[at + 7], add)
  redis.call('ZADD', tag .. ':openidx', ARGV[at + 7], add)
  redis.call('SADD', open, add)
  redis.call('HINCRBY', tag .. ':counts', 'waiting', 1)
  at = at + 7
end

-- An empty group ends here, unless a flush holds it: then that flush's commit ends it.
if redis.call('EXISTS', members) == 0 and redis.call('EXISTS', open) == 0
  and redis.call('HEXISTS', tag .. ':claims', group) == 0 then
  redis.call('HDEL', tag .. ':meta', group)
  redis.call('ZREM', tag .. ':due', group)
  redis.call('PEXPIRE', tag .. ':n:' .. group, ARGV[10])
end
return 1
