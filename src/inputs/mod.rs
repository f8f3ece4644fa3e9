//! The input set: every file of a run, and the objects in them by kind and name.
//!
//! It is the one thing between the model and the rules that sees all files. Nothing of it is parsed before a rule asks.
//! What isn't in it proves nothing: a run rarely has all that a cluster holds.

mod build_objects;
mod chart_maps;
mod chart_templates;
mod chart_values;
mod config_maps;
mod files;
mod index;
mod mentions;
mod named_templates;
mod names;
mod openshift;
mod selectors;

use std::ops::Range;
use std::sync::{Arc, OnceLock};

pub use config_maps::ConfigData;
pub use mentions::mention;

use crate::charts::{self, InitTemplates, Library};
use crate::discover::Failure;
use crate::kube::Object;
use crate::kustomize::{self, Build, Builds, folder_of, images};
use crate::provenance::TestSuites;
use crate::read::{self, InputFile};
use crate::source::{FileId, Source, Sources};
use crate::yaml::Node;
use build_objects::BuildObjects;
use chart_maps::ChartMaps;
use chart_templates::ChartTemplates;
use chart_values::ChartValues;
use config_maps::GeneratedMaps;
use files::Files;
use foldhash::{HashMap, HashSet};
use index::{ObjectId, ObjectIndex};
use named_templates::NamedTemplates;
use names::{Asker, Named, choose};
use openshift::Neighbours;
use selectors::Selectors;

/// The kinds that rules look for. Where objects of them are is noted when files are read: whoever looks for another kind
/// adds it here.
pub const LOOKED_FOR: [&str; 4] = ["ConfigMap", "Secret", "Service", "ServiceAccount"];

/// Every file of a run, as an object of it sees them: one of a build sees the build first.
#[derive(Debug, Default, Clone)]
pub struct InputSet {
    shared: Arc<Shared>,
    build: Option<Arc<BuildObjects>>,
    /// The file that is checked, where it was read again for that.
    own: Option<Arc<InputFile>>,
}

#[derive(Debug, Default)]
struct Shared {
    files: Files,
    builds: Vec<Arc<Build>>,
    index: ObjectIndex,
    generated: OnceLock<GeneratedMaps>,
    chart_maps: OnceLock<ChartMaps>,
    chart_templates: OnceLock<ChartTemplates>,
    chart_values: OnceLock<ChartValues>,
    /// The kustomizations that set the tag of an image.
    pinned_images: OnceLock<HashMap<String, Vec<FileId>>>,
    /// Names of containers and of their objects.
    replaced_images: OnceLock<HashSet<(String, String)>>,
    /// The kustomizations that lead to nothing that is asked for.
    idle: HashSet<FileId>,
    neighbours: OnceLock<Neighbours>,
    selectors: OnceLock<Selectors>,
    test_suites: OnceLock<TestSuites>,
    init_templates: OnceLock<InitTemplates>,
    named_templates: OnceLock<NamedTemplates>,
    /// The files by the path that is shown.
    by_path: OnceLock<HashMap<Arc<str>, FileId>>,
}

impl InputSet {
    /// The set of `files`, in the order of their ids.
    #[must_use]
    pub fn new(files: Vec<InputFile>) -> Self {
        Self {
            shared: Arc::new(Shared { files: Files::new(Arc::new(files)), ..Shared::default() }),
            ..Self::default()
        }
    }

    /// The set of the files of `builds`.
    #[must_use]
    pub fn of_builds(builds: &Builds) -> Self {
        let files = Files::new(Arc::clone(&builds.files));
        Self {
            shared: Arc::new(Shared {
                files,
                builds: builds.list.clone(),
                idle: builds.idle.clone(),
                ..Shared::default()
            }),
            ..Self::default()
        }
    }

    /// The set as the resources of `build` see it.
    #[must_use]
    pub fn of_build(&self, build: &Arc<Build>) -> Self {
        let build = BuildObjects::of(Arc::clone(build));
        Self { build: Some(Arc::new(build)), ..self.clone() }
    }

    /// The set as it is seen where `own` is checked, which was read again for that.
    #[must_use]
    pub fn of_file(&self, own: Arc<InputFile>) -> Self {
        Self { own: Some(own), ..self.clone() }
    }

    /// `file`, whose text was left out, with it.
    ///
    /// # Errors
    /// Why it can't be read.
    pub fn read_again(&self, file: &InputFile) -> Result<Arc<InputFile>, Failure> {
        self.shared.files.read_again(file)
    }

