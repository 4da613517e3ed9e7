"""The rules of `accounts.Books` as scripts for a Redis or Valkey server: each runs whole, or not at all. A test plays
the same requests to both.

KEYS: `use`, what counts, by kind, window and step; `held`, what is set aside, by request; `due`, until when it is taken
to be under way; `done`, who was settled lately. All of an account have the same hash tag. Times are in milliseconds;
without one, the server's own.
"""

from __future__ import annotations

from hashlib import sha1

from wrp_router.accounts.window import STEPS

_COMMON = f"""
local use, held, due, done = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local STEPS, MOST = {STEPS}, 2 ^ 53
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local id = ARGV[2]

local function whole(number) return string.format('%.0f', number) end

local function field(kind, window)
  return kind .. ':' .. window .. ':' .. whole(math.floor(now / (window / STEPS)))
end

local function give_back(name, amount)
  if amount > 0 and redis.call('HEXISTS', use, name) == 1 then redis.call('HINCRBY', use, name, whole(-amount)) end
end

local function words(text)
  local found = {{}}
  for word in string.gmatch(text, '%S+') do found[#found + 1] = word end
  return found
end

local function last(life)
  for place = 1, 4 do
    if redis.call('PTTL', KEYS[place]) < tonumber(life) then redis.call('PEXPIRE', KEYS[place], life) end
  end
end
"""

RESERVE = (
    _COMMON
    + """
local hold, life, concurrent = tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5])
local limit, window, amount, total, latest, steps = {}, {}, {}, {}, {}, {}
local longest = 0
for kind = 1, 3 do
  local at = 3 * kind + 3
  limit[kind], window[kind], amount[kind] = tonumber(ARGV[at]), ARGV[at + 1], tonumber(ARGV[at + 2])
  total[kind], latest[kind], steps[kind] = 0, nil, {}
  longest = math.max(longest, tonumber(window[kind]) or 0)
end

local forgotten = now - longest - longest / STEPS
for _, late in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', forgotten, 'LIMIT', 0, 256)) do
  redis.call('HDEL', held, late)
  redis.call('ZREM', due, late)
end
redis.call('ZREMRANGEBYSCORE', done, '-inf', now)

local all = redis.call('HGETALL', use)
for place = 1, #all, 2 do
  local kind, length, step = string.match(all[place], '^(%d):(%d+):(%d+)$')
  kind, step = tonumber(kind), tonumber(step)
  local this = math.floor(now / (length / STEPS))
  if step > this + 1 then
    redis.call('HDEL', use, all[place])
    redis.call('HINCRBY', use, kind .. ':' .. length .. ':' .. whole(this), all[place + 1])
    step = this
  end
  if step < this - STEPS then
    redis.call('HDEL', use, all[place])
  elseif length == window[kind] then
    local there = tonumber(all[place + 1])
    total[kind] = total[kind] + there
    steps[kind][#steps[kind] + 1] = {step, there}
    if not latest[kind] or step > latest[kind] then latest[kind] = step end
  end
end

local function told(status, kind, wait)
  local answer = {status, kind, whole(wait)}
  for each = 1, 3 do
    answer[#answer + 1] = whole(total[each])
    local reset = 0
    if total[each] ~= 0 and latest[each] then reset = (latest[each] + STEPS + 1) * (window[each] / STEPS) - now end
    answer[#answer + 1] = whole(math.ceil(reset))
  end
  return answer
end

local function until_less(kind, excess)
  table.sort(steps[kind], function(a, b) return a[1] < b[1] end)
  for _, step in ipairs(steps[kind]) do
    excess = excess - step[2]
    if excess <= 0 then return math.ceil((step[1] + STEPS + 1) * (window[kind] / STEPS) - now) end
  end
  return -1
end

if redis.call('HEXISTS', held, id) == 1 or redis.call('ZSCORE', done, id) then return told(1, 0, 0) end
if concurrent >= 0 and redis.call('ZCOUNT', due, '(' .. whole(now), '+inf') >= concurrent then
  return told(0, 4, concurrent < 1 and -1 or 1000)
end
for kind = 1, 3 do
  if limit[kind] >= 0 and amount[kind] > 0 and total[kind] + amount[kind] > limit[kind] then
    if amount[kind] > limit[kind] then return told(0, kind, -1) end
    return told(0, kind, until_less(kind, total[kind] + amount[kind] - limit[kind]))
  end
end
local kept = {}
for kind = 1, 3 do
  if limit[kind] >= 0 then
    local name = field(kind, window[kind])
    redis.call('HINCRBY', use, name, whole(amount[kind]))
    total[kind] = total[kind] + amount[kind]
    latest[kind] = math.floor(now / (window[kind] / STEPS))
    kept[#kept + 1] = name
    kept[#kept + 1] = whole(amount[kind])
  end
end
redis.call('HSET', held, id, table.concat(kept, ' '))
redis.call('ZADD', due, now + hold, id)
last(life)
return told(1, 0, 0)
"""
)
"""ARGV: now or "", id, milliseconds that it is held, and that all is kept, requests at a time or -1; then thrice the
limit or -1, its window, and what is wanted. Answers whether it is set aside, what refused it (1 to 3 as in COUNTED, 4
for requests at a time), for how long (-1: for ever), and thrice what counts, and until when. What is set aside already,
or settled, is not set aside again. What is held for longer than that is of a router that was killed, or is away: it is
no request at a time any more, and counts as used until it is settled, or too old. A step in the future means that the
clock has gone back: it counts from now."""

SETTLE = (
    _COMMON
    + """
if redis.call('ZSCORE', done, id) then return 0 end
redis.call('ZADD', done, now + tonumber(ARGV[3]), id)
local was = words(redis.call('HGET', held, id) or '')
local then_in, then_was = {}, {}
for place = 1, #was, 2 do
  local kind = tonumber(string.sub(was[place], 1, 1))
  then_in[kind], then_was[kind] = was[place], tonumber(was[place + 1])
end
for kind = 1, 3 do
  local window, took = ARGV[2 * kind + 3], tonumber(ARGV[2 * kind + 4])
  if window ~= '' then
    local more = took - (then_was[kind] or 0)
    if more > 0 then
      local name = field(kind, window)
      local there = tonumber(redis.call('HGET', use, name) or 0)
      redis.call('HINCRBY', use, name, whole(math.max(0, math.min(more, MOST - there))))
    elseif more < 0 then
      give_back(then_in[kind], -more)
    end
  end
end
redis.call('HDEL', held, id)
redis.call('ZREM', due, id)
last(ARGV[4])
return 1
"""
)
"""ARGV: now or "", id, milliseconds for which it is known to be settled, and that all is kept; then thrice the window
or "", and what it took. What is not set aside (any more) counts from now. Nothing is settled twice. A step
holds no more than doubles count."""


def digest(script: str) -> str:
    """By which a server knows a script that it has run."""
    return sha1(script.encode(), usedforsecurity=False).hexdigest()
