//! Where objects hold Pod templates.

use std::borrow::Cow;
use std::fmt::Write;

use super::by_name;
use super::field::push_key;
use super::object::Object;
use super::parameters;
use super::partial::{is_patch, is_ytt};
use super::workloads::{self, Form, PodTemplatePath, Workload};
use crate::yaml::{Entry, Kind, Node};

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
    /// Whether it was found by its shape alone: nothing says what its fields have to look like.
    pub by_shape: bool,
    /// Whether its init containers stand in a map, by their names: a chart makes the list, and adds what they mount.
    pub is_by_name: bool,
    /// The map that holds the template (a Deployment's `spec`), and its JSON pointer.
    pub(super) owner: Option<(Node<'d>, String)>,
    /// The maps around it that have volumes for all templates of a custom resource, the nearest first, each with its JSON
    /// pointer.
    pub(super) around: Vec<(Node<'d>, String)>,
    /// Whether it is a template of an Argo Workflow.
    is_workflow: bool,
}

/// How far a manifest says all of a Pod. Where it doesn't, what is missing proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Completeness {
    /// The Pod comes of this spec alone.
    Complete,
    /// An operator adds containers, volumes or defaults of its own, or may do so.
    Merged,
    /// A template puts more into the spec, or into its lists of containers.
    Open,
    /// A patch, as kustomize merges it into a whole elsewhere: it lacks what the API server requires.
    Patch,
    /// A template of ytt, whose values stand in comments.
    Ytt,
}

impl<'d> Template<'d> {
    /// The map that holds the template: a Deployment's `spec`.
    #[must_use]
    pub fn owner(&self) -> Option<Node<'d>> {
        self.owner.as_ref().map(|(node, _)| *node)
    }
}

impl<'d> Template<'d> {
    /// The `backoffLimit` of the Job around it, where that is 0: no second Pod is made (`pkg/controller/job`,
    /// `pastBackoffLimitOnFailure`).
    #[must_use]
    pub fn zero_backoff_limit(&self) -> Option<Node<'d>> {
        let limit = self.job_spec?.get("backoffLimit")?;
        let is_zero = match limit.kind() {
            Kind::String(_) => parameters::filled_in(limit) == Some("0"),
            kind => kind == Kind::Int(0),
        };
        is_zero.then_some(limit)
    }

    /// Whether nobody knows how often the Job around it tries again: whoever processes an `OpenShift` Template says so.
    #[must_use]
    pub fn leaves_backoff_limit(&self) -> bool {
        let limit = self.job_spec.and_then(|job| job.get("backoffLimit"));
        limit.is_some_and(|limit| parameters::filled_in(limit).is_none())
    }

    /// Whether it stands in a chart's values: which `securityContext` there is the Pod's, and which a container's, is the
    /// chart's to say.
    #[must_use]
    pub fn is_of_values(&self) -> bool {
        let is_in_values = self.object.is_of_chart() && !self.spec.is_of_template();
        self.by_shape && (is_in_values || self.object.kind == "HelmRelease")
    }

    /// The map around it whose `volumeClaimTemplates` are for it alone.
    pub(super) fn claims_owner(&self) -> Option<&(Node<'d>, String)> {
        self.owner.as_ref().filter(|_| !self.is_workflow)
    }

    /// Whether it is a template of an Argo Workflow, which has containers in fields of its own.
    #[must_use]
    pub fn is_workflow(&self) -> bool {
        self.is_workflow
    }

    /// Whether what makes its Pods gives them `restartPolicy: Never`, whatever the template says: Argo's controller
    /// (`createWorkflowPod`), Spark (`BasicDriverFeatureStep`, `BasicExecutorFeatureStep`), and Kubeflow's for the policies
    /// `Never` and `ExitCode` beside the template (`setRestartPolicy`).
    pub(super) fn is_given_never(&self) -> bool {
        let beside = || self.owner()?.get("restartPolicy")?.identity();
        match self.object.group() {
            "kubeflow.org" => matches!(beside(), Some("Never" | "ExitCode")),
            "sparkoperator.k8s.io" => true,
            _ => self.is_workflow(),
        }
    }
}

/// Every Pod template of `object`: at the places that are `declared` or else known for its kind, or for an unknown
/// custom resource wherever a map looks like a Pod spec.
#[must_use]
pub fn templates<'d>(object: &Object<'d>, declared: &[PodTemplatePath]) -> Vec<Template<'d>> {
    let mut walk = Walk { object, trail: Vec::new(), found: Vec::new() };
    let declared: Vec<_> = declared.iter().filter(|own| own.is_of(object.group(), object.kind)).collect();
    match workloads::embedding(object.group(), object.kind) {
        _ if !declared.is_empty() => {
            for template in declared {
                walk.follow_declared(template);
            }
        }
        Some(embedding) => {
            for path in embedding.paths {
                walk.follow(embedding.form, object.node, path);
            }
        }
        None if workloads::may_embed(object.group(), object.kind) => walk.by_shape(object.node),
        None => {}
    }
    walk.found
}

