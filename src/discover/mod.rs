//! From what the user named to files: folders, globs, standard input.

use std::borrow::Cow;
use std::fs;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use ignore::{WalkBuilder, WalkParallel, WalkState};
use rayon::prelude::*;

use crate::bounded;
use crate::globs::Globs;
use crate::path_text::text_of_path;
use crate::source::Text;

mod ignore_files;
mod links;
mod seen;

use ignore_files::Refusals;
use seen::{Seen, failure_of_walk, is_of_others, look_at, note_of_others};

/// The endings of manifests. A file named by itself is read whatever it is called.
const EXTENSIONS: [&str; 3] = ["yaml", "yml", "json"];

/// Whether `path` lies below the `templates/` of a Helm chart, a folder with a `Chart.yaml`.
#[must_use]
pub fn is_in_templates(path: &Path) -> bool {
    chart_of(path).is_some()
}

/// The folder of the chart below whose `templates/` `path` lies; empty for the working folder.
#[must_use]
pub fn chart_of(path: &Path) -> Option<&Path> {
    path.ancestors().skip(1).find_map(|folder| {
        let is_templates = folder.file_name().is_some_and(|name| name == "templates");
        folder.parent().filter(|chart| is_templates && chart.join("Chart.yaml").is_file())
    })
}

/// Whether `path` is of named templates alone, whatever stands around them. Helm renders nothing whose name starts with `_`
/// (`engine.render`), but an object in `_pod.yaml` is there to be included by that name.
#[must_use]
pub fn is_helper(path: &Path) -> bool {
    let is_left_out = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"_"));
    is_left_out && has_template_ending(path)
}

/// Whether the name of `path` is one that templates of a chart have beside those of manifests.
fn has_template_ending(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "tpl")
}

/// The names that a kustomization has in its folder (kustomize, `RecognizedKustomizationFileNames`).
pub const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// What initlint's own config file is called, the first before the second. It is no manifest.
pub const CONFIG_FILES: [&str; 2] = [".initlint.yaml", ".initlint.yml"];

/// Larger files are an error: no manifest is that big, and memory is bounded (bytes).
pub const MAX_FILE_SIZE: u64 = 100 << 20;

/// What comes in through a pipe may be larger: all objects of a cluster in one List (bytes).
pub const MAX_STDIN_SIZE: u64 = 256 << 20;

/// What to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Standard input.
    Stdin,
    /// Text that is in memory, as another program or a test has it.
    Text {
        /// The path to show.
        path: String,
        /// The text.
        text: String,
    },
    /// A file.
    File {
        /// Its path as the user would write it.
        path: PathBuf,
        /// It was named itself, not found in a folder: all of it is checked for being YAML.
        named: bool,
    },
    /// A file of which another text counts than the one on the disk: as it is once it is mended, or as an editor has it.
    Edited {
        /// As of a file.
        path: PathBuf,
        /// As of a file.
        named: bool,
        /// The text.
        text: Text,
    },
}

impl Input {
    /// Whether it is a file, as it is on the disk.
    #[must_use]
    pub fn is_file(&self) -> bool {
        matches!(self, Input::File { .. })
    }

    /// The same with another text; `None` for standard input.
    #[must_use]
    pub fn with_text(&self, text: &Text) -> Option<Self> {
        match self {
            Input::Stdin => None,
            Input::Text { path, .. } => Some(Input::Text { path: path.clone(), text: text.to_string() }),
            Input::File { path, named } | Input::Edited { path, named, .. } => {
                Some(Input::Edited { path: path.clone(), named: *named, text: text.clone() })
            }
        }
    }
}

/// What couldn't be read, and why. The run goes on with the other files.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Failure {
    /// The path as the user would write it.
    pub path: String,
    /// The line, from 1, where one is to blame.
    pub line: Option<usize>,
    /// Why.
    pub message: String,
}

impl Failure {
    /// A failure of the whole of `path`.
    #[must_use]
    pub fn new(path: String, message: String) -> Self {
        Self { path, line: None, message }
    }

    /// `path`, or `path:line`.
    #[must_use]
    pub fn place(&self) -> String {
        self.line.map_or_else(|| self.path.clone(), |line| format!("{}:{line}", self.path))
    }
}

