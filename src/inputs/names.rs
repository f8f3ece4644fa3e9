//! Which of several objects of one name another object means.

use foldhash::{HashMap, HashMapExt};

use crate::source::FileId;

/// Those of one kind and name.
#[derive(Debug)]
pub(super) struct Named<T> {
    all: Choices<T>,
    by_namespace: HashMap<Option<Box<str>>, Choices<T>>,
}

/// Who asks for an object.
#[derive(Clone, Copy)]
pub(super) struct Asker<'a> {
    pub(super) file: FileId,
    pub(super) folder: &'a str,
    pub(super) namespace: Option<&'a str>,
}

/// How near an object must be to one that asks for it.
#[derive(Clone, Copy)]
pub(super) enum Near {
    Anywhere,
    File,
    Folder,
}

/// The one among some objects; all of them, those of one file, those of one folder.
#[derive(Debug)]
struct Choices<T> {
    all: Choice<T>,
    by_file: HashMap<FileId, Choice<T>>,
    by_folder: HashMap<Box<str>, Choice<T>>,
}

/// What is left to choose from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Choice<T> {
    None,
    One(T),
    Several,
}

impl<T: Copy> Named<T> {
    /// Adds one that is in `file` and its `folder`.
    pub(super) fn add(&mut self, item: T, namespace: Option<&str>, file: FileId, folder: &str) {
        self.all.add(item, file, folder);
        self.by_namespace.entry(namespace.map(Box::from)).or_default().add(item, file, folder);
    }

    /// Those as `near` to `asker` in its namespace. A missing namespace on either side matches any: overlays and `-n`
    /// set it later.
    pub(super) fn fitting(&self, near: Near, asker: Asker<'_>) -> Choice<T> {
        let Some(namespace) = asker.namespace else { return self.all.fitting(near, asker) };
        let namespaces = [Some(Box::from(namespace)), None];
        let choices = namespaces.iter().filter_map(|namespace| self.by_namespace.get(namespace));
        choices.fold(Choice::None, |joined, choices| joined.or(choices.fitting(near, asker)))
    }
}

/// The one that is meant, of those that are `fitting`: where several match, the one in the same file counts, or else
/// the one in the same folder.
pub(super) fn choose<T>(fitting: impl Fn(Near) -> Choice<T>) -> Option<T> {
    [Near::Anywhere, Near::File, Near::Folder].into_iter().find_map(|near| fitting(near).one())
}

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self { all: Choices::default(), by_namespace: HashMap::new() }
    }
}

impl<T: Copy> Choices<T> {
    fn add(&mut self, item: T, file: FileId, folder: &str) {
        let item = Choice::One(item);
        self.all = self.all.or(item);
        let in_file = self.by_file.entry(file).or_insert(Choice::None);
        *in_file = in_file.or(item);
        match self.by_folder.get_mut(folder) {
            Some(in_folder) => *in_folder = in_folder.or(item),
            None => _ = self.by_folder.insert(folder.into(), item),
        }
    }

    fn fitting(&self, near: Near, asker: Asker<'_>) -> Choice<T> {
        let choice = match near {
            Near::Anywhere => Some(&self.all),
            Near::File => self.by_file.get(&asker.file),
            Near::Folder => self.by_folder.get(asker.folder),
        };
        choice.copied().unwrap_or(Choice::None)
    }
}

impl<T> Default for Choices<T> {
    fn default() -> Self {
        Self { all: Choice::None, by_file: HashMap::new(), by_folder: HashMap::new() }
    }
}

impl<T> Choice<T> {
    pub(super) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Choice::None, choice) | (choice, Choice::None) => choice,
            _ => Choice::Several,
        }
    }

    pub(super) fn map<U>(self, change: impl FnOnce(T) -> U) -> Choice<U> {
        match self {
            Choice::None => Choice::None,
            Choice::One(item) => Choice::One(change(item)),
            Choice::Several => Choice::Several,
        }
    }

    fn one(self) -> Option<T> {
        match self {
            Choice::One(item) => Some(item),
            Choice::None | Choice::Several => None,
        }
    }
}
