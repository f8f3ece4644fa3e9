//! The built binary, as a user runs it.
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A folder that holds `files`, by path.
pub(crate) fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// The binary in `folder`, with an environment of its own.
pub(crate) fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_initlint"));
    command.current_dir(folder).args(args).env_clear().env("LANG", "C.UTF-8");
    command
}

/// Exit status, standard output and standard error.
pub(crate) fn run(folder: &Path, args: &[&str]) -> (i32, String, String) {
    read(command(folder, args).output().unwrap())
}

/// Exit status, standard output and standard error.
pub(crate) fn read(output: Output) -> (i32, String, String) {
    let string = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), string(output.stdout), string(output.stderr))
}

/// Runs with `input` on standard input.
pub(crate) fn piped(folder: &Path, args: &[&str], input: &str) -> (i32, String, String) {
    let mut child = command(folder, args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Whoever passes it over doesn't read it.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    read(child.wait_with_output().unwrap())
}
