//! The files of builds: those of the input, and those that kustomizations name beside them.

use std::borrow::Cow;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

use foldhash::{HashMap, HashSet, HashSetExt};
use rayon::prelude::*;

use super::real_paths::RealPaths;
use crate::discover::{Failure, Input, KUSTOMIZATIONS};
use crate::path_text::{normal, text_of_path};
use crate::read::{InputFile, read};
use crate::source::{FileId, Source};

/// How many folders above a file are looked into.
const MAX_FOLDERS: usize = 64;

/// The folder that the file shown as `path` is in; empty for the working folder.
#[must_use]
pub fn folder_of(path: &str) -> &str {
    match path.rsplit_once(['/', '\\']) {
        Some(("", _)) => "/",
        Some((folder, _)) => folder,
        None => "",
    }
}

/// Which files a kustomization may name beside folders, by kustomize's own words for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LoadRestrictor {
    /// Those in its own folder and below it.
    #[default]
    RootOnly,
    /// Any of the work tree.
    None,
}

/// What a path that a kustomization names leads to.
pub(super) enum Found {
    File(FileId),
    /// The kustomization of a folder.
    Kustomization(FileId),
}

/// Why a path can't be followed.
pub(super) enum Refused {
    /// Nothing is there.
    Missing,
    /// kustomize fetches it.
    Remote,
    /// kustomize refuses it.
    Because(String),
    /// It can't be read.
    Unreadable(String),
    /// It isn't for us to follow.
    Elsewhere(String),
    /// It is there, and no text: nothing to follow.
    NoText,
}

/// A path that a kustomization names.
struct Place {
    /// As people write it.
    shown: String,
    /// The file that is there, if it is known.
    known: Option<FileId>,
}

/// The files that are known.
pub(super) struct Files {
    list: Vec<InputFile>,
    /// By their [keys](Self::key); made where somebody asks.
    by_path: OnceLock<HashMap<String, FileId>>,
    here: PathBuf,
    real: RealPaths,
    /// Whether a kustomization may name files of the whole work tree.
    is_unrestricted: bool,
    /// Kustomizations with files outside their own folders that they name though they mayn't.
    outside: HashSet<(FileId, FileId)>,
}

impl Files {
    pub(super) fn new(list: Vec<InputFile>) -> Self {
        let here = std::env::current_dir().unwrap_or_default();
        let (by_path, real) = (OnceLock::new(), RealPaths::default());
        Self { list, by_path, here, real, is_unrestricted: false, outside: HashSet::new() }
    }

    /// Lets kustomizations name files outside their own folders, as Flux does (`fluxcd/pkg`, `kustomize.Build`), and whoever
    /// says `LoadRestrictionsNone`.
    pub(super) fn lift_restriction(&mut self) {
        self.is_unrestricted = true;
    }

    fn by_path(&self) -> &HashMap<String, FileId> {
        self.by_path.get_or_init(|| {
            // Of two of one name the first counts.
            let files = self.list.iter().rev();
            files.map(|file| (self.key(&file.source.path).into_owned(), file.source.id)).collect()
        })
    }

