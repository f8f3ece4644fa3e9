//! Scripts that a kustomization makes ConfigMaps of.

use crate::support::lint::rules_of;
use initlint::discover::{self, Walk};
use initlint::pipeline;
use initlint::rule::Settings;

/// Writes `files` into a new folder and lints it; each finding as `file: 'text' container`.
fn told(files: &[(&str, &str)]) -> (Vec<String>, usize) {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let found = discover::find(&[folder.path().to_owned()], &Walk::default());
    let report = pipeline::lint(&found.inputs, "", &Settings::default());
    let told =
        report.findings.iter().filter(|finding| finding.rule.starts_with("non-idempotent")).map(|finding| {
            let source = report.source(finding.span).unwrap();
            let path = std::path::Path::new(&*source.path).strip_prefix(folder.path()).unwrap();
            let container = finding.resource.as_ref().unwrap().container.as_deref().unwrap();
            format!("{}: {:?} {container}", path.display(), source.slice(finding.span))
        });
    (told.collect(), report.summary.suppressed)
}

/// A Pod whose init container `seed` runs `/scripts/seed.sh` of the ConfigMap `scripts`.
const RUNS_SCRIPT: &str = "apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  volumes:
  - {name: data, emptyDir: {}}
  - {name: scripts, configMap: {name: scripts, defaultMode: 0755}}
  containers: [{name: web, image: \"nginx:1.27\"}]
  initContainers:
  - name: seed
    image: busybox:1.36
    command: [/scripts/seed.sh]
    volumeMounts: [{name: data, mountPath: /data}, {name: scripts, mountPath: /scripts}]
";
const SCRIPT: &str = "#!/bin/sh -e\n# 씨앗\nmkdir /data/seed  # once\n";
const GENERATOR: &str =
    "resources: [pod.yaml]\nconfigMapGenerator:\n- {name: scripts, files: [sh/seed.sh]}\n";

#[test]
fn a_script_that_a_generator_reads_is_followed() {
    let files = [("pod.yaml", RUNS_SCRIPT), ("kustomization.yaml", GENERATOR), ("sh/seed.sh", SCRIPT)];
    assert_eq!(told(&files).0, ["sh/seed.sh: \"mkdir /data/seed\" seed"]);
    let renamed = GENERATOR.replace("sh/seed.sh", "seed.sh=sh/other.sh");
    let files = [("pod.yaml", RUNS_SCRIPT), ("kustomization.yaml", &renamed), ("sh/other.sh", SCRIPT)];
    assert_eq!(told(&files).0, ["sh/other.sh: \"mkdir /data/seed\" seed"]);
}

#[test]
fn a_script_in_a_literal_is_followed() {
    let literal = "configMapGenerator:\n- name: scripts\n  literals:\n  - |\n    seed.sh=set -e\n    mkdir /data/seed\n";
    let files = [("pod.yaml", RUNS_SCRIPT), ("kustomization.yaml", literal)];
    assert_eq!(told(&files).0, ["kustomization.yaml: \"mkdir /data/seed\" seed"]);
}

#[test]
fn what_is_not_there_or_not_certain_is_not_followed() {
    let pod = ("pod.yaml", RUNS_SCRIPT);
    let nothing = Vec::<String>::new();
    assert_eq!(told(&[pod, ("kustomization.yaml", GENERATOR)]).0, nothing, "no such file");
    let outside = GENERATOR.replace("sh/seed.sh", "../sh/seed.sh");
    let files = [("app/pod.yaml", RUNS_SCRIPT), ("app/kustomization.yaml", &outside), ("sh/seed.sh", SCRIPT)];
    assert_eq!(told(&files).0, nothing, "outside the folder");
    #[cfg(unix)]
    {
        let folder = tempfile::tempdir().unwrap();
        let app = folder.path().join("app");
        std::fs::create_dir_all(app.join("sh")).unwrap();
        std::fs::write(folder.path().join("seed.sh"), SCRIPT).unwrap();
        std::fs::write(app.join("pod.yaml"), RUNS_SCRIPT).unwrap();
        std::fs::write(app.join("kustomization.yaml"), GENERATOR).unwrap();
        std::os::unix::fs::symlink("../../seed.sh", app.join("sh/seed.sh")).unwrap();
        let found = discover::find(&[app], &Walk::default());
        let report = pipeline::lint(&found.inputs, "", &Settings::default());
        assert_eq!(rules_of(&report), Vec::<&str>::new(), "outside by a link");
        assert!(report.errors.iter().any(|error| error.message.contains("outside the kustomization")));
    }
    let binary = [pod, ("kustomization.yaml", GENERATOR), ("sh/seed.sh", "\u{0}\u{1}mkdir '")];
    assert_eq!(told(&binary).0, nothing, "no script");
    let two = [
        ("base/pod.yaml", RUNS_SCRIPT),
        ("dev/kustomization.yaml", GENERATOR),
        ("dev/sh/seed.sh", SCRIPT),
        ("prod/kustomization.yaml", GENERATOR),
        ("prod/sh/seed.sh", SCRIPT),
    ];
    assert_eq!(told(&two).0, nothing, "either of two");
}

/// An archive that a tool unpacks isn't run, though its name stands in a script.
#[test]
fn a_binary_file_is_an_error_where_it_is_run() {
    let errors = |command: &str| {
        let folder = tempfile::tempdir().unwrap();
        let pod = RUNS_SCRIPT.replace("[/scripts/seed.sh]", command);
        std::fs::create_dir_all(folder.path().join("sh")).unwrap();
        std::fs::write(folder.path().join("pod.yaml"), pod).unwrap();
        std::fs::write(folder.path().join("kustomization.yaml"), GENERATOR).unwrap();
        std::fs::write(folder.path().join("sh/seed.sh"), [0x1f, 0x8b, 0xff, 0, 0xfe]).unwrap();
        let found = discover::find(&[folder.path().to_owned()], &Walk::default());
        pipeline::lint(&found.inputs, "", &Settings::default()).errors.len()
    };
    for run in
        ["[/scripts/seed.sh]", "[sh, /scripts/seed.sh]", "[sh, -c, \"cd /data && . /scripts/seed.sh\"]"]
    {
        assert_eq!(errors(run), 1, "{run}");
    }
    for unpacked in ["[tar, xf, /scripts/seed.sh]", "[sh, -c, \"tar xzf /scripts/seed.sh -C /data\"]"] {
        assert_eq!(errors(unpacked), 0, "{unpacked}");
    }
}

#[test]
fn of_several_config_maps_the_one_beside_the_pod_counts() {
    let safe = "mkdir -p /data/seed\n";
    let files = [
        ("a/pod.yaml", RUNS_SCRIPT),
        ("a/kustomization.yaml", GENERATOR),
        ("a/sh/seed.sh", SCRIPT),
        ("b/kustomization.yaml", GENERATOR),
        ("b/sh/seed.sh", safe),
    ];
    assert_eq!(told(&files).0, ["a/sh/seed.sh: \"mkdir /data/seed\" seed"]);
}

#[test]
fn comments_in_such_a_script_suppress() {
    let silent = SCRIPT.replace("# once", "# initlint: ignore[non-idempotent-write] once is enough");
    let files = [("pod.yaml", RUNS_SCRIPT), ("kustomization.yaml", GENERATOR), ("sh/seed.sh", &silent)];
    assert_eq!(told(&files), (Vec::new(), 1));
    let unused = format!("# initlint: ignore-file[unpinned-init-image] nothing to do with it\n{SCRIPT}");
    let files = [("pod.yaml", RUNS_SCRIPT), ("kustomization.yaml", GENERATOR), ("sh/seed.sh", &unused)];
    assert_eq!(told(&files).1, 0, "another rule");
}
