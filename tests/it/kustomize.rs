//! What the kustomizations of a run mean for the manifests in it.

use std::path::PathBuf;

use crate::support::lint::rules_of;
use initlint::discover::{self, Input, Walk};
use initlint::globs::{Globs, Place};
use initlint::kustomize::build;
use initlint::pipeline;
use initlint::read::read;
use initlint::report::Report;
use initlint::report::fingerprint::Fingerprints;
use initlint::rule::Settings;
use initlint::settings::{Level, Override, RuleSettings, RuleTable};

const POD: &str = "apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  initContainers:
  - {name: migrate, image: registry.example/migrate}
  containers:
  - {name: web, image: \"nginx:1.27\"}
";

fn found(kustomization: &str) -> Vec<&'static str> {
    let input = |path: &str, text: &str| Input::Text { path: path.to_owned(), text: text.to_owned() };
    let inputs = [
        input("base/pod.yaml", POD),
        input("base/kustomization.yaml", "resources: [pod.yaml]\n"),
        input("overlays/prod/kustomization.yaml", &format!("resources: [../../base]\n{kustomization}")),
    ];
    // Whoever hands texts over names them all; the base is built for the overlay alone.
    let files = inputs.iter().enumerate().map(|(id, input)| read(id, input, "").0).collect();
    let builds = build(files, &|id| id.0 == 2);
    assert_eq!(builds.list.len(), 1);
    rules_of(&pipeline::lint(&inputs, "<stdin>", &Settings::default()))
}

#[test]
fn an_image_that_a_kustomization_pins_is_left_to_it() {
    let pins = |name: &str, what: &str| format!("images:\n- {{name: {name}, {what}}}\n");
    assert_eq!(found(&pins("registry.example/migrate", "newTag: \"4.1\"")), Vec::<&str>::new());
    assert_eq!(found(&pins("registry.example/migrate", "digest: 'sha256:ab'")), Vec::<&str>::new());
    assert_eq!(found(&pins("registry.example/migrate", "newTag: latest")), ["unpinned-init-image"]);
    assert_eq!(found(&pins("registry.example/other", "newTag: v1")), ["unpinned-init-image"]);
    assert_eq!(found(""), ["unpinned-init-image"]);
}

/// Files in a folder of their own, which is a git work tree.
struct Repository(tempfile::TempDir);

impl Repository {
    fn of(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(".git")).unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self(folder)
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn lint_by(&self, paths: &[&str], settings: &Settings) -> Report {
        let paths: Vec<PathBuf> = paths.iter().map(|path| self.path(path.trim_start_matches('.'))).collect();
        pipeline::lint(&discover::find(&paths, &Walk::default()).inputs, "", settings)
    }

    fn lint(&self, paths: &[&str]) -> Report {
        self.lint_by(paths, &Settings::default())
    }

    fn shown(&self, path: &str) -> String {
        path.replace(&format!("{}/", self.0.path().display()), "")
    }

    /// Each finding as `path:line rule [builds]`.
    fn told(&self, report: &Report) -> Vec<String> {
        let told = report.findings.iter().map(|finding| {
            let source = report.source(finding.span).unwrap();
            let line = source.position(finding.span.start as usize).line;
            let builds: Vec<String> = finding.builds.iter().map(|build| self.shown(build)).collect();
            format!("{}:{line} {} [{}]", self.shown(&source.path), finding.rule, builds.join(" "))
        });
        told.collect()
    }

    /// Each note and error, with its place.
    fn remarks(&self, report: &Report) -> Vec<String> {
        let errors = report.errors.iter().map(|error| format!("error {}: {}", error.place(), error.message));
        let notes = report.notes.iter().map(|note| format!("note {note}"));
        errors.chain(notes).map(|remark| self.shown(&remark)).collect()
    }
}

