-- One look at everything in a shard that somebody may have forgotten: puts back claims that ran out, and all claims of a
-- node's former lives; tells what is due.
-- KEYS[1] tag  ARGV: now, former node or '', kind ...
-- Answers: groups put back, rows put back, earliest due time of a group or '', then for each kind: rows due, earliest
-- next attempt or ''.
local tag, now, former = KEYS[1], ARGV[1], ARGV[2]

--- Calls back with every claim in `set` that ran out, or whose token in `tokens` a former life of the node wrote.
local function abandoned(set, tokens, putBack)
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', tag .. set, '-inf', now)) do putBack(id) end
  if former == '' then return end
  local all = redis.call('HGETALL', tag .. tokens)
  for i = 1, #all, 2 do
    if string.sub(all[i + 1], 1, #former + 1) == former .. '|' then putBack(all[i]) end
  end
end

local groups, rows = 0, 0
abandoned(':claimed', ':claims', function(group)
  local claim = redis.call('HGET', tag .. ':claims', group)
  redis.call('HDEL', tag .. ':claims', group)
  redis.call('ZREM', tag .. ':claimed', group)
  if redis.call('HEXISTS', tag .. ':meta', group) == 1 then
    redis.call('ZADD', tag .. ':due', claim and string.match(claim, '|(%-?[%d%.e+]+)$') or now, group)
    groups = groups + 1
  end
end)
abandoned(':sending', ':tokens', function(row)
  redis.call('HDEL', tag .. ':tokens', row)
  redis.call('ZREM', tag .. ':sending', row)
  local text = redis.call('HGET', tag .. ':rows', row)
  if text then
    local fixed = cjson.decode(text)
    redis.call('ZADD', tag .. ':w:' .. fixed.kind .. ':' .. fixed.priority, now, row)
    rows = rows + 1
  end
end)

local due = redis.call('ZRANGE', tag .. ':due', 0, 0, 'WITHSCORES')
local answer = { groups, rows, due[2] or '' }
for i = 3, #ARGV do
  local count, earliest = 0, ''
  for _, priority in ipairs({ 'critical', 'warning', 'other' }) do
    local waiting = tag .. ':w:' .. ARGV[i] .. ':' .. priority
    local first = redis.call('ZRANGE', waiting, 0, 0, 'WITHSCORES')
    if first[2] then
      count = count + redis.call('ZCOUNT', waiting, '-inf', now)
      if earliest == '' or tonumber(first[2]) < tonumber(earliest) then earliest = first[2] end
    end
  end
  answer[#answer + 1] = count
  answer[#answer + 1] = earliest
end
return answer
