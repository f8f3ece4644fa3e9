//! Where Pod templates are found, and what is known of what stands around them.

use initlint::kube::{Completeness, VolumeSource, Workload};

use super::Manifest;

const SPEC: &str = "{initContainers: [{name: i, image: i}], containers: [{name: a, image: a}]}";

#[test]
fn templates_stand_where_each_kind_has_them() {
    let nested = |path: &str, value: &str| {
        let (mut text, mut close) = (String::new(), String::new());
        for step in path.split('/') {
            let (open, end) = if step == "*" { ("[".to_owned(), ']') } else { (format!("{{{step}: "), '}') };
            text += &open;
            close.insert(0, end);
        }
        text + value + &close
    };
    for (api_version, kind, path) in [
        ("v1", "Pod", "spec"),
        ("v1", "PodTemplate", "template/spec"),
        ("v1", "ReplicationController", "spec/template/spec"),
        ("apps/v1", "Deployment", "spec/template/spec"),
        ("extensions/v1beta1", "Deployment", "spec/template/spec"),
        ("apps/v1", "ReplicaSet", "spec/template/spec"),
        ("apps/v1", "StatefulSet", "spec/template/spec"),
        ("apps/v1", "DaemonSet", "spec/template/spec"),
        ("batch/v1", "Job", "spec/template/spec"),
        ("batch/v1", "CronJob", "spec/jobTemplate/spec/template/spec"),
        ("argoproj.io/v1alpha1", "Rollout", "spec/template/spec"),
        ("apps.openshift.io/v1", "DeploymentConfig", "spec/template/spec"),
        ("serving.knative.dev/v1", "Service", "spec/template/spec"),
        ("serving.knative.dev/v1", "Revision", "spec"),
        ("kubeflow.org/v1", "Notebook", "spec/template/spec"),
        ("postgresql.cnpg.io/v1", "Pooler", "spec/template/spec"),
        ("apps.kruise.io/v1beta1", "StatefulSet", "spec/template/spec"),
        ("apps.kruise.io/v1alpha1", "SidecarSet", "spec"),
        ("monitoring.coreos.com/v1", "Prometheus", "spec"),
        ("argoproj.io/v1alpha1", "Workflow", "spec/templates/*"),
        ("argoproj.io/v1alpha1", "CronWorkflow", "spec/workflowSpec/templateDefaults"),
        ("argoproj.io/v1alpha1", "AnalysisTemplate", "spec/metrics/*/provider/job/spec/template/spec"),
        ("kubeflow.org/v1", "TFJob", "spec/tfReplicaSpecs/Worker/template/spec"),
        ("ray.io/v1", "RayCluster", "spec/workerGroupSpecs/*/template/spec"),
        ("ray.io/v1", "RayJob", "spec/submitterPodTemplate/spec"),
        ("ray.io/v1", "RayService", "spec/rayClusterConfig/headGroupSpec/template/spec"),
        ("jobset.x-k8s.io/v1alpha2", "JobSet", "spec/replicatedJobs/*/template/spec/template/spec"),
        ("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet", "spec/leaderWorkerTemplate/workerTemplate/spec"),
        ("agones.dev/v1", "GameServer", "spec/template/spec"),
        ("agones.dev/v1", "Fleet", "spec/template/spec/template/spec"),
        ("elasticsearch.k8s.elastic.co/v1", "Elasticsearch", "spec/nodeSets/*/podTemplate/spec"),
        ("kibana.k8s.elastic.co/v1", "Kibana", "spec/podTemplate/spec"),
        ("beat.k8s.elastic.co/v1beta1", "Beat", "spec/daemonSet/podTemplate/spec"),
        ("batch.volcano.sh/v1alpha1", "Job", "spec/tasks/*/template/spec"),
        ("sparkoperator.k8s.io/v1beta2", "SparkApplication", "spec/driver"),
        ("flink.apache.org/v1beta1", "FlinkDeployment", "spec/taskManager/podTemplate/spec"),
        ("keda.sh/v1alpha1", "ScaledJob", "spec/jobTargetRef/template/spec"),
        ("actions.github.com/v1alpha1", "AutoscalingRunnerSet", "spec/template/spec"),
        // Unknown kinds, by shape.
        ("example.com/v1", "Thing", "spec/deep/*/podTemplate/spec"),
        ("example.com/v1", "Thing", "spec"),
    ] {
        let body = nested(path, SPEC);
        let text = format!("{{apiVersion: {api_version}, kind: {kind}, {}", body.strip_prefix('{').unwrap());
        let pointer = format!("/{}", path.replace('*', "0"));
        assert_eq!(Manifest::new(&text).found(), [format!("{pointer}: i a")], "{text}");
    }
}

