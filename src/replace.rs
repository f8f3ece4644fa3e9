//! One file in the place of another, all or nothing.

use std::io::{self, Write};
use std::path::Path;

use tempfile::{Builder, NamedTempFile};

/// Puts a file with `bytes` at `path`: a reader sees the old one or the new one. `finish` gives it what the old one had before
/// it takes its place.
///
/// # Errors
/// Whatever the file system or `finish` says. What was at `path` is still there then.
pub fn replace(
    path: &Path,
    bytes: &[u8],
    finish: impl FnOnce(&NamedTempFile) -> io::Result<()>,
) -> io::Result<()> {
    let mut builder = Builder::new();
    builder.prefix(".initlint-");
    #[cfg(unix)]
    builder.permissions(usual_permissions());
    let mut file = builder.tempfile_in(folder_of(path))?;
    file.write_all(bytes)?;
    finish(&file)?;
    file.persist(path)?;
    Ok(())
}

/// What any program's new files get, which `umask` narrows; those of temporary files are narrower.
#[cfg(unix)]
fn usual_permissions() -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o666)
}

/// The folder that the file at `path` is in.
#[must_use]
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
