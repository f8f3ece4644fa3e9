//! Configuration: the file, flags over it, what is wrong in it, and what is told of it.

use crate::support::binary::{folder, run};
use crate::support::yaml::{parse, value};
use serde_json::Value;

/// One error (`forbidden-probe`), one warning (`active-deadline-on-non-job`) and one warning of a
/// surplus of 3500m cpu (`oversized-init-request`).
const POD: &str = "apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  activeDeadlineSeconds: 5
  initContainers:
  - name: seed
    image: registry.example/seed:1.0
    livenessProbe: {tcpSocket: {port: 80}}
    resources: {requests: {cpu: \"4\"}}
  containers:
  - name: web
    image: nginx:1.27
    resources: {requests: {cpu: 500m}}
";

/// Status and findings of a run, each finding as `path:rule=severity`.
fn outcome(files: &[(&str, &str)], here: &str, args: &[&str]) -> (i32, String) {
    let folder = folder(files);
    let (status, out, err) =
        run(&folder.path().join(here), &[&["--format", "json", "--color", "never"], args].concat());
    assert!(status < 2, "{err}");
    let report: Value = serde_json::from_str(&out).unwrap();
    let findings = report.get("findings").unwrap().as_array().unwrap().iter().map(|finding| {
        let text = |key: &str| finding[key].as_str().unwrap().to_owned();
        format!("{}:{}={}", text("path"), text("rule"), text("severity"))
    });
    (status, findings.collect::<Vec<_>>().join(" "))
}

/// The findings of `POD` as the rules `a.yaml` are set by `config` and `args`.
fn findings(config: &str, args: &[&str]) -> String {
    let (_, found) = outcome(&[(".initlint.yaml", config), ("a.yaml", POD)], "", args);
    found.replace("a.yaml:", "")
}

/// What is said of a config file that is wrong.
pub(crate) fn refusal(config: &str) -> String {
    let folder = folder(&[(".initlint.yaml", config), ("a.yaml", POD)]);
    let (status, out, err) = run(folder.path(), &[]);
    assert_eq!((status, out.as_str()), (2, ""), "{config}\n{err}");
    err
}

const ALL: &str = "active-deadline-on-non-job=warning forbidden-probe=error oversized-init-request=warning";

#[test]
fn rules_are_switched_and_graded() {
    assert_eq!(findings("", &[]), ALL);
    assert_eq!(
        findings("rules:\n  forbidden-probe: info\n  active-deadline-on-non-job: off\n", &[]),
        "forbidden-probe=info oversized-init-request=warning"
    );
    assert_eq!(
        findings("rules:\n  forbidden-probe: {severity: 'off'}\n  active-deadline-on-non-job: error\n", &[]),
        "active-deadline-on-non-job=error oversized-init-request=warning"
    );
    assert_eq!(findings("rules: {forbidden-probe: on}\n", &[]), ALL);
    assert_eq!(findings("minSeverity: error\n", &[]), "forbidden-probe=error");
    // Suppressions' own findings too.
    let text = POD.replace("name: seed", "name: seed # initlint: ignore[invalid-field] why");
    let config = "rules: {unused-suppression: info}";
    let (_, found) = outcome(
        &[(".initlint.yaml", config), ("a.yaml", &text)],
        "",
        &["--select=invalid-field,unused-suppression"],
    );
    assert_eq!(found, "a.yaml:unused-suppression=info");
}

#[test]
fn groups_are_switched_and_graded() {
    assert_eq!(findings("rules: {api: off}\n", &[]), "oversized-init-request=warning");
    assert_eq!(
        findings(
            "rules: {forbidden-probe: on, active-deadline-on-non-job: {severity: info}, api: off}\n",
            &[]
        ),
        "active-deadline-on-non-job=info forbidden-probe=error oversized-init-request=warning",
        "what is set for a rule counts more than what is set for its group"
    );
    assert_eq!(findings("", &["--select", "resources"]), "oversized-init-request=warning");
    assert_eq!(findings("", &["--ignore", "api,resources"]), "");
    assert_eq!(
        findings("", &["--select", "api", "--ignore", "forbidden-probe"]),
        "active-deadline-on-non-job=warning"
    );
    let folder = folder(&[("a.yaml", POD)]);
    for args in [["--select", "resource"].as_slice(), &["--select", "forbidden-probe", "--ignore", "api"]] {
        let (status, out, err) = run(folder.path(), args);
        assert_eq!((status, out.as_str()), (2, ""), "{args:?}");
        assert!(err.starts_with("error: "), "{err}");
    }
}

#[test]
fn options_reach_their_rule() {
    let oversized = |options: &str| {
        let found = findings(&format!("rules:\n  oversized-init-request: {{{options}}}\n"), &[]);
        found.contains("oversized-init-request")
    };
    assert!(oversized("ratio: 1") && oversized("ratio: 7.9"));
    assert!(!oversized("ratio: 8") && !oversized("ratio: 100"));
    assert!(oversized("min-surplus: {cpu: 3500m}") && oversized("min-surplus: {cpu: 3.5, memory: 1Gi}"));
    assert!(oversized("min-surplus: {memory: 1Gi}"), "of another resource");
    assert!(!oversized("min-surplus: {cpu: 3501m}"));
    assert!(!oversized("ratio: 8, min-surplus: {cpu: 1m}"), "both have to be passed");
}

#[test]
fn overrides_switch_on_and_set_options_too() {
    let config = "rules: {forbidden-probe: off, oversized-init-request: {ratio: 8}}
overrides:
- paths: [a.yaml]
  rules: {forbidden-probe: on, oversized-init-request: {ratio: 1}}
";
    assert_eq!(findings(config, &[]), ALL);
    let other = config.replace("a.yaml", "b.yaml");
    assert_eq!(findings(&other, &[]), "active-deadline-on-non-job=warning");
}

#[test]
fn flags_win_over_the_file() {
    let config = "failOn: never\nminSeverity: error\nrules: {forbidden-probe: off, active-deadline-on-non-job: error}\n";
    let files = [(".initlint.yaml", config), ("a.yaml", POD)];
    assert_eq!(outcome(&files, "", &[]), (0, "a.yaml:active-deadline-on-non-job=error".to_owned()));
    assert_eq!(outcome(&files, "", &["--fail-on", "error"]).0, 1);
    assert_eq!(
        findings(config, &["--min-severity", "info"]),
        "active-deadline-on-non-job=error oversized-init-request=warning"
    );
    assert_eq!(
        findings(config, &["--select", "forbidden-probe"]),
        "forbidden-probe=error",
        "though the file has it off"
    );
    assert_eq!(
        findings(config, &["--select", "active-deadline-on-non-job"]),
        "active-deadline-on-non-job=error",
        "as the file has it"
    );
    assert_eq!(findings(config, &["--ignore", "active-deadline-on-non-job"]), "");
    assert_eq!(findings(config, &["--no-config"]), ALL);
    let overrides = "overrides: [{paths: [a.yaml], rules: {forbidden-probe: off, invalid-field: error}}]\n";
    assert_eq!(findings(overrides, &["--select", "forbidden-probe"]), "forbidden-probe=error");
    let overrides = "overrides: [{paths: [a.yaml], rules: {forbidden-probe: error}}]\n";
    assert_eq!(
        findings(overrides, &["--ignore", "forbidden-probe,oversized-init-request"]),
        "active-deadline-on-non-job=warning"
    );
}

#[test]
fn the_nearest_file_upwards_counts() {
    let files = [
        (".initlint.yaml", "rules: {forbidden-probe: off}"),
        ("deploy/base/a.yaml", POD),
        ("other/.initlint.yml", "rules: {active-deadline-on-non-job: off}"),
        ("other/a.yaml", POD),
        ("ci/strict.yaml", "rules: {oversized-init-request: off}\nexclude: [a.yaml]"),
    ];
    let without = |rule: &str| {
        let rest = ALL.split(' ').filter(|finding| !finding.starts_with(rule));
        rest.map(|finding| format!("a.yaml:{finding}")).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(outcome(&files, "deploy/base", &[]).1, without("forbidden-probe"));
    assert_eq!(outcome(&files, "other", &[]).1, without("active-deadline"));
    // Where initlint is started, not where the manifest lies.
    assert!(outcome(&files, "deploy", &["../other/a.yaml"]).1.contains("active-deadline"));
    let named = ["--config", "../ci/strict.yaml", "../other/a.yaml"];
    assert_eq!(outcome(&files, "deploy", &named).1.replace("../other/", ""), without("oversized"));
}

#[test]
fn globs_count_from_the_config_files_folder() {
    let files = [
        (
            ".initlint.yaml",
            "exclude: [vendor/]\noverrides:\n- {paths: ['deploy/*-test.yaml'], rules: {forbidden-probe: off}}\n- {paths: [deploy/b-test.yaml], rules: {forbidden-probe: info}}\n",
        ),
        ("vendor/a.yaml", POD),
        ("deploy/a.yaml", POD),
        ("deploy/a-test.yaml", POD),
        ("deploy/b-test.yaml", POD),
        ("deploy/deep/a-test.yaml", POD),
    ];
    let probes = |here: &str, args: &[&str]| {
        let (_, found) = outcome(&files, here, args);
        let probes: Vec<&str> =
            found.split(' ').filter(|finding| finding.contains("forbidden-probe")).collect();
        probes.join(" ").replace(":forbidden-probe", "")
    };
    assert_eq!(probes("", &[]), "deploy/a.yaml=error deploy/b-test.yaml=info deploy/deep/a-test.yaml=error");
    assert_eq!(probes("deploy", &[]), "a.yaml=error b-test.yaml=info deep/a-test.yaml=error");
    assert_eq!(probes("deploy", &["../vendor/a.yaml"]), "../vendor/a.yaml=error", "named itself");
    assert_eq!(probes("deploy/deep", &["..", "--exclude", "*.yaml"]), "../a.yaml=error ../b-test.yaml=info");
    assert_eq!(probes("", &["vendor", "deploy/a.yaml", "--force-exclude", "--exclude", "deploy"]), "");
}

#[test]
fn pod_templates_of_custom_resources_are_declared() {
    let custom = |path: &str| {
        let spec = POD.split_once("spec:\n").unwrap().1;
        let indented: Vec<String> = spec.lines().map(|line| format!("      {line}\n")).collect();
        let indented = indented.concat();
        format!("apiVersion: example.com/v1\nkind: Bench\nspec:\n  {path}:\n  - inner:\n{indented}")
    };
    // Not found by its look: one container has no image.
    let text = custom("workers").replace("image: nginx:1.27", "workingDir: /");
    let found = |config: &str| outcome(&[(".initlint.yaml", config), ("a.yaml", &text)], "", &[]).1;
    let probe = "a.yaml:forbidden-probe=error";
    let declared =
        |more: &str| format!("podTemplates: [{{kind: Bench, path: spec.workers.*.inner{more}}}]\n");
    assert!(found(&declared("")).contains(probe));
    assert!(found(&declared(", group: example.com")).contains(probe));
    assert!(!found(&declared("")).contains("oversized"), "an operator may add to it");
    assert!(found(&declared(", complete: true")).contains("oversized"));
    let other = "podTemplates: [{kind: Bench, group: example.com, path: spec.elsewhere}]\n";
    assert!(!found(other).contains(probe), "it takes the place of what is known");
    // A path to the template finds the spec in it.
    let text = text.replace("inner:", "template:\n      spec:").replace("\n      ", "\n        ");
    let text = text.replace("template:\n        spec:", "template:\n      spec:");
    let found = |config: &str| outcome(&[(".initlint.yaml", config), ("a.yaml", &text)], "", &[]).1;
    assert!(
        found("podTemplates: [{kind: Bench, path: spec.workers.*.template}]\n").contains(probe),
        "{text}"
    );
}

#[test]
fn versions_are_read_as_they_are_written() {
    for (written, expected) in [("1.30", "1.30"), ("\"1.31\"", "1.31"), ("v1.29.4", "1.29"), ("1.3e1", "")] {
        let config = format!("kubernetesVersion: {written}\n");
        let folder = folder(&[(".initlint.yaml", &config)]);
        let (status, out, _) = run(folder.path(), &["--dump-config"]);
        let line = format!("kubernetesVersion: \"{expected}\" # .initlint.yaml:1\n");
        assert_eq!(
            (status == 0, out.starts_with(&line)),
            (!expected.is_empty(), !expected.is_empty()),
            "{written}: {out}"
        );
    }
}

#[test]
fn mistakes_are_shown_at_their_place_all_at_once() {
    for (config, place, message) in [
        ("failon: error\n", ":1:1\n", "there is no key `failon` here"),
        ("a: 1\nb: 2\n", ":2:1\n", "there is no key `b` here"),
        ("failOn: fatal\n", ":1:9\n", "`failOn` takes error, warning, info or never, not `fatal`"),
        ("failOn: [error]\n", ":1:9\n", "`failOn` takes error, warning, info or never, not a list"),
        ("pedantic: maybe\n", ":1:11\n", "`pedantic` takes true or false, not `maybe`"),
        ("exclude: vendor\n", ":1:10\n", "`exclude` takes a list, not `vendor`"),
        ("exclude: [1]\n", ":1:11\n", "`exclude` takes a string, not `1`"),
        ("exclude: ['a[b']\n", ":1:11\n", "`a[b` is no glob"),
        ("kubernetesVersion: 2.0\n", ":1:20\n", "unknown Kubernetes version `2.0`"),
        ("rules: [forbidden-probe]\n", ":1:8\n", "`rules` takes a map, not a list"),
        ("rules: {forbiden-probe: off}\n", ":1:9\n", "no rule is called `forbiden-probe`"),
        (
            "rules: {forbidden-probe: fatal}\n",
            ":1:26\n",
            "`forbidden-probe` takes off, on, info, warning or error, not `fatal`",
        ),
        ("rules: {forbidden-probe: }\n", ":1:", "`forbidden-probe` takes off, on, info, warning or error"),
        ("rules: {forbidden-probe: {ratio: 2}}\n", ":1:27\n", "there is no key `ratio` here"),
        (
            "rules: {oversized-init-request: {ratio: 0.5}}\n",
            ":1:41\n",
            "`ratio` takes a number of at least 1, not `0.5`",
        ),
        (
            "rules: {oversized-init-request: {ratio: .nan}}\n",
            ":1:41\n",
            "`ratio` takes a number of at least 1",
        ),
        (
            "rules: {oversized-init-request: {min-surplus: {cpu: much}}}\n",
            ":1:53\n",
            "`cpu` takes a quantity",
        ),
        ("overrides: [{paths: [a]}]\n", ":1:13\n", "`rules` is missing here"),
        ("overrides: [{rules: {}}]\n", ":1:13\n", "`paths`, `resources` or `namespaces` is missing here"),
        (
            "overrides: [{resources: [Job], rules: {}}]\n",
            ":1:26\n",
            "`resources` takes a kind and a name such as `Job/*`, not `Job`",
        ),
        ("rules: {script: off}\n", ":1:9\n", "did you mean `scripts`?"),
        ("overrides: [{paths: a, rules: {}}]\n", ":1:21\n", "`paths` takes a list, not `a`"),
        (
            "podTemplates: [{kind: A, path: /spec}]\n",
            ":1:32\n",
            "`path` takes a path such as `spec.template`",
        ),
        ("podTemplates: [{path: spec}]\n", ":1:16\n", "`kind` is missing here"),
        ("failOn: error\nfailOn: info\n", ":2:1\n", "`failOn` is set twice"),
        ("failOn: error\n---\nfailOn: info\n", ":2:1\n", "a config file is one document"),
        ("failOn: 'error\n", ":1:9\n", "this quote is never closed"),
        ("- a\n", ":1:1\n", "takes a map, not a list"),
    ] {
        let told = refusal(config);
        assert!(told.contains(&format!(".initlint.yaml{place}")), "{config}\n{told}");
        assert!(told.contains(message), "{config}\n{told}");
    }
    let told = refusal("failon: error\nrules: {x: off, forbiden-probe: on}\n");
    assert!(
        told.contains("did you mean `failOn`?") && told.contains("did you mean `forbidden-probe`?"),
        "{told}"
    );
    assert!(told.ends_with("error: .initlint.yaml has 3 mistakes\n"), "{told}");
    assert!(told.contains("error[unknown-rule]") && !told.contains("error[]"), "{told}");
    let folder = folder(&[("a.yaml", POD)]);
    let (status, _, err) = run(folder.path(), &["--config", "no.yaml"]);
    assert_eq!((status, err.as_str()), (2, "error: config file no.yaml: no such file or folder\n"));
    assert_eq!(run(folder.path(), &["--config", "a.yaml", "--no-config"]).0, 2);
}

#[test]
fn nothing_set_is_no_mistake() {
    for config in ["", "# nothing\n", "---\n", "rules:\nexclude:\nfailOn:\n", "{}\n", "rules: {}\n"] {
        assert_eq!(findings(config, &[]), ALL, "{config}");
    }
}

/// A config file that sets each kind of key.
pub(crate) const FULL: &str = "kubernetesVersion: 1.30
failOn: info
exclude: [\"a \\\"b\\\"/\"]
rules:
  forbidden-probe: warning
  invalid-field: off
  oversized-init-request: {ratio: 2.5, min-surplus: {cpu: 100m}}
overrides:
- paths: [x/, 'y/*']
  rules: {invalid-field: on, oversized-init-request: {ratio: 3}}
podTemplates:
- {group: example.com, kind: Bench, path: spec.workers.*.template}
images:
- {name: registry.example/tools, sh: ash, user: 1000, entrypoint: [/run], commands: [curl]}
";

/// Of an image that nobody else knows, rules speak as the configuration says.
#[test]
fn images_of_ones_own_are_described() {
    let pod = "apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  initContainers:
  - name: b
    image: registry.example/tools:1
    command: [sh, -ec, 'curl -fsS http://c; git --version; git status; a=(b)']
  containers: [{name: app, image: 'app:1'}]
";
    let found = |config: &str| {
        let folder = folder(&[(".initlint.yaml", config), ("pod.yaml", pod)]);
        run(folder.path(), &["--format", "concise", "pod.yaml"]).1
    };
    let silent = found("images: [{name: registry.example/other, sh: ash, commands: [curl]}]\n");
    assert!(!silent.contains("[bashism]") && !silent.contains("[command-not-in-image]"), "{silent}");
    let told = found("images: [{name: registry.example/tools, sh: ash, commands: [curl]}]\n");
    assert!(
        told.contains("[bashism]") && told.contains("runs `git`") && !told.contains("runs `curl`"),
        "{told}"
    );
    let shell = found("images: [{name: 'registry.example/tools:1', sh: none}]\n");
    assert!(shell.contains("runs `sh`") && !shell.contains("[bashism]"), "{shell}");
}

#[test]
fn the_dump_says_what_is_in_force_and_why() {
    let dumped = folder(&[(".initlint.yaml", FULL), ("below/a", "")]);
    let args =
        ["--dump-config", "--fail-on", "error", "--ignore", "invalid-yaml", "--exclude", "z", "--pedantic"];
    let (status, dump, err) = run(&dumped.path().join("below"), &args);
    assert_eq!((status, err.as_str()), (0, ""));
    for line in [
        "kubernetesVersion: \"1.30\" # ../.initlint.yaml:1",
        "failOn: error # --fail-on",
        "minSeverity: info # default",
        "pedantic: true # --pedantic",
        "- \"a \\\"b\\\"/\" # ../.initlint.yaml:3",
        "- \"z\" # --exclude",
        "  forbidden-probe: warning # ../.initlint.yaml:5",
        "  invalid-field: off # ../.initlint.yaml:6",
        "  invalid-yaml: off # --ignore",
        "  unknown-rule: on # default",
        "    severity: on # default",
        "    ratio: 2.5 # ../.initlint.yaml:7",
        "    min-surplus: {\"cpu\": \"100m\"} # ../.initlint.yaml:7",
        "    invalid-field: on # ../.initlint.yaml:10",
    ] {
        assert!(dump.lines().any(|found| found == line), "{line} is missing in\n{dump}");
    }
    assert_eq!(dump.matches("ratio:").count(), 2, "{dump}");
    // It is a config file, and sets the same again.
    let again = folder(&[(".initlint.yaml", &dump), ("below/a", "")]);
    let (status, second, err) = run(&again.path().join("below"), &["--dump-config"]);
    assert_eq!((status, err.as_str()), (0, ""), "{dump}");
    let values = |text: &str| value(parse(text).root());
    assert_eq!(values(&dump), values(&second));
    // Other readers of YAML see the same but for `on` and `off`, which some take for booleans.
    let other: Value = serde_yaml::from_str(&dump).unwrap();
    assert_eq!(other["failOn"], "error");
}

#[test]
fn overrides_count_for_objects() {
    let job = POD.replace("name: web}", "name: db, namespace: prod}");
    let both = [POD, &job].join("---\n");
    let levels = |config: &str| {
        let config = format!("overrides:\n- {config}\n  rules: {{forbidden-probe: off, resources: off}}\n");
        let files = [(".initlint.yaml", config.as_str()), ("a.yaml", both.as_str())];
        let (_, found) = outcome(&files, "", &["--ignore", "active-deadline-on-non-job"]);
        found.replace("a.yaml:", "").matches("forbidden-probe").count()
    };
    for (config, left) in [
        ("resources: [\"Pod/*\"]", 0),
        ("resources: [Pod/d*]", 1),
        ("resources: [\"Job/*\"]", 2),
        ("namespaces: [pr*]", 1),
        ("namespaces: [dev]", 2),
        ("resources: [Pod/web]\n  namespaces: [prod]", 2),
        ("resources: [Pod/web, Pod/db]\n  paths: [a.yaml]", 0),
        ("resources: [Pod/web, Pod/db]\n  paths: [b.yaml]", 2),
    ] {
        assert_eq!(levels(config), left, "{config}");
    }
    // A later entry wins, options too, and flags win over all.
    let config = "overrides:\n- {resources: ['Pod/*'], rules: {forbidden-probe: off}}\n- {namespaces: [prod], rules: {forbidden-probe: info}}\n";
    let files = [(".initlint.yaml", config), ("a.yaml", both.as_str())];
    let (_, found) = outcome(&files, "", &["--select", "forbidden-probe"]);
    assert_eq!(found, "a.yaml:forbidden-probe=error a.yaml:forbidden-probe=info");
    let config = "overrides:\n- {resources: [Pod/db], rules: {oversized-init-request: {ratio: 100}}}\n";
    let files = [(".initlint.yaml", config), ("a.yaml", both.as_str())];
    assert_eq!(
        outcome(&files, "", &["--select", "oversized-init-request"]).1,
        "a.yaml:oversized-init-request=warning"
    );
}
