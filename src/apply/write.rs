//! Mended files on the disk: all or nothing, and in the bytes that they had.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::rounds::Changed;
use crate::bounded;
use crate::discover::{Failure, Input, MAX_FILE_SIZE};
use crate::encoding::{decode, encode_as};
use crate::replace;

/// Writes the files among `changed`. Tells which can't be written, and why; they are as they were.
#[must_use]
pub fn write_all(changed: &[Changed]) -> Vec<Failure> {
    let written = changed.iter().filter_map(|Changed { input, path, before, after }| {
        let Input::File { path: file, .. } = input else { return None };
        let why = write(file, before, after).err()?;
        Some(Failure::new(path.to_string(), format!("not written: {why}")))
    });
    written.collect()
}

/// Puts `after` into the file at `path`, of which `before` was read.
///
/// # Errors
/// Why it isn't written: it may not be, it has changed since, or what the file system says. The file is as it was then.
pub fn write(path: &Path, before: &str, after: &str) -> Result<(), String> {
    let known = fs::symlink_metadata(path).map_err(|error| error.to_string())?;
    if known.is_symlink() {
        return Err("it is a link; name the file that it leads to".to_owned());
    }
    if !known.is_file() {
        return Err("it is no regular file".to_owned());
    }
    let old = bounded::read(path, MAX_FILE_SIZE).map_err(|error| error.to_string())?;
    if !decode(&old).is_ok_and(|(text, _)| text == before) {
        return Err("it has changed since it was read".to_owned());
    }
    // Whoever may write to the folder could put another file in its place, and root write to any.
    if known.permissions().readonly() {
        return Err("it is read-only".to_owned());
    }
    let may_write = File::options().append(true).open(path);
    may_write.and_then(|_| replace(path, &known, &encode_as(&old, after))).map_err(|error| error.to_string())
}

/// Puts `bytes` in the place of the file at `path`, with its owner and mode, and onto the disk.
fn replace(path: &Path, known: &fs::Metadata, bytes: &[u8]) -> io::Result<()> {
    replace::replace(path, bytes, |file| {
        keep_owner(file.path(), known)?;
        file.as_file().set_permissions(known.permissions())?;
        file.as_file().sync_all()
    })
}

/// Gives the file at `path` to whom the other one belongs.
#[cfg(unix)]
fn keep_owner(path: &Path, known: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, chown};
    let own = fs::metadata(path)?;
    let differs = (own.uid(), own.gid()) != (known.uid(), known.gid());
    if differs { chown(path, Some(known.uid()), Some(known.gid())) } else { Ok(()) }
}

#[cfg(not(unix))]
fn keep_owner(_: &Path, _: &fs::Metadata) -> io::Result<()> {
    Ok(())
}
