//! Where objects hold Pod templates.

use super::object::Object;
use super::shape::push_key;
use super::workloads::{self, Form, PodTemplatePath, Workload};
use crate::yaml::{Kind, Node};

/// A Pod spec inside an object, and what stands around it.
#[derive(Debug, Clone)]
pub struct Template<'d> {
    /// The object that holds it.
    pub object: Object<'d>,
    /// The JSON pointer of the Pod spec in the document.
    pub pointer: String,
    /// The Pod spec, or the map that stands for one.
    pub spec: Node<'d>,
    /// Whether `spec` is a Pod spec in full. A custom resource may have some of its fields in a map of another kind,
    /// where `activeDeadlineSeconds`, `resources` and the like mean something else.
    pub is_pod_spec: bool,
    /// `metadata` beside the spec: the template's, or a bare Pod's own.
    pub metadata: Option<Node<'d>>,
    /// The kind of workload that makes Pods of it.
    pub workload: Workload<'d>,
    /// How far the manifest says all of the Pod.
    pub completeness: Completeness,
    /// The spec of the Job that runs it, where it is one (`activeDeadlineSeconds`, `backoffLimit`).
    pub job_spec: Option<Node<'d>>,
    /// How many Pods there are of it, where that is literal: `replicas`, or a Job's `parallelism`.
    pub replicas: Option<(u64, Node<'d>)>,
    /// The map that holds the template (a Deployment's `spec`), and its JSON pointer.
    pub(super) owner: Option<(Node<'d>, String)>,
}

/// How far a manifest says all of a Pod. Where it doesn't, what is missing proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Completeness {
    /// The Pod comes of this spec alone.
    Complete,
    /// An operator adds containers, volumes or defaults of its own, or may do so.
    Merged,
    /// A patch, as kustomize merges it into a whole elsewhere: it lacks what the API server requires.
    Patch,
}

impl Template<'_> {
    /// Whether it is a template of an Argo Workflow, which has containers in fields of its own.
    #[must_use]
    pub fn is_workflow(&self) -> bool {
        matches!(
            self.workload,
            Workload::Custom("Workflow" | "WorkflowTemplate" | "ClusterWorkflowTemplate" | "CronWorkflow")
        ) && self.object.group() == "argoproj.io"
    }
}

/// Every Pod template of `object`: at the places that `declared` and the table know for its kind, or for an unknown
/// custom resource wherever a map looks like a Pod spec.
#[must_use]
pub fn templates<'d>(object: &Object<'d>, declared: &[PodTemplatePath]) -> Vec<Template<'d>> {
    let mut found = Vec::new();
    let mut follow = |path: &str, form: Form| {
        let from = found.len();
        let mut walk = Walk { object, form, found: &mut found };
        walk.follow(&mut Trail::default(), object.node, object.pointer.clone(), path);
        found.len() > from
    };
    let own: Vec<_> = declared.iter().filter(|own| own.is_of(object.group(), object.kind)).collect();
    for PodTemplatePath { path, is_whole, .. } in &own {
        let form = if *is_whole { Form::Whole } else { Form::Merged };
        // People name the template or the Pod spec in it.
        let _ = follow(&format!("{path}/spec"), form) || follow(path, form);
    }
    let known = if own.is_empty() { workloads::embeddings(object.group(), object.kind) } else { &[] };
    for embedding in known {
        for path in embedding.paths {
            follow(path, embedding.form);
        }
    }
    if own.is_empty() && known.is_empty() && workloads::may_embed(object.group(), object.kind) {
        by_shape(object, &mut Trail::default(), object.node, &object.pointer, &mut found);
    }
    found
}

/// The maps above a node, the nearest last, with their pointers.
#[derive(Default)]
struct Trail<'d>(Vec<(Node<'d>, String)>);

struct Walk<'a, 'd> {
    object: &'a Object<'d>,
    form: Form,
    found: &'a mut Vec<Template<'d>>,
}

impl<'d> Walk<'_, 'd> {
    /// Follows `path` from `node`; a `*` stands for every item or value.
    fn follow(&mut self, trail: &mut Trail<'d>, node: Node<'d>, pointer: String, path: &str) {
        if path.is_empty() {
            if node.is_mapping() {
                self.found.push(make(self.object, Some(self.form), trail, node, pointer));
            }
            return;
        }
        let (step, rest) = path.split_once('/').unwrap_or((path, ""));
        trail.0.push((node, pointer.clone()));
        if step == "*" {
            for (name, child) in children(node) {
                let mut pointer = pointer.clone();
                push_key(&mut pointer, &name);
                self.follow(trail, child, pointer, rest);
            }
        } else if let Some(child) = node.get(step) {
            let mut pointer = pointer;
            push_key(&mut pointer, step);
            self.follow(trail, child, pointer, rest);
        }
        trail.0.pop();
    }
}

