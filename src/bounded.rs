//! Reading a file whole that may have any size: lists, configurations, baselines.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// As much is read into one piece of memory (bytes). One that grows is copied each time it does, and as much as twice the
/// bytes is kept for it.
const PIECE: u64 = 4 << 20;

/// All of the file at `path`. It may be a pipe, which has no size.
///
/// # Errors
/// Whatever the file system says, and where it has more than `most` bytes.
pub fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    read_all(File::open(path)?, most)
}

/// As [`read`], of a file that somebody else than the user named: neither a pipe nor a device, which may be waited for
/// without an end.
///
/// # Errors
/// As [`read`], and where it is no regular file.
pub fn read_regular(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() || is_of_the_kernel(path) {
        return Err(io::Error::other("not a regular file"));
    }
    read(path, most)
}

/// Whether `path` leads to what only looks like a file.
#[must_use]
pub fn is_of_the_kernel(path: &Path) -> bool {
    let real = fs::canonicalize(path).unwrap_or_default();
    ["/proc", "/sys", "/dev"].iter().any(|folder| real.starts_with(folder))
}

/// All that comes from `from`.
///
/// # Errors
/// As [`read`].
pub fn read_all(from: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut from = from.take(most.saturating_add(1));
    let mut pieces = Vec::new();
    loop {
        let mut piece = Vec::new();
        from.by_ref().take(PIECE).read_to_end(&mut piece)?;
        if piece.is_empty() {
            break;
        }
        pieces.push(piece);
    }
    if from.limit() == 0 {
        return Err(too_large(most));
    }
    Ok(joined(pieces))
}

/// The bytes of all `pieces`, each of which is given back as soon as it is copied.
fn joined(mut pieces: Vec<Vec<u8>>) -> Vec<u8> {
    if pieces.len() < 2 {
        return pieces.pop().unwrap_or_default();
    }
    let mut bytes = Vec::with_capacity(pieces.iter().map(Vec::len).sum());
    for piece in pieces {
        bytes.extend_from_slice(&piece);
    }
    bytes
}

/// The error for what has more than `most` bytes.
#[must_use]
pub fn too_large(most: u64) -> io::Error {
    let message = format!("larger than {} MiB, the most that is read", most >> 20);
    io::Error::new(ErrorKind::FileTooLarge, message)
}
