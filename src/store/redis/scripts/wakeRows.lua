-- Makes all waiting retries of one integration due now.
-- KEYS[1] tag  ARGV: integration, now, waiting set ...  Answers how many.
local tag = KEYS[1]
local retrying = redis.call('HGETALL', tag .. ':retrying')
local woken = 0
for i = 1, #retrying, 2 do
  if retrying[i + 1] == ARGV[1] then
    for w = 3, #ARGV do
      local waiting = tag .. ':' .. ARGV[w]
      local at = redis.call('ZSCORE', waiting, retrying[i])
      if at and tonumber(at) > tonumber(ARGV[2]) then
        redis.call('ZADD', waiting, ARGV[2], retrying[i])
        woken = woken + 1
      end
    end
  end
end
return woken
