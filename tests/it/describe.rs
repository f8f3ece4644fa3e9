//! `--describe`: what it draws, what it says to scripts, and that its figures are Kubernetes' own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Mutex, MutexGuard};

use crate::support::binary::{command, folder, read, run};
use crate::support::corpus::shared;
use crate::support::generated::compare as hold;
use crate::support::lint::{cases, root};
use crate::support::oracle::{List, PodVerdict, Row, document, rows};
use initlint::describe::{Description, describe};
use initlint::discover::Input;
use initlint::report::describe::Form;
use initlint::report::{self, Look};
use initlint::settings::Settings;
use serde_json::{Value, json};

fn described(path: &Path) -> Description {
    let input = Input::Text {
        path: path.file_name().unwrap().to_string_lossy().into_owned(),
        text: fs::read_to_string(path).unwrap(),
    };
    describe(&[input], "<stdin>", &Settings::default())
}

/// Colours are a setting of the process, which tests share.
fn with_color(color: bool) -> MutexGuard<'static, ()> {
    static LOCK: Mutex<()> = Mutex::new(());
    let guard = LOCK.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    colored::control::set_override(color);
    guard
}

fn drawn(form: Form, look: &Look) -> String {
    let _guard = with_color(look.color);
    let mut out = Vec::new();
    let description = described(&root().join("tests/describe/phases.yaml"));
    report::describe::write(&description, form, None, look, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn start_ups_are_drawn_as_their_snapshots_show() {
    let plain = Look { width: 80, color: false, links: false, unicode: true };
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        insta::assert_snapshot!("describe@80-columns", drawn(Form::Pretty, &plain));
        insta::assert_snapshot!("describe@200-columns", drawn(Form::Pretty, &Look { width: 200, ..plain }));
        insta::assert_snapshot!("describe@ascii", drawn(Form::Pretty, &Look { unicode: false, ..plain }));
        insta::assert_snapshot!("describe@color", drawn(Form::Pretty, &Look { color: true, ..plain }));
        insta::assert_snapshot!("describe@concise", drawn(Form::Concise, &plain));
        insta::assert_snapshot!("describe@json", drawn(Form::Json, &plain));
    });
}

/// The page shows what a terminal of 80 columns would.
#[test]
fn the_page_shows_the_example() {
    let page = root().join("docs/describe.md");
    let text = fs::read_to_string(&page).unwrap();
    let (head, rest) = text.split_once("```text\n").unwrap();
    let (_, tail) = rest.split_once("```\n<!-- end -->").unwrap();
    let (status, out, _) = run(root(), &["--describe", "examples/shop.yaml", "--no-config"]);
    assert_eq!(status, 0);
    hold(&page, &format!("{head}```text\n{}\n```\n<!-- end -->{tail}", out.trim_end()));
}

#[test]
fn drawings_keep_to_the_terminal() {
    for width in [80, 100, 120, 200] {
        for unicode in [true, false] {
            let text = drawn(Form::Pretty, &Look { width, color: false, links: false, unicode });
            assert!(unicode || text.is_ascii(), "{text}");
            for line in text.lines() {
                assert!(unicode_width::UnicodeWidthStr::width(line) <= width, "{width}: {line}");
                assert_eq!(line.trim_end(), line);
            }
        }
    }
}