    /// What tells the file that is shown as `path` from others: the path from the working folder, or of what isn't in that
    /// from the root of the file system. Most paths are shown so, and texts are compared at once, not step by step.
    fn key<'p>(&self, path: &'p str) -> Cow<'p, str> {
        // Windows has more to a path than its steps.
        if cfg!(unix) && is_plain(path) {
            return Cow::Borrowed(path);
        }
        let absolute = self.absolute(path);
        Cow::Owned(shown(absolute.strip_prefix(&self.here).unwrap_or(&absolute)))
    }

    fn add(&mut self, file: InputFile) -> FileId {
        let id = file.source.id;
        let key = self.key(&file.source.path).into_owned();
        self.list.push(file);
        if let Some(by_path) = self.by_path.get_mut() {
            by_path.entry(key).or_insert(id);
        }
        id
    }

    fn absolute(&self, path: &str) -> PathBuf {
        let absolute = self.here.join(path);
        if is_plain(path) { absolute } else { normal(&absolute) }
    }

    /// Reads the texts of the files `ids` where they were left out. What can't be read is told of when it is asked for.
    pub(super) fn restore(&mut self, ids: &HashSet<FileId>) {
        let files = self.list.par_iter_mut().with_max_len(32).filter(|file| ids.contains(&file.source.id));
        files.for_each(|file| _ = restore(file));
    }

    pub(super) fn list(&self) -> &[InputFile] {
        &self.list
    }

    /// The file that the kustomization `from` calls `path`, if it is known.
    pub(super) fn known(&self, from: FileId, path: &str) -> Option<FileId> {
        self.place(from, path).known
    }

    /// The file that is shown as `path`, if it is known.
    fn known_as(&self, path: &str) -> Option<FileId> {
        self.by_path().get(&*self.key(path)).copied()
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn into_files(self) -> Vec<InputFile> {
        self.list
    }

    pub(super) fn get(&self, id: FileId) -> Option<&InputFile> {
        self.list.get(id.0 as usize)
    }

    pub(super) fn source(&self, id: FileId) -> Option<&Source> {
        self.get(id).map(|file| &*file.source)
    }

    /// The folder of the file `id`, as it is shown.
    fn folder(&self, id: FileId) -> &str {
        folder_of(self.source(id).map_or("", |source| &source.path))
    }

    /// What the kustomization `from` calls `path`.
    fn place(&self, from: FileId, path: &str) -> Place {
        let shown = joined(self.folder(from), path);
        Place { known: self.known_as(&shown), shown }
    }

    /// The file or the folder that the kustomization `from` calls `path`.
    pub(super) fn find(&mut self, from: FileId, path: &str) -> Result<Found, Refused> {
        let place = self.place(from, path);
        // A file that is known needn't be asked for what it is.
        if place.known.is_none()
            && let Some(kustomization) = self.kustomization(from, path, &place.shown)?
        {
            return Ok(Found::Kustomization(kustomization));
        }
        self.file_at(from, path, &place).map(Found::File)
    }

    /// Whether kustomize refuses that the kustomization `from` names `file`, which is outside its folder
    /// (`loader.RestrictionRootOnly`).
    pub(super) fn is_refused_outside(&self, from: FileId, file: FileId) -> bool {
        self.outside.contains(&(from, file))
    }

    /// The file that the kustomization `from` calls `path`, with its text unless what is asked of that is noted. It may be any of
    /// the work tree: many repositories build with `LoadRestrictionsNone`.
    pub(super) fn file(&mut self, from: FileId, path: &str) -> Result<FileId, Refused> {
        let place = self.place(from, path);
        self.file_at(from, path, &place)
    }

    fn file_at(&mut self, from: FileId, path: &str, place: &Place) -> Result<FileId, Refused> {
        if path.is_empty() {
            return Err(Refused::Because("the entry is empty".to_owned()));
        }
        let Place { shown, known } = place;
        // What may be named anywhere, and is known, needn't be looked up.
        if let Some(id) = known.filter(|_| self.is_unrestricted) {
            return self.as_needed(id);
        }
        let target = &self.absolute(shown);
        if known.is_none() && fs::symlink_metadata(target).is_err() {
            return Err(if is_remote(path) { Refused::Remote } else { Refused::Missing });
        }
        let folder = self.absolute(self.folder(from));
        let is_outside = self.is_outside(&folder, target);
        if is_outside && !self.is_in_work_tree(&folder, target) && known.is_none() {
            return Err(Refused::Because(
                "it is outside the kustomization's own folder and the git work tree".to_owned(),
            ));
        }
        let file = match *known {
            Some(id) => self.as_needed(id),
            None => self.read(shown),
        }?;
        if is_outside && !self.is_unrestricted {
            self.outside.insert((from, file));
        }
        Ok(file)
    }

    /// Whether `target` isn't in `folder`, or a link leads out of that.
    fn is_outside(&mut self, folder: &Path, target: &Path) -> bool {
        !target.starts_with(folder) || self.real.leads_out(folder, target)
    }

    /// Whether `target` is in the work tree that `folder` is in.
    fn is_in_work_tree(&mut self, folder: &Path, target: &Path) -> bool {
        let top = self.top(folder).filter(|top| folder.starts_with(top));
        top.is_some_and(|top| !self.is_outside(&top, target))
    }

    /// The file `id`, with its text unless what is asked of that is noted.
    fn as_needed(&mut self, id: FileId) -> Result<FileId, Refused> {
        let is_noted = self.get(id).is_some_and(InputFile::is_noted);
        if is_noted { Ok(id) } else { self.with_text(id) }
    }

    /// The file `id` once it has its text.
    pub(super) fn with_text(&mut self, id: FileId) -> Result<FileId, Refused> {
        let file = self.list.get_mut(id.0 as usize).ok_or(Refused::Missing)?;
        restore(file).map_err(|failure| Refused::Unreadable(failure.message))?;
        Ok(id)
    }

    /// The file that is shown as `path`, which isn't known yet.
    fn read(&mut self, path: &str) -> Result<FileId, Refused> {
        let metadata = fs::metadata(path).map_err(|_| Refused::Missing)?;
        // A pipe would be waited for.
        if !metadata.is_file() {
            return Err(Refused::Unreadable("it is no regular file".to_owned()));
        }
        // Of what the kernel shows as a file, some is waited for as well.
        if self.is_link_out(Path::new(path)) {
            return Err(Refused::Elsewhere(
                "a link leads out of the work tree, which is not followed".to_owned(),
            ));
        }
        let input = Input::File { path: path.into(), named: false };
        let (file, failure) = read(self.list.len(), &input, "");
        match failure {
            Some(failure) => Err(Refused::Unreadable(failure.message)),
            // What isn't text is read as nothing.
            None if file.source.text.is_empty() && metadata.len() > 0 => Err(Refused::NoText),
            None => Ok(self.add(file)),
        }
    }

    /// Whether a link is at `path` that leads out of its folder, and out of the git work tree or the working folder.
    fn is_link_out(&mut self, path: &Path) -> bool {
        let is_link = path.is_symlink();
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let top = self.real.folder(folder).filter(|_| is_link).and_then(|real| self.top(&real));
        top.is_some_and(|top| [folder, top.as_path()].into_iter().all(|root| self.real.leads_out(root, path)))
    }

    /// The kustomization in the folder that is shown as `folder`, if it has one.
    pub(super) fn kustomization_in(&mut self, folder: &str) -> Option<FileId> {
        let path = self.kustomization_path(folder)?;
        self.known_or_read(&path).ok()
    }

    /// The path of the kustomization in `folder`, of those names that may be one's the first that is there.
    fn kustomization_path(&self, folder: &str) -> Option<String> {
        let mut paths = KUSTOMIZATIONS.iter().map(|name| joined(folder, name));
        paths.find(|path| self.known_as(path).is_some() || Path::new(path).is_file())
    }

    /// The file that is shown as `path`, read if it isn't known.
    fn known_or_read(&mut self, path: &str) -> Result<FileId, Refused> {
        match self.known_as(path) {
            Some(id) => self.as_needed(id),
            None => self.read(path),
        }
    }

    /// The folders from that of the file `id` up to the top of its git work tree, or without one to the working folder,
    /// as they are shown; none for a file that isn't on disk.
    pub(super) fn folders_above(&mut self, id: FileId) -> Vec<String> {
        let mut folder = self.folder(id).to_owned();
        let path = self.source(id).map_or("", |source| &source.path);
        let on_disk = Path::new(if folder.is_empty() { "." } else { &folder });
        let is_on_disk = Path::new(path).is_file();
        let real = self.real.folder(on_disk).filter(|_| is_on_disk);
        let top = real.as_deref().and_then(|real| self.top(real));
        let Some((mut real, top)) = real.zip(top) else { return Vec::new() };
        let mut folders = Vec::new();
        while real.starts_with(&top) && folders.len() < MAX_FOLDERS {
            folders.push(folder.clone());
            folder = joined(&folder, "..");
            if !real.pop() {
                break;
            }
        }
        folders
    }

    /// The folder `path` of the git work tree that the file `id` is in, or without one of the working folder, as it is shown.
    pub(super) fn in_work_tree(&mut self, id: FileId, path: &str) -> Option<String> {
        let folder = Path::new(self.folder(id)).to_owned();
        let real = self.real.folder(if folder.as_os_str().is_empty() { Path::new(".") } else { &folder })?;
        let top = self.top(&real)?;
        let target = normal(&top.join(path.trim_start_matches('/')));
        let is_inside =
            target.starts_with(&top) && fs::canonicalize(&target).is_ok_and(|real| real == target);
        let here = self.real.folder(&self.here)?;
        is_inside.then(|| shown(target.strip_prefix(&here).unwrap_or(&target)))
    }

    /// The kustomization in the folder that the kustomization `from` calls `path`, and which is shown as `folder`; `None`
    /// where that is no folder.
    fn kustomization(&mut self, from: FileId, path: &str, folder: &str) -> Result<Option<FileId>, Refused> {
        let is_known = KUSTOMIZATIONS.iter().any(|name| self.known_as(&joined(folder, name)).is_some());
        let on_disk = Path::new(if folder.is_empty() { "." } else { folder });
        // What a known file is in is a folder, if it is on disk at all.
        if is_known && self.real.folder(on_disk).is_some() || on_disk.is_dir() {
            let from = self.folder(from).to_owned();
            self.check_folder(&from, path, on_disk)?;
        } else if !is_known {
            return Ok(None);
        }
        match self.kustomization_path(folder) {
            Some(path) => self.known_or_read(&path).map(Some),
            // As a folder that isn't there: a build may make it.
            None => Err(Refused::Elsewhere("the folder has no kustomization".to_owned())),
        }
    }

    /// A folder is read where no link leads there and it lies in the work tree of the one that names it, or without one
    /// below the working folder.
    fn check_folder(&mut self, from: &str, path: &str, folder: &Path) -> Result<(), Refused> {
        let refuse = |why: &str| Err(Refused::Elsewhere(why.to_owned()));
        let from = Path::new(if from.is_empty() { "." } else { from });
        let (Some(real), Some(real_from)) = (self.real.folder(folder), self.real.folder(from)) else {
            return refuse("it cannot be read");
        };
        if real != normal(&real_from.join(path)) {
            return refuse("a link leads there, which is not followed");
        }
        match self.top(&real_from) {
            Some(top) if real.starts_with(&top) => Ok(()),
            _ if self.knows_any_in(&self.absolute(&shown(folder))) => Ok(()),
            _ => refuse("it is outside the git work tree"),
        }
    }

    fn knows_any_in(&self, folder: &Path) -> bool {
        self.list.iter().any(|file| self.absolute(&file.source.path).starts_with(folder))
    }

    /// The top of the git work tree that the real `folder` is in, or without one the working folder.
    fn top(&mut self, folder: &Path) -> Option<PathBuf> {
        self.real.work_tree(folder).or_else(|| self.real.folder(&self.here))
    }
}