    /// The files as they were read first, in the order of their ids.
    #[must_use]
    pub fn files(&self) -> &[InputFile] {
        self.shared.files.list()
    }

    /// The sources of the files, with the texts that somebody asked for and with those of the files `shown`.
    #[must_use]
    pub fn sources(&self, shown: impl Iterator<Item = FileId>) -> Sources {
        let files = self.files().iter().filter_map(|file| self.file(file.source.id));
        let list = files.map(|file| Arc::clone(&file.source)).collect();
        let shown: HashSet<FileId> = shown.collect();
        let left_out = shown.into_iter().filter(|id| self.file(*id).is_some_and(InputFile::is_left_out));
        Sources::new(list, left_out, |source| Some(read::again(source).ok()?.source))
    }

    /// The file `id`, and where its documents lie.
    #[must_use]
    pub fn file(&self, id: FileId) -> Option<&InputFile> {
        self.own(id).or_else(|| self.shared.files.get(id))
    }

    fn own(&self, id: FileId) -> Option<&InputFile> {
        self.own.as_deref().filter(|own| own.source.id == id)
    }

    /// The file `id` with its text, which is read again where it was left out.
    #[must_use]
    pub fn file_with_text(&self, id: FileId) -> Option<&InputFile> {
        self.own(id).or_else(|| self.shared.files.with_text(id))
    }

    /// The file `id`, with its text.
    #[must_use]
    pub fn source(&self, id: FileId) -> Option<&Source> {
        self.file_with_text(id).map(|file| &*file.source)
    }

    /// The path of the file `id`, as it is shown; empty where there is none.
    #[must_use]
    pub fn path(&self, id: FileId) -> &str {
        self.file(id).map_or("", |file| &file.source.path)
    }

    /// Forgets the texts that were read again for the moment, once files are checked.
    pub fn forget_lent(&self) {
        self.shared.files.forget_lent();
    }

