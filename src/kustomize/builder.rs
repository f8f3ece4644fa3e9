//! Kustomizations put together (kustomize, `target.KustTarget`).

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use super::files::{Files, Found, Refused};
use super::generate::{self, generate};
use super::resource::{Id, Resource};
use super::transform::{self, Reach};
use super::{image_tags, patches, replacements};
use crate::read::InputFile;
use crate::source::{FileId, MappedText, Source, Span};
use crate::yaml::{Document, Node, Problem, Value};

/// How deeply kustomizations may name each other.
const MAX_DEPTH: usize = 64;

/// How many resources may be looked at for patches and the like. Real inputs of thousands of kustomizations take a
/// hundredth of it.
const MAX_WORK: usize = 20_000_000;

/// The kind of which only the names are kept.
pub(super) const DEFINITION: &str = "CustomResourceDefinition";

/// Something about a kustomization that its owner should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The entry that it is about.
    pub span: Span,
    /// What it is, in a clause without a full stop.
    pub message: String,
    /// Whether kustomize refuses it.
    pub is_error: bool,
}

/// What a kustomization has gathered.
#[derive(Debug, Clone, Default)]
pub(super) struct Accumulated {
    pub(super) resources: Vec<Resource>,
    pub(super) files: BTreeSet<FileId>,
    pub(super) is_partial: bool,
}

/// Kustomizations at work.
pub(super) struct Builder {
    pub(super) files: Files,
    /// What each kustomization makes.
    pub(super) done: HashMap<FileId, Rc<Accumulated>>,
    /// The files that those are made of.
    built: HashSet<FileId>,
    /// The kustomizations that are being built, the outermost first.
    open: Vec<FileId>,
    pub(super) documents: HashMap<FileId, Vec<Value>>,
    /// The files of which every document is YAML.
    pub(super) readable: HashSet<FileId>,
    /// Kustomizations that others include.
    pub(super) included: HashSet<FileId>,
    pub(super) remarks: Vec<Remark>,
    work: usize,
    nodes_left: usize,
    pub(super) manifests: BTreeSet<FileId>,
    pub(super) inline: Vec<MappedText>,
    inline_places: HashSet<Span>,
    /// The files of the kustomization at work, and whether it is partial.
    used: BTreeSet<FileId>,
    partial: bool,
}

impl Builder {
    pub(super) fn new(files: Vec<InputFile>, max_nodes: usize) -> Self {
        Self {
            files: Files::new(files),
            done: HashMap::new(),
            built: HashSet::new(),
            open: Vec::new(),
            documents: HashMap::new(),
            readable: HashSet::new(),
            included: HashSet::new(),
            manifests: BTreeSet::new(),
            inline: Vec::new(),
            inline_places: HashSet::new(),
            remarks: Vec::new(),
            work: 0,
            nodes_left: max_nodes,
            used: BTreeSet::new(),
            partial: false,
        }
    }

    /// What the kustomization `value` in the file `id` makes.
    pub(super) fn whole(&mut self, id: FileId, value: &Value) -> Rc<Accumulated> {
        if let Some(done) = self.done.get(&id) {
            return Rc::clone(done);
        }
        let made = Rc::new(self.accumulate(id, value, Accumulated::default()));
        self.built.extend(&made.files);
        self.done.insert(id, Rc::clone(&made));
        made
    }

    /// The kustomization in the file `id`; `None` where it is another kind of object or can't be read.
    pub(super) fn kustomization(&mut self, id: FileId) -> Option<Value> {
        let value = self.documents(id).into_iter().next()?;
        let text = |key| value.get(key).and_then(Value::text);
        let is_ours = text("apiVersion")
            .is_none_or(|version| version.starts_with("kustomize.config.k8s.io/"))
            && text("kind").is_none_or(|kind| matches!(kind, "Kustomization" | "Component"));
        (value.is_mapping() && is_ours).then_some(value)
    }

