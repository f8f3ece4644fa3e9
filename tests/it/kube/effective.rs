//! The working behind effective requests; the figures themselves are in `tests/it/oracle.rs`.

use initlint::kube::{Effective, QosClass, Role, Version};

use super::{Manifest, version};

#[test]
fn placeholders_are_neither_malformed_nor_amounts() {
    let manifest = Manifest::new(
        "apiVersion: v1
kind: Pod
spec:
  hostNetwork: ${HOST}
  initContainers:
  - {name: i, image: i, resources: {requests: {cpu: 2, memory: 1Gi}}, securityContext: {runAsUser: $(UID)}}
  containers:
  - {name: a, image: a, resources: {requests: {cpu: '${CPU}'}, limits: {memory: <size>}}}
",
    );
    let pods = manifest.pods();
    assert!(pods[0].malformed.is_empty(), "{:?}", pods[0].malformed);
    let requests = Effective::of(&pods[0], version("1.36")).requests;
    // The app may ask for more than the init container.
    assert!(requests.surplus("cpu").is_zero() && requests.surplus("memory").is_zero());
    assert_eq!(requests.unknown.len(), 2);
    assert_eq!(QosClass::of(&pods[0], version("1.36")), None);
}

#[test]
fn the_working_of_a_sum_is_kept() {
    let manifest = Manifest::new(
        "apiVersion: v1
kind: Pod
spec:
  initContainers:
  - {name: fetch, image: i, resources: {requests: {cpu: 2, memory: 64Mi}}}
  - {name: proxy, image: i, restartPolicy: Always, resources: {limits: {cpu: 100m, memory: 1Gi}}}
  - {name: warm, image: i, resources: {requests: {cpu: 1950m}}}
  containers:
  - {name: app, image: i, resources: {requests: {cpu: 500m, memory: 128Mi}}}
",
    );
    let pods = manifest.pods();
    let sum = Effective::of(&pods[0], version("1.36")).requests;
    let asks: Vec<_> = sum
        .asks("cpu")
        .map(|ask| (ask.role, format!("{} + {} = {}", ask.running, ask.own, ask.peak())))
        .collect();
    let expected =
        [(Role::Init, "0 + 2 = 2"), (Role::Sidecar, "0 + 100m = 100m"), (Role::Init, "100m + 1950m = 2050m")];
    assert_eq!(asks, expected.map(|(role, sum)| (role, sum.to_owned())));
    assert_eq!(sum.surplus("cpu").to_string(), "1450m");
    assert!(sum.surplus("memory").is_zero());
    let peak = sum.peak("cpu").unwrap();
    let request = pods[0].init_steps[peak.index].container().resources.request("cpu").unwrap();
    assert_eq!(manifest.text_at(request.span()), "1950m");
    assert_eq!(sum.peak("example.com/gpu"), None);
    // Before sidecars, the proxy blocks like any other.
    let old = Effective::of(&pods[0], version("1.28")).requests;
    assert_eq!((old.steps[1].role, old.surplus("cpu").to_string()), (Role::Init, "1500m".into()));
}

#[test]
fn an_init_container_lowers_the_class_of_its_pod() {
    let manifest = Manifest::new(
        "apiVersion: v1
kind: Pod
spec:
  initContainers: [{name: i, image: i}]
  containers: [{name: a, image: a, resources: {limits: {cpu: 1, memory: 1Gi}}}]
",
    );
    let pods = manifest.pods();
    let apps = pods[0].apps.iter().map(|app| &**app);
    assert_eq!(QosClass::of_containers(apps), Some(QosClass::Guaranteed));
    assert_eq!(QosClass::of(&pods[0], Version::NEWEST), Some(QosClass::Burstable));
}
