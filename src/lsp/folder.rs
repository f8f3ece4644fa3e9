//! A folder: its files and its configuration, as a run of the command line that is started in it has them, but for the
//! texts that are open in the editor.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, io};

use lsp_types::Uri;

use super::documents::{Document, Documents};
use super::reach::{self, Read};
use crate::baseline::Baseline;
use crate::cli::Cli;
use crate::config::{self, Config, Problem};
use crate::discover::{self, CONFIG_FILES, Found, Input, Walk};
use crate::finding::Finding;
use crate::globs::Globs;
use crate::path_text::{normal, path_of_text, text_of_path};
use crate::pipeline::{self, Linted, Scope};
use crate::read::InputFile;
use crate::report::Report;
use crate::settings::Settings;
use crate::source::{FileId, Source};

/// The most files and folders that are looked at in a folder.
const MAX_FILES: usize = 200_000;

/// The most text of which all is linted at once (bytes). Of more only what has to do with open documents is.
const MAX_WHOLE: usize = 16 << 20;

/// A folder, and what was found in it last.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    /// The user works in all of it; else only what is open is known.
    is_workspace: bool,
    settings: Settings,
    excluded: Vec<Globs>,
    baseline: Option<Baseline>,
    /// The config file, where something is wrong in it, and what.
    config_problem: Option<(Arc<Source>, Vec<Finding>)>,
    /// The files on disk; `None` before they are read.
    read: Option<Vec<Read>>,
    report: Report,
    /// What each build was made of when all was linted last.
    builds: Vec<BTreeSet<FileId>>,
    /// The files of what had to do with open documents then.
    related: HashSet<FileId>,
    /// The addresses of those of the report's files that are open.
    open: HashMap<FileId, String>,
}

impl Folder {
    pub(super) fn new(root: PathBuf, is_workspace: bool) -> Self {
        Self {
            root,
            is_workspace,
            settings: Settings::default(),
            excluded: Vec::new(),
            baseline: None,
            config_problem: None,
            read: None,
            report: Report::default(),
            builds: Vec::new(),
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

    /// Whether its files were read.
    pub(super) fn is_read(&self) -> bool {
        self.read.is_some()
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

    /// The path of the file that is shown as `path`.
    pub(super) fn path(&self, path: &str) -> PathBuf {
        normal(&self.root.join(path_of_text(path)))
    }

    /// Reads the configuration and the files anew. Tells what the user should know.
    pub(super) fn reread(&mut self, cli: &Cli, documents: &Documents) -> Vec<String> {
        if let Err(error) = self.enter() {
            self.read = Some(Vec::new());
            return vec![format!("{}: {}", self.root.display(), discover::reason(&error))];
        }
        let mut notes = Vec::new();
        let unsaved = |path: &Path| documents.at(path).map(|document| Arc::clone(&document.text));
        let configured = config::load_unsaved(cli, &self.root, &unsaved);
        self.config_problem = None;
        match configured.and_then(|config| self.configure(&config)) {
            Ok(told) => notes.extend(told),
            Err(Problem::Usage(message)) => notes.push(message),
            Err(Problem::File { source, findings }) => self.config_problem = Some((source, findings)),
        }
        self.read = Some(pipeline::read(&self.inputs(cli, &mut notes), &self.settings));
        notes
    }

    /// Makes it the working folder, to which paths are relative as on the command line. What is in no file yet is in no
    /// folder.
    fn enter(&self) -> io::Result<()> {
        if self.root.as_os_str().is_empty() { Ok(()) } else { env::set_current_dir(&self.root) }
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
    pub(super) fn lint<'d>(&mut self, documents: impl Iterator<Item = &'d Document>, is_whole: bool) {
        if self.enter().is_err() {
            return;
        }
        let mut read = self.read.clone().unwrap_or_default();
        self.put_open(documents, &mut read);
        let size: usize = read.iter().map(|(file, _)| file.source.text.len()).sum();
        let is_whole = is_whole && size <= MAX_WHOLE;
        let checked = if is_whole { HashSet::new() } else { self.reached(&mut read) };
        // All of a manifest that is open has to be YAML, as of one that is named. Other people's YAML is theirs.
        let is_manifest = |id: FileId| read.get(id.0 as usize).is_some_and(|(file, _)| file.holds_objects);
        let named: HashSet<FileId> = self.open.keys().copied().filter(|id| is_manifest(*id)).collect();
        let scope = Scope {
            is_named: &|id: FileId| named.contains(&id),
            is_checked: &|id: FileId| is_whole || checked.contains(&id),
        };
        let Linted { report, builds } = pipeline::lint_read(read, scope, &self.settings);
        self.report = report;
        if let Some(baseline) = &self.baseline {
            baseline.apply(&mut self.report, &self.settings);
        }
        if is_whole {
            self.builds = builds;
            let related = self.report.findings.iter().filter(|finding| self.is_of_open(finding));
            self.related = related.flat_map(reach::places).map(|span| span.file).collect();
        }
    }

    /// Puts the texts of `documents` in place of those on disk.
    fn put_open<'d>(&mut self, documents: impl Iterator<Item = &'d Document>, read: &mut Vec<Read>) {
        self.open.clear();
        for document in documents.filter(|document| !is_config(&document.path)) {
            if self.excluded.iter().any(|globs| globs.matches(&document.path)) {
                continue;
            }
            let shown = text_of_path(document.path.strip_prefix(&self.root).unwrap_or(&document.path));
            let place = read.iter().position(|(file, _)| *file.source.path == *shown).unwrap_or(read.len());
            let id = FileId(u32::try_from(place).unwrap_or(u32::MAX));
            let file = InputFile::new(Source::new(id, shown, Arc::clone(&document.text)));
            match read.get_mut(place) {
                Some(known) => *known = (file, None),
                None => read.push((file, None)),
            }
            self.open.insert(id, document.uri.to_string());
        }
    }

    /// The files that a change of open documents reaches. Of `read` goes what would only cost time.
    fn reached(&self, read: &mut [Read]) -> HashSet<FileId> {
        let open: HashSet<FileId> = self.open.keys().copied().collect();
        let mut checked = reach::checked(read, &open);
        checked.extend(&self.related);
        let is_typed = |(file, _): &Read| {
            open.contains(&file.source.id) && discover::is_kustomization(&file.source.path)
        };
        // A kustomization that is typed may name any other.
        if !read.iter().any(is_typed) {
            reach::drop_unrelated(read, &checked, &self.builds);
        }
        checked
    }

    /// Whether `finding` is in a document that is open or speaks of one.
    pub(super) fn is_of_open(&self, finding: &Finding) -> bool {
        reach::places(finding).any(|span| self.open.contains_key(&span.file))
    }
}

/// Whether a file of this path is a config file.
pub(super) fn is_config(path: &Path) -> bool {
    path.file_name().is_some_and(|name| CONFIG_FILES.iter().any(|known| name == *known))
}
