//! What isn't applied as it stands: assertions, patches, policies and rendered text.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::binary::{folder, piped, run};

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

/// What tests of policies hold to them never gets to an API server.
#[test]
fn what_tests_hold_to_policies_is_passed_over() {
    let suite = "apiVersion: test.gatekeeper.sh/v1alpha1
kind: Suite
metadata: {name: a}
tests: [{name: a, template: t.yaml, constraint: c.yaml, cases: [{name: a, object: samples/refused.yaml}]}]
";
    let test =
        "apiVersion: cli.kyverno.io/v1alpha1\nkind: Test\nmetadata: {name: a}\nresources: [refused.yaml]\n";
    let folder = folder(&[
        ("gator/suite.yaml", suite),
        ("gator/samples/refused.yaml", BAD),
        ("gator/samples/applied.yaml", BAD),
        ("kyverno/kyverno-test.yaml", test),
        ("kyverno/refused.yaml", BAD),
    ]);
    let (_, out, err) = run(folder.path(), &["--format", "concise"]);
    let found: Vec<&str> = out.lines().filter_map(|line| line.split(':').next()).collect();
    assert_eq!(found, ["gator/samples/applied.yaml"], "{out}");
    assert!(err.contains("skipped 2 test assertions"), "{err}");
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
    let allow_list = "apiVersion: auto.gke.io/v1
kind: WorkloadAllowlist
metadata: {name: a}
matchingCriteria:
  initContainers: [{name: a, image: a, command: [sh, -c, tail -F /tmp/log]}]
  containers: [{name: b, image: b}]
";
    let test = "apiVersion: chainsaw.kyverno.io/v1alpha1
kind: Test
spec: {steps: [{try: [{apply: {file: web.yaml}}, {assert: {file: web-ready.yaml}}]}]}
";
    let inline = "apiVersion: chainsaw.kyverno.io/v1alpha1
kind: Test
spec: {steps: [{try: [{assert: {resource: {kind: Pod, spec: {initContainers: [{name: a, livenessProbe: {}}]}}}}]}]}
";
    let folder = folder(&[
        ("kuttl/01-assert.yaml", BAD),
        ("kuttl/01-install.yaml", BAD),
        ("chainsaw/chainsaw-test.yaml", test),
        ("chainsaw/web.yaml", BAD),
        ("chainsaw/web-ready.yaml", BAD),
        ("chainsaw/part.yaml", &want),
        ("inline/chainsaw-test.yaml", inline),
        ("gke/a.yaml", allow_list),
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
        "3 fixable with --fix",
        "skipped 4 test assertions (chainsaw/part.yaml:1, chainsaw/web-ready.yaml:1, inline/chainsaw-test.yaml:1 and 1 more)",
        "skipped 2 policies (gke/a.yaml:1, policies/p.yaml:1)",
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
    assert!(out.contains(&format!("[{subject}] (fixable)\n")), "{out}");
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

/// What a controller puts images into lacks them where it is applied.
#[test]
fn images_that_a_controller_sets_make_no_assertion() {
    let container = "{name: web, terminationMessagePath: /dev/termination-log}";
    let spec = format!("{{initContainers: [{container}], containers: [{container}]}}");
    let of = |group: &str, kind: &str| {
        let name = "metadata: {name: web}";
        format!("apiVersion: {group}/v1\nkind: {kind}\n{name}\nspec: {{template: {{spec: {spec}}}}}\n")
    };
    let skipped = |text: &str| {
        let folder = folder(&[("web.yaml", text)]);
        let (_, out, err) = run(folder.path(), &["--format", "concise"]);
        format!("{out}{err}").contains("test assertion")
    };
    assert!(skipped(&of("apps", "Deployment")));
    assert!(!skipped(&of("apps.openshift.io", "DeploymentConfig")));
    assert!(!skipped(&of("apps.kubeblocks.io", "ComponentDefinition")));
    let printed =
        of("apps.openshift.io", "DeploymentConfig").replace("{name: web}\nspec", "{name: web, uid: a}\nspec");
    assert!(skipped(&printed), "the cluster has printed it");
    let template =
        of("apps", "Deployment").replace("metadata: {name: web}", "metadata: {name: '{{ .Release.Name }}'}");
    let folder = folder(&[("Chart.yaml", "name: web\nversion: 0.1.0\n"), ("templates/web.yaml", &template)]);
    let (_, out, err) = run(folder.path(), &["--format", "concise"]);
    assert!(!format!("{out}{err}").contains("test assertion"), "{out}{err}");
}

/// What the tests of a chart hold is for helm-unittest, whatever objects they quote.
#[test]
fn suites_of_helm_unittest_are_passed_over() {
    let suite = "suite: web
templates: [web.yaml]
tests:
- it: has a sidecar
  asserts:
  - equal: {path: a, value: \"\\d\"}
  - containsDocument: {apiVersion: v1, kind: Pod}
  - exists: {path: spec.initContainers}
";
    let files = [
        ("tests/web_test.yaml", suite),
        ("values.yaml", "initContainers:\n- name: 'x\n"),
        ("Chart.yaml", "name: web\n"),
    ];
    let folder = folder(&files);
    let (status, out, _) = run(folder.path(), &["--format", "concise"]);
    assert_eq!(status, 1, "{out}");
    assert!(
        out.lines().all(|line| line.starts_with("values.yaml:")) && out.contains("so Helm rejects it"),
        "{out}"
    );
    let examples =
        [("examples/values-full.yaml", "initContainers:\n- name: 'x\n"), ("Chart.yaml", "name: web\n")];
    let folder = crate::support::binary::folder(&examples);
    assert!(
        run(folder.path(), &["--format", "concise"]).1.contains("so Helm rejects it"),
        "an example of values"
    );
    // Elsewhere it is a manifest like any other.
    let folder = crate::support::binary::folder(&[("tests/web.yaml", suite)]);
    assert!(run(folder.path(), &["--format", "concise"]).1.contains("so kubectl rejects it"));
}

/// A chart's template and what it may be rendered to: the init container's probe is wrong in both.
#[test]
fn what_is_rendered_from_a_template_of_the_run_is_judged_there() {
    const CHART: (&str, &str) = ("charts/web-1/Chart.yaml", "apiVersion: v2\nname: \"shop\"  # its name\n");
    const TEMPLATE: &str = "charts/web-1/templates/web.yaml";
    let golden = |name: &str, source: &str| {
        format!(
            "---\n# Source: {source}\n{}",
            BAD.replace("name: web}\nspec", &format!("name: {name}}}\nspec"))
        )
    };
    let text = format!(
        "{}{}",
        golden("a", "shop/templates/web.yaml"),
        golden("b", "all/charts/shop/templates/web.yaml")
    );
    let found = |files: &[(&str, &str)], args: &[&str]| {
        let all = [&[CHART, ("tests/web.golden.yaml", text.as_str())], files].concat();
        let folder = folder(&all);
        let (_, out, err) = run(folder.path(), &[&["--format", "concise"], args].concat());
        let found = out.lines().filter_map(|line| line.split(": ").next()).map(str::to_owned);
        (found.collect::<Vec<_>>(), err)
    };
    let template = BAD.replace("name: web}\nspec", "name: {{ .Release.Name }}}\nspec");
    let (told, err) = found(&[(TEMPLATE, &template)], &[]);
    assert_eq!(told, [format!("{TEMPLATE}:6:41")], "{err}");
    let skipped = "skipped 2 documents rendered from charts of this run (tests/web.golden.yaml:1, tests/web.golden.yaml:11)";
    assert!(err.contains(skipped), "{err}");

    let golden = ["tests/web.golden.yaml:8:41", "tests/web.golden.yaml:18:41"];
    let named = found(&[(TEMPLATE, &template)], &["tests/web.golden.yaml"]).0;
    assert_eq!(named, golden, "the file is named");
    let elsewhere = found(&[("charts/web-1/templates/db.yaml", &template)], &["tests"]).0;
    assert_eq!(elsewhere, golden, "another template");
    let unread = found(&[(TEMPLATE, &format!("{template}{{{{ else }}}}\n"))], &["tests", "charts"]).0;
    assert_eq!(unread, golden, "the template can't be read");
    let by_values = template.replace("initContainers:", "{{ .Values.key }}:");
    let by_values = found(&[(TEMPLATE, &by_values)], &["tests", "charts"]).0;
    assert_eq!(by_values, golden, "the template doesn't speak of init containers");
    let helper = (
        "charts/web-1/templates/_pod.tpl",
        "{{ define \"pod\" }}\ninitContainers: [{name: a, image: 'a:1'}]\n{{ end }}\n",
    );
    let by_helper = found(&[(TEMPLATE, "{{ include \"pod\" . }}\n"), helper], &["tests", "charts"]).0;
    assert_eq!(by_helper, [""; 0], "a named template does");
    let kustomization = ("tests/kustomization.yaml", "resources: [web.golden.yaml]\n");
    let built = found(&[(TEMPLATE, &template), kustomization], &["tests", "charts"]).0;
    assert_eq!(built.len(), 3, "kustomize may make something else of it: {built:?}");
}

/// What a chart renders to, kept beside it: of a dependency that isn't there, or by a named template of a library.
#[test]
fn what_is_rendered_from_the_chart_that_it_is_kept_in_is_passed_over() {
    let golden = format!("---\n# Source: shop/charts/agent/templates/web.yaml\n{BAD}");
    let found = |chart: &str, path: &str, args: &[&str]| {
        let folder = folder(&[(chart, "name: shop\n"), (path, &golden)]);
        let (_, out, err) = run(folder.path(), &[&["--format", "concise"], args].concat());
        (out.lines().count(), err.contains("skipped 1 document rendered from a chart of this run"))
    };
    for (chart, path) in [
        ("Chart.yaml", "tests/golden/web.yaml"),
        ("Chart.yaml", "web.yaml"),
        ("charts/shop/Chart.yaml", "charts/shop/ci/web.yaml"),
    ] {
        assert_eq!(found(chart, path, &[]), (0, true), "{chart} {path}");
        assert_eq!(found(chart, path, &[path]), (1, false), "{chart} {path}: the file is named");
    }
    assert_eq!(found("charts/shop/Chart.yaml", "tests/web.yaml", &[]), (1, false), "of a chart elsewhere");
    assert_eq!(found("Chart.yaml", "tests/web.yaml", &["tests"]), (1, false), "its chart isn't asked for");
    let other = golden.replace("shop/", "shop-2/");
    let folder = folder(&[("Chart.yaml", "name: shop\n"), ("tests/web.yaml", &other)]);
    assert_eq!(run(folder.path(), &["--format", "concise"]).1.lines().count(), 1, "of another chart");
}

/// Between the lines that divide documents a snapshot of several is YAML.
#[test]
fn snapshots_of_tests_in_javascript_are_passed_over() {
    let quoted = |first: &str| {
        format!("{first}\n\nexports[`test build 1`] = `\n\"kind: A\n---\n{BAD}---\nb: \"\n`;\n")
    };
    for (first, count) in [
        ("// Jest Snapshot v1, https://goo.gl/fbAQLP", 0),
        ("// Vitest Snapshot v1, https://vitest.dev/guide/snapshot.html", 0),
        ("# made by a test", 1),
    ] {
        let folder = folder(&[("__snapshots__/web.yaml", &quoted(first)), ("ok.yaml", "a: b\n")]);
        let (_, out, err) = run(folder.path(), &["--format", "concise"]);
        assert_eq!(out.matches("[forbidden-probe]").count(), count, "{first}: {out}{err}");
        assert!(count == 1 || out.is_empty(), "{out}");
    }
}
