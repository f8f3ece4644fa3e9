//! A folder: its files and its configuration, as a run of the command line that is started in it has them, but for the
//! texts that are open in the editor.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use lsp_types::Uri;

use super::documents::{Document, Documents};
use super::reach::{self, Read};
use crate::baseline::Baseline;
use crate::cli::Cli;
use crate::config::{self, Config, Problem};
use crate::discover::{self, CONFIG_FILES, Failure, Found, Input, Walk};
use crate::finding::Finding;
use crate::globs::Globs;
use crate::path_text::{normal, path_of_text, text_of_path};
use crate::pipeline::{self, Scope};
use crate::read::InputFile;
use crate::report::Report;
use crate::settings::Settings;
use crate::source::{FileId, Source, Span};

/// The most files and folders that are looked at in a folder.
const MAX_FILES: usize = 200_000;

/// The most text of which all is linted at once (bytes). Of more only what has to do with open documents is.
const MAX_WHOLE: usize = 16 << 20;

/// What isn't up to date any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stale {
    Nothing,
    /// The findings that have to do with open documents.
    Open,
    /// All findings.
    Findings,
    /// What is known of the files on disk and of the configuration.
    Files,
}

/// A folder, and what was found in it last.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    stale: Stale,
    /// The user works in all of it; else only what is open is known.
    is_workspace: bool,
    settings: Settings,
    excluded: Vec<Globs>,
    baseline: Option<Baseline>,
    /// The config file, where something is wrong in it, and what.
    config_problem: Option<(Arc<Source>, Vec<Finding>)>,
    /// The files on disk.
    read: Vec<Read>,
    report: Report,
    /// The files of what had to do with open documents when all was linted last.
    related: HashSet<FileId>,
    /// The addresses of those of the report's files that are open.
    open: HashMap<FileId, String>,
}

