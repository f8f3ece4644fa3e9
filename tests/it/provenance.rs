//! What isn't applied as it stands: assertions, patches, policies, rendered text, and what a cluster printed.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::binary::{command, folder, read, run};

/// A Pod whose init container has a probe, which is an error.
const BAD: &str = "apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  initContainers:
  - {name: seed, image: \"busybox:1.36\", livenessProbe: {exec: {command: [a]}}}
  containers:
  - {name: web, image: \"nginx:1.27\"}
";

/// Runs with `input` on standard input.
fn piped(folder: &Path, args: &[&str], input: &str) -> (i32, String, String) {
    let mut child = command(folder, args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Whoever passes it over doesn't read it.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    read(child.wait_with_output().unwrap())
}

#[test]
fn assertions_and_policies_are_passed_over_and_counted() {
    let policy = "apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: p}
spec:
  rules:
  - validate:
      pattern: {spec: {initContainers: [{name: '*', image: '*:*', livenessProbe: null}]}}
";
    let want = BAD.replace("  - {name: web, image: \"nginx:1.27\"}\n", "  - {name: web}\n");
    let test = "apiVersion: chainsaw.kyverno.io/v1alpha1
kind: Test
spec: {steps: [{try: [{apply: {file: web.yaml}}, {assert: {file: web-ready.yaml}}]}]}
";
    let folder = folder(&[
        ("kuttl/01-assert.yaml", BAD),
        ("kuttl/01-install.yaml", BAD),
        ("chainsaw/chainsaw-test.yaml", test),
        ("chainsaw/web.yaml", BAD),
        ("chainsaw/web-ready.yaml", BAD),
        ("chainsaw/part.yaml", &want),
        ("policies/p.yaml", policy),
        ("overlay/patch.yaml", &want),
    ]);
    let (status, out, err) = run(folder.path(), &["--format", "concise"]);
    let found: Vec<&str> = out.lines().filter_map(|line| line.split(':').next()).collect();
    assert_eq!(
        (status, found.as_slice()),
        (1, ["chainsaw/web.yaml", "kuttl/01-install.yaml", "overlay/patch.yaml"].as_slice()),
        "{out}"
    );
    let said: Vec<&str> = err.lines().skip(1).collect();
    let expected = [
        "skipped 3 test assertions (chainsaw/part.yaml:1, chainsaw/web-ready.yaml:1, kuttl/01-assert.yaml:1)",
        "skipped 1 policy (policies/p.yaml:1)",
        "1 patch without its base (overlay/patch.yaml:1); lint the folder that builds it",
    ];
    assert_eq!(said, expected);

    let (_, out, _) =
        run(folder.path(), &["--format", "json", "overlay", "policies", "kuttl/01-assert.yaml"]);
    let summary = &serde_json::from_str::<Value>(&out).unwrap()["summary"];
    let entry = |path: &str, reason: &str| json!({"path": path, "line": 1, "reason": reason});
    assert_eq!(
        summary["skipped"],
        json!([entry("kuttl/01-assert.yaml", "test-assertion"), entry("policies/p.yaml", "policy")])
    );
    assert_eq!(summary["patches"], json!([entry("overlay/patch.yaml", "patch")]));

    let (status, _, err) = run(folder.path(), &["chainsaw/part.yaml"]);
    assert!(status == 0 && err.contains("skipped 1 test assertion (chainsaw/part.yaml:1)"), "on disk: {err}");
    for format in ["junit", "markdown", "sarif", "github"] {
        let (_, out, _) = run(folder.path(), &["--format", format, "kuttl/01-assert.yaml"]);
        let said =
            out.replace("&#40;", "(").replace("&#58;", ":").replace("&#46;", ".").replace("&#41;", ")");
        assert!(said.contains("skipped 1 test assertion (kuttl/01-assert.yaml:1)"), "{format}: {out}");
    }
}

#[test]
fn what_is_written_whole_but_for_an_image_is_no_patch() {
    let deployment = |labels: &str, app: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec:\n  selector: {{matchLabels: {{app: web}}}}\n  \
             template:\n    metadata: {{labels: {{app: {labels}}}}}\n    spec:\n      initContainers: [{{name: seed}}]\n      \
             containers: [{app}]\n"
        )
    };
    let pod = |init: &str, app: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: x}}\nspec: {{initContainers: [{init}], containers: [{app}]}}\n"
        )
    };
    let (image, none) = ("{name: a, image: 'a:1'}", "{name: a}");
    let says = |text: &str| {
        let folder = folder(&[("a.yaml", text)]);
        run(folder.path(), &["--format", "concise", "a.yaml"]).1.contains("`image` of init container")
    };
    assert!(says(&deployment("web", none)), "its labels are those that the selector asks for");
    assert!(!says(&deployment("other", none)));
    assert!(says(&deployment("other", image)));
    assert!(says(&pod("{name: seed}", image)));
    assert!(
        !says(&pod("{name: seed}", &format!("{image}, {{name: b}}"))),
        "one of two app containers is another's"
    );
    assert!(!says(&pod("{name: seed}", "")));
    assert!(!says(&pod("{name: seed, $patch: replace}", image)));
    assert!(!says(&format!("{}status: {{phase: Running}}\n", pod("{name: seed}", none))));
}