    /// The objects of `kind`, in order.
    pub fn objects<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = Object<'a>> {
        let of_build = self.build.iter().flat_map(move |build| build.objects(kind));
        let of_files = self.build.is_none().then(|| self.shared.index.objects(&self.shared.files, kind));
        of_build.chain(of_files.into_iter().flatten())
    }

    /// The object of `kind` and `name` as one in `namespace` and the file `from` would see it.
    ///
    /// A missing namespace on either side matches any: overlays and `-n` set it later. Where several match, the one in
    /// the same file counts, or else the one in the same folder.
    #[must_use]
    pub fn lookup(
        &self,
        from: FileId,
        kind: &str,
        namespace: Option<&str>,
        name: &str,
    ) -> Option<Object<'_>> {
        if let Some(found) = self.build.as_ref().and_then(|build| build.find(kind, namespace, name)) {
            return Some(found);
        }
        let named = self.named(kind, name)?;
        let asker = Asker { file: from, folder: self.folder(from), namespace };
        self.shared.index.object(&self.shared.files, choose(|near| named.fitting(near, asker))?)
    }

    /// The objects of `kind` that have all of `labels`, in order.
    pub fn select<'a>(
        &'a self,
        kind: &'a str,
        labels: &'a [(&'a str, &'a str)],
    ) -> impl Iterator<Item = Object<'a>> {
        self.objects(kind).filter(move |object| {
            let own = object.metadata().and_then(|metadata| metadata.get("labels"));
            let has =
                |(key, value): &(&str, &str)| own.and_then(|own| own.get(key)?.as_str()) == Some(*value);
            labels.iter().all(has)
        })
    }

    /// The Services that select a Pod of these `labels`, in order.
    pub fn services_of<'a>(&'a self, labels: Option<Node<'a>>) -> impl Iterator<Item = Object<'a>> {
        let Shared { files, index, selectors, .. } = &*self.shared;
        let of_build = self.build.iter().flat_map(|build| build.objects("Service"));
        let of_build = of_build.filter(move |service| selectors::leads_to(service, labels));
        let of_files = self.build.is_none().then(|| {
            let selectors = selectors.get_or_init(|| Selectors::of(index, files));
            selectors.selecting(labels).filter_map(|id| index.object(files, id))
        });
        of_build.chain(of_files.into_iter().flatten())
    }

    /// Whether a kustomization of the run sets the tag or the digest of the image `name` (without its tag) in what it makes
    /// of `file`. One of which it isn't known what it builds, since that is elsewhere, may build anything.
    #[must_use]
    pub fn pins_image(&self, name: &str, file: FileId) -> bool {
        let pinned = self.shared.pinned_images.get_or_init(|| images::pinned_images(self.files()));
        let reaches = |kustomization: &FileId| {
            if self.shared.idle.contains(kustomization) {
                return false;
            }
            let whole = self.shared.builds.iter().filter(|build| !build.is_partial).map(|build| &build.files);
            let mut own = whole.filter(|files| files.contains(kustomization)).peekable();
            own.peek().is_none() || own.any(|files| files.contains(&file))
        };
        pinned.get(name).is_some_and(|kustomizations| kustomizations.iter().any(reaches))
    }

    /// Whether a replacement of a kustomization of the run sets the image of the container of this name in the object of
    /// that name.
    #[must_use]
    pub fn replaces_image(&self, container: &str, object: &str) -> bool {
        let replaced = self.shared.replaced_images.get_or_init(|| images::replaced_images(self.files()));
        let has = |object: &str| replaced.contains(&(container.to_owned(), object.to_owned()));
        !replaced.is_empty() && (has(object) || has(""))
    }

    /// Whether a kustomization may name `name` among its `vars`, which it puts for `$(NAME)`.
    #[must_use]
    pub fn may_be_var(&self, name: &str) -> bool {
        kustomize::may_be_var(self.files(), name)
    }

    /// Whether what is in the file `from` is meant for `OpenShift`, which sets a Pod's user at admission: its build, its chart
    /// or its folder holds an object of one of `OpenShift`'s groups, or a patch of its build takes `runAsUser` away.
    #[must_use]
    pub fn is_for_openshift(&self, from: FileId) -> bool {
        if let Some(build) = &self.build {
            return build.is_for_openshift();
        }
        let neighbours = self.shared.neighbours.get_or_init(|| Neighbours::of(&self.shared.files));
        neighbours.is_for_openshift(&self.shared.files, self.path(from))
    }

    /// The named templates of the input's charts that hold init containers.
    #[must_use]
    pub fn init_templates(&self) -> &InitTemplates {
        self.shared
            .init_templates
            .get_or_init(|| InitTemplates::of(self.files().iter().map(|file| &*file.source)))
    }

    /// The named templates that `template` may include.
    #[must_use]
    pub fn named_templates(&self, template: &Source) -> Option<&Library> {
        let calls = |word: &str| memchr::memmem::find(template.text.as_bytes(), word.as_bytes()).is_some();
        if !charts::INCLUDES.iter().any(|word| calls(word)) {
            return None;
        }
        let named = self.shared.named_templates.get_or_init(|| NamedTemplates::of(&self.shared.files));
        named.of_template(&self.shared.files, &template.path)
    }

    /// Whether Helm made the document at `range` of `file` of a template that is among the files and read there: what is
    /// found in it is found where its author can mend it.
    #[must_use]
    pub fn has_template_of(&self, file: &InputFile, range: &Range<usize>) -> bool {
        let Some(origin) = file.source.origin(range.start) else { return false };
        let files = &self.shared.files;
        let templates = self.shared.chart_templates.get_or_init(|| ChartTemplates::of(files));
        let text = file.source.text.get(range.clone()).unwrap_or_default();
        templates.have(files, origin, text) || templates.are_shown_by(&file.source.path, origin, text)
    }

    /// Whether `value`, of a template in the file `from`, is one that its chart's own values leave empty.
    #[must_use]
    pub fn is_left_empty(&self, from: FileId, value: Node<'_>) -> bool {
        let files = &self.shared.files;
        let is_told = || {
            let values = self.shared.chart_values.get_or_init(|| ChartValues::of(files));
            values.tell(files, self.path(from), &value.text_of_chart()?)
        };
        value.is_unknown() && is_told() == Some(false)
    }

    /// The test suites among the files.
    #[must_use]
    pub fn test_suites(&self) -> &TestSuites {
        self.shared.test_suites.get_or_init(|| TestSuites::of(self.files().iter().map(|file| &*file.source)))
    }

    fn named(&self, kind: &str, name: &str) -> Option<&Named<ObjectId>> {
        self.shared.index.named(&self.shared.files, kind, name, |file| self.folder(file))
    }

    fn folder(&self, id: FileId) -> &str {
        folder_of(self.path(id))
    }

    /// The file that is shown as `path`.
    fn file_at(&self, path: &str) -> Option<&Source> {
        let by_path = self.shared.by_path.get_or_init(|| {
            // Of two of one name the first counts.
            let sources = self.files().iter().rev().map(|file| &file.source);
            sources.map(|source| (Arc::clone(&source.path), source.id)).collect()
        });
        Some(&self.file_with_text(*by_path.get(path)?)?.source)
    }
}