    /// Adds what the kustomization `value` in the file `id` makes to `into`, and changes all of it as it says.
    fn accumulate(&mut self, id: FileId, value: &Value, into: Accumulated) -> Accumulated {
        self.open.push(id);
        let Accumulated { mut resources, files, is_partial } = into;
        let outer =
            (std::mem::replace(&mut self.used, files), std::mem::replace(&mut self.partial, is_partial));
        self.used.insert(id);
        self.name_what_is_not_followed(value);
        for key in ["resources", "bases"] {
            for entry in items(value, key) {
                self.add_resource(id, entry, &mut resources);
            }
        }
        for (key, kind) in
            [("configMapGenerator", generate::Kind::ConfigMap), ("secretGenerator", generate::Kind::Secret)]
        {
            for entry in items(value, key) {
                generate(self, id, kind, entry, &mut resources);
            }
        }
        for entry in items(value, "components") {
            resources = self.add_component(id, entry, resources);
        }
        self.transform(id, value, &mut resources);
        self.open.pop();
        let (used, partial) =
            (std::mem::replace(&mut self.used, outer.0), std::mem::replace(&mut self.partial, outer.1));
        Accumulated { resources, files: used, is_partial: partial }
    }

    /// In kustomize's order (`configureBuiltinTransformers`).
    fn transform(&mut self, id: FileId, value: &Value, resources: &mut Vec<Resource>) {
        for entry in items(value, "patchesStrategicMerge") {
            if self.may_go_on(entry, resources.len()) {
                patches::strategic_merge(self, id, entry, resources);
            }
        }
        for entry in items(value, "patches") {
            if self.may_go_on(entry, resources.len()) {
                patches::patch(self, id, entry, resources);
            }
        }
        if let Some(namespace) =
            value.get("namespace").filter(|namespace| namespace.text().is_some_and(|n| !n.is_empty()))
        {
            transform::namespace(namespace, resources);
        }
        let text = |key| value.get(key).and_then(Value::text).unwrap_or("");
        transform::rename(text("namePrefix"), text("nameSuffix"), resources);
        for entry in items(value, "labels") {
            let flag = |key| entry.get(key).and_then(Value::text) == Some("true");
            let reach = Reach { selectors: flag("includeSelectors"), templates: flag("includeTemplates") };
            transform::labels(fields(entry, "pairs"), reach, resources);
        }
        transform::labels(
            fields(value, "commonLabels"),
            Reach { selectors: true, templates: true },
            resources,
        );
        transform::annotations(fields(value, "commonAnnotations"), resources);
        for entry in items(value, "patchesJson6902") {
            if self.may_go_on(entry, resources.len()) {
                patches::patch(self, id, entry, resources);
            }
        }
        for entry in items(value, "replicas") {
            if self.may_go_on(entry, resources.len())
                && !transform::replicas(entry, resources)
                && !self.partial
            {
                self.note(entry, "no resource has this name: kustomize refuses these replicas");
            }
        }
        for entry in items(value, "images") {
            if self.may_go_on(entry, resources.len()) {
                image_tags::apply(entry, resources);
            }
        }
        for entry in items(value, "replacements") {
            replacements::apply(self, id, entry, resources);
        }
    }

    fn name_what_is_not_followed(&mut self, value: &Value) {
        const ADD: [&str; 4] = ["generators", "helmCharts", "helmChartInflationGenerator", "transformers"];
        for key in ADD.into_iter().chain(["vars", "validators"]) {
            if let Some(found) = value.get(key).filter(|found| !found.items().is_empty()) {
                self.partial |= key != "validators";
                let found = found.items().first().unwrap_or(found).clone();
                self.note(
                    &found,
                    &format!("`{key}` is not followed: what it would make or change is not known"),
                );
            }
        }
    }

    /// Adds the resources of a file, of a folder's kustomization, or of a remote place, which isn't read.
    fn add_resource(&mut self, from: FileId, entry: &Value, resources: &mut Vec<Resource>) {
        let Some(path) = entry.text() else { return };
        match self.files.find(from, path) {
            Ok(Found::File(file)) => {
                self.uses(file);
                self.is_manifest(file);
                let mut objects = Vec::new();
                for value in self.documents(file) {
                    add_objects(value, &mut objects);
                }
                self.append(objects, None, resources);
            }
            Ok(Found::Kustomization(base)) => self.add_base(base, entry, resources),
            Err(Refused::Missing) if is_remote(path) => {
                self.partial = true;
                self.note(entry, "a remote resource is not read: what it would bring is not known");
            }
            Err(refused) => self.refuse(refused, entry),
        }
    }

    fn add_base(&mut self, base: FileId, entry: &Value, resources: &mut Vec<Resource>) {
        if !self.may_enter(base, entry) {
            return;
        }
        let Some(value) = self.kustomization(base).filter(|value| !is_component(value)) else {
            self.partial = true;
            return self
                .note(entry, "this is no kustomization that can be read: what it would bring is not known");
        };
        let made = self.whole(base, &value);
        self.partial |= made.is_partial;
        self.used.extend(&made.files);
        self.append(made.resources.clone(), Some(entry), resources);
    }