/// How many templates are found by shape in one object, how deep they may lie, and how long the keys above them may
/// be, in bytes. No real object comes near; it bounds the time and the room that a hostile one takes.
const MAX_FOUND: usize = 1000;
const MAX_DEPTH: usize = 32;
const MAX_KEY: usize = 128;

/// What lists volumes.
pub(super) const VOLUMES: [&str; 2] = ["volumes", CLAIM_TEMPLATES];
pub(super) const CLAIM_TEMPLATES: &str = "volumeClaimTemplates";

/// A step of a JSON pointer.
enum Step<'d> {
    Key(Cow<'d, str>),
    Index(usize),
}

/// A way through an object.
struct Walk<'a, 'd> {
    object: &'a Object<'d>,
    /// The maps and lists above the node, the nearest last, each with the step that leads on from it.
    trail: Vec<(Node<'d>, Step<'d>)>,
    found: Vec<Template<'d>>,
}

impl<'d> Walk<'_, 'd> {
    /// Follows the path to a template, or to the Pod spec in it: people name either.
    fn follow_declared(&mut self, template: &PodTemplatePath) {
        let form = if template.is_whole { Form::Whole } else { Form::Merged };
        let before = self.found.len();
        self.follow(form, self.object.node, &format!("{}/spec", template.path));
        if self.found.len() == before {
            self.follow(form, self.object.node, &template.path);
        }
    }

    /// Follows `path` from `node`; a `*` stands for every item or value.
    fn follow(&mut self, form: Form, node: Node<'d>, path: &str) {
        if path.is_empty() {
            if node.is_mapping() {
                self.found.push(self.template(Some(form), node));
            }
            return;
        }
        let (step, rest) = path.split_once('/').unwrap_or((path, ""));
        if step == "*" {
            children(node).for_each(|(step, child)| self.follow_through(form, node, step, child, rest));
        } else if let Some(Entry { key, value }) = node.entry(step) {
            self.follow_through(form, node, Step::Key(key.key_text()), value, rest);
        }
    }

    /// Follows `path` from `child`, to which `step` leads from `node`.
    fn follow_through(&mut self, form: Form, node: Node<'d>, step: Step<'d>, child: Node<'d>, path: &str) {
        self.trail.push((node, step));
        self.follow(form, child, path);
        self.trail.pop();
    }

    /// Finds Pod specs by shape.
    fn by_shape(&mut self, node: Node<'d>) {
        if self.found.len() >= MAX_FOUND || self.trail.len() > MAX_DEPTH {
            return;
        }
        if looks_like_pod_spec(node) {
            self.found.push(self.template(None, node));
        }
        for (step, child) in children(node).filter(|(_, child)| child.is_mapping() || child.is_sequence()) {
            // What stands inside containers is no template, whatever it looks like.
            let is_passed_over = match &step {
                Step::Key(name) => {
                    matches!(&**name, "initContainers" | "containers" | "ephemeralContainers" | "volumes")
                        || name.len() > MAX_KEY
                }
                Step::Index(_) => false,
            };
            if !is_passed_over {
                self.trail.push((node, step));
                self.by_shape(child);
                self.trail.pop();
            }
        }
    }

    /// The pointer of what the first `steps` of the trail lead to.
    fn pointer(&self, steps: usize) -> String {
        let mut pointer = self.object.pointer.clone();
        for (_, step) in self.trail.iter().take(steps) {
            match step {
                Step::Key(key) => push_key(&mut pointer, key),
                // Writing to a String never fails.
                Step::Index(index) => _ = write!(pointer, "/{index}"),
            }
        }
        pointer
    }

    fn template(&self, form: Option<Form>, spec: Node<'d>) -> Template<'d> {
        let depth = self.trail.len();
        let above = |levels: usize| depth.checked_sub(levels).and_then(|at| self.trail.get(at));
        let owner = above(2).map(|(node, _)| (*node, self.pointer(depth - 2)));
        let owner_node = owner.as_ref().map(|(node, _)| *node);
        let workload = Workload::of(self.object.group(), self.object.kind);
        let by_shape = form.is_none();
        let form = form.unwrap_or_else(|| self.form_by_shape());
        let is_by_name = by_shape && spec.get("initContainers").is_some_and(by_name::is_containers);
        let completeness = match form {
            _ if is_by_name => Completeness::Open,
            Form::Merged | Form::Fragment => Completeness::Merged,
            Form::Whole | Form::Job if is_ytt(self.object) => Completeness::Ytt,
            Form::Whole | Form::Job if is_open(spec) => Completeness::Open,
            // What a template lacks, another may bring; it is no patch.
            Form::Whole | Form::Job if !spec.is_of_template() && is_patch(self.object, workload, spec) => {
                Completeness::Patch
            }
            Form::Whole | Form::Job => Completeness::Complete,
        };
        let metadata = above(1).and_then(|(node, _)| node.get("metadata"));
        Template {
            object: self.object.clone(),
            pointer: self.pointer(depth),
            spec,
            by_shape,
            is_by_name,
            is_pod_spec: form != Form::Fragment,
            metadata: metadata.filter(|node| node.is_mapping()),
            workload,
            completeness,
            job_spec: owner_node.filter(|_| form == Form::Job || self.is_in_job()),
            replicas: owner_node.into_iter().chain([spec]).find_map(replicas),
            owner,
            around: if workload.is_custom() { self.around() } else { Vec::new() },
            is_workflow: self.is_workflow(),
        }
    }

    /// Whether it is that of a Job or a CronJob which another object carries: `…/spec/template/spec` of one.
    fn is_in_job(&self) -> bool {
        let is_of = |node: &Node<'_>, kind: &str| {
            let has = |key: &str, text: &str| node.get(key).and_then(Node::as_str) == Some(text);
            has("apiVersion", "batch/v1") && has("kind", kind)
        };
        let ends_in = |keys: &[&str]| {
            let mut steps = self.trail.iter().rev().map(|(_, step)| step);
            keys.iter().rev().all(|key| matches!(steps.next(), Some(Step::Key(step)) if step == key))
        };
        let above = |levels: usize| self.trail.len().checked_sub(levels).and_then(|at| self.trail.get(at));
        ends_in(&["spec", "template", "spec"]) && above(3).is_some_and(|(node, _)| is_of(node, "Job"))
            || ends_in(&["spec", "jobTemplate", "spec", "template", "spec"])
                && above(5).is_some_and(|(node, _)| is_of(node, "CronJob"))
    }

    /// The maps around a template that have volumes.
    fn around(&self) -> Vec<(Node<'d>, String)> {
        let above = self.trail.iter().enumerate().rev();
        let has_volumes =
            |node: Node<'d>| VOLUMES.iter().any(|key| node.get(key).is_some_and(Node::is_sequence));
        let with_volumes = above.filter(|(_, (node, _))| has_volumes(*node));
        with_volumes.map(|(depth, (node, _))| (*node, self.pointer(depth))).collect()
    }

    /// Whether a template is one of an Argo Workflow: of the object itself, or of one that a Sensor makes.
    fn is_workflow(&self) -> bool {
        let is_spec = |(_, step): &(Node<'d>, Step<'d>)| matches!(step, Step::Key(key) if matches!(&**key, "templates" | "templateDefaults"));
        let upto = self.trail.iter().position(is_spec).unwrap_or_default();
        self.trail.iter().take(upto).any(|(node, _)| workloads::is_workflow(*node))
    }

    /// An unknown kind's Pod spec is one in full where its key says so; the object's own `spec` never is.
    fn form_by_shape(&self) -> Form {
        let named = |(_, step): &(Node<'d>, Step<'d>)| {
            let Step::Key(key) = step else { return false };
            matches!(&**key, "spec" | "template") || key.ends_with("podSpec") || key.ends_with("PodSpec")
        };
        let named = self.trail.len() > 1 && self.trail.last().is_some_and(named);
        if named { Form::Merged } else { Form::Fragment }
    }
}