#[test]
fn rendered_text_names_what_it_was_made_of() {
    let stream =
        format!("---\n# Source: shop/templates/db.yaml\na: 1\n---\n# Source: shop/templates/web.yaml\n{BAD}");
    let folder =
        folder(&[("charts/shop/templates/web.yaml", "{{ x }}"), ("charts/shop/Chart.yaml", "a: 1\n")]);
    let place = "<stdin>:11:41";
    let subject = "Pod web, init container seed of shop/templates/web.yaml";
    let (status, out, _) = piped(folder.path(), &["-", "--format", "concise"], &stream);
    assert!(status == 1 && out.starts_with(&format!("{place}: error[")), "{out}");
    assert!(out.contains(&format!("[{subject}]\n")), "{out}");
    let (_, out, _) = piped(folder.path(), &["-"], &stream);
    assert!(out.contains(&format!("--> {place} {subject}\n")), "{out}");
    let json = |format: &str| {
        serde_json::from_str::<Value>(&piped(folder.path(), &["-", "--format", format], &stream).1).unwrap()
    };
    let finding = &json("json")["findings"][0];
    assert_eq!(
        (&finding["path"], &finding["origin"]),
        (&json!("<stdin>"), &json!("shop/templates/web.yaml"))
    );

    let file = "charts/shop/templates/web.yaml";
    let github = |folder: &Path| piped(folder, &["-", "--format", "github"], &stream).1;
    let out = github(folder.path());
    assert!(out.starts_with(&format!("::error file={file},title=")), "{out}");
    assert!(out.contains(&format!("::{place}: ")), "{out}");
    let sarif = json("sarif");
    let location = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(location, &json!({"artifactLocation": {"uri": file, "uriBaseId": "%SRCROOT%"}}));
    assert_eq!(json("gitlab")[0]["location"], json!({"path": file, "lines": {"begin": 1, "end": 1}}));

    let other = crate::support::binary::folder(&[
        ("a/shop/templates/web.yaml", "a: 1"),
        ("b/shop/templates/web.yaml", "a: 1"),
    ]);
    assert!(github(other.path()).starts_with("::error title="), "it may be either");
    let saved = crate::support::binary::folder(&[("rendered.yaml", &stream)]);
    let (_, out, _) = run(saved.path(), &["--format", "github"]);
    assert!(out.starts_with("::error file=rendered.yaml,line=11,"), "a file has its own lines: {out}");
}

#[test]
fn the_name_of_standard_input_is_heeded() {
    let folder = folder(&[(".initlint.yaml", "exclude: [vendor/]\n")]);
    let lint = |args: &[&str]| piped(folder.path(), &[args, &["-", "--format", "concise"]].concat(), BAD);
    let (status, out, _) = lint(&["--stdin-filename", "vendor/x.yaml", "--force-exclude"]);
    assert_eq!((status, out.as_str()), (0, ""));
    assert!(lint(&["--stdin-filename", "vendor/x.yaml"]).1.starts_with("vendor/x.yaml:6:41: error"));
    assert!(
        lint(&["--stdin-filename", "own/x.yaml", "--force-exclude"]).1.starts_with("own/x.yaml:6:41: error")
    );
    assert_eq!(lint(&["--stdin-filename", "kuttl/01-assert.yaml"]).0, 0);
}

/// An object as a cluster prints it: `owner` is the kind, name and uid of its controller.
fn live(kind: &str, name: &str, owner: Option<(&str, &str, &str)>, spec: &Value) -> Value {
    let api = if kind == "Pod" { "v1" } else { "apps/v1" };
    let owners =
        owner.map(|(kind, name, uid)| json!([{"kind": kind, "name": name, "uid": uid, "controller": true}]));
    let hash = owner.and_then(|(_, name, _)| name.rsplit('-').next());
    json!({"apiVersion": api, "kind": kind, "metadata": {
        "name": name, "namespace": "shop", "uid": format!("{kind}-{name}"), "ownerReferences": owners,
        "labels": {"pod-template-hash": hash},
    }, "spec": spec, "status": {}})
}

