//! Kustomizations put together (kustomize, `target.KustTarget`).

use std::collections::BTreeSet;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use super::files::Files;
use super::generate::{self, generate};
use super::parsed::{self, Parsed};
use super::remarks::Remarks;
use super::resource::{Gathered, Resource};
use super::transform::{self, Reach};
use super::{image_tags, patches, replacements};
use crate::read::InputFile;
use crate::source::{FileId, MappedText, Span};
use crate::yaml::{Field, Value};

/// How many resources may be looked at for patches and the like. Real inputs of thousands of kustomizations take a tenth
/// of it.
const MAX_WORK: usize = 3_000_000;

/// How many keys may be held against each other for the work of one resource.
const PAIRS: usize = 256;

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
    pub(super) done: HashMap<FileId, Arc<Accumulated>>,
    /// The files that those are made of.
    built: HashSet<FileId>,
    /// The kustomizations that are being built, the outermost first.
    pub(super) open: Vec<FileId>,
    pub(super) parsed: HashMap<FileId, Parsed>,
    /// The files of which every document is YAML.
    pub(super) readable: HashSet<FileId>,
    /// Kustomizations that others include.
    pub(super) included: HashSet<FileId>,
    pub(super) remarks: Remarks,
    work: usize,
    pub(super) nodes_left: usize,
    pub(super) manifests: BTreeSet<FileId>,
    pub(super) inline: Vec<MappedText>,
    inline_places: HashSet<Span>,
    /// The files of the kustomization at work, and whether it is partial.
    pub(super) used: BTreeSet<FileId>,
    pub(super) partial: bool,
}

impl Builder {
    pub(super) fn new(
        files: Vec<InputFile>,
        max_nodes: usize,
        is_named: &(dyn Fn(FileId) -> bool + Sync),
    ) -> Self {
        let files = Files::new(files);
        Self {
            parsed: parsed::kustomizations(&files, is_named),
            files,
            done: HashMap::new(),
            built: HashSet::new(),
            open: Vec::new(),
            readable: HashSet::new(),
            included: HashSet::new(),
            manifests: BTreeSet::new(),
            inline: Vec::new(),
            inline_places: HashSet::new(),
            remarks: Remarks::default(),
            work: 0,
            nodes_left: max_nodes,
            used: BTreeSet::new(),
            partial: false,
        }
    }

    /// What the kustomization `value` in the file `id` makes.
    pub(super) fn whole(&mut self, id: FileId, value: &Value) -> Arc<Accumulated> {
        if let Some(done) = self.done.get(&id) {
            return Arc::clone(done);
        }
        let made = Arc::new(self.accumulate(id, value, Accumulated::default()));
        self.built.extend(&made.files);
        self.done.insert(id, Arc::clone(&made));
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
    pub(super) fn accumulate(&mut self, id: FileId, value: &Value, into: Accumulated) -> Accumulated {
        self.open.push(id);
        let Accumulated { resources, files, is_partial } = into;
        let outer =
            (std::mem::replace(&mut self.used, files), std::mem::replace(&mut self.partial, is_partial));
        self.used.insert(id);
        self.name_what_is_not_followed(value);
        let mut gathered = Gathered::of(resources);
        for key in ["resources", "bases"] {
            for entry in items(value, key) {
                self.add_resource(id, entry, &mut gathered);
            }
        }
        let Gathered { mut resources, .. } = gathered;
        for (key, kind) in
            [("configMapGenerator", generate::Kind::ConfigMap), ("secretGenerator", generate::Kind::Secret)]
        {
            for entry in items(value, key) {
                generate(self, id, kind, [entry, value], &mut resources);
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
        let work = set_work(value).saturating_mul(resources.len());
        if work == 0 || self.may_go_on(value, work) {
            set_in_all(value, resources);
        }
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
        if let entries @ [_, ..] = items(value, "images") {
            let count = resources.len();
            let mut resources = image_tags::with_containers(resources);
            for entry in entries {
                if self.may_go_on(entry, count) {
                    image_tags::apply(entry, &mut resources);
                }
            }
        }
        for entry in items(value, "replacements") {
            replacements::apply(self, id, entry, resources);
        }
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

    /// Counts the work of holding `one` number of keys against `other`; tells whether it may be done.
    pub(super) fn may_compare(&mut self, entry: &Value, one: usize, other: usize) -> bool {
        let may = self.may_go_on(entry, one.saturating_mul(other) / PAIRS);
        self.partial |= !may;
        may
    }

    /// Counts work; tells whether it may be done.
    pub(super) fn may_go_on(&mut self, entry: &Value, work: usize) -> bool {
        let was_within = self.work <= MAX_WORK;
        let result = self.spend(work);
        if let Err(why) = &result
            && was_within
        {
            self.error(entry, why);
        }
        result.is_ok()
    }
}

/// The work of setting in one resource what the kustomization `value` sets in all: each label is looked for among all.
fn set_work(value: &Value) -> usize {
    let labels = items(value, "labels").iter().map(|entry| fields(entry, "pairs"));
    let common = ["commonLabels", "commonAnnotations"].map(|key| fields(value, key));
    labels.chain(common).map(|pairs| pairs.len().saturating_mul(pairs.len()) / PAIRS).sum()
}

/// What the kustomization `value` sets in all resources.
fn set_in_all(value: &Value, resources: &mut [Resource]) {
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
    let everywhere = Reach { selectors: true, templates: true };
    transform::labels(fields(value, "commonLabels"), everywhere, resources);
    transform::annotations(fields(value, "commonAnnotations"), resources);
}

pub(super) fn items<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).map(Value::items).unwrap_or_default()
}

fn fields<'v>(value: &'v Value, key: &str) -> &'v [Field] {
    value.get(key).map(Value::fields).unwrap_or_default()
}
