-- The transitions of serve_app.jobs.machine, each as one atomic step in Redis. Keys, all behind the prefix:
--   job:<id>      hash    the job                       units:<id>   hash  number -> unit as JSON
--   events:<id>   stream  ids <n>-0                     waiting:<id> zset  numbers of queued units
--   running:<id>  set     numbers under lease           later:<id>   set   numbers that wait for their next attempt
--   queue:<owner> zset    jobs with waiting units       ring         zset  owners with waiting units, by turn
--   leases        zset    <id>:<number>, by end         delayed      zset  <id>:<number>, by time
--   owned:<owner> zset    jobs, by sequence             keys:<owner> hash  idempotency key -> job
--   expiry        zset    ended jobs, by time           webhooks     zset  jobs whose webhook is due, by time
--   gone:<id>     string  digest of the owner           erase        set   deleted jobs whose blobs may exist
--   counts        hash    counters                      compact      string something was deleted
-- A unit has: s state, a attempts, f failures, t token, w worker, d document, p page, r result, e failure.
-- Arguments: until when the caller waits, by the clock of Redis; the operation; the time, or '' for that of Redis;
-- limits; those of the operation.
local time = redis.call('TIME')
local here = tonumber(time[1]) + tonumber(time[2]) / 1000000
if here > tonumber(ARGV[1]) then return redis.error_reply('LATE the caller has given up') end
local prefix, operation = KEYS[1], ARGV[2]
local now = tonumber(ARGV[3]) or here
local max_deaths, max_failures = tonumber(ARGV[4]), tonumber(ARGV[5])
local args = {unpack(ARGV, 6)}

local function key(name) return prefix .. name end
local function stamp(seconds) return string.format('%.6f', seconds) end
local function member(id, number) return string.format('%s:%08d', id, number) end
local function split(text) return string.sub(text, 1, 32), tonumber(string.sub(text, 34)) end
local function job_field(id, field) return redis.call('HGET', key('job:' .. id), field) end
local function count(name, by) return redis.call('HINCRBY', key('counts'), name, by) end
local function signal(name) redis.call('PUBLISH', key('signals'), name) end

local function unit_of(id, number)
  local text = redis.call('HGET', key('units:' .. id), number)
  return text and cjson.decode(text)
end
local function save(id, number, unit) redis.call('HSET', key('units:' .. id), number, cjson.encode(unit)) end

-- `data` is JSON.
local function event(id, kind, data)
  local n = redis.call('HINCRBY', key('job:' .. id), 'last_event', 1)
  redis.call('XADD', key('events:' .. id), n .. '-0', 'kind', kind, 'at', stamp(now), 'data', data)
  signal(id)
end

-- The ring of owners.
local function join(owner)
  signal('work')
  if not redis.call('ZSCORE', key('ring'), owner) then redis.call('ZADD', key('ring'), count('turn', 1), owner) end
end
local function drop_job_from_queue(id, owner)
  redis.call('ZREM', key('queue:' .. owner), id)
  if redis.call('EXISTS', key('queue:' .. owner)) == 0 then redis.call('ZREM', key('ring'), owner) end
end
local function enqueue(id, number)
  local job = redis.call('HMGET', key('job:' .. id), 'owner', 'seq')
  redis.call('ZADD', key('waiting:' .. id), number, number)
  redis.call('ZADD', key('queue:' .. job[1]), job[2], id)
  join(job[1])
end

local function end_job(id, state, failure)
  local job = redis.call('HMGET', key('job:' .. id), 'retain_s', 'url')
  local expires = now + tonumber(job[1])
  redis.call('HSET', key('job:' .. id), 'state', state, 'finished_at', stamp(now), 'expires_at', stamp(expires),
    'failure', failure or '')
  redis.call('ZADD', key('expiry'), stamp(expires), id)
  if job[2] then
    redis.call('HSET', key('job:' .. id), 'delivery', 'due')
    redis.call('ZADD', key('webhooks'), stamp(now), id)
  end
  event(id, 'job', cjson.encode({state = state}))
end

-- serve_app.jobs.machine.outcome
local function outcome(total, done, failed)
  if not total or done + failed < total then return false end
  if failed == 0 then return 'done' end
  return done > 0 and 'partial' or 'failed'
end
local function settle(id)
  local job = redis.call('HMGET', key('job:' .. id), 'pages_total', 'pages_done', 'pages_failed')
  local state = outcome(tonumber(job[1] or ''), tonumber(job[2]), tonumber(job[3]))
  if state then end_job(id, state) end
end

-- The unit if the lease is held.
local function held(id, number, token)
  local unit = unit_of(id, number)
  return unit and unit.s == 'running' and unit.t == token and unit
end
local function leave(id, number, unit, state)
  unit.s, unit.t, unit.w = state, nil, nil
  save(id, number, unit)
  redis.call('ZREM', key('leases'), member(id, number))
  redis.call('SREM', key('running:' .. id), number)