const POD: &str = "apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  initContainers:
  - {name: seed, image: \"registry.example/seed:1.0\", resources: {requests: {cpu: 2}}}
  containers:
  - {name: web, image: \"nginx:1.27\", resources: {requests: {cpu: 500m}}}
";

const BARE: &str = "apiVersion: v1
kind: Pod
metadata: {name: bare}
spec:
  containers:
  - {name: web, image: \"nginx:1.27\"}
";

fn pods(json: &str) -> Vec<Value> {
    serde_json::from_str::<Value>(json).unwrap()["pods"].as_array().unwrap().clone()
}

fn names(json: &str) -> Vec<String> {
    pods(json).iter().map(|pod| pod["resource"]["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn json_has_the_promised_members() {
    let folder = folder(&[("a/pod.yaml", POD)]);
    let (status, out, err) = run(folder.path(), &["--describe", "--format", "json"]);
    assert_eq!((status, err.as_str()), (0, ""));
    let expected = json!({"schema": 1, "pods": [{
        "path": "a/pod.yaml",
        "span": {"start": {"line": 5, "column": 3, "offset": 55}, "end": {"line": 8, "column": 73, "offset": 243}},
        "resource": {"apiVersion": "v1", "kind": "Pod", "namespace": null, "name": "web", "pointer": "/spec", "container": null, "role": null, "siblings": null},
        "kubernetesVersion": "1.36", "restartPolicy": "Always", "activeDeadlineSeconds": null,
        "startup": [
            {"name": "seed", "role": "init", "requests": {"cpu": "2"}, "limits": {}, "restartPolicy": null, "waits": [], "gate": null},
            {"name": "web", "role": "app", "requests": {"cpu": "500m"}, "limits": {}, "restartPolicy": null, "waits": [], "gate": null},
        ],
        "requests": {"cpu": "2"}, "limits": {}, "appRequests": {"cpu": "500m"}, "sidecarRequests": {},
        "initRequests": {"cpu": "2"}, "surplus": {"cpu": "1500m"}, "qos": "Burstable",
    }]});
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), expected);
    let args = ["--describe", "--format", "json", "--kubernetes-version", "1.28"];
    assert_eq!(pods(&run(folder.path(), &args).1)[0]["kubernetesVersion"], "1.28");
}

#[test]
fn json_tells_who_waits_for_what_and_whom_a_sidecar_holds_up() {
    let job = "apiVersion: batch/v1
kind: Job
metadata: {name: load}
spec:
  activeDeadlineSeconds: 600
  template:
    spec:
      restartPolicy: Never
      initContainers:
      - {name: db, image: \"busybox:1.36\", command: [sh, -c, \"until nc -z db 5432; do sleep 1; done\"]}
      - name: proxy
        image: \"registry.example/proxy:1.0\"
        restartPolicy: Always
        startupProbe: {exec: {command: [proxyctl, ready]}, periodSeconds: 2}
      containers:
      - {name: load, image: \"registry.example/load:1.0\"}
";
    let folder = folder(&[("job.yaml", job)]);
    let args = ["--describe", "--format", "json"];
    let pod = pods(&run(folder.path(), &args).1).remove(0);
    assert_eq!((&pod["restartPolicy"], &pod["activeDeadlineSeconds"]), (&json!("Never"), &json!(600)));
    let wait = &pod["startup"][0]["waits"][0];
    assert_eq!(wait["awaited"], json!([{"kind": "host", "host": "db", "port": "5432"}]));
    assert_eq!((&wait["name"], &wait["bound"]), (&json!("until"), &Value::Null));
    assert_eq!((&wait["path"], &wait["span"]["start"]["line"]), (&json!("job.yaml"), &json!(10)));
    let probe = json!({
        "handler": "exec", "awaited": {"kind": "command", "command": "proxyctl ready"},
        "initialDelaySeconds": 0, "periodSeconds": 2, "failureThreshold": 3,
    });
    let gate = json!({"postStart": false, "startupProbe": probe, "holdsUp": ["load"]});
    assert_eq!(pod["startup"][1]["gate"], gate);
    // Before native sidecars it is an init container, which isn't probed.
    let args = ["--describe", "--format", "json", "--kubernetes-version", "1.28"];
    assert_eq!(pods(&run(folder.path(), &args).1)[0]["startup"][1]["gate"], Value::Null);
}

#[test]
fn folders_lists_custom_resources_and_parts_are_described() {
    let list = "apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Pod
  metadata: {name: listed}
  spec: {containers: [{name: a, image: \"x:1\"}]}
";
    let rollout = "apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: flow}
spec:
  templates:
  - {name: steps, steps: [[{name: a, template: work}]]}
  - name: work
    container: {image: \"x:1\", command: [make], resources: {requests: {cpu: 1}}}
";
    let patch = "apiVersion: apps/v1
kind: Deployment
metadata: {name: part}
spec: {template: {spec: {containers: [{name: a, resources: {requests: {cpu: 1}}}]}}}
";
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n";
    let folder = folder(&[
        ("a/list.yaml", list),
        ("b/flow.yaml", rollout),
        ("c/part.yaml", patch),
        ("d/pods.yaml", &format!("{POD}---\n{service}---\n{BARE}")),
        ("e/service.yaml", service),
    ]);
    let files = ["a/list.yaml", "b/flow.yaml", "c/part.yaml", "d/pods.yaml", "e/service.yaml"];
    let named = |args: &[&str]| run(folder.path(), &[&["--describe"], args, &files].concat());
    let (status, out, _) = named(&["--format", "json"]);
    assert_eq!(
        (status, names(&out)),
        (0, ["listed", "flow", "part", "web", "bare"].map(str::to_owned).to_vec())
    );
    assert_eq!(pods(&out)[1]["resource"]["pointer"], "/spec/templates/1");
    let (status, out, err) = named(&[]);
    assert!(status == 0 && out.contains("── Workflow flow /spec/templates/1 ──"), "{out}");
    assert!(out.contains("This is a patch"), "{out}");
    assert_eq!(
        err,
        "5 Pod specs in 5 files; unused after start-up: cpu 1.5 in 1 Pod spec\n\
        1 patch without its base (c/part.yaml:1); describe the folder that builds it\n"
    );
    let (status, out, err) = run(folder.path(), &["--describe", "--format", "json"]);
    assert_eq!((status, names(&out)), (0, vec!["web".to_owned()]), "{err}");
    let (_, _, err) = run(folder.path(), &["--describe"]);
    assert!(err.contains("; 4 Pod specs without init containers left out"), "{err}");
    let (status, out, err) = run(folder.path(), &["--describe", "e"]);
    assert_eq!((status, out.as_str(), err.as_str()), (0, "", "nothing to describe: no Pod in 1 file\n"));
}

#[test]
fn standard_input_is_described() {
    let folder = folder(&[]);
    let mut child = command(folder.path(), &["--describe", "-", "--format", "concise"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), POD.as_bytes()).unwrap();
    let (status, out, _) = read(child.wait_with_output().unwrap());
    let expected = "<stdin>:5:3: Pod web: seed, then web: cpu 2 (1.5 unused); Burstable\n";
    assert_eq!((status, out.as_str()), (0, expected));
}

#[test]
fn what_cannot_be_described_is_named_and_the_rest_is_shown() {
    let folder = folder(&[
        ("good.yaml", POD),
        ("quantity.yaml", &POD.replace("cpu: 2", "cpu: 2cores")),
        ("shape.yaml", &POD.replace("requests: {cpu: 2}", "requests: [cpu]")),
        ("elsewhere.yaml", &POD.replace("name: seed,", "name: seed, env: [{name: A, value: 5}],")),
        ("syntax.yaml", "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: 'x\n"),
        (
            "helm.yaml",
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  {{- toYaml .Values.containers | nindent 2 }}\n{{ end }}\n",
        ),
    ]);
    for format in ["pretty", "concise", "json"] {
        let (status, out, err) = run(folder.path(), &["--describe", "--format", format]);
        assert_eq!(status, 2, "{err}");
        let errors = if format == "json" { &err } else { &out };
        for part in [
            "error: quantity.yaml:6: `cpu: 2cores` is no quantity: ",
            "error: shape.yaml:6: `requests` must be a map, and is a list",
            "error: syntax.yaml:5: ",
        ] {
            assert!(errors.contains(part), "{part} is missing in\n{errors}");
        }
        let shown = if format == "json" { pods(&out).len() } else { out.matches("Pod web").count() };
        assert_eq!(shown, 2, "{out}");
        assert!(
            format == "json"
                || err.contains("skipped 1 Helm template (helm.yaml:6: this `end` belongs to no block)"),
            "{err}"
        );
    }
    let placeholder = [("a.yaml", POD.replace("cpu: 2", "cpu: \"${CPU}\""))];
    let placeholder = crate::support::binary::folder(&[(placeholder[0].0, &placeholder[0].1)]);
    let (status, out, _) = run(placeholder.path(), &["--describe"]);
    assert!(status == 2 && out.contains("error: a.yaml:5: the amount of cpu can't be read"), "{out}");
    assert_eq!(run(folder.path(), &["--describe", "missing.yaml"]).0, 2);
    assert_eq!(run(folder.path(), &["--describe", "--format", "sarif"]).0, 2);
    assert_eq!(run(folder.path(), &["--describe", "--kubernetes-version", "0.9"]).0, 2);
}

#[test]
fn manifests_cannot_drive_the_terminal() {
    let evil =
        POD.replace("name: seed", "name: \"se\\x1b[31med\\n\"").replace("cpu: 2", "cpu: 2, \"e\\x1b[2J\": 1");
    let folder =
        folder(&[("evil.yaml", &evil), ("evil\u{1b}[2J.yaml", &POD.replace("cpu: 2", "cpu: \"2\\x1b[2J\""))]);
    for format in ["pretty", "concise"] {
        for locale in ["C.UTF-8", "C"] {
            let args = ["--describe", "--format", format];
            let output = command(folder.path(), &args).env("LANG", locale).output().unwrap();
            let (_, out, err) = read(output);
            assert!(out.contains("[31med") && !out.contains('\u{1b}') && !err.contains('\u{1b}'), "{out}");
        }
    }
}

#[test]
fn nothing_is_lost_to_the_prefilter() {
    let mut folders = vec![root().join("rules"), root().join("tests/describe"), root().join("tests/oracle")];
    folders.extend(shared().map(|shared| shared.join("corpus/files")));
    let paths: Vec<PathBuf> = folders.iter().flat_map(|folder| cases(folder)).collect();
    let spans = |named: bool| -> Vec<_> {
        let inputs: Vec<Input> = paths.iter().map(|path| Input::File { path: path.clone(), named }).collect();
        let described = describe(&inputs, "<stdin>", &Settings::default());
        described.startups.iter().map(|startup| (startup.has_init_phase(), startup.span)).collect()
    };
    let mut all = spans(true);
    assert!(all.len() > 20);
    all.retain(|(has_init_phase, _)| *has_init_phase);
    assert_eq!(spans(false), all);
}

#[test]
fn the_figures_are_kubernetes_own() {
    let own = root().join("tests/oracle");
    assert!(compare(&own.join("verdicts.jsonl"), &own) > 100);
    let Some(shared) = shared() else { return };
    let pods = compare(&shared.join("oracle/verdicts.jsonl"), &shared.join("oracle/cases"));
    eprintln!("{pods} Pods by version");
    assert!(pods > 1000);
}

/// Compares what the binary says of `cases` with the verdicts at each version, and tells how many Pods there were.
fn compare(verdicts: &Path, cases: &Path) -> usize {
    let rows = rows(verdicts);
    let all = rows.iter().flat_map(|row| &row.verdicts).flat_map(|verdict| &verdict.versions);
    let versions: BTreeSet<&String> = all.collect();
    let mut count = 0;
    for version in versions {
        let args = ["--describe", "--format", "json", "--kubernetes-version", version];
        let files: BTreeSet<&str> = rows.iter().map(|row| &*row.file).collect();
        let described = pods(&run(cases, &[&args, &*Vec::from_iter(files)].concat()).1);
        for row in &rows {
            for verdict in row.verdicts.iter().filter(|verdict| verdict.versions.contains(version)) {
                for expected in &verdict.pods {
                    let place = format!("{} #{} {:?} {version}", row.file, row.doc, row.item);
                    assert_eq!(found(&described, row, expected, cases), figures(expected), "{place}");
                    count += 1;
                }
            }
        }
    }
    count
}

/// The figures of the Pod that `row` is about.
fn found(pods: &[Value], row: &Row, expected: &PodVerdict, cases: &Path) -> BTreeMap<&'static str, Value> {
    let text = fs::read_to_string(cases.join(&row.file)).unwrap();
    let range = document(&text, row.doc).unwrap();
    let mut pointer = format!("/{}", expected.path.replace('.', "/"));
    if let Some(item) = row.item {
        pointer = format!("/items/{item}{pointer}");
    }
    let is_it = |pod: &&Value| {
        let offset = usize::try_from(pod["span"]["start"]["offset"].as_u64().unwrap()).unwrap();
        let found = pod["resource"]["pointer"].as_str().unwrap();
        pod["path"] == *row.file
            && range.contains(&offset)
            && (found == pointer || row.item.is_some() && found.ends_with(&pointer))
            && row.name.as_ref().is_none_or(|name| pod["resource"]["name"] == **name)
    };
    let pod = pods.iter().find(is_it).cloned().unwrap_or_default();
    FIGURES.iter().map(|name| (*name, pod[*name].clone())).collect()
}

const FIGURES: [&str; 5] = ["requests", "limits", "appRequests", "sidecarRequests", "qos"];

fn figures(expected: &PodVerdict) -> BTreeMap<&'static str, Value> {
    let list = |list: &List| json!(list);
    let values = [
        list(&expected.requests),
        list(&expected.limits),
        list(&expected.app_requests),
        list(&expected.sidecar_requests),
        json!(expected.qos),
    ];
    FIGURES.into_iter().zip(values).collect()
}

/// A Deployment of `replicas` Pods, whose init container asks for what its app doesn't.
fn wasteful(name: &str, replicas: usize, cpu: &str) -> String {
    format!(
        "apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, namespace: shop}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      initContainers:
      - {{name: seed, image: \"x:1\", resources: {{requests: {{cpu: {cpu}, memory: 1536Mi}}}}}}
      containers:
      - {{name: web, image: \"x:1\", resources: {{requests: {{cpu: 500m, memory: 512Mi}}}}}}
"
    )
}

#[test]
fn the_pods_that_leave_most_unused_come_first() {
    let plain =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: c, image: \"x:1\"}]}\n";
    let folder = folder(&[
        ("a.yaml", &wasteful("small", 1, "600m")),
        ("b.yaml", &wasteful("large", 10, "4")),
        ("c.yaml", &wasteful("medium", 2, "2")),
        ("plain.yaml", plain),
    ]);
    let (status, out, err) = run(folder.path(), &["--describe", "--top", "2"]);
    let expected = "cpu  memory  unused after start-up by
 35    10Gi  Deployment shop/large × 10  b.yaml:10
  3     2Gi  Deployment shop/medium × 2  c.yaml:10
";
    assert_eq!((status, out.as_str()), (0, expected), "{err}");
    assert!(
        err.starts_with(
            "3 Pod specs in 4 files; unused after start-up: cpu 38.1, memory 13Gi in 3 Pod specs"
        ),
        "{err}"
    );
    assert!(err.contains("; 1 Pod spec without init containers left out"), "{err}");
    let (_, out, _) = run(folder.path(), &["--describe", "--top=1", "--format=concise"]);
    let line = "b.yaml:10:7: Deployment shop/large: seed, then web: cpu 4 (3.5 unused × 10), memory 1.5Gi (1Gi unused × 10); Burstable\n";
    assert_eq!(out, line);
    // A file that is named is described whole.
    assert!(run(folder.path(), &["--describe", "plain.yaml"]).1.contains("Pod a"));
    assert_eq!(run(folder.path(), &["--top", "2"]).0, 2);
}

/// An app container elsewhere may use what the init phase asks for, and what is no resource is no amount.
#[test]
fn what_cannot_be_seen_is_not_called_unused() {
    let release = "apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: vectors}
spec:
  values:
    initContainers:
    - {name: seed, image: \"x:1\", resources: {requests: {cpu: 600m, FILLED_BY_VALIDATOR: 1}}}
";
    let folder = folder(&[("a.yaml", release)]);
    let (_, out, err) = run(folder.path(), &["--describe", "a.yaml"]);
    assert!(!out.contains("% unused") && !err.contains("unused after"), "{out}{err}");
}
