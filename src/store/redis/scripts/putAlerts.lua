-- Stores changed alert records of one shard if nobody else wrote since the caller looked.
-- KEYS[1] tag  ARGV: expected version, how many changes are kept, puts, (fingerprint, record) * puts,
--   removes, fingerprint * removes, all changed fingerprints in one text
-- Answers {1, new version} or {0, actual version}.
local tag = KEYS[1]
local version = tonumber(redis.call('GET', tag .. ':version') or '0')
if version ~= tonumber(ARGV[1]) then return { 0, version } end

local function each(command, from, count, width)
  local last = from + count * width - 1
  for start = from, last, 1000 do
    redis.call(command, tag .. ':records', unpack(ARGV, start, math.min(start + 999, last)))
  end
  return last + 1
end

local at = 3
at = each('HSET', at + 1, tonumber(ARGV[at]), 2)
at = each('HDEL', at + 1, tonumber(ARGV[at]), 1)
version = redis.call('INCR', tag .. ':version')
redis.call('XADD', tag .. ':changes', 'MAXLEN', '~', ARGV[2], version .. '-0', 'f', ARGV[at])
return { 1, version }
