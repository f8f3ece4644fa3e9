//! What the kinds make of `activeDeadlineSeconds` in the Pod specs that they hold.

use super::field::is_placeholder;
use super::pod::Pod;
use super::template::Template;
use super::workloads::Workload;
use crate::yaml::{Entry, Kind, Node};

/// The field.
pub const KEY: &str = "activeDeadlineSeconds";

/// The values that the API server takes for a Pod (`ValidatePodSpec`).
pub const BOUNDS: std::ops::RangeInclusive<i64> = 1..=2_147_483_647;

/// What a kind makes of the field in a Pod spec.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActiveDeadline {
    /// The API server, or the validation of the kind's own controller, refuses the object.
    Rejected,
    /// The Pods run to completion, and it bounds each of them.
    PerTry,
    /// Accepted, and it kills a Pod that is meant to go on running.
    KillsPod,
}

/// Kinds whose own validation refuses the field, by API group. Kruise copies that of a `StatefulSet`
/// (`pkg/webhook/statefulset/validating`), and has none for its `DaemonSet`.
const REJECTED: &[(&str, &[&str])] = &[
    ("argoproj.io", &["Rollout"]),
    ("apps.kruise.io", &["CloneSet", "StatefulSet"]),
    ("serving.knative.dev", &["Service", "Configuration", "Revision"]),
    ("apps.openshift.io", &["DeploymentConfig"]),
    ("", &["DeploymentConfig"]),
];

/// Where kinds that run to completion have a deadline of their own, which bounds all tries together.
const TOTALS: &[(&str, &[&str], &str)] = &[
    (
        "kubeflow.org",
        &["TFJob", "PyTorchJob", "MPIJob", "XGBoostJob", "PaddleJob", "JAXJob"],
        "/spec/runPolicy",
    ),
    ("apps.kruise.io", &["BroadcastJob"], "/spec/completionPolicy"),
    ("ray.io", &["RayJob"], "/spec"),
];

/// How the names of kinds end whose Pods run to completion.
const RUNS: &[&str] =
    &["Job", "JobSet", "JobTemplate", "Run", "Task", "Workflow", "TrainingRuntime", "Backup", "Restore"];

/// How the keys above a Job's template end, in lower case: `jobTemplate`, `migrationJob`, `replicatedJobs`.
const JOB_KEYS: &[&str] = &["job", "jobs", "jobtemplate", "jobspec"];

impl ActiveDeadline {
    /// What the kind that `template` belongs to makes of it.
    #[must_use]
    pub fn of(template: &Template<'_>) -> Self {
        let (group, kind) = holder(template);
        match Workload::of(group, kind) {
            Workload::Deployment
            | Workload::ReplicaSet
            | Workload::ReplicationController
            | Workload::StatefulSet
            | Workload::DaemonSet => Self::Rejected,
            Workload::Job | Workload::CronJob => Self::PerTry,
            Workload::Custom(_) if is_one_of(REJECTED, group, kind) => Self::Rejected,
            Workload::Custom(_) if template.job_spec.is_some() || runs_to_completion(template, kind) => {
                Self::PerTry
            }
            Workload::Pod | Workload::PodTemplate | Workload::Custom(_) => Self::KillsPod,
        }
    }
}

fn is_one_of(kinds: &[(&str, &[&str])], group: &str, kind: &str) -> bool {
    kinds.iter().any(|(of, kinds)| *of == group && kinds.contains(&kind))
}

/// By the names of the kind and of the keys above the template: what other kinds do is not known.
fn runs_to_completion(template: &Template<'_>, kind: &str) -> bool {
    let is_job_key = |key: &str| {
        let key = key.to_ascii_lowercase();
        JOB_KEYS.iter().any(|end| key.ends_with(end))
    };
    RUNS.iter().any(|end| kind.ends_with(end)) || template.pointer.split('/').any(is_job_key)
}

