//! Reading a file whole that may have any size: lists, configurations, baselines.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// All of the file at `path`. It may be a pipe, which has no size.
///
/// # Errors
/// Whatever the file system says, and where it has more than `most` bytes.
pub fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    read_all(File::open(path)?, most)
}

/// All that comes from `from`.
///
/// # Errors
/// As [`read`].
pub fn read_all(from: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(too_large(most));
    }
    Ok(bytes)
}

/// The error for what has more than `most` bytes.
#[must_use]
pub fn too_large(most: u64) -> io::Error {
    let message = format!("larger than {} MiB, the most that is read", most >> 20);
    io::Error::new(ErrorKind::FileTooLarge, message)
}
