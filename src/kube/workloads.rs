//! The kinds that make Pods, and where they hold their templates.

use crate::yaml::Node;

/// The kind of workload that makes Pods of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Workload<'d> {
    /// A bare Pod.
    Pod,
    /// A `PodTemplate`, which makes none by itself.
    PodTemplate,
    /// A `ReplicationController`.
    ReplicationController,
    /// A `ReplicaSet`.
    ReplicaSet,
    /// A Deployment.
    Deployment,
    /// A `StatefulSet`.
    StatefulSet,
    /// A `DaemonSet`.
    DaemonSet,
    /// A Job.
    Job,
    /// A `CronJob`.
    CronJob,
    /// A custom resource of this kind.
    Custom(&'d str),
}

impl<'d> Workload<'d> {
    /// The workload that `kind` is in `group`. A built-in kind counts in any group that has had it.
    #[must_use]
    pub fn of(group: &str, kind: &'d str) -> Self {
        if !matches!(group, "" | "apps" | "batch" | "extensions") {
            return Self::Custom(kind);
        }
        match kind {
            "Pod" => Self::Pod,
            "PodTemplate" => Self::PodTemplate,
            "ReplicationController" => Self::ReplicationController,
            "ReplicaSet" => Self::ReplicaSet,
            "Deployment" => Self::Deployment,
            "StatefulSet" => Self::StatefulSet,
            "DaemonSet" => Self::DaemonSet,
            "Job" => Self::Job,
            "CronJob" => Self::CronJob,
            _ => Self::Custom(kind),
        }
    }

    /// The kind's name.
    #[must_use]
    pub fn kind(self) -> &'d str {
        match self {
            Self::Pod => "Pod",
            Self::PodTemplate => "PodTemplate",
            Self::ReplicationController => "ReplicationController",
            Self::ReplicaSet => "ReplicaSet",
            Self::Deployment => "Deployment",
            Self::StatefulSet => "StatefulSet",
            Self::DaemonSet => "DaemonSet",
            Self::Job => "Job",
            Self::CronJob => "CronJob",
            Self::Custom(kind) => kind,
        }
    }

    /// Whether it is a custom resource.
    #[must_use]
    pub fn is_custom(self) -> bool {
        matches!(self, Self::Custom(_))
    }

    /// Whether it is a Job or a `CronJob`.
    #[must_use]
    pub fn is_job(self) -> bool {
        matches!(self, Self::Job | Self::CronJob)
    }

    /// Whether the API server rejects it without `spec.selector` (`apps/v1`).
    pub(super) fn requires_selector(self) -> bool {
        matches!(self, Self::ReplicaSet | Self::Deployment | Self::StatefulSet | Self::DaemonSet)
    }
}

/// The `apiVersion` that objects of a built-in `kind` have today.
pub(super) fn usual_api_version(kind: &str) -> Option<&'static str> {
    match kind {
        "Pod" | "PodTemplate" | "ReplicationController" | "ConfigMap" | "Secret" => Some("v1"),
        "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" => Some("apps/v1"),
        "Job" | "CronJob" => Some("batch/v1"),
        _ => None,
    }
}

/// Where a custom resource holds a Pod template, as its users tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PodTemplatePath {
    /// The API group: `example.com` of `example.com/v1`; any where there is none.
    pub group: Option<String>,
    /// The kind.
    pub kind: String,
    /// The path from the object to the template or its Pod spec, with `/` between keys; `*` stands
    /// for every item or value.
    pub path: String,
    /// Whether the Pod comes of this template alone, with nothing that an operator adds.
    pub is_whole: bool,
}

impl PodTemplatePath {
    /// Whether it speaks of `kind` in `group`.
    pub(super) fn is_of(&self, group: &str, kind: &str) -> bool {
        self.kind == kind && self.group.as_deref().is_none_or(|own| own == group)
    }
}

/// Where a set of kinds holds Pod specs.
pub(super) struct Embedding {
    pub(super) form: Form,
    /// API groups; one that starts with a dot stands for all that end so.
    groups: &'static [&'static str],
    kinds: &'static [&'static str],
    /// Paths from the object to the Pod spec; `*` stands for every item or value.
    pub(super) paths: &'static [&'static str],
}