/// The group and the kind of the object that holds the template: the nearest that another one carries, as a
/// `ManifestWork` does, else the document's own.
#[must_use]
pub fn holder<'d>(template: &Template<'d>) -> (&'d str, &'d str) {
    let carried = above(template).filter_map(|(_, node)| {
        let api_version = node.get("apiVersion")?.as_str()?;
        let kind = node.get("kind")?.as_str()?;
        Some((api_version.split_once('/').map_or("", |(group, _)| group), kind))
    });
    carried.last().unwrap_or((template.object.group(), template.object.kind))
}

/// The deadline that bounds all tries of a kind that runs to completion.
#[derive(Debug, Clone)]
pub struct TotalDeadline<'d> {
    /// The map that it belongs into, for a message.
    pub place: String,
    /// The field, where it is set.
    pub entry: Option<Entry<'d>>,
}

/// The deadline for all tries together of the Pods that come of `template`, where its kind is known to have one.
#[must_use]
pub fn total<'d>(template: &Template<'d>) -> Option<TotalDeadline<'d>> {
    let set = |owner: Option<Node<'d>>| owner?.entry(KEY).filter(|entry| !entry.value.is_null());
    if let Some(spec) = template.job_spec {
        return Some(TotalDeadline { place: "the Job's own `spec`".to_owned(), entry: set(Some(spec)) });
    }
    let object = &template.object;
    let mut of_kind = TOTALS.iter().filter(|(_, kinds, _)| kinds.contains(&object.kind));
    let (_, _, pointer) = of_kind.find(|(group, ..)| *group == object.group())?;
    let place = format!("`{}`", pointer.trim_start_matches('/').replace('/', "."));
    Some(TotalDeadline { place, entry: set(object.node.at(pointer)) })
}

/// Whether the Pod's own value is one that a rule may speak of: in bounds, or filled in later.
#[must_use]
pub fn is_valid(entry: &Entry<'_>) -> bool {
    match entry.value.kind() {
        Kind::Int(seconds) => BOUNDS.contains(&seconds),
        _ => entry.value.text().is_some_and(is_placeholder),
    }
}

/// The field where nothing reads it: on the way down to the Pod spec (beside `template`, in `CronJob.spec`), or in a
/// container; each with the path of the map that it stands in. Only of kinds that are known to have no field of that
/// name there.
#[must_use]
pub fn misplaced<'d>(pod: &Pod<'d>) -> Vec<(String, Entry<'d>)> {
    let template = &pod.template;
    if matches!(template.workload, Workload::Custom(_))
        && ActiveDeadline::of(template) != ActiveDeadline::Rejected
    {
        return Vec::new();
    }
    let job = template.job_spec.map(Node::span);
    let outside = above(template).filter(|(_, node)| Some(node.span()) != job);
    let spec = relative(template);
    let lists = ["initContainers", "containers"].into_iter();
    let inside = lists.flat_map(|key| {
        let items = pod.spec().get(key).into_iter().flat_map(Node::items).enumerate();
        items.map(move |(index, node)| (format!("{spec}/{key}/{index}"), node))
    });
    let written = outside.chain(inside).filter_map(|(pointer, node)| Some((pointer, node.entry(KEY)?)));
    written.filter(|(_, entry)| !entry.value.is_null()).collect()
}

/// The maps above a Pod spec, the object's own first, each with its pointer from the object on.
fn above<'t, 'd>(template: &'t Template<'d>) -> impl Iterator<Item = (String, Node<'d>)> + 't {
    let inner = relative(template);
    let ends = inner.match_indices('/').map(|(end, _)| end);
    ends.filter_map(move |end| {
        let pointer = inner.get(..end)?;
        Some((pointer.to_owned(), template.object.node.at(pointer)?))
    })
}

/// The pointer of the Pod spec from its object on.
fn relative<'t>(template: &'t Template<'_>) -> &'t str {
    template.pointer.strip_prefix(&*template.object.pointer).unwrap_or_default()
}
