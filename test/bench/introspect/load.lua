wrk.headers['Authorization'] = os.getenv('AUTHORIZATION')
if os.getenv('BODY') ~= '' then
  wrk.method = 'POST'
  wrk.body = os.getenv('BODY')
  wrk.headers['Content-Type'] = 'application/x-www-form-urlencoded'
end

function done(summary, latency)
  print(string.format('RESULT %d %d %d', summary.requests, summary.duration, summary.errors.status))
end
