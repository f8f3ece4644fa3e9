//! The language server, by messages and with a real client.

mod client;
mod diagnostics;
mod hostile;