/// The items of a list or the values of a map, each with its step.
fn children(node: Node<'_>) -> impl Iterator<Item = (Step<'_>, Node<'_>)> {
    let items = node.items().enumerate().map(|(index, item)| (Step::Index(index), item));
    items.chain(node.entries().map(|entry| (Step::Key(entry.name()), entry.value)))
}

fn replicas(owner: Node<'_>) -> Option<(u64, Node<'_>)> {
    ["replicas", "parallelism"].into_iter().find_map(|key| {
        let node = owner.get(key)?;
        let Kind::Int(count) = node.kind() else { return None };
        Some((u64::try_from(count).ok()?, node))
    })
}

/// Whether a template puts more into `spec` or its lists of containers.
fn is_open(spec: Node<'_>) -> bool {
    let lists = ["initContainers", "containers"].into_iter().filter_map(|key| spec.get(key));
    spec.is_open() || lists.into_iter().any(Node::is_open)
}

/// Whether a map has a list `initContainers` with something named in it, be it a patch of a container that an operator
/// makes, or a map of them by name, or a list `containers` of nothing but containers. A schema has maps there, and other kinds' lists hold
/// other things.
fn looks_like_pod_spec(node: Node<'_>) -> bool {
    let has = |container: Node<'_>, key| container.get(key).and_then(Node::identity).is_some();
    let list = |key| node.get(key).filter(|list| list.is_sequence());
    list("initContainers").is_some_and(|list| list.items().any(|item| has(item, "name")))
        || node.get("initContainers").is_some_and(by_name::is_containers)
        || list("containers").is_some_and(|list| {
            let mut items = list.items().peekable();
            items.peek().is_some() && items.all(|item| has(item, "name") && has(item, "image"))
        })
}