    fn add_component(&mut self, from: FileId, entry: &Value, resources: Vec<Resource>) -> Vec<Resource> {
        let Some(path) = entry.text() else { return resources };
        let component = match self.files.find(from, path) {
            Ok(Found::Kustomization(component)) => component,
            Ok(Found::File(_)) => {
                self.error(entry, "a component is a folder, and this is a file");
                return resources;
            }
            Err(Refused::Missing) if is_remote(path) => {
                self.partial = true;
                self.note(entry, "a remote component is not read: what it would change is not known");
                return resources;
            }
            Err(refused) => {
                self.refuse(refused, entry);
                return resources;
            }
        };
        if !self.may_enter(component, entry) {
            return resources;
        }
        let Some(value) = self.kustomization(component).filter(is_component) else {
            self.error(entry, "its kustomization is no `kind: Component`, which kustomize refuses");
            return resources;
        };
        let (files, is_partial) = (std::mem::take(&mut self.used), self.partial);
        let made = self.accumulate(component, &value, Accumulated { resources, files, is_partial });
        (self.used, self.partial) = (made.files, made.is_partial);
        made.resources
    }

    /// Whether the kustomization `id` may be built for another.
    fn may_enter(&mut self, id: FileId, entry: &Value) -> bool {
        self.included.insert(id);
        if self.open.contains(&id) {
            self.partial = true;
            self.error(entry, "this kustomization includes itself, which kustomize refuses");
            return false;
        }
        if self.open.len() >= MAX_DEPTH {
            self.partial = true;
            self.note(
                entry,
                &format!("kustomizations nest deeper than {MAX_DEPTH} levels: this one is not followed"),
            );
            return false;
        }
        true
    }

    /// Adds `new` resources, of which none may be there already: each is to blame itself, or the `entry` that brings it.
    fn append(&mut self, new: Vec<Resource>, entry: Option<&Value>, resources: &mut Vec<Resource>) {
        let Some(first) = new.first() else { return };
        let place = entry.unwrap_or(&first.value).clone();
        let nodes: usize = new.iter().map(|resource| resource.value.size()).sum();
        let Some(left) = self.nodes_left.checked_sub(nodes) else {
            self.partial = true;
            return self.error(&place, "the kustomizations of this run make too much to be built");
        };
        self.nodes_left = left;
        if !self.may_go_on(&place, resources.len() + new.len()) {
            return;
        }
        let mut known: HashSet<Id> = resources.iter().map(|resource| resource.id().key()).collect();
        for resource in new {
            let id = resource.id().key();
            if id.name.is_empty() || !known.contains(&id) {
                known.insert(id);
                resources.push(resource);
                continue;
            }
            let why =
                format!("there is a {} {} already: kustomize refuses two of one name", id.kind, id.name);
            self.note(entry.unwrap_or(&resource.value), &why);
        }
    }

    /// The values of the documents in the file `id`. What can't be read is told of where files are checked.
    pub(super) fn documents(&mut self, id: FileId) -> Vec<Value> {
        if let Some(known) = self.documents.get(&id) {
            return known.clone();
        }
        let Some(file) = self.files.get(id) else { return Vec::new() };
        let (source, ranges) = (Arc::clone(&file.source), file.documents.clone());
        let parsed = ranges.into_iter().map(|range| Document::parse(&source, range));
        let parsed: Vec<Result<Document, Problem>> = parsed.collect();
        if parsed.iter().all(Result::is_ok) {
            self.readable.insert(id);
        }
        let values: Vec<Value> =
            parsed.into_iter().flatten().filter_map(|document| self.value_of(&document)).collect();
        self.documents.insert(id, values.clone());
        values
    }

    /// The value of a document. A key that is written twice is refused.
    pub(super) fn value_of(&mut self, document: &Document) -> Option<Value> {
        let root = document.root();
        // A definition's schema is large, and nothing in it is ours to judge.
        let is_definition = root.get("kind").and_then(Node::as_str) == Some(DEFINITION);
        let read = if is_definition {
            Value::with_keys(root, &["apiVersion", "kind", "metadata"])
        } else {
            Value::of(root)
        };
        let refused = match read {
            Ok(value) => return Some(value),
            Err(place) => place,
        };
        self.partial = true;
        self.note_at(refused, "this key is written twice, which kustomize refuses");
        None
    }

