//! Builds: what `kubectl kustomize` would print.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use rayon::prelude::*;

use super::builder::{Accumulated, Builder};
use super::files::{LoadRestrictor, folder_of};
use super::references;
use super::remarks::Remark;
use super::resource::Resource;
use super::roots::{self, Roots, Scope};
use crate::read::InputFile;
use crate::source::{FileId, MappedText};
use crate::yaml::{Document, Value};

/// How many nodes builds may be made of, all taken together.
const MAX_NODES: usize = 4_000_000;

/// What the kustomizations of an input make.
#[derive(Debug, Default)]
pub struct Builds {
    /// Those that are built by themselves, in the order of the input.
    pub list: Vec<Arc<Build>>,
    /// The input's files, and those that were read beside them, in the order of their ids.
    pub files: Arc<Vec<InputFile>>,
    /// Files from this number on are there for the sake of a named file alone: what is found in them doesn't count.
    counted: usize,
    /// The files whose documents are resources, or patches that are merged: an entry that is written there is an entry of
    /// the resource.
    pub manifests: BTreeSet<FileId>,
    /// The patches that are written in kustomizations.
    pub inline: Vec<MappedText>,
    /// What can't be followed, or what kustomize refuses.
    pub remarks: Vec<Remark>,
    /// The kustomizations that aren't built, since they lead to nothing that is asked for.
    pub idle: HashSet<FileId>,
    /// The numbers of the builds that each file is part of.
    by_file: HashMap<FileId, Vec<usize>>,
    /// The files of which every document is YAML.
    readable: HashSet<FileId>,
}

/// What `kubectl kustomize` would print for one kustomization.
#[derive(Debug)]
pub struct Build {
    /// The kustomization.
    pub kustomization: FileId,
    /// Its resources.
    pub resources: Vec<BuiltResource>,
    /// What generators made, by kind and name without the hash that kustomize appends.
    pub generated: Vec<(String, String)>,
    /// The files that it is made of.
    pub files: BTreeSet<FileId>,
    /// Something that it names isn't known: what is missing may be there.
    pub is_partial: bool,
}

/// A resource of a build.
#[derive(Debug)]
pub struct BuiltResource {
    value: Value,
    /// Made of `value` when another looks it up: few are.
    document: OnceLock<Option<Box<Document>>>,
    /// Its name where it is written.
    pub name: Option<String>,
    /// Its namespace there.
    pub namespace: Option<String>,
    /// Whether a patch takes `runAsUser` away.
    pub loses_user: bool,
    /// Whether it may have init containers, by its texts.
    pub may_have_init_containers: bool,
}

impl BuiltResource {
    /// The object. Its nodes stand in the files that they come from. `None` where it nests too deep.
    #[must_use]
    pub fn document(&self) -> Option<&Document> {
        self.document.get_or_init(|| self.to_document().map(Box::new)).as_deref()
    }

    /// The same, made anew: thousands are looked at once, and would fill the memory.
    #[must_use]
    pub fn to_document(&self) -> Option<Document> {
        self.value.document()
    }

    /// The file that its root stands in.
    #[must_use]
    pub fn file(&self) -> FileId {
        self.value.span().file
    }

    /// Its `apiVersion`; empty where none is written.
    #[must_use]
    pub fn api_version(&self) -> &str {
        self.value.get("apiVersion").and_then(Value::text).unwrap_or("")
    }

    /// Its kind, and its name in the build, as far as they are written; empty where they aren't.
    #[must_use]
    pub fn kind_and_name(&self) -> (&str, &str) {
        let text = |path: &[&str]| self.value.at(path).and_then(Value::text).unwrap_or("");
        (text(&["kind"]), text(&["metadata", "name"]))
    }

    /// Whether `is_one` says so of one of its keys and single values, and the file that it stands in.
    #[must_use]
    pub fn has_text(&self, is_one: &dyn Fn(FileId, &str) -> bool) -> bool {
        self.value.has_text(is_one)
    }
}

impl Builds {
    /// The builds that the file `id` is part of, with their numbers.
    pub fn of_file(&self, id: FileId) -> impl Iterator<Item = (usize, &Build)> {
        let numbers = self.by_file.get(&id).into_iter().flatten();
        numbers.filter_map(|&number| Some((number, &**self.list.get(number)?)))
    }

    /// Whether all of the file `id` is part of a build: every document was read for it.
    #[must_use]
    pub fn has_read(&self, id: FileId) -> bool {
        self.readable.contains(&id) && self.by_file.contains_key(&id)
    }

    /// The folder of the build `number`, as it is shown.
    #[must_use]
    pub fn folder(&self, number: usize) -> String {
        let build = self.list.get(number);
        let file = build.and_then(|build| self.files.get(build.kustomization.0 as usize));
        match folder_of(file.map_or("", |file| &file.source.path)) {
            "" => ".".to_owned(),
            folder => folder.to_owned(),
        }
    }

    /// Whether what is found in the file `id` counts.
    #[must_use]
    pub fn counts(&self, id: FileId) -> bool {
        (id.0 as usize) < self.counted
    }
}

