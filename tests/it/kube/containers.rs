//! What containers, volumes and security contexts say.

use std::collections::BTreeSet;

use initlint::kube::volume::Projection;
use initlint::kube::{Effective, InitStep, Role, VolumeSource};

use super::{Manifest, version};

#[test]
fn the_three_kinds_of_container_are_three_types() {
    let manifest = Manifest::new(
        "apiVersion: v1
kind: Pod
spec:
  initContainers:
  - {name: one, image: i, livenessProbe: {exec: {command: ['true']}}, lifecycle: {}, readinessProbe: null}
  - {name: proxy, image: i, restartPolicy: Always, startupProbe: {httpGet: {port: 1}, successThreshold: 2}}
  - {name: once, image: i, restartPolicy: Never}
  containers:
  - {name: app, image: i, restartPolicy: Always}
",
    );
    let pods = manifest.pods();
    let pod = &pods[0];
    let roles: Vec<_> = pod.containers().map(|(role, container)| (role, container.name())).collect();
    let expected = [(Role::Init, "one"), (Role::Sidecar, "proxy"), (Role::Init, "once"), (Role::App, "app")];
    assert_eq!(roles, expected);
    let InitStep::Init(one) = &pod.init_steps[0] else { unreachable!() };
    let forbidden: Vec<_> =
        one.entries_forbidden_on_init().map(|entry| manifest.text_at(entry.key.span())).collect();
    assert_eq!(forbidden, ["livenessProbe", "lifecycle"]);
    let sidecar = pod.sidecars().next().unwrap();
    assert_eq!(sidecar.probes[0].success_threshold.unwrap().value, 2);
    assert_eq!(manifest.text_at(sidecar.probes[0].handler().unwrap().key.span()), "httpGet");
    assert_eq!(pod.init_containers().count(), 2);
}

#[test]
fn wrong_shapes_are_kept_and_the_rest_is_modelled() {
    let manifest = Manifest::new(
        "apiVersion: v1
kind: Pod
spec:
  hostPID: 'true'
  initContainers:
  - busybox
  - name: i
    image: i
    command: sleep 5
    args: [a, 5, null, b]
    env: {A: b}
    resources: {requests: {cpu: 1K, memory: 1Gi}}
    volumeMounts: [{name: v, mountPath: /v}]
    securityContext: {runAsUser: '0'}
  - null
  containers: {}
  volumes: [{name: v}]
",
    );
    let pods = manifest.pods();
    let pod = &pods[0];
    let told: Vec<_> = pod
        .malformed
        .iter()
        .map(|it| {
            format!("{} {}: {} not {} ({:?})", it.pointer, it.field, it.expected, it.found, it.container)
        })
        .collect();
    let i = "Some(\"i\")";
    assert_eq!(
        told.iter().map(String::as_str).collect::<BTreeSet<_>>(),
        BTreeSet::from([
            "/spec/hostPID hostPID: a boolean not a string (None)",
            "/spec/initContainers/0 initContainers: a map not a string (None)",
            "/spec/initContainers/2 initContainers: a map not null (None)",
            &format!("/spec/initContainers/1/command command: a list not a string ({i})"),
            &format!("/spec/initContainers/1/args/1 args: a string not a number ({i})"),
            &format!("/spec/initContainers/1/env env: a list not a map ({i})"),
            &format!("/spec/initContainers/1/resources/requests/cpu cpu: a quantity not 1K ({i})"),
            &format!(
                "/spec/initContainers/1/securityContext/runAsUser runAsUser: a whole number not a string ({i})"
            ),
            "/spec/containers containers: a list not a map (None)",
        ])
    );
    let init = pod.init_steps[0].container();
    let args: Vec<_> = init.args.iter().flatten().map(|arg| arg.value).collect();
    assert_eq!(args, ["a", "5", "", "b"]);
    let amounts = Effective::of(pod, version("1.36"));
    assert_eq!(amounts.requests.total.amount("memory").to_string(), "1Gi");
    assert!(amounts.requests.unknown.contains("cpu"));
    assert!(matches!(
        pod.volume_of(&init.volume_mounts[0]).unwrap().source,
        VolumeSource::EmptyDir { medium: None }
    ));
    let malformed = pod.malformed.iter().find(|it| it.field == "command").unwrap();
    assert_eq!(manifest.text_at(malformed.span), "sleep 5");
}

