//! Reading a file whole that may have any size: lists, configurations, baselines.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// For more than that room is taken at once for all that may come (bytes). What isn't written to takes no memory, and a
/// buffer that grows is copied each time it does.
const SMALL: u64 = 4 << 20;

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
    let mut bytes = Vec::new();
    from.by_ref().take(SMALL).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == SMALL {
        // Without that room it grows step by step.
        let _ = bytes.try_reserve_exact(usize::try_from(from.limit()).unwrap_or(0));
        from.read_to_end(&mut bytes)?;
    }
    if from.limit() == 0 {
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