end
local function requeue(id, number, unit, delay)
  leave(id, number, unit, 'queued')
  count('waiting', 1)
  if delay > 0 then
    redis.call('ZADD', key('delayed'), stamp(now + delay), member(id, number))
    redis.call('SADD', key('later:' .. id), number)
  else
    enqueue(id, number)
  end
end
local function end_failed(id, number, unit, failure)
  unit.e = failure
  leave(id, number, unit, 'failed')
  if number == 0 then return end_job(id, 'failed', failure) end
  count('failed', 1)
  redis.call('HINCRBY', key('job:' .. id), 'pages_failed', 1)
  event(id, 'page', string.format('{"number": %d, "state": "failed", "failure": %s}', number, failure))
  settle(id)
end
local function retry_event(id, number, code)
  event(id, 'retry', cjson.encode({number = number, code = code}))
end

-- Pages are JSON: [[document, page], ...].
local function add_pages(id, pages)
  pages = cjson.decode(pages)
  for number, source in ipairs(pages) do
    save(id, number, {s = 'queued', a = 0, f = 0, d = source[1], p = source[2]})
    redis.call('ZADD', key('waiting:' .. id), number, number)
  end
  count('waiting', #pages)
  enqueue(id, 1)
  redis.call('HSET', key('job:' .. id), 'pages_total', #pages)
  event(id, 'planned', cjson.encode({pages = #pages}))
end

-- Take the open units of a job out of the queue, and void its leases.
local function withdraw(id)
  local owner = job_field(id, 'owner')
  for _, number in ipairs(redis.call('SMEMBERS', key('running:' .. id))) do
    local unit = unit_of(id, number)
    leave(id, tonumber(number), unit, 'cancelled')
  end
  local later = redis.call('SMEMBERS', key('later:' .. id))
  for _, number in ipairs(later) do redis.call('ZREM', key('delayed'), member(id, tonumber(number))) end
  local open = #later + redis.call('ZCARD', key('waiting:' .. id))
  if open > 0 then count('waiting', -open) end -- Redis takes no -0
  redis.call('DEL', key('waiting:' .. id), key('later:' .. id), key('running:' .. id))
  drop_job_from_queue(id, owner)
  signal('cancel')
end

local operations = {}

-- `fields` are those of the job's hash, as JSON; `pages` is '' where a plan is to find them.
function operations.submit(id, fields, idempotency, pages)
  fields = cjson.decode(fields)
  local known = redis.call('EXISTS', key('job:' .. id)) == 1 and id
  if not known and idempotency ~= '' then known = redis.call('HGET', key('keys:' .. fields.owner), idempotency) end
  if known then
    return job_field(known, 'fingerprint') == fields.fingerprint and {'known', known} or {'conflict', known}
  end
  local seq = count('seq', 1)
  redis.call('HSET', key('job:' .. id), 'seq', seq, 'state', 'queued', 'pages_done', 0, 'pages_failed', 0,
    'last_event', 0, 'created_at', stamp(now), 'idempotency_key', idempotency)
  for name, value in pairs(fields) do redis.call('HSET', key('job:' .. id), name, value) end
  redis.call('ZADD', key('owned:' .. fields.owner), seq, id)
  if idempotency ~= '' then redis.call('HSET', key('keys:' .. fields.owner), idempotency, id) end
  event(id, 'job', '{"state": "queued"}')
  if pages ~= '' then
    add_pages(id, pages)
  else
    save(id, 0, {s = 'queued', a = 0, f = 0, d = 0, p = 0})
    count('waiting', 1)
    enqueue(id, 0)
  end
  return {'new', id}
end

function operations.claim(worker, token, lease)
  for _, due in ipairs(redis.call('ZRANGEBYSCORE', key('delayed'), '-inf', stamp(now), 'LIMIT', 0, 1000)) do
    local id, number = split(due)
    redis.call('ZREM', key('delayed'), due)
    redis.call('SREM', key('later:' .. id), number)
    enqueue(id, number)
  end
  local owner = redis.call('ZRANGE', key('ring'), 0, 0)[1]
  if not owner then return false end
  local id = redis.call('ZRANGE', key('queue:' .. owner), 0, 0)[1]
  local number = tonumber(redis.call('ZPOPMIN', key('waiting:' .. id))[1])
  count('waiting', -1)
  redis.call('ZADD', key('ring'), count('turn', 1), owner)
  if redis.call('EXISTS', key('waiting:' .. id)) == 0 then drop_job_from_queue(id, owner) end
  local unit = unit_of(id, number)
  unit.s, unit.t, unit.w, unit.a = 'running', token, worker, unit.a + 1
  save(id, number, unit)
  redis.call('ZADD', key('leases'), stamp(now + tonumber(lease)), member(id, number))
  redis.call('SADD', key('running:' .. id), number)
  if job_field(id, 'state') == 'queued' then
    redis.call('HSET', key('job:' .. id), 'state', 'running', 'started_at', stamp(now))
    event(id, 'job', '{"state": "running"}')
  end
  local job = redis.call('HMGET', key('job:' .. id), 'documents', 'options')
  return {id, number, unit.a, owner, job[1], job[2], unit.d, unit.p, unit.a - 1 - unit.f}
end

-- Of each lease: job, number, token.
function operations.renew(lease, ...)
  local leases, states = {...}, {}
  for i = 1, #leases, 3 do
    local id, number = leases[i], tonumber(leases[i + 1])
    local unit = unit_of(id, number)
    -- The queued units of a cancelled job are not rewritten.
    if not unit or unit.s == 'cancelled' or (unit.s == 'queued' and job_field(id, 'state') == 'cancelled') then
      states[#states + 1] = 'cancelled'
    elseif not held(id, number, leases[i + 2]) then
      states[#states + 1] = 'lost'
    else
      redis.call('ZADD', key('leases'), stamp(now + tonumber(lease)), member(id, number))
      states[#states + 1] = 'held'
    end
  end
  return states
end

function operations.plan(id, token, pages)
  local unit = held(id, 0, token)
  if not unit then return 0 end
  leave(id, 0, unit, 'done')
  add_pages(id, pages)
  return 1
end

function operations.finish(id, number, token, result)
  number = tonumber(number)
  local unit = held(id, number, token)
  if not unit then return 0 end
  unit.r = result
  leave(id, number, unit, 'done')
  count('done', 1)
  redis.call('HINCRBY', key('job:' .. id), 'pages_done', 1)
  event(id, 'page', cjson.encode({number = number, state = 'done', result = result}))
  settle(id)
  return 1
end

-- serve_app.jobs.machine.after_failure; `delay` is '' for a final failure.
function operations.fail(id, number, token, failure, code, delay)
  number = tonumber(number)
  local unit = held(id, number, token)
  if not unit then return 0 end
  if delay ~= '' and unit.f + 1 < max_failures then
    unit.f = unit.f + 1
    requeue(id, number, unit, tonumber(delay))
    retry_event(id, number, code)
  else
    end_failed(id, number, unit, failure)
  end
  return 1
end

function operations.release(id, number, token, delay)
  number = tonumber(number)
  local unit = held(id, number, token)
  if not unit then return 0 end
  unit.a = unit.a - 1
  requeue(id, number, unit, tonumber(delay))
  return 1
end

-- serve_app.jobs.machine.after_lost_lease
function operations.sweep(poisoned)
  local lost = redis.call('ZRANGEBYSCORE', key('leases'), '-inf', stamp(now), 'LIMIT', 0, 1000)
  for _, lease in ipairs(lost) do
    local id, number = split(lease)
    local unit = unit_of(id, number)
    count('lease_losses', 1)
    if unit.a - unit.f < max_deaths then
      requeue(id, number, unit, 0)
      retry_event(id, number, 'lease_lost')
    else
      end_failed(id, number, unit, poisoned)
    end
  end
  return #lost
end

function operations.cancel(id)
  local state = job_field(id, 'state')
  if state == 'queued' or state == 'running' then
    withdraw(id)
    end_job(id, 'cancelled')
  end
  return 1
end

function operations.delete(id, owner_digest, tombstone)
  local job = redis.call('HMGET', key('job:' .. id), 'owner', 'idempotency_key')
  if not job[1] then return 0 end
  withdraw(id)
  redis.call('DEL', key('job:' .. id), key('units:' .. id), key('events:' .. id))
  for _, index in ipairs({'owned:' .. job[1], 'expiry', 'webhooks'}) do redis.call('ZREM', key(index), id) end
  if job[2] ~= '' then redis.call('HDEL', key('keys:' .. job[1]), job[2]) end
  redis.call('SET', key('gone:' .. id), owner_digest, 'EX', tombstone)
  redis.call('SADD', key('erase'), id)
  redis.call('SET', key('compact'), 1)
  signal(id)
  return 1
end

function operations.due(lease, limit)
  local due = {}
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', key('webhooks'), '-inf', stamp(now), 'LIMIT', 0, limit)) do
    redis.call('ZADD', key('webhooks'), stamp(now + tonumber(lease)), id)
    local attempt = redis.call('HINCRBY', key('job:' .. id), 'delivery_attempts', 1)
    local job = redis.call('HMGET', key('job:' .. id), 'url', 'secret', 'finished_at')
    due[#due + 1] = {id, job[1], job[2], attempt, job[3]}
  end
  return due
end

function operations.settle(id, attempt, state, failure, delay)
  local job = redis.call('HMGET', key('job:' .. id), 'delivery', 'delivery_attempts')
  if job[1] ~= 'due' or job[2] ~= attempt then return 0 end
  redis.call('HSET', key('job:' .. id), 'delivery', state, 'delivery_error', failure)
  if state ~= 'delivered' then count('webhook_failures', 1) end
  if state == 'due' then
    redis.call('ZADD', key('webhooks'), stamp(now + tonumber(delay)), id)
  else
    redis.call('ZREM', key('webhooks'), id)
  end
  return 1
end

function operations.expired(limit)
  return redis.call('ZRANGEBYSCORE', key('expiry'), '-inf', stamp(now), 'LIMIT', 0, limit)
end

return operations[operation](unpack(args))