    /// The file that the kustomization `from` names by the text of `path`.
    pub(super) fn file(&mut self, from: FileId, path: &Value) -> Option<FileId> {
        self.path(from, path.text()?, path)
    }

    /// The file `path`, which the kustomization `from` names at `place`.
    pub(super) fn path(&mut self, from: FileId, path: &str, place: &Value) -> Option<FileId> {
        let file = self.locate(from, path, place)?;
        self.uses(file);
        Some(file)
    }

    /// As [`path`](Self::path), whether or not the build becomes made of it.
    pub(super) fn locate(&mut self, from: FileId, path: &str, place: &Value) -> Option<FileId> {
        match self.files.file(from, path) {
            Ok(file) => Some(file),
            Err(refused) => {
                self.refuse(refused, place);
                None
            }
        }
    }

    pub(super) fn source(&self, id: FileId) -> Option<&Source> {
        self.files.source(id)
    }

    /// Notes that the build at work is made of `file` too.
    pub(super) fn uses(&mut self, file: FileId) {
        self.used.insert(file);
    }

    /// Notes that the documents of `file` are resources or parts of them.
    pub(super) fn is_manifest(&mut self, file: FileId) {
        self.manifests.insert(file);
    }

    /// Notes that a patch was applied, which may be in a `file` of its own.
    pub(super) fn uses_patch(&mut self, file: Option<FileId>, is_merged: bool) {
        let Some(file) = file else { return };
        self.uses(file);
        if is_merged {
            self.is_manifest(file);
        }
    }

    /// Notes a patch that is written in a kustomization.
    pub(super) fn has_inline(&mut self, patch: &MappedText) {
        if self.inline_places.insert(patch.whole()) {
            self.inline.push(patch.clone());
        }
    }

    /// Whether a kustomization that was built is made of `file`, or is it.
    pub(super) fn is_used(&self, file: FileId) -> bool {
        self.built.contains(&file)
    }

    /// Whether something that the kustomization at work names isn't known.
    pub(super) fn is_partial(&self) -> bool {
        self.partial
    }

    /// Counts work.
    pub(super) fn spend(&mut self, work: usize) -> Result<(), String> {
        self.work = self.work.saturating_add(work + 1);
        if self.work > MAX_WORK { Err("the kustomizations make too much work".to_owned()) } else { Ok(()) }
    }

    fn may_go_on(&mut self, entry: &Value, work: usize) -> bool {
        let was_within = self.work <= MAX_WORK;
        let result = self.spend(work);
        if let Err(why) = &result
            && was_within
        {
            self.error(entry, why);
        }
        result.is_ok()
    }

    fn refuse(&mut self, refused: Refused, entry: &Value) {
        self.partial |= !matches!(refused, Refused::NoText);
        match refused {
            Refused::NoText => {}
            Refused::Missing => {
                self.note(entry, "there is no such file or folder: what it would bring is not known");
            }
            Refused::Unreadable(why) => self.note(entry, &format!("this is not read: {why}")),
            Refused::Because(why) => self.error(entry, &format!("this is not read: {why}")),
        }
    }

    pub(super) fn note(&mut self, at: &Value, message: &str) {
        self.remark(at.span(), message, false);
    }

    fn error(&mut self, at: &Value, message: &str) {
        self.remark(at.span(), message, true);
    }

    pub(super) fn note_at(&mut self, span: Span, message: &str) {
        self.remark(span, message, false);
    }

    fn remark(&mut self, span: Span, message: &str, is_error: bool) {
        let remark = Remark { span, message: message.to_owned(), is_error };
        if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }
}

/// Adds an object, or the items of a List.
fn add_objects(value: Value, objects: &mut Vec<Resource>) {
    let is_list = value.get("kind").and_then(Value::text).is_some_and(|kind| kind.ends_with("List"));
    if let Some(items) = value.get("items").filter(|items| is_list && items.is_sequence()) {
        for item in items.items() {
            add_objects(item.clone(), objects);
        }
    } else if value.get("kind").is_some() {
        objects.push(Resource::new(value));
    }
}

fn items<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).map(Value::items).unwrap_or_default()
}

fn fields<'v>(value: &'v Value, key: &str) -> &'v [crate::yaml::Field] {
    value.get(key).map(Value::fields).unwrap_or_default()
}

pub(super) fn is_component(value: &Value) -> bool {
    value.get("kind").and_then(Value::text) == Some("Component")
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