fn pod_spec(extra: &[Value]) -> Value {
    let seed = json!({"name": "seed", "image": "b:1", "livenessProbe": {"exec": {"command": ["a"]}}});
    let inits: Vec<Value> = extra.iter().cloned().chain([seed]).collect();
    let app = json!({"name": "web", "image": "nginx:1.27", "resources": {"requests": {"cpu": "1"}}});
    json!({"initContainers": inits, "containers": [app]})
}

/// What is said of a List of `items`: the subjects of the findings, and the summary's lines.
fn said_of(items: &[Value]) -> (Vec<String>, String) {
    let list = json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string();
    let folder = folder(&[]);
    let (_, out, err) = piped(folder.path(), &["-", "--format", "concise"], &list);
    let subjects = out.lines().filter_map(|line| line.rsplit_once('[')?.1.strip_suffix(']'));
    let mut subjects: Vec<String> = subjects.map(str::to_owned).collect();
    subjects.dedup();
    (subjects, err)
}

#[test]
fn pods_of_one_controller_are_judged_once() {
    let set = Some(("ReplicaSet", "web-5d9", "rs"));
    let pods: Vec<Value> =
        (0..3).map(|n| live("Pod", &format!("web-5d9-{n}"), set, &pod_spec(&[]))).collect();
    let (subjects, err) = said_of(&pods);
    assert_eq!(subjects, ["Pod shop/web-5d9-0 (× 3 Pods of ReplicaSet web-5d9), init container seed"]);
    assert!(err.contains("skipped 2 objects that another one here speaks for"), "{err}");

    let other = live("Pod", "web-7c4-0", Some(("ReplicaSet", "web-7c4", "rs2")), &pod_spec(&[]));
    assert_eq!(said_of(&[pods[0].clone(), other]).0.len(), 2, "two controllers");
    let node = Some(("Node", "n1", "n"));
    let own = |name: &str, spec| live("Pod", name, node, &spec);
    let proxy = json!({"name": "net", "image": "c:1"});
    let different = [own("a", pod_spec(&[])), own("b", pod_spec(&[proxy]))];
    assert_eq!(said_of(&different).0.len(), 2, "one owner, two templates");
}

#[test]
fn a_workload_speaks_for_the_pods_it_made() {
    let injected = json!({"name": "istio-init", "image": "istio:1", "livenessProbe": {}});
    let template = |spec| {
        json!({
            "selector": {"matchLabels": {"app": "web"}},
            "template": {"metadata": {"labels": {"app": "web"}}, "spec": spec},
        })
    };
    let deployment = live("Deployment", "web", None, &template(pod_spec(&[])));
    let pod = live("Pod", "web-5d9-x", Some(("ReplicaSet", "web-5d9", "rs")), &pod_spec(&[injected]));
    let subjects = said_of(&[pod.clone(), deployment.clone()]).0;
    assert_eq!(subjects, ["Deployment shop/web, init container seed"], "found by the hash");
    let set = live(
        "ReplicaSet",
        "web-5d9",
        Some(("Deployment", "web", "Deployment-web")),
        &template(pod_spec(&[])),
    );
    let by_uid =
        live("Pod", "web-5d9-x", Some(("ReplicaSet", "web-5d9", "ReplicaSet-web-5d9")), &pod_spec(&[]));
    assert_eq!(
        said_of(&[deployment, set.clone(), by_uid.clone()]).0,
        ["Deployment shop/web, init container seed"]
    );
    assert_eq!(said_of(&[set, by_uid]).0, ["ReplicaSet shop/web-5d9, init container seed"]);
    let strange = live("Deployment", "webx", None, &template(pod_spec(&[])));
    assert_eq!(
        said_of(&[pod, strange]).0.len(),
        3,
        "the name of no Deployment of these: two init containers, and it"
    );
}

#[test]
fn what_admission_added_gets_no_advice() {
    let plain = json!({"name": "plain", "image": "b:1", "command": ["true"]});
    let app = json!({"name": "web", "image": "nginx:1.27", "resources": {"requests": {"cpu": "1"}}});
    let spec = json!({"initContainers": [plain], "containers": [app]});
    let own = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": spec});
    assert_eq!(said_of(&[own]).0.len(), 1, "advice on an author's own Pod");
    assert!(said_of(&[live("Pod", "web", None, &spec)]).0.is_empty());
}
