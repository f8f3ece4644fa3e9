//! A release on a server of our own.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

use tempfile::TempDir;

use super::runner::root;

/// The archive that `install.sh` wants on an x86-64 Linux.
pub(crate) const ARCHIVE: &str = "initlint-x86_64-unknown-linux-musl.tar.gz";

/// The release of the action's own version.
pub(crate) const TAG: &str = concat!("v", env!("CARGO_PKG_VERSION"));

/// A folder for `TAG` that is served on the loopback interface until the tests end.
pub(crate) struct Release {
    folder: TempDir,
    /// What to set `INITLINT_RELEASES` to.
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Release {
    /// Serves `binary`, packed as a release is.
    pub(crate) fn new(binary: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let files = folder.path().join(TAG);
        fs::create_dir(&files).unwrap();
        let mut pack = Command::new(root().join(".ci/pack"));
        pack.arg("x86_64-unknown-linux-musl").arg(binary.parent().unwrap()).current_dir(&files);
        assert!(pack.status().unwrap().success());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (root, log) = (folder.path().to_owned(), Arc::clone(&asked));
        thread::spawn(move || {
            for stream in listener.incoming() {
                serve(stream.unwrap(), &root, &log);
            }
        });
        Self { folder, url, asked }
    }

    /// A file of the release.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(TAG).join(name)
    }

    /// The paths that were asked for.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(mut stream: TcpStream, root: &Path, asked: &Mutex<Vec<String>>) {
    let mut lines = BufReader::new(&stream).lines().map(Result::unwrap);
    let request = lines.next().unwrap();
    lines.find(String::is_empty);
    let path = request.split(' ').nth(1).unwrap().trim_start_matches('/').to_owned();
    let (status, body) = match fs::read(root.join(&path)) {
        Ok(body) => ("200 OK", body),
        Err(_) => ("404 Not Found", Vec::new()),
    };
    asked.lock().unwrap().push(path);
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    stream.write_all(&[head.as_bytes(), &body].concat()).unwrap();
}
