//! Files that a run writes: reports in further forms, and the baseline.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;

use clap::ValueEnum;

use super::{Format, Look, Report};
use crate::discover::Input;
use crate::replace::{folder_of, replace};

/// `FORMAT=PATH`: where to write the report, and in which form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputFile {
    /// The form.
    pub format: Format,
    /// The file.
    pub path: PathBuf,
}

impl FromStr for OutputFile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, path) = text.split_once('=').ok_or("FORMAT=PATH is expected, as in sarif=out.sarif")?;
        let format = Format::from_str(format, false).map_err(|_| {
            let known: Vec<_> =
                Format::value_variants().iter().filter_map(Format::to_possible_value).collect();
            let known: Vec<&str> = known.iter().map(clap::builder::PossibleValue::get_name).collect();
            format!("no format is called `{format}`; the formats are {}", known.join(", "))
        })?;
        match path {
            "" => Err("the path is missing".to_owned()),
            "-" => Err("standard output gets the report by --format".to_owned()),
            _ => Ok(Self { format, path: PathBuf::from(path) }),
        }
    }
}

/// Checks that a file can be made at each of `paths`, before any work is done.
///
/// # Errors
/// A message for the first that can't, or that is there twice.
pub fn check<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Result<(), String> {
    let mut seen: Vec<PathBuf> = Vec::new();
    for path in paths {
        let cannot = |why: &str| Err(format!("cannot write {}: {why}", path.display()));
        if path.is_dir() {
            return cannot("it is a folder");
        }
        if !folder_of(path).is_dir() {
            return cannot(&format!("there is no folder {}", folder_of(path).display()));
        }
        if leads_elsewhere(path) {
            return cannot("a link leads to a file in another folder; name that file itself");
        }
        if is_led_out(path) {
            return cannot("a link leads out of the working folder; name the file there itself");
        }
        let folder = fs::canonicalize(folder_of(path)).unwrap_or_else(|_| folder_of(path).to_owned());
        let real = folder.join(path.file_name().unwrap_or_default());
        if seen.contains(&real) {
            return cannot("two outputs are to go there");
        }
        seen.push(real);
    }
    Ok(())
}

/// Whether the file at `path` is a link to a file in another folder. It came with a checkout perhaps, and would have a
/// report, part of which others write, put over any file of whoever runs this. Devices and pipes have no folder to heed.
fn leads_elsewhere(path: &Path) -> bool {
    let is_link = path.is_symlink();
    let Ok(real) = fs::canonicalize(path) else { return false };
    let is_in_place = fs::canonicalize(folder_of(path)).is_ok_and(|folder| real.parent() == Some(&*folder));
    is_link && !is_in_place && real.is_file() && !path.starts_with("/dev")
}

/// Whether a folder of `path`, which is written as one below the working folder, is a link that leads out of it.
fn is_led_out(path: &Path) -> bool {
    let is_below = path.components().all(|part| matches!(part, Component::CurDir | Component::Normal(_)));
    let real = [Path::new("."), folder_of(path)].map(fs::canonicalize);
    is_below && matches!(real, [Ok(here), Ok(folder)] if !folder.starts_with(&here))
}

/// Checks that nothing is to be written over a manifest among `inputs`. A report in JSON may well lie in a folder that
/// is walked.
///
/// # Errors
/// A message for the first that is.
pub fn check_apart<'a>(paths: impl IntoIterator<Item = &'a Path>, inputs: &[Input]) -> Result<(), String> {
    for path in paths {
        let Ok(real) = fs::canonicalize(path) else { continue };
        let is_report = path.extension().is_some_and(|extension| extension == "json");
        let is_at = |input: &Input| match input {
            Input::File { path, named } if *named || !is_report => {
                fs::canonicalize(path).is_ok_and(|path| path == real)
            }
            _ => false,
        };
        if inputs.iter().any(is_at) {
            return Err(format!("cannot write {}: it is one of the files to check", path.display()));
        }
    }
    Ok(())
}

/// Writes the report to each of `files`, without colours.
///
/// # Errors
/// A message that names the file.
pub fn write_all(report: &Report, files: &[OutputFile]) -> Result<(), String> {
    let look = Look { width: 100, color: false, links: false, unicode: true };
    for OutputFile { format, path } in files {
        let mut bytes = Vec::new();
        report
            .write(*format, &look, &mut bytes)
            .and_then(|()| write(path, &bytes))
            .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    Ok(())
}

/// Puts `bytes` into the file at `path`, all or nothing: a reader sees the old file or the new one.
/// It isn't forced to the disk, which takes so long that Ctrl-C might leave the temporary file behind.
///
/// # Errors
/// Whatever the file system says.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // A link stays one: what it leads to is replaced.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let known = fs::metadata(&path).ok();
    if known.as_ref().is_some_and(|known| !known.is_file()) {
        // A pipe or a device (/dev/stdout, /dev/null) is written to, not replaced.
        return File::options().write(true).open(&path)?.write_all(bytes);
    }
    replace(&path, bytes, |file| {
        known.map_or(Ok(()), |known| file.as_file().set_permissions(known.permissions()))
    })
}
