-- Opens a server for the current buffer, types a probe, writes where it is found to `result`, takes the first code
-- action and writes the buffer.
local function fail(message)
  io.stderr:write(message .. "\n")
  vim.cmd("cquit")
end

local function await(what, condition)
  if not vim.wait(20000, condition, 20) then
    fail("waited in vain for " .. what)
  end
end

local buffer = vim.api.nvim_get_current_buf()
local client = vim.lsp.start_client({
  name = "initlint",
  cmd = { vim.env.INITLINT, "--lsp" },
  root_dir = vim.fn.getcwd(),
  init_options = { select = { "forbidden-probe" } },
})
vim.lsp.buf_attach_client(buffer, client)
await("the server", function()
  return vim.lsp.get_client_by_id(client) ~= nil and vim.lsp.get_client_by_id(client).initialized
end)

vim.api.nvim_buf_set_lines(buffer, 6, 8, false, { "    - {name: 씨앗🚀, image: busybox:1.36}" })
vim.api.nvim_win_set_cursor(0, { 7, 0 })
-- Typed, as a user does it, behind the name.
vim.cmd([[execute "normal! f,a livenessProbe: {exec: {command: [a]}},"]])
await("a diagnostic", function()
  return #vim.diagnostic.get(buffer) > 0
end)
local found = vim.diagnostic.get(buffer)[1]
local file = io.open("result", "w")
file:write(string.format("%d:%d-%d:%d %s\n", found.lnum + 1, found.col + 1, found.end_lnum + 1, found.end_col + 1, found.user_data.lsp.code))
file:close()

vim.api.nvim_win_set_cursor(0, { 7, found.col })
vim.ui.select = function(items, _, choose)
  choose(items[1], 1)
end
vim.lsp.buf.code_action()
await("the code action", function()
  return #vim.diagnostic.get(buffer) == 0
end)
vim.cmd("write")
vim.cmd("qall!")
