//! A language server (LSP 3.17): what the command line finds, in the editor, while one types.
//!
//! ```text
//! base_protocol → server → documents, folder → pipeline → diagnostics, actions, hover
//!                        → names → completion, hover
//! ```
//!
//! `server` takes one message after the other and answers; `documents` are the texts as they are typed, and a `folder` is
//! what lies around them. A folder is linted by the same pipeline as a run of the command line that was started in it,
//! with these texts in place of the files'. It is linted when no message waits, so that of many changes in a row only the
//! last counts, and while one types only as far as the change may `reach`.

mod actions;
mod base_protocol;
mod client;
mod completion;
mod diagnostics;
mod documents;
mod folder;
mod hover;
mod names;
mod positions;
mod reach;
mod server;
mod uri;
mod workspace;

use std::io::{self, BufReader, Read, Write};
use std::sync::mpsc::{self, Receiver, SyncSender, TryRecvError};
use std::thread;

use rayon::ThreadPool;

use crate::cli::Cli;
use base_protocol::Incoming;
use server::Server;

/// How many messages may wait. A client that sends more has to wait itself.
const MAX_WAITING: usize = 1024;

/// Serves the client that writes to `input` and reads `out`, with the flags of `cli`. Linting is work for `pool`. Tells
/// whether the client took its leave as the protocol has it.
///
/// # Errors
/// Whatever reading or writing says.
pub fn serve(
    cli: &Cli,
    pool: &ThreadPool,
    input: impl Read + Send + 'static,
    out: &mut (dyn Write + Send),
) -> io::Result<bool> {
    let (sender, inbox) = mpsc::sync_channel(MAX_WAITING);
    thread::Builder::new().name("reader".to_owned()).spawn(move || read_all(input, &sender))?;
    let mut server = Server::new(cli.clone(), out);
    pool.install(move || {
        while let Some(incoming) = next(&inbox, &mut server)? {
            if server.take(incoming?)?.is_break() {
                break;
            }
        }
        Ok(server.is_shut_down())
    })
}

/// Reads messages until they end.
fn read_all(input: impl Read, sender: &SyncSender<io::Result<Incoming>>) {
    let mut input = BufReader::new(input);
    while let Some(incoming) = base_protocol::read(&mut input).transpose() {
        let is_last = incoming.is_err();
        if sender.send(incoming).is_err() || is_last {
            return;
        }
    }
}

/// The next message; while none waits, the server does what it has to.
fn next(
    inbox: &Receiver<io::Result<Incoming>>,
    server: &mut Server<'_>,
) -> io::Result<Option<io::Result<Incoming>>> {
    match inbox.try_recv() {
        Ok(incoming) => return Ok(Some(incoming)),
        Err(TryRecvError::Disconnected) => return Ok(None),
        Err(TryRecvError::Empty) => server.refresh()?,
    }
    Ok(inbox.recv().ok())
}
