-- Who asks. A token is checked with the service that issued it: `check`, written above, says where, and how its answer
-- is read. Nobody passes by this alone: routes that must know their user refuse requests that leave here without one.

local LONGEST_ANSWER, DEEPEST = 65536, 32
local HELD = 10000 -- answers of a generation; this state is one worker's, and no other's

-- Tokens of nobody anyone can make up, and as many as they like: they push out one another, and no user's.
local users = { now = {}, before = {}, held = 0 }
local refusals = { now = {}, before = {}, held = 0 }

local function known(token)
  return users.now[token] or users.before[token] or refusals.now[token] or refusals.before[token]
end

local function forget(token)
  users.now[token], users.before[token], refusals.now[token], refusals.before[token] = nil, nil, nil, nil
end

local function keep(token, answer)
  forget(token)
  local answers = answer.user and users or refusals
  if answers.held >= HELD then
    answers.before, answers.now, answers.held = answers.now, {}, 0
  end
  answers.held = answers.held + 1
  answers.now[token] = answer
end

-- JSON: each reader gives the place after what it read, and the value; no place where the text is no JSON.
-- Texts with escapes stay as they are written, and of the rest only whole numbers have a value: no user's id is either.
local read

local function after_blanks(text, at)
  return at and text:find("[^ \t\r\n]", at)
end

local function read_text(text, at)
  local from = at + 1
  while true do
    local stop = text:find('["\\]', from)
    if not stop then
      return nil
    elseif text:sub(stop, stop) == '"' then
      return stop + 1, text:sub(at + 1, stop - 1)
    end
    from = stop + 2
  end
end

local function read_many(text, at, depth, close)
  local found = {}
  at = after_blanks(text, at + 1)
  if at and text:sub(at, at) == close then
    return at + 1, found
  end
  while at do
    local name, item
    if close == "}" then
      if text:sub(at, at) ~= '"' then
        return nil
      end
      at, name = read_text(text, at)
      at = after_blanks(text, at)
      if not at or text:sub(at, at) ~= ":" then
        return nil
      end
      at = at + 1
    end
    at, item = read(text, at, depth + 1)
    at = after_blanks(text, at)
    if name then
      found[name] = item
    end
    local mark = at and text:sub(at, at)
    if mark == close then
      return at + 1, found
    elseif mark ~= "," then
      return nil
    end
    at = after_blanks(text, at + 1)
  end
end

read = function(text, at, depth)
  at = after_blanks(text, at)
  if not at or depth > DEEPEST then
    return nil
  end
  local mark = text:sub(at, at)
  if mark == "{" then
    return read_many(text, at, depth, "}")
  elseif mark == "[" then
    return read_many(text, at, depth, "]")
  elseif mark == '"' then
    return read_text(text, at)
  end
  local _, last = text:find("^[%w+.-]+", at)
  local word = last and text:sub(at, last)
  return last and last + 1, word and word:match("^%d+$")
end

local function identity(answer)
  if not answer or #answer > LONGEST_ANSWER then
    return nil
  end
  local stop, found = read(answer, 1, 0)
  if not stop or after_blanks(answer, stop) then
    return nil
  end
  for name in check.identity:gmatch("[^.]+") do
    found = type(found) == "table" and found[name]
  end
  local safe = type(found) == "string" and #found <= 128 and found:find("^%w[%w._:@|+-]*$")
  return safe and found or nil
end

-- The user; else whether the service could not say.
local function ask(handle, token)
  for _ = 1, check.tries do -- a check changes nothing, so that one that was cut is tried again
    local answer, body = handle:httpCall(check.cluster, {
      [":method"] = check.method,
      [":path"] = check.path,
      [":authority"] = check.host,
      ["accept"] = "application/json",
      ["authorization"] = "Bearer " .. token,
    }, "", check.timeout_ms)
    local status = answer and answer[":status"]
    if status == "200" then
      local user = identity(body)
      return user, user == nil
    elseif status == "401" or status == "403" then
      return nil, false
    elseif status ~= "503" then
      return nil, true
    end
  end
  return nil, true
end

local function user_of(handle, token)
  local now = handle:timestamp()
  local answer = known(token)
  if answer and now < answer.till then
    return answer.user, false
  end
  if answer then
    answer.till = now + check.timeout_ms -- one asks again; whoever comes meanwhile takes what was known
  end
  local user, unknown = ask(handle, token)
  if unknown then
    forget(token)
  elseif check.keep_ms > 0 then
    keep(token, { user = user, till = now + check.keep_ms })
  end
  return user, unknown
end

local function of_query(path)
  for name, value in (path:match("%?(.*)") or ""):gmatch("([^&=]+)=([^&]*)") do
    if name == check.parameter then
      return value
    end
  end
end

local function of_cookie(cookies)
  for name, value in cookies:gmatch("([^;=%s]+)=([^;]*)") do
    if name == check.cookie then
      return value:match('^"?([^"%s]*)')
    end
  end
end

local function is_bearer(scheme)
  return scheme ~= nil and scheme:find("^[Bb]earer") ~= nil
end

-- The token, wherever it stands; and whether the request has to state it for the service behind.
local function credentials(headers)
  local stated = headers:get("authorization")
  if is_bearer(stated) or is_bearer(headers:get("naap-scheme")) then
    -- By these the rules for tokens know theirs, and ask for no origin: a cookie must count for nothing there.
    return stated and stated:match("^[Bb]earer +(.-) *$"), false
  end
  local token
  if (headers:get("upgrade") or ""):lower() == "websocket" then
    token = of_query(headers:get(":path") or "")
  end
  return token or of_cookie(headers:get("cookie") or ""), not stated
end

local function may_be_one(token)
  return token ~= nil and #token == check.length and not token:find("[^" .. check.letters .. "]")
end

function envoy_on_request(handle)
  local headers = handle:headers()
  if (headers:get("x-user-id") or "") ~= "" then
    return -- the subject of a JWT: what clients write there was removed on arrival
  end
  local token, state = credentials(headers)
  local user, unknown
  if may_be_one(token) then
    user, unknown = user_of(handle, token)
  end
  if user then
    headers = handle:headers() -- what was had before a call is no more after it
    headers:replace("x-user-id", user)
    if state then
      headers:replace("authorization", "Bearer " .. token)
    end
  else
    handle:streamInfo():dynamicMetadata():set("naap.sign-in", "user", unknown and "unknown" or "none")
  end
end