/// Builds the kustomizations among `files` that no other includes, and those that are named, as far as they lead to a file
/// that is asked for and checked. For a named file that none of them uses, the nearest kustomization above it that does is
/// built too. They may name the files that `load_restrictor` says.
#[must_use]
pub fn build(files: Vec<InputFile>, scope: Scope<'_>, load_restrictor: LoadRestrictor) -> Builds {
    build_within(MAX_NODES, files, scope, load_restrictor)
}

fn build_within(
    max_nodes: usize,
    files: Vec<InputFile>,
    scope: Scope<'_>,
    load_restrictor: LoadRestrictor,
) -> Builds {
    let Scope { is_named, .. } = scope;
    let ids: Vec<FileId> = files.iter().map(|file| file.source.id).collect();
    let (count, mut builder) = (files.len(), Builder::new(files, max_nodes, is_named));
    if load_restrictor == LoadRestrictor::None {
        builder.files.lift_restriction();
    }
    let Roots { list: mut roots, idle } = roots::of_input(&mut builder, &ids, scope);
    let counted = builder.files.len();
    roots.extend(roots::above(&mut builder, ids.into_iter().filter(|id| is_named(*id))));
    let mut seen = HashSet::new();
    roots.retain(|id| seen.insert(*id));
    let made: Vec<_> = roots.into_iter().filter_map(|id| Some((id, builder.done.get(&id)?))).collect();
    let list: Vec<Arc<Build>> =
        made.into_par_iter().with_max_len(4).map(|(id, made)| Arc::new(finish(id, made))).collect();
    let mut by_file: HashMap<FileId, Vec<usize>> = HashMap::new();
    for (number, build) in list.iter().enumerate() {
        for &file in &build.files {
            by_file.entry(file).or_default().push(number);
        }
    }
    let Builder { mut files, parsed, readable, manifests, inline, remarks, .. } = builder;
    let remarks = remarks.into_list();
    // What they are about is shown.
    files.restore(&remarks.iter().map(|remark| remark.span.file).collect());
    let mut files = files.into_files();
    // What no build reads as YAML is a script, or what else is put into a ConfigMap.
    for file in files.iter_mut().skip(count).filter(|file| !parsed.contains_key(&file.source.id)) {
        file.documents = Box::default();
    }
    let files = Arc::new(files);
    Builds { list, files, counted, manifests, inline, remarks, idle, by_file, readable }
}

/// What is printed in the end.
fn finish(kustomization: FileId, made: &Accumulated) -> Build {
    let is_local = |resource: &Resource| {
        let local = resource.value.at(&["metadata", "annotations", "config.kubernetes.io/local-config"]);
        local.is_some_and(|local| local.text() != Some("false"))
    };
    let mut resources: Vec<Resource> =
        made.resources.iter().filter(|resource| !is_local(resource)).cloned().collect();
    references::follow(&mut resources);
    let generated = resources.iter().filter(|resource| resource.is_generated).map(|resource| {
        let id = resource.id();
        (id.kind.to_owned(), id.name.to_owned())
    });
    Build {
        kustomization,
        generated: generated.collect(),
        resources: resources.iter().map(built).collect(),
        files: made.files.clone(),
        is_partial: made.is_partial,
    }
}

fn built(resource: &Resource) -> BuiltResource {
    let written = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let id = resource.original_id();
    BuiltResource {
        value: resource.value.clone(),
        document: OnceLock::new(),
        name: written(id.name),
        namespace: written(id.namespace),
        loses_user: resource.loses_user,
        may_have_init_containers: resource.value.has_text(&|_, text| text == "initContainers"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    #[test]
    fn what_doubles_with_each_layer_ends() {
        let pod =
            "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: a, image: a:1}]}\n";
        let mut texts = vec![
            ("0/kustomization.yaml".to_owned(), "resources: [pod.yaml]\n".to_owned()),
            ("0/pod.yaml".to_owned(), pod.to_owned()),
        ];
        for layer in 1..=80 {
            for side in ["a", "b"] {
                let below = layer - 1;
                let names = if below == 0 { "../0".to_owned() } else { format!("../{below}a, ../{below}b") };
                let text = format!("resources: [{names}]\nnamePrefix: {side}-\n");
                texts.push((format!("{layer}{side}/kustomization.yaml"), text));
            }
        }
        let scope = Scope { is_named: &|_| false, is_checked: &|_| true };
        for reverse in [false, true] {
            let mut texts = texts.clone();
            if reverse {
                texts.reverse();
            }
            let files = texts.into_iter().zip(0..).map(|((path, text), id)| {
                let source = Source::new(FileId(id), path, text);
                InputFile::new(source)
            });
            let builds = build_within(10_000, files.collect(), scope, LoadRestrictor::default());
            let told = |text: &str| builds.remarks.iter().any(|remark| remark.message.contains(text));
            assert!(told("too much to be built"));
            assert_eq!(told("nest deeper"), reverse);
        }
    }
}