/// The items of a list or the values of a map, each with its step of a JSON pointer.
fn children(node: Node<'_>) -> Vec<(String, Node<'_>)> {
    if node.is_sequence() {
        node.items().enumerate().map(|(index, item)| (index.to_string(), item)).collect()
    } else {
        node.entries().map(|entry| (entry.name().into_owned(), entry.value)).collect()
    }
}

fn make<'d>(
    object: &Object<'d>,
    form: Option<Form>,
    trail: &Trail<'d>,
    spec: Node<'d>,
    pointer: String,
) -> Template<'d> {
    let mut above = trail.0.iter().rev();
    let template = above.next().map(|(node, _)| *node);
    let owner = above.next().cloned();
    let owner_node = owner.as_ref().map(|(node, _)| *node);
    let workload = Workload::of(object.group(), object.kind);
    let form = form.unwrap_or_else(|| form_by_shape(trail, &pointer));
    let completeness = match form {
        Form::Merged | Form::Fragment => Completeness::Merged,
        Form::Whole | Form::Job if is_patch(object, workload, spec) => Completeness::Patch,
        Form::Whole | Form::Job => Completeness::Complete,
    };
    Template {
        object: object.clone(),
        is_pod_spec: form != Form::Fragment,
        pointer,
        spec,
        metadata: template.and_then(|node| node.get("metadata")).filter(|node| node.is_mapping()),
        workload,
        completeness,
        job_spec: owner_node.filter(|_| form == Form::Job),
        replicas: owner_node.into_iter().chain([spec]).find_map(replicas),
        owner,
    }
}

/// An unknown kind's Pod spec is one in full where its key says so; the object's own `spec` never is.
fn form_by_shape(trail: &Trail<'_>, pointer: &str) -> Form {
    let named = ["/spec", "/podSpec", "PodSpec"].into_iter().any(|end| pointer.ends_with(end));
    if named && trail.0.len() > 1 { Form::Merged } else { Form::Fragment }
}

fn replicas(owner: Node<'_>) -> Option<(u64, Node<'_>)> {
    ["replicas", "parallelism"].into_iter().find_map(|key| {
        let node = owner.get(key)?;
        let Kind::Int(count) = node.kind() else { return None };
        Some((u64::try_from(count).ok()?, node))
    })
}

/// Whether the object can't stand by itself: it lacks the selector that its kind requires, no container has an
/// image, or it holds a directive of a strategic merge patch.
fn is_patch<'d>(object: &Object<'d>, workload: Workload<'d>, spec: Node<'d>) -> bool {
    let lacks_selector =
        workload.requires_selector() && object.node.at("/spec/selector").is_none_or(Node::is_null);
    let lists = || ["initContainers", "containers"].into_iter().filter_map(|key| spec.get(key));
    let containers = || lists().flat_map(Node::items);
    let has_image = containers().any(|container| container.get("image").is_some());
    let is_directive = |node: Node<'d>| {
        node.written_entries().any(|entry| {
            let name = entry.name();
            name == "$patch" || name == "$retainKeys" || name.starts_with("$setElementOrder/")
        })
    };
    lacks_selector || !has_image || is_directive(spec) || containers().any(is_directive)
}

/// Finds Pod specs by shape. The depth of recursion is the document's, which the parser bounds.
fn by_shape<'d>(
    object: &Object<'d>,
    trail: &mut Trail<'d>,
    node: Node<'d>,
    pointer: &str,
    found: &mut Vec<Template<'d>>,
) {
    if looks_like_pod_spec(node) {
        found.push(make(object, None, trail, node, pointer.to_owned()));
    }
    trail.0.push((node, pointer.to_owned()));
    for (name, child) in children(node) {
        // What stands inside containers is no template, whatever it looks like.
        let inside = matches!(&*name, "initContainers" | "containers" | "ephemeralContainers" | "volumes");
        if !inside && (child.is_mapping() || child.is_sequence()) {
            let mut pointer = pointer.to_owned();
            push_key(&mut pointer, &name);
            by_shape(object, trail, child, &pointer, found);
        }
    }
    trail.0.pop();
}

/// Whether a map has a list `initContainers` with something like a container in it, or a list `containers` of
/// nothing but containers. A schema has maps there, and other kinds' lists hold other things.
fn looks_like_pod_spec(node: Node<'_>) -> bool {
    let has = |container: Node<'_>, key| container.get(key).and_then(Node::as_str).is_some();
    let is_container = |container: Node<'_>| {
        has(container, "name") && (has(container, "image") || container.get("command").is_some())
    };
    let list = |key| node.get(key).filter(|list| list.is_sequence());
    list("initContainers").is_some_and(|list| list.items().any(is_container))
        || list("containers").is_some_and(|list| {
            let mut items = list.items().peekable();
            items.peek().is_some() && items.all(|item| has(item, "name") && has(item, "image"))
        })
}