/// Reads the text of `file` where it was left out.
fn restore(file: &mut InputFile) -> Result<(), Failure> {
    if file.is_left_out() {
        *file = file.with_text()?;
    }
    Ok(())
}

/// Whether kustomize would fetch it (kustomize, `git.NewRepoSpecFromURL`), once no file of that name is there.
fn is_remote(path: &str) -> bool {
    const HOSTS: [&str; 4] = ["github.com/", "gitlab.com/", "bitbucket.org/", "gh:"];
    path.contains("://")
        || path.contains("?ref=")
        || path.contains("git::")
        || path.starts_with("git@")
        || HOSTS.iter().any(|host| path.starts_with(host))
}

fn shown(path: &Path) -> String {
    text_of_path(path)
}

/// Whether `path` leads down alone, without `.` and `..`, as most do. There is nothing to work out then.
fn is_plain(path: &str) -> bool {
    let is_plain = |step: &[u8]| !matches!(step, b"" | b"." | b"..") && !step.contains(&b'\\');
    path.as_bytes().split(|byte| *byte == b'/').all(is_plain)
}

/// What `path` means in `folder`, shown as people write it: without `.`, and with `..` at its start alone.
fn joined(folder: &str, path: &str) -> String {
    // Windows has more to a path than its steps.
    if cfg!(unix) { joined_steps(folder, path) } else { joined_components(folder, path) }
}

