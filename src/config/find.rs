//! Which config file counts, and loading it.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Config;
use super::reader;
use crate::bounded;
use crate::cli::Cli;
use crate::discover::{CONFIG_FILES, reason};
use crate::encoding::decode;
use crate::finding::Finding;
use crate::globs::Place;
use crate::source::{FileId, Source, Text};

/// What people call it who forget the dot.
const WITHOUT_DOT: [&str; 2] = ["initlint.yaml", "initlint.yml"];

/// The largest config file (bytes).
const MAX_SIZE: u64 = 1 << 20;

/// Why there is no configuration.
#[derive(Debug)]
pub enum Problem {
    /// A flag, or a file that can't be read.
    Usage(String),
    /// What a config file says, shown in its lines.
    File {
        /// The config file.
        source: Arc<Source>,
        /// What is wrong in it.
        findings: Vec<Finding>,
    },
}

/// The configuration of a run that is started in the folder `here`: flags over the config file
/// over defaults.
///
/// # Errors
/// A [`Problem`] with a flag or the config file.
pub fn load(cli: &Cli, here: &Path) -> Result<Config, Problem> {
    load_unsaved(cli, here, &|_| None)
}

/// As [`load`], with a text that an editor has in place of what a file holds. `unsaved` gives it for a file's path.
///
/// # Errors
/// As [`load`].
pub fn load_unsaved(
    cli: &Cli,
    here: &Path,
    unsaved: &dyn Fn(&Path) -> Option<Text>,
) -> Result<Config, Problem> {
    let place = Place { base: here.to_owned(), here: here.to_owned() };
    let mut config = Config { place, ..Config::default() };
    if let Some(File { path, shown, base, is_elsewhere }) = file(cli, here)? {
        let source = Arc::new(match unsaved(&path) {
            Some(text) => Source::new(FileId(0), shown, text),
            None => read(&path, shown)?,
        });
        let mut of_file = reader::read(&source).map_err(|findings| {
            if is_elsewhere {
                Problem::Usage(unshown(&source.path))
            } else {
                Problem::File { source: Arc::clone(&source), findings }
            }
        })?;
        of_file.place = Place { base, here: here.to_owned() };
        config.update(of_file);
    } else if let Some(name) = WITHOUT_DOT.iter().find(|name| !cli.no_config && here.join(name).is_file()) {
        config.notes.push(format!("{name} is not read: the config file is called .{name}"));
    }
    config.update_by_flags(cli).map_err(Problem::Usage)?;
    Ok(config)
}

/// The text of the config file at `path`.
fn read(path: &Path, shown: String) -> Result<Source, Problem> {
    let unreadable = |why: String| Problem::Usage(format!("config file {shown}: {why}"));
    let bytes = bounded::read(path, MAX_SIZE).map_err(|error| unreadable(reason(&error)))?;
    let (text, encoding) = decode(&bytes).map_err(|undecoded| unreadable(undecoded.message()))?;
    Ok(Source::with_encoding(FileId(0), shown, text, encoding))
}

/// A config file.
struct File {
    path: PathBuf,
    /// Its path as seen from where the run was started.
    shown: String,
    /// The folder that its globs count from.
    base: PathBuf,
    /// It was found, and is a link to a file of another folder.
    is_elsewhere: bool,
}

/// What is told of mistakes in a config file that a link leads to. What it holds may be no one's to see who reads the log.
fn unshown(path: &str) -> String {
    format!(
        "{path}: a link leads to a file in another folder, which has mistakes; name it with --config to see them"
    )
}

/// Whether a link at `path` in `folder` leads out of it.
fn leads_out(folder: &Path, path: &Path) -> bool {
    match (fs::canonicalize(folder), fs::canonicalize(path)) {
        (Ok(folder), Ok(path)) => !path.starts_with(folder),
        _ => true,
    }
}

/// The config file that is named, or the nearest one above `here`. The globs of one that is named
/// count from `here`, since it may lie anywhere (as `ESLint` and Ruff have it).
fn file(cli: &Cli, here: &Path) -> Result<Option<File>, Problem> {
    if cli.no_config {
        return Ok(None);
    }
    if let Some(named) = &cli.config {
        let shown = named.display().to_string();
        return Ok(Some(File { path: here.join(named), shown, base: here.to_owned(), is_elsewhere: false }));
    }
    for (steps, folder) in here.ancestors().enumerate() {
        for name in CONFIG_FILES {
            let path = folder.join(name);
            let shown = format!("{}{name}", "../".repeat(steps));
            match fs::metadata(&path) {
                Ok(metadata) if metadata.is_file() && !bounded::is_of_the_kernel(&path) => {
                    let is_elsewhere = leads_out(folder, &path);
                    return Ok(Some(File { path, shown, base: folder.to_owned(), is_elsewhere }));
                }
                Ok(_) => {}
                // Another folder's owner may have barred it; only a file that is there counts.
                Err(error) if is_absent(error.kind()) => {}
                Err(error) => return Err(Problem::Usage(format!("config file {shown}: {}", reason(&error)))),
            }
        }
    }
    Ok(None)
}

fn is_absent(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::PermissionDenied)
}