/// How to walk folders.
#[derive(Debug, Clone, Default)]
pub struct Walk {
    /// Paths to leave out.
    pub exclude: Vec<Globs>,
    /// Leave them out also where they are named themselves, as pre-commit does.
    pub force_exclude: bool,
    /// What standard input is to be taken for, where that is said.
    pub stdin: Option<PathBuf>,
    /// Also read what `.gitignore` and its like leave out.
    pub no_ignore: bool,
    /// How many files and folders are looked at, where that is bounded: somebody may open all of a disk in an editor.
    /// Which ones these are is left to chance.
    pub most: Option<usize>,
}

/// The files below `paths`, sorted, each once; what couldn't be walked; and notes on what was
/// passed over on purpose.
#[derive(Debug, Default)]
pub struct Found {
    /// What to read.
    pub inputs: Vec<Input>,
    /// What can't be.
    pub failures: Vec<Failure>,
    /// Links that weren't followed.
    pub notes: Vec<String>,
    /// Links among the files that were found in folders.
    links: Vec<PathBuf>,
}

/// Finds the files below `paths`; `.` where there are none.
#[must_use]
pub fn find(paths: &[PathBuf], walk: &Walk) -> Found {
    let here = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &here } else { paths };
    let mut found = Found::default();
    for path in paths {
        find_one(path, walk, &mut found);
    }
    found.inputs.par_sort_by_cached_key(place);
    // Of a file that was found twice the first counts, which is named.
    found.inputs.dedup_by(|later, first| match (later, first) {
        (Input::File { path: later, .. }, Input::File { path: first, .. }) => later == first,
        _ => false,
    });
    links::drop_links(&mut found.inputs, &found.links);
    found
}

/// Where an input stands among others: standard input, then files by the parts of their paths, those that are named before
/// others. Bytes are compared faster than paths.
fn place(input: &Input) -> (Vec<u8>, bool) {
    match input {
        Input::Stdin => (Vec::new(), false),
        Input::Text { path, .. } => (path.as_bytes().to_vec(), false),
        Input::File { path, named } | Input::Edited { path, named, .. } => {
            let mut bytes = Vec::with_capacity(path.as_os_str().len() + 8);
            for part in path.components() {
                // In the order of `Component`.
                bytes.push(match part {
                    Component::Prefix(_) => 1,
                    Component::RootDir => 2,
                    Component::CurDir => 3,
                    Component::ParentDir => 4,
                    Component::Normal(_) => 5,
                });
                bytes.extend_from_slice(part.as_os_str().as_encoded_bytes());
                bytes.push(0);
            }
            (bytes, !named)
        }
    }
}

impl Walk {
    fn excludes(&self, path: &Path) -> bool {
        self.exclude.iter().any(|globs| globs.matches(path))
    }
}

fn find_one(path: &Path, walk: &Walk, found: &mut Found) {
    if path.as_os_str() == "-" {
        let is_excluded = walk.force_exclude && walk.stdin.as_ref().is_some_and(|path| walk.excludes(path));
        if !is_excluded && !found.inputs.contains(&Input::Stdin) {
            found.inputs.push(Input::Stdin);
        }
        return;
    }
    if walk.force_exclude && walk.excludes(path) {
        return;
    }
    let count = found.inputs.len() + found.failures.len();
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => {
            let left_out = walk_folder(path, None, walk, found);
            name_kustomization(path, &mut found.inputs);
            if found.inputs.len() + found.failures.len() == count {
                let why = if left_out {
                    "what is in it is excluded"
                } else {
                    "no .yaml, .yml or .json file is in it"
                };
                found.notes.push(format!("{}: {why}", shown(path)));
            }
        }
        Ok(_) if leads_out(path) => {
            let message =
                "a link to a file outside the working folder is not followed; name that file itself";
            found.failures.push(Failure::new(shown(path), message.to_owned()));
        }
        Ok(_) => found.inputs.push(Input::File { path: clean(path), named: true }),
        Err(error) => match folder_of_glob(path) {
            Some((base, glob)) => {
                walk_folder(&base, Some(&glob), walk, found);
                if found.inputs.len() + found.failures.len() == count {
                    let message = "no file matches this glob".to_owned();
                    found.failures.push(Failure::new(shown(path), message));
                }
            }
            None => found.failures.push(Failure::new(shown(path), reason(&error))),
        },
    }
}

