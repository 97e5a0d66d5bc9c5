-- Sends the body of the file BODY with each line of TOKENS from FROM on, COUNT of them in rotation.
local template = io.open(os.getenv('BODY')):read('*a')
local from, count = tonumber(os.getenv('FROM')), tonumber(os.getenv('COUNT'))
local before, after = template:match('^(.-)TOKEN(.*)$')
local requests, index = {}, 0

wrk.method = 'POST'
wrk.headers['Content-Type'] = 'application/json'
wrk.headers['Accept'] = 'application/json'
wrk.headers['Authorization'] = os.getenv('AUTHORIZATION')

function init()
  local line = 0
  for token in io.lines(os.getenv('TOKENS')) do
    if line >= from + count then break end
    if line >= from then
      requests[#requests + 1] = wrk.format(nil, nil, nil, before .. token .. after)
    end
    line = line + 1
  end
end

function request()
  index = index % #requests + 1
  return requests[index]
end

function done(summary, latency)
  print(string.format('RESULT %d %d %d %d %d', summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), summary.errors.status))
end