const WEB: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      initContainers:
      - name: migrate
        image: registry.example/migrate:1
      containers:
      - {name: web, image: \"nginx:1.27\"}
";
const BASE: &str = "resources: [web.yaml]\n";
/// Adds a probe, which an init container can't have, and a second one.
const PROBE: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      initContainers:
      - name: migrate
        livenessProbe: {exec: {command: [\"true\"]}}
";
const OVERLAY: &str = "resources: [../../base]\npatches:\n- path: patch.yaml\n";

fn overlays() -> Repository {
    Repository::of(&[
        ("base/kustomization.yaml", BASE),
        ("base/web.yaml", WEB),
        ("overlays/dev/kustomization.yaml", OVERLAY),
        ("overlays/dev/patch.yaml", PROBE),
        ("overlays/prod/kustomization.yaml", "resources: [../../base]\nnamePrefix: prod-\n"),
    ])
}

#[test]
fn a_finding_stands_in_the_patch_that_makes_it() {
    let repository = overlays();
    let probe = "overlays/dev/patch.yaml:9 forbidden-probe [overlays/dev]";
    assert_eq!(repository.told(&repository.lint(&["."])), [probe]);
    assert_eq!(repository.told(&repository.lint(&["overlays/dev"])), [probe], "the base is read along");
    assert_eq!(repository.told(&repository.lint(&["overlays/prod"])), Vec::<String>::new());
    assert_eq!(repository.told(&repository.lint(&["base"])), Vec::<String>::new());
    let report = repository.lint(&["."]);
    assert_eq!(report.summary.pods, 1, "one Pod spec, built twice");
    let resource = report.findings[0].resource.as_ref().unwrap();
    assert_eq!(resource.name.as_deref(), Some("web"));
}

#[test]
fn a_finding_in_a_base_is_told_once_for_all_that_have_it() {
    let patch = PROBE.replace("livenessProbe: {exec: {command: [\"true\"]}}", "$patch: delete");
    let with_probe =
        WEB.replace("migrate:1\n", "migrate:1\n        readinessProbe: {exec: {command: [a]}}\n");
    let files = [
        ("base/kustomization.yaml", BASE),
        ("base/web.yaml", &*with_probe),
        ("overlays/a/kustomization.yaml", "resources: [../../base]\nnamespace: a\n"),
        ("overlays/b/kustomization.yaml", "resources: [../../base]\nnamePrefix: b-\n"),
        ("overlays/mended/kustomization.yaml", OVERLAY),
        ("overlays/mended/patch.yaml", &patch),
    ];
    let repository = Repository::of(&files);
    let all = repository.lint(&["."]);
    assert_eq!(repository.told(&all), ["base/web.yaml:12 forbidden-probe [overlays/a overlays/b]"]);
    assert!(all.findings[0].fix.is_none(), "one overlay has no such entry");
    assert_eq!(repository.told(&repository.lint(&["overlays/mended"])), Vec::<String>::new());
    let named = repository.lint(&["base", "overlays/mended"]);
    assert_eq!(repository.told(&named), ["base/web.yaml:12 forbidden-probe [base]"]);
    assert!(repository.lint(&["base"]).findings[0].fix.is_some());
}

#[test]
fn a_finding_in_an_inline_patch_stands_in_the_kustomization() {
    let inline = "resources: [../base]\npatches:\n- patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    \
                  metadata: {name: web}\n    spec:\n      template:\n        spec:\n          initContainers:\n          \
                  - name: migrate\n            livenessProbe: {exec: {command: [a]}} # 씨앗\n";
    let operations = "resources: [../base]\npatches:\n- target: {kind: Deployment}\n  patch: |-\n    \
                      - op: add\n      path: /spec/template/spec/initContainers/0/readinessProbe\n      \
                      value: {exec: {command: [a]}}\n";
    for (kustomization, line) in [(inline, 12), (operations, 7)] {
        let files = [
            ("base/kustomization.yaml", BASE),
            ("base/web.yaml", WEB),
            ("prod/kustomization.yaml", kustomization),
        ];
        let repository = Repository::of(&files);
        let report = repository.lint(&["."]);
        assert_eq!(
            repository.told(&report),
            [format!("prod/kustomization.yaml:{line} forbidden-probe [prod]")]
        );
        assert!(report.findings[0].fix.is_none(), "the entry isn't written as one in a manifest");
    }
}

#[test]
fn a_patch_alone_is_judged_with_its_base() {
    let repository = overlays();
    let report = repository.lint(&["overlays/dev/patch.yaml"]);
    assert_eq!(repository.told(&report), ["overlays/dev/patch.yaml:9 forbidden-probe [overlays/dev]"]);
    assert!(report.summary.unjudged.is_empty(), "{:?}", report.summary.unjudged);
    let report = repository.lint(&["base/web.yaml"]);
    assert_eq!(repository.told(&report), Vec::<String>::new(), "what stands in other files doesn't count");
}

#[test]
fn a_patch_without_its_base_is_judged_in_part() {
    let patch = PROBE.replace("      initContainers", "      activeDeadlineSeconds: 5\n      initContainers");
    let repository = Repository::of(&[("dev/patch.yaml", &*patch)]);
    let report = repository.lint(&["."]);
    assert_eq!(repository.told(&report), ["dev/patch.yaml:7 active-deadline-on-non-job []"]);
    assert_eq!(report.summary.unjudged.len(), 1);
    let files = [
        ("dev/patch.yaml", &*patch),
        (
            "dev/kustomization.yaml",
            "resources: [\"https://example.com/base?ref=v1\"]\npatches: [{path: patch.yaml}]\n",
        ),
    ];
    let repository = Repository::of(&files);
    let report = repository.lint(&["."]);
    assert_eq!(repository.told(&report), ["dev/patch.yaml:7 active-deadline-on-non-job []"], "a remote base");
    assert_eq!(report.summary.unjudged.len(), 1);
    assert!(repository.remarks(&report)[0].starts_with("note dev/kustomization.yaml:1: a remote resource"));
}

#[test]
fn flux_names_folders() {
    let flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps}\n\
                spec: {path: ./overlays/dev, interval: 1m}\n";
    let files = [
        ("base/kustomization.yaml", BASE),
        ("base/web.yaml", WEB),
        ("overlays/dev/kustomization.yaml", OVERLAY),
        ("overlays/dev/patch.yaml", PROBE),
        ("clusters/apps.yaml", flux),
        ("clusters/out.yaml", &flux.replace("./overlays/dev", "../../../etc")),
    ];
    let repository = Repository::of(&files);
    let told = repository.told(&repository.lint(&["clusters"]));
    assert_eq!(told, ["overlays/dev/patch.yaml:9 forbidden-probe [overlays/dev]"]);
}

#[test]
fn suppressions_work_in_bases_patches_and_inline() {
    let silent = "# initlint: ignore[forbidden-probe] known";
    let in_patch =
        PROBE.replace("        livenessProbe", &format!("        {silent}\n        livenessProbe"));
    let above_patch = format!("{silent}\n{PROBE}");
    let annotated = WEB.replace(
        "metadata: {name: web}\nspec",
        "metadata: {name: web, annotations: {initlint.dev/ignore: \"forbidden-probe: known\"}}\nspec",
    );
    let at_container =
        WEB.replace("      - name: migrate", &format!("      {silent}\n      - name: migrate"));
    let inline = format!(
        "resources: [../../base]\npatches:\n- patch: |-\n{}",
        in_patch.lines().map(|line| format!("    {line}\n")).collect::<String>()
    );
    let annotating = PROBE.replace(
        "metadata: {name: web}",
        "metadata: {name: web, annotations: {ignore.initlint.dev/migrate: \"forbidden-probe: known\"}}",
    );
    let with_probe = WEB.replace("migrate:1\n", "migrate:1\n        livenessProbe: {exec: {command: [a]}}\n");
    for (case, base, kustomization, patch) in [
        ("in the patch", WEB, OVERLAY, &*in_patch),
        ("above the patch", WEB, OVERLAY, &above_patch),
        ("an annotation of the base", &annotated, OVERLAY, PROBE),
        ("at the base's container", &at_container, OVERLAY, PROBE),
        ("inline", WEB, &inline, ""),
        ("an annotation in the patch", &with_probe, OVERLAY, &annotating),
    ] {
        let files = [
            ("base/kustomization.yaml", BASE),
            ("base/web.yaml", base),
            ("overlays/dev/kustomization.yaml", kustomization),
            ("overlays/dev/patch.yaml", patch),
        ];
        let repository = Repository::of(&files);
        let report = repository.lint(&["base", "overlays"]);
        assert_eq!(repository.told(&report), Vec::<String>::new(), "{case}");
        assert!(report.summary.suppressed > 0, "{case}");
    }
    let unused = format!(
        "resources: [../../base]\npatches:\n- patch: |-\n    {silent}\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {{name: web}}\n"
    );
    let files = [
        ("base/kustomization.yaml", BASE),
        ("base/web.yaml", WEB),
        ("overlays/x/kustomization.yaml", &*unused),
    ];
    let repository = Repository::of(&files);
    assert_eq!(
        repository.told(&repository.lint(&["."])),
        ["overlays/x/kustomization.yaml:4 unused-suppression []"]
    );
}

#[test]
fn the_config_of_a_nodes_own_file_holds_for_it() {
    let repository = overlays();
    let here = repository.path("");
    let off = RuleSettings { level: Some(Level::Off), ..RuleSettings::default() };
    let with = |glob: &str| Settings {
        overrides: vec![Override {
            paths: Globs::new(Place { base: here.clone(), here: here.clone() }, [glob]).unwrap(),
            rules: RuleTable::new([("forbidden-probe", off.clone())]),
        }],
        ..Settings::default()
    };
    assert_eq!(repository.lint_by(&["."], &with("**/patch.yaml")).findings.len(), 0);
    assert_eq!(repository.lint_by(&["."], &with("**/web.yaml")).findings.len(), 1);
}

#[test]
fn a_baseline_outlives_another_overlay() {
    let repository = overlays();
    let report = repository.lint(&["."]);
    let prints = |report: &Report| Fingerprints::of(report).findings;
    let before = prints(&report);
    let more = repository.path("overlays/another");
    std::fs::create_dir(&more).unwrap();
    std::fs::write(more.join("kustomization.yaml"), "resources: [../dev]\nnamespace: x\nnamePrefix: y-\n")
        .unwrap();
    let report = repository.lint(&["."]);
    assert_eq!(repository.told(&report), ["overlays/dev/patch.yaml:9 forbidden-probe [overlays/another]"]);
    assert_eq!(prints(&report), before);
}

#[test]
fn what_kustomize_refuses_is_told_and_the_rest_is_judged() {
    let lint = |kustomization: &str, more: &[(&str, &str)]| {
        let mut files = vec![("base/kustomization.yaml", BASE), ("base/web.yaml", WEB)];
        let kustomization = format!("{kustomization}patches:\n- path: patch.yaml\n");
        files.extend([("dev/kustomization.yaml", &*kustomization), ("dev/patch.yaml", PROBE)]);
        files.extend(more);
        let repository = Repository::of(&files);
        let report = repository.lint(&["."]);
        (repository.told(&report), repository.remarks(&report))
    };
    let probe = "dev/patch.yaml:9 forbidden-probe [dev]";
    for (kustomization, told, more) in [
        ("resources: [../base, ../gone]\n", "note dev/kustomization.yaml:1: there is no such file", &[][..]),
        (
            "resources: [../base, ../base/web.yaml]\n",
            "error dev/kustomization.yaml:1: this is not read: it is outside",
            &[],
        ),
        ("resources: [../base, \"github.com/a/b?ref=c\"]\n", "note dev/kustomization.yaml:1: a remote", &[]),
        (
            "resources: [../base, twice.yaml]\n",
            "note dev/twice.yaml:1: there is a Deployment web",
            &[("dev/twice.yaml", WEB)],
        ),
        (
            "resources: [../base, ../dev]\n",
            "error dev/kustomization.yaml:1: this kustomization includes itself",
            &[],
        ),
        (
            "resources: [../base, ../other]\n",
            "error other/kustomization.yaml:1: this kustomization includes itself",
            &[("other/kustomization.yaml", "resources: [../dev]\n")],
        ),
        (
            "resources: [../base]\nhelmCharts: [{name: x}]\n",
            "note dev/kustomization.yaml:2: `helmCharts`",
            &[],
        ),
        (
            "resources: [../base]\nreplicas: [{name: x, count: 1}]\n",
            "note dev/kustomization.yaml:2: no resource",
            &[],
        ),
        (
            "resources: [../base]\nresources: []\n",
            "note dev/kustomization.yaml:2: this key is written twice",
            &[],
        ),
    ] {
        let (found, remarks) = lint(kustomization, more);
        assert!(remarks.iter().any(|remark| remark.starts_with(told)), "{kustomization}: {remarks:?}");
        if !kustomization.contains("resources: []") {
            assert!(found.contains(&probe.to_owned()), "{kustomization}: {found:?}");
        }
    }
    let nothing = "resources: [../base]\npatches:\n- {target: {name: x}, path: patch.yaml}\n- patch: '[{\"op\": \"add\"}]'\n";
    let repository = Repository::of(&[
        ("base/kustomization.yaml", BASE),
        ("base/web.yaml", WEB),
        ("dev/kustomization.yaml", nothing),
        ("dev/patch.yaml", PROBE),
    ]);
    let report = repository.lint(&["."]);
    let remarks = repository.remarks(&report);
    assert!(
        remarks[0].starts_with("note dev/kustomization.yaml:3: this patch changes nothing"),
        "{remarks:?}"
    );
    assert!(remarks[1].starts_with("note dev/kustomization.yaml:4: this list of operations"), "{remarks:?}");
}

#[cfg(unix)]
#[test]
fn no_link_and_no_pipe_is_followed() {
    let repository = overlays();
    std::os::unix::fs::symlink("base", repository.path("linked")).unwrap();
    let generator = "resources: [../../linked]\nconfigMapGenerator:\n- {name: x, files: [pipe]}\n";
    std::fs::write(repository.path("overlays/prod/kustomization.yaml"), generator).unwrap();
    let status = std::process::Command::new("mkfifo").arg(repository.path("overlays/prod/pipe")).status();
    assert!(status.unwrap().success());
    let report = repository.lint(&["overlays"]);
    let remarks = repository.remarks(&report);
    let prod = "overlays/prod/kustomization.yaml";
    assert!(
        remarks.contains(&format!(
            "error {prod}:1: this is not read: a link leads there, which is not followed"
        ))
    );
    assert!(
        remarks.contains(&format!("note {prod}:3: this is not read: it is no regular file")),
        "{remarks:?}"
    );
    assert_eq!(repository.told(&report).len(), 1, "the rest is judged");
}

#[test]
fn a_build_is_described() {
    let repository = overlays();
    let inputs = discover::find(&[repository.path("overlays/dev")], &Walk::default()).inputs;
    let description = initlint::describe::describe(&inputs, "", &Settings::default());
    let names: Vec<&str> =
        description.startups.iter().flat_map(|one| &one.starts).map(|start| &*start.name).collect();
    assert_eq!(names, ["migrate", "web"], "{:?}", description.errors);
}

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