fn joined_components(folder: &str, path: &str) -> String {
    let whole = Path::new(folder).join(path);
    let mut steps: Vec<Component<'_>> = Vec::new();
    for step in whole.components() {
        match (step, steps.last()) {
            (Component::ParentDir, Some(Component::Normal(_))) => _ = steps.pop(),
            (Component::CurDir, _) | (Component::ParentDir, Some(Component::RootDir)) => {}
            (step, _) => steps.push(step),
        }
    }
    shown(&steps.iter().collect::<PathBuf>())
}

/// As [`joined_components`] where a path is steps between slashes: ten times as fast.
fn joined_steps(folder: &str, path: &str) -> String {
    let is_absolute = path.starts_with('/');
    let folder = if is_absolute { "" } else { folder };
    let mut joined = String::with_capacity(folder.len() + 1 + path.len());
    joined.extend((is_absolute || folder.starts_with('/')).then_some('/'));
    let root = joined.len();
    // Steps up that nothing is left for.
    let mut outside = root;
    for step in folder.split('/').chain(path.split('/')) {
        match step {
            "" | "." => continue,
            ".." if joined.len() > outside => {
                let above = joined.rfind('/').map_or(0, |slash| slash.max(root));
                joined.truncate(above.max(outside));
                continue;
            }
            ".." if root > 0 => continue,
            _ => {}
        }
        if joined.len() > root {
            joined.push('/');
        }
        joined.push_str(step);
        if step == ".." {
            outside = joined.len();
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shown_as_people_write_them() {
        assert_eq!(joined("overlays/prod", "../../base"), "base");
        assert_eq!(joined("", "./a/../b.yaml"), "b.yaml");
        assert_eq!(joined("", "../../base"), "../../base");
        assert_eq!(joined("../x", "../base"), "../base");
        assert_eq!(joined("/a", "../../b"), "/b");
        assert_eq!(joined("a/b", "c/d.yaml"), "a/b/c/d.yaml");
        assert_eq!(joined("a/b", "c//d/"), "a/b/c/d");
        assert_eq!(joined("a/b", "/c"), "/c");
    }

    #[cfg(unix)]
    #[test]
    fn steps_lead_where_components_do() {
        let steps = ["", ".", "..", "a", "b.c"];
        let pairs = steps.iter().flat_map(|one| steps.iter().map(move |two| format!("{one}/{two}")));
        let paths: Vec<String> = pairs.chain(steps.map(str::to_owned)).collect();
        for folder in
            paths.iter().flat_map(|path| [path.clone(), format!("{path}/x/.."), format!("../{path}")])
        {
            for path in &paths {
                assert_eq!(
                    joined_steps(&folder, path),
                    joined_components(&folder, path),
                    "{folder:?} {path:?}"
                );
            }
        }
    }
}