/// What stands at an embedding's path.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A Pod spec that says all.
    Whole,
    /// A Pod spec that says all, in a Job's template.
    Job,
    /// A Pod spec that an operator adds to.
    Merged,
    /// A map with some of a Pod spec's fields, of which an operator makes a Pod.
    Fragment,
}

const BUILT_IN: &[&str] = &["", "apps", "batch", "extensions"];
const TEMPLATE: &[&str] = &["spec/template/spec"];

const WORKFLOWS: &[&str] = &["Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate"];
const CRON_WORKFLOW: &str = "CronWorkflow";

type Strings = &'static [&'static str];

const fn whole(groups: Strings, kinds: Strings, paths: Strings) -> Embedding {
    Embedding { form: Form::Whole, groups, kinds, paths }
}

const fn job(groups: Strings, kinds: Strings, paths: Strings) -> Embedding {
    Embedding { form: Form::Job, groups, kinds, paths }
}

const fn merged(groups: Strings, kinds: Strings, paths: Strings) -> Embedding {
    Embedding { form: Form::Merged, groups, kinds, paths }
}

const fn fragment(groups: Strings, kinds: Strings, paths: Strings) -> Embedding {
    Embedding { form: Form::Fragment, groups, kinds, paths }
}

/// The table. Custom resources' paths are those of their CRDs.
static EMBEDDINGS: &[Embedding] = &[
    whole(BUILT_IN, &["Pod"], &["spec"]),
    whole(BUILT_IN, &["PodTemplate"], &["template/spec"]),
    whole(
        BUILT_IN,
        &["ReplicationController", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"],
        TEMPLATE,
    ),
    job(BUILT_IN, &["Job"], TEMPLATE),
    job(BUILT_IN, &["CronJob"], &["spec/jobTemplate/spec/template/spec"]),
    whole(&["argoproj.io"], &["Rollout"], TEMPLATE),
    whole(&["apps.openshift.io", ""], &["DeploymentConfig"], TEMPLATE),
    // Containers without a name get one (Knative, `RevisionSpec.SetDefaults`).
    merged(&["serving.knative.dev"], &["Service", "Configuration"], TEMPLATE),
    merged(&["serving.knative.dev"], &["Revision"], &["spec"]),
    whole(&["kubeflow.org"], &["Notebook"], TEMPLATE),
    merged(&["postgresql.cnpg.io"], &["Pooler"], TEMPLATE),
    whole(&["apps.kruise.io"], &["CloneSet", "StatefulSet", "DaemonSet"], TEMPLATE),
    fragment(&["apps.kruise.io"], &["SidecarSet"], &["spec"]),
    fragment(
        &["monitoring.coreos.com"],
        &["Prometheus", "PrometheusAgent", "Alertmanager", "ThanosRuler"],
        &["spec"],
    ),
    fragment(&["argoproj.io"], WORKFLOWS, &["spec/templates/*", "spec/templateDefaults"]),
    fragment(
        &["argoproj.io"],
        &[CRON_WORKFLOW],
        &["spec/workflowSpec/templates/*", "spec/workflowSpec/templateDefaults"],
    ),
    job(
        &["argoproj.io"],
        &["AnalysisTemplate", "ClusterAnalysisTemplate"],
        &["spec/metrics/*/provider/job/spec/template/spec"],
    ),
    whole(&["kubeflow.org"], &["TFJob"], &["spec/tfReplicaSpecs/*/template/spec"]),
    whole(&["kubeflow.org"], &["PyTorchJob"], &["spec/pytorchReplicaSpecs/*/template/spec"]),
    merged(&["kubeflow.org"], &["MPIJob"], &["spec/mpiReplicaSpecs/*/template/spec"]),
    whole(&["kubeflow.org"], &["XGBoostJob"], &["spec/xgbReplicaSpecs/*/template/spec"]),
    whole(&["kubeflow.org"], &["PaddleJob"], &["spec/paddleReplicaSpecs/*/template/spec"]),
    whole(&["kubeflow.org"], &["JAXJob"], &["spec/jaxReplicaSpecs/*/template/spec"]),
    merged(
        &["ray.io"],
        &["RayCluster"],
        &["spec/headGroupSpec/template/spec", "spec/workerGroupSpecs/*/template/spec"],
    ),
    merged(
        &["ray.io"],
        &["RayJob"],
        &[
            "spec/rayClusterSpec/headGroupSpec/template/spec",
            "spec/rayClusterSpec/workerGroupSpecs/*/template/spec",
            "spec/submitterPodTemplate/spec",
        ],
    ),
    merged(
        &["ray.io"],
        &["RayService"],
        &[
            "spec/rayClusterConfig/headGroupSpec/template/spec",
            "spec/rayClusterConfig/workerGroupSpecs/*/template/spec",
        ],
    ),
    job(&["jobset.x-k8s.io"], &["JobSet"], &["spec/replicatedJobs/*/template/spec/template/spec"]),
    whole(
        &["leaderworkerset.x-k8s.io"],
        &["LeaderWorkerSet"],
        &["spec/leaderWorkerTemplate/leaderTemplate/spec", "spec/leaderWorkerTemplate/workerTemplate/spec"],
    ),
    whole(&["agones.dev"], &["GameServer"], TEMPLATE),
    whole(&["agones.dev"], &["Fleet", "GameServerSet"], &["spec/template/spec/template/spec"]),
    merged(&[".k8s.elastic.co"], &["Elasticsearch"], &["spec/nodeSets/*/podTemplate/spec"]),
    merged(
        &[".k8s.elastic.co"],
        &["Beat", "Agent"],
        &[
            "spec/daemonSet/podTemplate/spec",
            "spec/deployment/podTemplate/spec",
            "spec/statefulSet/podTemplate/spec",
        ],
    ),
    merged(
        &[".k8s.elastic.co"],
        &["Kibana", "ApmServer", "EnterpriseSearch", "ElasticMapsServer", "Logstash"],
        &["spec/podTemplate/spec"],
    ),
    whole(&["batch.volcano.sh"], &["Job"], &["spec/tasks/*/template/spec"]),
    fragment(&["sparkoperator.k8s.io"], &["SparkApplication"], &["spec/driver", "spec/executor"]),
    fragment(
        &["sparkoperator.k8s.io"],
        &["ScheduledSparkApplication"],
        &["spec/template/driver", "spec/template/executor"],
    ),
    merged(
        &["flink.apache.org"],
        &["FlinkDeployment"],
        &["spec/podTemplate/spec", "spec/jobManager/podTemplate/spec", "spec/taskManager/podTemplate/spec"],
    ),
    job(&["keda.sh"], &["ScaledJob"], &["spec/jobTargetRef/template/spec"]),
    merged(
        &["actions.github.com"],
        &["AutoscalingRunnerSet", "EphemeralRunnerSet", "EphemeralRunner"],
        &["spec/template/spec", "spec/listenerTemplate/spec"],
    ),
    merged(&["actions.summerwind.dev"], &["RunnerSet", "RunnerDeployment"], TEMPLATE),
];

/// Where `kind` of `group` holds Pod specs, where that is known.
pub(super) fn embedding(group: &str, kind: &str) -> Option<&'static Embedding> {
    let of_group =
        |pattern: &&str| *pattern == group || pattern.starts_with('.') && group.ends_with(*pattern);
    let mut of_kind = EMBEDDINGS.iter().filter(|embedding| embedding.kinds.contains(&kind));
    of_kind.find(|embedding| embedding.groups.iter().any(of_group))
}

/// Whether `node` is an Argo Workflow, or what such are made of.
pub(super) fn is_workflow(node: Node<'_>) -> bool {
    let text = |key| node.get(key).and_then(Node::identity).unwrap_or_default();
    let kind = text("kind");
    text("apiVersion").starts_with("argoproj.io/") && (kind == CRON_WORKFLOW || WORKFLOWS.contains(&kind))
}

/// Whether an object of an unknown kind may hold Pod templates: built-in kinds that aren't in the table hold none,
/// and a policy holds patterns that only look like them.
pub(super) fn may_embed(group: &str, kind: &str) -> bool {
    let built_in = group.is_empty()
        || matches!(group, "apps" | "batch" | "extensions" | "policy" | "autoscaling")
        || group.ends_with(".k8s.io");
    !built_in && !is_policy(group) && kind != "CustomResourceDefinition"
}

/// Whether objects of this API group are policies of an admission controller, or tests of them: their patterns only look
/// like Pod specs.
#[must_use]
pub fn is_policy(group: &str) -> bool {
    // GKE's allow-lists are patterns of workloads.
    group == "kyverno.io"
        || group.ends_with(".kyverno.io")
        || group.ends_with("gatekeeper.sh")
        || group == "auto.gke.io"
}