/// Whether a path below the working folder is that of a file elsewhere. A tool that names the files of a change, as
/// pre-commit does, doesn't look where a link among them leads: what that file holds would show up in a log.
fn leads_out(path: &Path) -> bool {
    let is_below = path.components().all(|part| matches!(part, Component::CurDir | Component::Normal(_)));
    is_below && !is_real_below(Path::new("."), path)
}

/// Whether the file at `path` really lies below `folder`, links followed.
fn is_real_below(folder: &Path, path: &Path) -> bool {
    match (fs::canonicalize(folder), fs::canonicalize(path)) {
        (Ok(folder), Ok(path)) => path.starts_with(folder),
        _ => false,
    }
}

/// Whether a file of this path is called as a kustomization is.
#[must_use]
pub fn is_kustomization(path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    KUSTOMIZATIONS.contains(&name)
}

/// Who names a folder names its kustomization.
fn name_kustomization(folder: &Path, inputs: &mut [Input]) {
    let folder = clean(folder);
    for input in inputs {
        if let Input::File { path, named } = input {
            let is_in = |parent| parent == folder || folder == Path::new(".") && parent == Path::new("");
            *named |= path.to_str().is_some_and(is_kustomization) && path.parent().is_some_and(is_in);
        }
    }
}

/// Walks `base` in parallel. Links to files in it are followed, links to folders are not, as `kubectl
/// apply -R` has it, so that no loop can arise. Tells whether anything was excluded.
fn walk_folder(base: &Path, only: Option<&GlobSet>, walk: &Walk, found: &mut Found) -> bool {
    let refusals = Refusals::default();
    let obeys = !walk.no_ignore;
    if obeys && !refusals.admit_from(base) {
        found.failures.extend(refusals.into_failures(base));
        return false;
    }
    let left_out = AtomicBool::new(false);
    let count = AtomicUsize::new(0);
    let is_over = |count: usize| walk.most.is_some_and(|most| count >= most);
    let (sender, receiver) = mpsc::channel();
    walker(base, obeys, &refusals).run(|| {
        let sender = sender.clone();
        let (left_out, count) = (&left_out, &count);
        Box::new(move |entry| {
            if is_over(count.fetch_add(1, Ordering::Relaxed)) {
                return WalkState::Quit;
            }
            let seen = match entry {
                Ok(entry) if walk.excludes(entry.path()) => {
                    left_out.store(true, Ordering::Relaxed);
                    return WalkState::Skip;
                }
                Ok(entry) if obeys && is_of_others(&entry) => {
                    let _ = sender.send(note_of_others(&entry));
                    return WalkState::Skip;
                }
                Ok(entry) => look_at(&entry, base, only),
                Err(error) => Some(Seen::Failure(failure_of_walk(base, &error))),
            };
            if let Some(seen) = seen {
                // The receiver lives until the walk ends.
                let _ = sender.send(seen);
            }
            WalkState::Continue
        })
    });
    drop(sender);
    // Which folders come before the bound is left to chance: none of them counts.
    let is_given_up = obeys && refusals.are_too_large();
    for seen in receiver.iter().filter(|_| !is_given_up) {
        match seen {
            Seen::File(path) => found.inputs.push(Input::File { path, named: false }),
            Seen::Link(path) => {
                found.links.push(path.clone());
                found.inputs.push(Input::File { path, named: false });
            }
            Seen::Failure(failure) => found.failures.push(failure),
            Seen::Note(note) => found.notes.push(note),
        }
    }
    found.failures.extend(refusals.into_failures(base));
    found.failures.sort_by(|a, b| a.path.cmp(&b.path));
    if let Some(most) = walk.most.filter(|_| is_over(count.into_inner().saturating_sub(1))) {
        found.notes.push(format!("{}: only {most} of its files and folders are looked at", shown(base)));
    }
    found.notes.sort();
    left_out.into_inner()
}