#[test]
fn volumes_say_what_containers_find_and_leave() {
    let manifest = Manifest::new(
        "apiVersion: v1
kind: Pod
spec:
  containers: []
  volumes:
  - {name: bare}
  - {name: memory, emptyDir: {medium: Memory}}
  - {name: claim, persistentVolumeClaim: {claimName: c, readOnly: true}}
  - {name: host, hostPath: {path: /var, type: Directory}}
  - {name: script, configMap: {name: s, defaultMode: 0755, items: [{key: k, path: p}]}}
  - {name: password, secret: {secretName: s, optional: true}}
  - {name: both, projected: {sources: [{configMap: {name: c}}, {serviceAccountToken: {path: t}}]}}
  - {name: typo, emptydir: {}}
",
    );
    let pods = manifest.pods();
    let told: Vec<_> = pods[0]
        .volumes
        .iter()
        .map(|volume| {
            let source = &volume.source;
            (volume.name.unwrap().value, source.describe(), source.is_read_only(), source.outlives_pod())
        })
        .collect();
    assert_eq!(
        told,
        [
            ("bare", "an emptyDir", false, false),
            ("memory", "an emptyDir", false, false),
            ("claim", "a PersistentVolumeClaim", true, true),
            ("host", "a hostPath", false, true),
            ("script", "a ConfigMap", true, false),
            ("password", "a Secret", true, false),
            ("both", "a projected volume", true, false),
            ("typo", "emptydir", false, true),
        ]
    );
    let VolumeSource::ConfigMap(script) = &pods[0].volume("script").unwrap().source else { unreachable!() };
    assert_eq!(script.default_mode.unwrap().value, 0o755);
    assert_eq!(script.items.as_ref().unwrap()[0].path.unwrap().value, "p");
    let VolumeSource::Projected { sources } = &pods[0].volume("both").unwrap().source else { unreachable!() };
    assert!(matches!(sources[..], [Projection::ConfigMap(_), Projection::Other]));
}

#[test]
fn the_longest_mount_path_wins() {
    let manifest = Manifest::new(
        "apiVersion: v1
kind: Pod
spec:
  containers:
  - name: a
    image: a
    volumeMounts: [{name: a, mountPath: /data}, {name: b, mountPath: /data/sub/}, {name: c, mountPath: relative}]
",
    );
    let pods = manifest.pods();
    let app = &pods[0].apps[0];
    let volume = |path| pods[0].mount_at(app, path).map(|mount| mount.name.unwrap().value);
    assert_eq!(volume("/data"), Some("a"));
    assert_eq!(volume("/data/x"), Some("a"));
    assert_eq!(volume("/data/sub"), Some("b"));
    assert_eq!(volume("/data/sub/x"), Some("b"));
    assert_eq!(volume("/data/subway"), Some("a"));
    assert_eq!(volume("/database"), None);
    assert_eq!(volume("/relative/x"), Some("c"));
    assert_eq!(volume("/"), None);
}

#[test]
fn a_containers_security_goes_before_the_pods() {
    let manifest = Manifest::new(
        "apiVersion: v1
kind: Pod
spec:
  securityContext: {runAsNonRoot: true, runAsUser: 1000, fsGroup: 2000}
  containers:
  - {name: a, image: a, securityContext: {runAsUser: 0}}
  - {name: b, image: a, securityContext: {runAsNonRoot: false}}
  - {name: c, image: a, securityContext: {privileged: true}}
",
    );
    let pods = manifest.pods();
    let of = |index: usize| {
        let app = &pods[0].apps[index];
        let effective = pods[0].security_of(app);
        (effective.run_as_user.unwrap().value, effective.run_as_non_root.unwrap().value)
    };
    assert_eq!(of(0), (0, true));
    assert_eq!(of(1), (1000, false));
    assert_eq!(of(2), (1000, true));
}