impl Folder {
    pub(super) fn new(root: PathBuf, is_workspace: bool) -> Self {
        Self {
            root,
            stale: Stale::Files,
            is_workspace,
            settings: Settings::default(),
            excluded: Vec::new(),
            baseline: None,
            config_problem: None,
            read: Vec::new(),
            report: Report::default(),
            related: HashSet::new(),
            open: HashMap::new(),
        }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn is_workspace(&self) -> bool {
        self.is_workspace
    }

    /// Whether the file at `path` may belong to it.
    pub(super) fn owns(&self, path: &Path) -> bool {
        if self.is_workspace { path.starts_with(&self.root) } else { path.parent() == Some(&self.root) }
    }

    /// Has it looked at anew, as far as it is `stale`.
    pub(super) fn outdate(&mut self, stale: Stale) {
        self.stale = self.stale.max(stale);
    }

    pub(super) fn is_stale(&self) -> bool {
        self.stale > Stale::Nothing
    }

    /// What a change at `path`, where no document is open, makes stale. A kustomization may make a `ConfigMap` of any file
    /// that it names.
    pub(super) fn outdated_by(&self, path: &Path) -> Stale {
        let inner = path.strip_prefix(&self.root).unwrap_or(path);
        let name = inner.file_name().and_then(OsStr::to_str).unwrap_or_default();
        if name.is_empty() || inner.iter().any(|part| part == ".git") {
            return Stale::Nothing;
        }
        // Of a whole folder that came or went nothing else may be told.
        let below = format!("{}/", text_of_path(inner));
        let is_below = |(file, _): &Read| file.source.path.starts_with(&below);
        if is_read(inner, name) || path.is_dir() || self.read.iter().any(is_below) {
            return Stale::Files;
        }
        let names = |(file, _): &Read| {
            discover::is_kustomization(&file.source.path) && file.source.text.contains(name)
        };
        if self.read.iter().any(names) { Stale::Findings } else { Stale::Nothing }
    }

    /// Looks anew at what is stale: lints with the texts of `documents`, of which those at `own` belong to this folder, and
    /// before that reads what is on disk. Tells what the user should know. `start` is where the server was started.
    pub(super) fn refresh(
        &mut self,
        cli: &Cli,
        start: &Path,
        documents: &Documents,
        own: &[&Document],
    ) -> Vec<String> {
        let stale = std::mem::replace(&mut self.stale, Stale::Nothing);
        let root = if self.root.as_os_str().is_empty() { start.to_owned() } else { self.root.clone() };
        // Paths are relative to it as on the command line. What is in no file yet is in no folder.
        if let Err(error) = env::set_current_dir(&root) {
            self.read = Vec::new();
            let is_new = stale == Stale::Files;
            return is_new
                .then(|| format!("{}: {}", root.display(), discover::reason(&error)))
                .into_iter()
                .collect();
        }
        let notes = if stale == Stale::Files { self.reread(cli, &root, documents) } else { Vec::new() };
        self.lint(own, stale > Stale::Open);
        notes
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What was found last.
    pub(super) fn report(&self) -> &Report {
        &self.report
    }

    /// The address of the file `id` of the report, if it is open.
    pub(super) fn address(&self, id: FileId) -> Option<&str> {
        self.open.get(&id).map(String::as_str)
    }

    /// The file of the report that is open at `uri`.
    pub(super) fn file(&self, uri: &Uri) -> Option<FileId> {
        self.open.iter().find(|(_, address)| *address == uri.as_str()).map(|(id, _)| *id)
    }

    /// The config file, where something is wrong in it, and what.
    pub(super) fn config_problem(&self) -> Option<&(Arc<Source>, Vec<Finding>)> {
        self.config_problem.as_ref()
    }

    /// The line of the report's files that `failure` speaks of.
    pub(super) fn failed_at(&self, failure: &Failure) -> Option<Span> {
        let source = self.report.sources.iter().find(|source| *source.path == *failure.path)?;
        let source = self.report.sources.get(source.id)?;
        let line = source.line_range(failure.line.unwrap_or(1).saturating_sub(1));
        let text = source.text.get(line.clone()).unwrap_or_default();
        let start = line.start + (text.len() - text.trim_start().len());
        Some(Span::new(source.id, start..line.start + text.trim_end().len()))
    }

    /// The path of the file that is shown as `path`.
    pub(super) fn path(&self, path: &str) -> PathBuf {
        normal(&self.root.join(path_of_text(path)))
    }

    /// Reads the configuration and the files anew. Tells what the user should know.
    fn reread(&mut self, cli: &Cli, here: &Path, documents: &Documents) -> Vec<String> {
        let mut notes = Vec::new();
        let unsaved = |path: &Path| documents.at(path).map(|document| document.text.clone());
        let configured = config::load_unsaved(cli, here, &unsaved);
        self.config_problem = None;
        match configured.and_then(|config| self.configure(&config)) {
            Ok(told) => notes.extend(told),
            Err(Problem::Usage(message)) => notes.push(message),
            Err(Problem::File { source, findings }) => self.config_problem = Some((source, findings)),
        }
        self.read = pipeline::read(&self.inputs(cli, &mut notes));
        notes
    }

    /// Takes over `config`, or nothing of it.
    fn configure(&mut self, config: &Config) -> Result<Vec<String>, Problem> {
        let settings = config.settings().map_err(Problem::Usage)?;
        let excluded = config.excluded().map_err(Problem::Usage)?;
        let baseline = config.baseline().map(|path| Baseline::read(&path)).transpose();
        self.baseline = baseline.map_err(Problem::Usage)?;
        (self.settings, self.excluded) = (settings, excluded);
        Ok(config.notes.clone())
    }

    fn inputs(&self, cli: &Cli, notes: &mut Vec<String>) -> Vec<Input> {
        if !self.is_workspace {
            return Vec::new();
        }
        let exclude = self.excluded.clone();
        let walk = Walk { exclude, no_ignore: cli.no_ignore, most: Some(MAX_FILES), ..Walk::default() };
        let Found { inputs, notes: told, .. } = discover::find(&[], &walk);
        notes.extend(told);
        inputs
    }

    /// Lints with the texts of `documents`, which belong to this folder: all of it, or only what has to do with them.
    fn lint(&mut self, documents: &[&Document], is_whole: bool) {
        let mut read = self.read.clone();
        self.put_open(documents, &mut read);
        let size: usize = read.iter().map(|(file, _)| file.source.text.len()).sum();
        let is_whole = is_whole && size <= MAX_WHOLE;
        let checked = if is_whole { HashSet::new() } else { self.reached(&read) };
        // All of a manifest that is open has to be YAML, as of one that is named. Other people's YAML is theirs.
        let is_manifest = |id: FileId| read.get(id.0 as usize).is_some_and(|(file, _)| file.holds_objects);
        let named: HashSet<FileId> = self.open.keys().copied().filter(|id| is_manifest(*id)).collect();
        let scope = Scope {
            is_named: &|id: FileId| named.contains(&id),
            is_checked: &|id: FileId| is_whole || checked.contains(&id),
        };
        self.report = pipeline::lint_read(read, scope, &self.settings);
        if let Some(baseline) = &self.baseline {
            baseline.apply(&mut self.report, &self.settings);
        }
        if is_whole {
            let related = self.report.findings.iter().filter(|finding| self.is_of_open(finding));
            self.related = related.flat_map(reach::places).map(|span| span.file).collect();
        }
    }

    /// Puts the texts of `documents` in place of those on disk.
    fn put_open(&mut self, documents: &[&Document], read: &mut Vec<Read>) {
        self.open.clear();
        for document in documents.iter().filter(|document| !is_config(&document.path)) {
            if self.excluded.iter().any(|globs| globs.matches(&document.path)) {
                continue;
            }
            let shown = text_of_path(document.path.strip_prefix(&self.root).unwrap_or(&document.path));
            let place = read.iter().position(|(file, _)| *file.source.path == *shown).unwrap_or(read.len());
            let id = FileId(u32::try_from(place).unwrap_or(u32::MAX));
            let file = InputFile::new(Source::new(id, shown, document.text.clone()));
            match read.get_mut(place) {
                Some(known) => *known = (file, None),
                None => read.push((file, None)),
            }
            self.open.insert(id, document.uri.to_string());
        }
    }

    /// The files that a change of open documents reaches.
    fn reached(&self, read: &[Read]) -> HashSet<FileId> {
        let open: HashSet<FileId> = self.open.keys().copied().collect();
        let mut checked = reach::checked(read, &open);
        checked.extend(&self.related);
        checked
    }

    /// Whether `finding` is in a document that is open or speaks of one.
    pub(super) fn is_of_open(&self, finding: &Finding) -> bool {
        reach::places(finding).any(|span| self.open.contains_key(&span.file))
    }
}

/// Whether a file of this path and `name` may be read wherever it lies: a manifest, a configuration, a chart's helper.
fn is_read(path: &Path, name: &str) -> bool {
    let extensions = ["yaml", "yml", "json", "tpl"];
    path.extension().is_some_and(|own| extensions.iter().any(|known| own.eq_ignore_ascii_case(known)))
        || discover::is_kustomization(name)
        || name == ".gitignore"
}

/// Whether a file of this path is a config file.
pub(super) fn is_config(path: &Path) -> bool {
    path.file_name().is_some_and(|name| CONFIG_FILES.iter().any(|known| name == *known))
}
