//! How manifests and versions bear on what init containers run.

use crate::support::lint::{lint, rules_of};
use initlint::settings::Settings;

/// A Pod that never restarts, with an init container that does where its own policy is heeded.
const NEVER: &str = "apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  restartPolicy: Never
  containers: [{name: app, image: app:1}]
  volumes: [{name: data, emptyDir: {}}]
  initContainers:
  - name: make
    image: busybox:1
    restartPolicy: OnFailure
    command: [sh, -ec, mkdir /data/work; date]
    volumeMounts: [{name: data, mountPath: /data}]
";

/// The gate `ContainerRestartRules` is on from 1.35; before, the Pod's `Never` counts.
#[test]
fn a_containers_own_restart_policy_counts_where_the_version_heeds_it() {
    let rules_at = |version: &str| {
        let settings = Settings { version: version.parse().unwrap(), ..Settings::default() };
        rules_of(&lint("pod.yaml", NEVER, &settings))
    };
    for version in ["1.28", "1.34"] {
        assert!(!rules_at(version).contains(&"non-idempotent-write"), "{version}: {:?}", rules_at(version));
    }
    for version in ["1.35", "1.36"] {
        assert!(rules_at(version).contains(&"non-idempotent-write"), "{version}: {:?}", rules_at(version));
    }
}
