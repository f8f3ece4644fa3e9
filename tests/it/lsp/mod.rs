//! The language server, by messages and with a real client.

mod actions;
mod client;
mod diagnostics;
mod hostile;
mod neovim;