#[test]
fn what_only_looks_like_a_template_is_none() {
    for text in [
        // Nothing reads these: they are misplaced, not templates.
        "apiVersion: apps/v1\nkind: Deployment\nspec: {initContainers: [{name: i, image: i}]}",
        "apiVersion: v1\nkind: Service\nspec: {initContainers: [{name: i, image: i}]}",
        // A schema.
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: {versions: [{schema: {initContainers: [{name: i, image: i}]}}]}",
        "apiVersion: example.com/v1\nkind: Thing\nspec: {properties: {initContainers: {type: array}}, required: [initContainers]}",
        // Patterns of policies.
        "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nspec: {rules: [{validate: {pattern: {spec: {initContainers: [{name: '*', image: '*'}]}}}}]}",
        // Other lists of that name.
        "apiVersion: example.com/v1\nkind: Thing\nspec: {containers: [a, b], initContainers: [a]}",
        "apiVersion: example.com/v1\nkind: Thing\nspec: {containers: [{name: a, size: 1}]}",
        "apiVersion: example.com/v1\nkind: Thing\nspec: {containers: []}",
        // No objects.
        "kind: Pod\nspec: {containers: [{name: a, image: a}]}",
        "apiVersion: v1\nspec: {containers: [{name: a, image: a}]}",
        "apiVersion: 1\nkind: Pod\nspec: {containers: [{name: a, image: a}]}",
        "- apiVersion: v1\n  kind: Pod",
        "just text",
        // A Pod without a spec to speak of.
        "apiVersion: v1\nkind: Pod\nspec: null",
        "apiVersion: v1\nkind: Pod\nspec: [1]",
    ] {
        assert_eq!(Manifest::new(text).found(), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn lists_stand_for_their_items() {
    let pod = format!("{{apiVersion: v1, kind: Pod, metadata: {{name: p}}, spec: {SPEC}}}");
    let text =
        format!("apiVersion: v1\nkind: List\nitems: [{pod}, {{apiVersion: v1, kind: List, items: [{pod}]}}]");
    assert_eq!(Manifest::new(&text).found(), ["/items/0/spec: i a", "/items/1/items/0/spec: i a"]);
    // A typed list gives its items their kind; a half-named item is none.
    let text =
        format!("apiVersion: v1\nkind: PodList\nitems: [{{spec: {SPEC}}}, {{kind: Pod, spec: {SPEC}}}]");
    assert_eq!(Manifest::new(&text).found(), ["/items/0/spec: i a"]);
}

#[test]
fn a_template_knows_what_stands_around_it() {
    let text = "
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: prod}
spec:
  replicas: 3
  selector: {matchLabels: {a: b}}
  template:
    metadata: {annotations: {initlint.dev/ignore: x}}
    spec:
      initContainers: [{name: i, image: i, volumeMounts: [{name: data, mountPath: /data}]}]
      containers: [{name: a, image: a}]
  volumeClaimTemplates: [{metadata: {name: data}}]
";
    let manifest = Manifest::new(text);
    let pods = manifest.pods();
    let template = &pods[0].template;
    assert_eq!((template.object.name(), template.object.namespace()), (Some("db"), Some("prod")));
    assert_eq!(template.workload, Workload::StatefulSet);
    assert_eq!(template.completeness, Completeness::Complete);
    assert_eq!(template.replicas.unwrap().0, 3);
    assert!(template.metadata.unwrap().get("annotations").is_some());
    assert!(template.job_spec.is_none() && template.is_pod_spec && !template.by_shape);
    let mount = &pods[0].init_steps[0].container().volume_mounts[0];
    assert!(matches!(pods[0].volume_of(mount).unwrap().source, VolumeSource::ClaimTemplate));
}

#[test]
fn jobs_are_known_wherever_they_are() {
    let spec = "template: {spec: {containers: [{name: a, image: a}]}}";
    for (text, pointer) in [
        (format!("apiVersion: batch/v1\nkind: Job\nspec: {{backoffLimit: 2, {spec}}}"), "/spec"),
        (
            format!(
                "apiVersion: batch/v1\nkind: CronJob\nspec: {{jobTemplate: {{spec: {{backoffLimit: 2, {spec}}}}}}}"
            ),
            "/spec/jobTemplate/spec",
        ),
        (
            format!(
                "apiVersion: jobset.x-k8s.io/v1alpha2\nkind: JobSet\nspec: {{replicatedJobs: [{{template: {{spec: {{backoffLimit: 2, {spec}}}}}}}]}}"
            ),
            "/spec/replicatedJobs/0/template/spec",
        ),
    ] {
        let manifest = Manifest::new(&text);
        let pods = manifest.pods();
        assert_eq!(pods[0].template.job_spec, manifest.documents[0].root().at(pointer), "{text}");
    }
    let volcano = Manifest::new(&format!(
        "apiVersion: batch.volcano.sh/v1alpha1\nkind: Job\nspec: {{tasks: [{{{spec}}}]}}"
    ));
    let pods = volcano.pods();
    assert_eq!((pods[0].template.workload, pods[0].template.job_spec), (Workload::Custom("Job"), None));
}

#[test]
fn patches_and_operators_are_told_from_whole_specs() {
    let completeness = |text: &str| {
        let manifest = Manifest::new(text);
        manifest.pods()[0].template.completeness
    };
    let deployment = |spec: &str, selector: &str| {
        format!("apiVersion: apps/v1\nkind: Deployment\nspec: {{{selector} template: {{spec: {spec}}}}}")
    };
    let selector = "selector: {matchLabels: {a: b}},";
    assert_eq!(completeness(&deployment(SPEC, selector)), Completeness::Complete);
    assert_eq!(completeness(&deployment(SPEC, "")), Completeness::Patch);
    assert_eq!(completeness(&deployment("{containers: [{name: a}]}", selector)), Completeness::Patch);
    assert_eq!(
        completeness(&deployment("{containers: [{name: a, image: a, $patch: replace}]}", selector)),
        Completeness::Patch
    );
    let pod = |spec: &str| completeness(&format!("apiVersion: v1\nkind: Pod\nspec: {spec}"));
    assert_eq!(pod(SPEC), Completeness::Complete);
    // One image is missing, not all: a mistake, no patch.
    assert_eq!(
        pod("{initContainers: [{name: i}], containers: [{name: a, image: a}]}"),
        Completeness::Complete
    );
    assert_eq!(pod("{initContainers: [{name: i}]}"), Completeness::Patch);
    let prometheus = format!("apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nspec: {SPEC}");
    assert_eq!(completeness(&prometheus), Completeness::Merged);
    let manifest = Manifest::new(&prometheus);
    assert!(!manifest.pods()[0].template.is_pod_spec);
}

#[test]
fn a_workflow_template_has_containers_of_its_own() {
    let manifest = Manifest::new(
        "apiVersion: argoproj.io/v1alpha1
kind: Workflow
spec:
  templates:
  - name: build
    activeDeadlineSeconds: 30
    initContainers: [{name: fetch, image: f}]
    container: {name: main, image: m}
    sidecars: [{name: docker, image: d}]
",
    );
    assert_eq!(manifest.found(), ["/spec/templates/0: fetch main docker"]);
    assert!(!manifest.pods()[0].template.is_pod_spec);
}

/// As the values of bjw-s' `app-template` have them.
#[test]
fn values_may_have_init_containers_by_name() {
    let release = |containers: &str| {
        let head = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec: {values: {controllers: {web: {initContainers: ";
        format!("{head}{containers}}}}}}}}}\n")
    };
    let found = |containers: &str| Manifest::new(&release(containers)).found();
    let all = "{02-seed: {image: {repository: busybox, tag: v1}, command: [true]}, 01-wait: {args: [a]}, \
               off: {enabled: false, command: [b]}, 03: {image: a:1}}";
    assert_eq!(found(all), ["/spec/values/controllers/web: 01-wait 02-seed 03"]);
    for no_containers in [
        "{}",
        "{seed: {}}",
        "{type: array, items: {command: [a]}}",
        "{image: {repository: busybox, tag: v1}, resources: {limits: {}}}",
        "{b: {command: [b]}, a: {command: [a], dependsOn: b}}",
    ] {
        assert_eq!(found(no_containers), Vec::<String>::new(), "{no_containers}");
    }
    let text = release(all);
    let manifest = Manifest::new(&text);
    let pods = manifest.pods();
    let seed = pods[0].init_containers().nth(1).unwrap();
    assert_eq!(manifest.text_at(seed.name_span()), "02-seed");
    assert_eq!(seed.pointer, "/spec/values/controllers/web/initContainers/02-seed");
    assert!(pods[0].may_mount_more(seed) && seed.image.is_none());
}
