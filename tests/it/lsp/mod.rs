//! The language server, by messages and with a real client.

mod actions;
mod client;
mod diagnostics;
mod editors;
mod hostile;
mod neovim;
mod reach;