/// A walk of `base` that leaves out git's own folder and, where it `obeys` ignore files, those folders whose files are
/// refused.
fn walker(base: &Path, obeys: bool, refusals: &Refusals) -> WalkParallel {
    let refusals = refusals.clone();
    WalkBuilder::new(base)
        .standard_filters(obeys)
        // People keep manifests in `.k8s` and the like; only git's own folder holds none.
        .hidden(false)
        .filter_entry(move |entry| {
            let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            entry.file_name() != ".git" && !(obeys && is_folder && !refusals.admit(entry.path()))
        })
        .require_git(false)
        .build_parallel()
}

/// Splits `manifests/**/*.yaml` into the folder that it starts from and the glob.
fn folder_of_glob(path: &Path) -> Option<(PathBuf, GlobSet)> {
    let is_glob = |part: &str| part.contains(['*', '?', '[', '{']);
    let text = path.to_str().filter(|text| is_glob(text))?;
    let base: PathBuf =
        path.components().take_while(|part| part.as_os_str().to_str().is_some_and(|p| !is_glob(p))).collect();
    let base = if base.as_os_str().is_empty() { PathBuf::from(".") } else { base };
    base.is_dir().then_some(())?;
    let glob =
        GlobBuilder::new(text.strip_prefix("./").unwrap_or(text)).literal_separator(true).build().ok()?;
    let set = GlobSetBuilder::new().add(glob).build().ok()?;
    Some((base, set))
}

/// The path without a leading `./`, as people write it.
fn clean(path: &Path) -> PathBuf {
    path.strip_prefix("./").unwrap_or(path).to_owned()
}

fn shown(path: &Path) -> String {
    match clean(path) {
        path if path.as_os_str().is_empty() => ".".to_owned(),
        path => text_of_path(&path),
    }
}

/// An I/O error in plain words.
pub(crate) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ if error.to_string().contains("symbolic links") => "a loop of symbolic links".to_owned(),
        _ => error.to_string(),
    }
}

/// Hands the bytes of `input`, at most [`MAX_FILE_SIZE`] or [`MAX_STDIN_SIZE`], to `work`. Those of a file are read into
/// `buffer`, which may hold another's; standard input, which may be large and comes once, is handed over to be kept.
///
/// # Errors
/// A message where it can't be read or is larger.
pub fn read<T>(
    input: &Input,
    buffer: &mut Vec<u8>,
    work: impl FnOnce(Cow<'_, [u8]>) -> T,
) -> Result<T, String> {
    let count = match input {
        Input::Text { text, .. } => return Ok(work(text.as_bytes().into())),
        Input::Edited { text, .. } => return Ok(work(text.as_bytes().into())),
        Input::Stdin => match bounded::read_all(io::stdin().lock(), MAX_STDIN_SIZE) {
            // Nothing at all is what a program that failed before us in a pipe leaves.
            Ok(bytes) if bytes.is_empty() => Err(io::Error::other("nothing came in")),
            Ok(bytes) => return Ok(work(bytes.into())),
            Err(error) => Err(error),
        },
        // A pipe (`<(helm template …)`) has no size.
        Input::File { path, .. } => fs::File::open(path).and_then(|mut file| {
            let size = file.metadata().map_or(0, |metadata| metadata.len());
            fill(&mut file, size, MAX_FILE_SIZE, buffer)
        }),
    };
    let count = count.map_err(|error| reason(&error))?;
    Ok(work(buffer.get(..count).unwrap_or_default().into()))
}

/// Reads all of `from`, which seems to have `size` bytes and may have `most`, into the start of `buffer`. Tells how many
/// there are.
fn fill(from: &mut impl Read, size: u64, most: u64, buffer: &mut Vec<u8>) -> io::Result<usize> {
    let mut count = 0;
    // One byte more than the file has tells its end; a pipe's size is found out.
    let mut wanted = size.max(4096) + 1;
    loop {
        if size > most || count as u64 > most {
            return Err(bounded::too_large(most));
        }
        let room = usize::try_from(wanted.min(most + 1)).unwrap_or(usize::MAX);
        if buffer.len() < room {
            buffer.resize(room, 0);
        }
        match from.read(buffer.get_mut(count..).unwrap_or_default()) {
            Ok(0) => return Ok(count),
            Ok(more) => count += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        if count == buffer.len() {
            wanted = 2 * count as u64;
        }
    }
}
