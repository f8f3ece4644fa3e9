//! Suppressions: each form, exactly what it covers, and what only looks like one.
mod scripts;
mod unchecked;
use std::cell::OnceCell;
use std::sync::Arc;

use crate::support::corpus::{manifests, shared};
use crate::support::lint::{lint, pretty, root};
use initlint::discover::Input;
use initlint::inputs::InputSet;
use initlint::pipeline;
use initlint::read::InputFile;
use initlint::report::Report;
use initlint::rule::Settings;
use initlint::source::{FileId, Source};
use initlint::suppress::{Reader, Suppression};

/// A Pod with two init containers that each have a forbidden probe. Suppressions may stand at
/// `@1` to `@9`.
const POD: &str = "@1
--- @2
@3
apiVersion: v1 @4
kind: Pod
metadata:
  name: web
spec:
  @5
  initContainers: @6
  @7
  - name: first @8
    image: registry.example/first:1.0
    @9
    livenessProbe:
      tcpSocket: {port: 80}
  - name: second
    image: registry.example/second:1.0
    livenessProbe: {tcpSocket: {port: 80}}
  containers:
  - {name: web, image: \"nginx:1.27\"}
";

const IGNORE: &str = "# initlint: ignore[forbidden-probe] why";

/// The Pod with `comment` at `place`.
fn pod(place: &str, comment: &str) -> String {
    with(POD, place, comment)
}

/// `text` with `comment` at `place`, without the other places.
fn with(text: &str, place: &str, comment: &str) -> String {
    let text = text.replace(place, comment);
    let lines = text.lines().map(|line| match line.rsplit_once('@') {
        Some((code, digit)) if digit.len() == 1 => code.trim_end(),
        _ => line,
    });
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    lines.join("\n") + "\n"
}

/// The lines of `text`, each behind `indent`.
fn indented(indent: &str, text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("{indent}{line}")).collect();
    lines.join("\n") + "\n"
}

/// The containers whose findings are left and the rules of those about no container, then how
/// many findings are suppressed.
fn told(report: &Report) -> String {
    let left = report.findings.iter().map(|finding| match &finding.resource {
        Some(resource) => resource.container.as_deref().unwrap_or("the Pod"),
        None => finding.rule,
    });
    let left: Vec<&str> = left.collect();
    format!("{}; {} suppressed", left.join(", "), report.suppressed.len())
}

fn outcome(text: &str) -> String {
    told(&lint("pod.yaml", text, &Settings::default()))
}

/// What each suppression in `text` covers.
fn scopes(text: &str) -> Vec<String> {
    let source = Arc::new(Source::new(FileId(0), "test.yaml", text));
    let file = InputFile::new(Arc::clone(&source));
    let inputs = InputSet::default();
    let file_is_decided = OnceCell::new();
    let reader = Reader {
        file: &file,
        inputs: &inputs,
        pod_templates: &[],
        is_whole: true,
        is_built: false,
        file_is_decided,
    };
    let read: Vec<Suppression> = reader.read();
    read.iter().map(|suppression| source.slice(suppression.scope).trim_end().to_owned()).collect()
}

#[test]
fn without_suppressions_both_containers_are_reported() {
    assert_eq!(outcome(&pod("@1", "")), "first, second; 0 suppressed");
}

#[test]
fn a_comment_covers_what_begins_on_its_line_or_the_next() {
    for (place, expected) in [
        ("@1", "; 2 suppressed"),
        ("@2", "; 2 suppressed"),
        ("@3", "; 2 suppressed"),
        ("@4", "; 2 suppressed"),
        ("@5", "; 2 suppressed"),
        ("@6", "; 2 suppressed"),
        ("@7", "second; 1 suppressed"),
        ("@8", "second; 1 suppressed"),
        ("@9", "second; 1 suppressed"),
    ] {
        let text = pod(place, IGNORE);
        assert_eq!(outcome(&text), expected, "{text}");
    }
}

#[test]
fn a_comment_in_the_wrong_place_covers_nothing_and_is_told() {
    let moved = |from: &str, to: &str| {
        let text = pod("@1", "").replace(from, to);
        assert!(text.contains(IGNORE), "{text}");
        outcome(&text)
    };
    let both = "first, unused-suppression, second; 0 suppressed";
    // On another line of the container, above another line of it, below the finding's line.
    assert_eq!(
        moved("first:1.0", &format!("first:1.0  {IGNORE}")),
        "unused-suppression, first, second; 0 suppressed"
    );
    let above_image = format!("    {IGNORE}\n    image: registry.example/first:1.0");
    assert_eq!(
        moved("    image: registry.example/first:1.0", &above_image),
        "unused-suppression, first, second; 0 suppressed"
    );
    assert_eq!(moved("livenessProbe:\n", &format!("livenessProbe:\n      {IGNORE}\n")), both);
    assert_eq!(moved("{port: 80}\n", &format!("{{port: 80}} {IGNORE}\n")), both);
    // At the end of the file.
    assert_eq!(
        outcome(&format!("{}{IGNORE}\n", pod("@1", ""))),
        "first, second, unused-suppression; 0 suppressed"
    );
    // Another rule.
    let other = pod("@8", "# initlint: ignore[invalid-field] why");
    assert_eq!(outcome(&other), "unused-suppression, first, second; 0 suppressed");
}

#[test]
fn comments_may_stand_in_a_row_and_apart() {
    let other = "# initlint: ignore[active-deadline-on-non-job] why";
    let text = pod("@7", &format!("# A remark.\n  {IGNORE}\n\n  # Another.\n  {other}"))
        .replace("spec:\n", "spec:\n  activeDeadlineSeconds: 5\n");
    assert_eq!(outcome(&text), "the Pod, unused-suppression, second; 1 suppressed");
}

#[test]
fn ignore_file_counts_anywhere_in_its_file_only() {
    let ignore = "# initlint: ignore-file[forbidden-probe] why";
    for place in ["@1", "@2", "@3", "@5", "@6", "@8", "@9"] {
        assert_eq!(outcome(&pod(place, ignore)), "; 2 suppressed");
    }
    let plain = pod("@1", "");
    assert_eq!(outcome(&format!("{plain}---\n{plain}{ignore}\n")), "; 4 suppressed");
    assert_eq!(outcome(&format!("{ignore}\n{plain}---\n{plain}")), "; 4 suppressed");
    let input = |path: &str, text: String| Input::Text { path: path.to_owned(), text };
    let inputs = [input("a.yaml", pod("@1", ignore)), input("b.yaml", plain)];
    assert_eq!(told(&pipeline::lint(&inputs, "", &Settings::default())), "first, second; 2 suppressed");
}

#[test]
fn a_comment_above_a_separator_is_the_next_documents() {
    let plain = pod("@1", "");
    let text = format!("{plain}{IGNORE}\n{plain}");
    assert_eq!(outcome(&text), "first, second; 2 suppressed");
    let report = lint("pod.yaml", &text, &Settings::default());
    assert!(report.suppressed.iter().all(|suppressed| suppressed.finding.span.start as usize > plain.len()));
}

#[test]
fn invalid_yaml_is_suppressed_for_the_file() {
    let broken = "apiVersion: v1\nkind: Pod\nspec:\n  initContainers:\n  - name: 'x\n";
    let ignore = "# initlint: ignore-file[invalid-yaml] a template of another tool\n";
    assert_eq!(outcome(broken), "invalid-yaml; 0 suppressed");
    assert_eq!(outcome(&format!("{ignore}{broken}")), "; 1 suppressed");
    assert_eq!(outcome(&format!("{ignore}---\n{broken}")), "; 1 suppressed");
    assert_eq!(outcome(&format!("a: b\n---\n{broken}---\n{ignore}c: d\n")), "; 1 suppressed");
    // Behind the error nobody knows whether it stands in a scalar.
    assert_eq!(outcome(&format!("{broken}{ignore}")), "invalid-yaml; 0 suppressed");
    let other = "# initlint: ignore[invalid-yaml] not for the file\n";
    assert_eq!(outcome(&format!("{other}{broken}")), "invalid-yaml; 0 suppressed");
}

#[test]
fn text_that_is_no_comment_suppresses_nothing() {
    let both = "first, second; 0 suppressed";
    for (from, to) in [
        // Without white space before it, in quotes, and in a block scalar.
        ("first:1.0", "first:1.0#initlint:ignore-file[forbidden-probe]"),
        ("registry.example/first:1.0", "'first:1.0 # initlint: ignore-file[forbidden-probe] why'"),
        (
            "  name: web\n",
            "  name: web\n  annotations:\n    a: |\n      # initlint: ignore-file[forbidden-probe] why\n",
        ),
        (
            "  name: web\n",
            "  name: web\n  annotations:\n    a: >-\n      b\n      # initlint: ignore-file[forbidden-probe] why\n",
        ),
        (
            "  name: web\n",
            "  name: web\n  annotations: {a: \"\n    # initlint: ignore-file[forbidden-probe] why\"}\n",
        ),
        // A remark that speaks of suppressions.
        ("  name: web\n", "  name: web # see # initlint: ignore-file[forbidden-probe] why\n"),
        ("  name: web\n", "  name: web # initlint ignores forbidden-probe here\n"),
        // In a script: printed, in a here-document, in a word.
        (
            "first:1.0\n",
            "first:1.0\n    command: [sh, -c, \"echo '# initlint: ignore-file[forbidden-probe] why'\"]\n",
        ),
        (
            "first:1.0\n",
            "first:1.0\n    args:\n    - -c\n    - |\n      cat <<E\n      # initlint: ignore-file[forbidden-probe] why\n      E\n",
        ),
        (
            "first:1.0\n",
            "first:1.0\n    args:\n    - -c\n    - |\n      echo a# initlint: ignore-file[forbidden-probe] why\n",
        ),
        // No script at all.
        ("first:1.0\n", "first:1.0\n    args: ['# initlint: ignore-file[forbidden-probe] why']\n"),
        (
            "first:1.0\n",
            "first:1.0\n    env:\n    - {name: A, value: '# initlint: ignore-file[forbidden-probe] why'}\n",
        ),
    ] {
        let text = pod("@1", "").replacen(from, to, 1);
        assert!(text.contains("forbidden-probe"), "{to}");
        assert_eq!(outcome(&text), both, "{text}");
    }
}

#[test]
fn flow_style_is_covered_by_the_same_rule() {
    let pod = |inside: &str, behind: &str| {
        format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: web}}, spec: {{ {inside}
  initContainers: [
    {{name: first, image: 'x:1', lifecycle: {{}}}}, {behind}
    {{name: second, image: 'x:1', lifecycle: {{}}}}],
  containers: [{{name: web, image: 'x:1'}}]}}}}\n"
        )
    };
    assert_eq!(outcome(&pod("", "")), "first, second; 0 suppressed");
    assert_eq!(outcome(&pod("", IGNORE)), "second; 1 suppressed");
    // All of the document begins on its first line.
    assert_eq!(outcome(&pod(IGNORE, "")), "; 2 suppressed");
}

#[test]
fn what_an_alias_stands_for_is_covered_at_its_anchor() {
    let text = |anchor: &str, alias: &str| {
        format!(
            "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {{name: a}}\n  spec: &spec {anchor}
    initContainers:\n    - {{name: first, image: 'x:1', lifecycle: {{}}}}\n    containers: [{{name: web, image: 'x:1'}}]
- apiVersion: v1\n  kind: Pod\n  metadata: {{name: b}}\n  spec: *spec {alias}\n"
        )
    };
    assert_eq!(outcome(&text("", "")), "first, first; 0 suppressed");
    assert_eq!(outcome(&text(IGNORE, "")), "; 2 suppressed");
    assert_eq!(outcome(&text("", IGNORE)), "first, first, unused-suppression; 0 suppressed");
}

#[test]
fn annotations_cover_their_object_template_or_container() {
    let annotated = |of_object: &str, of_template: &str| {
        let text = pod("@1", "");
        let spec = text.split_once("spec:\n").unwrap().1.replace('\n', "\n    ");
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  annotations: {{{of_object}}}
spec:\n  selector: {{}}\n  template:\n    metadata: {{annotations: {{{of_template}}}}}\n    spec:\n    {spec}\n"
        )
    };
    let why = "\"initlint.dev/ignore\": \"forbidden-probe: why\"";
    assert_eq!(outcome(&annotated("", "")), "first, second; 0 suppressed");
    assert_eq!(outcome(&annotated(why, "")), "; 2 suppressed");
    assert_eq!(outcome(&annotated("", why)), "; 2 suppressed");
    let first = "\"ignore.initlint.dev/first\": \"forbidden-probe: why\"";
    assert_eq!(outcome(&annotated(first, "")), "second; 1 suppressed");
    assert_eq!(outcome(&annotated("", first)), "second; 1 suppressed");
    let other = "\"ignore.initlint.dev/web\": \"forbidden-probe: why\"";
    assert_eq!(outcome(&annotated(other, "")), "unused-suppression, first, second; 0 suppressed");
    // Of another object, and under another key.
    let two = format!(
        "{}---\n{}",
        annotated(why, ""),
        annotated("\"initlint.dev/ignored\": \"forbidden-probe: why\"", "")
    );
    assert_eq!(outcome(&two), "unused-suppression, first, second; 2 suppressed");
}

#[test]
fn json_has_annotations() {
    let text = |annotations: &str| {
        format!(
            "{{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {{\"name\": \"web\", \"annotations\": {annotations}}},
 \"spec\": {{\"initContainers\": [{{\"name\": \"first\", \"image\": \"x:1\", \"lifecycle\": {{}}}}],
 \"containers\": [{{\"name\": \"web\", \"image\": \"x:1\"}}]}}}}\n"
        )
    };
    assert_eq!(outcome(&text("{}")), "first; 0 suppressed");
    assert_eq!(outcome(&text("{\"initlint.dev/ignore\": \"forbidden-probe: \\u0077hy\"}")), "; 1 suppressed");
}

#[test]
fn the_reason_is_kept() {
    let report = lint("pod.yaml", &pod("@8", IGNORE), &Settings::default());
    assert_eq!(report.suppressed.len(), 1);
    assert_eq!(report.suppressed[0].justification.as_deref(), Some("why"));
    let report = lint("pod.yaml", &pod("@8", "# initlint: ignore[forbidden-probe]"), &Settings::default());
    assert_eq!(report.suppressed[0].justification, None);
    assert_eq!(told(&report), "suppression-without-reason, second; 1 suppressed");
}

#[test]
fn findings_about_suppressions_can_be_suppressed() {
    let none = pod("@8", "# initlint: ignore[invalid-field, forbidden-probe] why");
    assert_eq!(outcome(&none), "unused-suppression, second; 1 suppressed");
    let file = "# initlint: ignore-file[unused-suppression] generated\n";
    assert_eq!(outcome(&format!("{file}{none}")), "second; 2 suppressed");
    let file = "# initlint: ignore-file[unknown-rule] generated\n";
    let unknown = pod("@8", "# initlint: ignore[no-rule, forbidden-probe] why");
    assert_eq!(outcome(&unknown), "unknown-rule, second; 1 suppressed");
    assert_eq!(outcome(&format!("{file}{unknown}")), "second; 2 suppressed");
}

#[test]
fn what_suppresses_a_rule_that_is_off_is_not_unused() {
    use initlint::settings::{Level, RuleSettings, RuleTable};
    let off = RuleSettings { level: Some(Level::Off), ..RuleSettings::default() };
    let settings = Settings { rules: RuleTable::new([("forbidden-probe", off)]), ..Settings::default() };
    assert_eq!(told(&lint("pod.yaml", &pod("@8", IGNORE), &settings)), "; 0 suppressed");
    // Nor what suppresses a finding that isn't shown.
    let errors = Settings { min_severity: initlint::finding::Severity::Error, ..Settings::default() };
    let text = pod("@5", "# initlint: ignore[active-deadline-on-non-job] why\n  activeDeadlineSeconds: 5");
    assert_eq!(told(&lint("pod.yaml", &text, &errors)), "first, second; 0 suppressed");
    assert_eq!(outcome(&text), "first, second; 1 suppressed");
}

#[test]
fn what_another_run_may_use_is_not_unused() {
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: scripts}\ndata:\n  a.sh: |\n    # initlint: ignore[non-idempotent-write] why\n    true\n";
    assert_eq!(outcome(map), "; 0 suppressed");
    let mounts = "  volumes:\n  - name: scripts\n    configMap: {name: scripts}\n";
    let text = format!("{}{mounts}", pod("@8", "# initlint: ignore[invalid-field] why"));
    assert_eq!(outcome(&text), "first, second; 0 suppressed", "the map isn't here");
    assert_eq!(outcome(&format!("{text}---\n{map}")), "unused-suppression, first, second; 0 suppressed");
}

/// A name that no rule has is a mistake whatever else isn't known of the Pod; in a ConfigMap's script it may be another
/// project's.
#[test]
fn a_name_of_no_rule_is_told_where_it_is_meant_for_us() {
    let mounts = "  volumes: [{name: s, configMap: {name: elsewhere}}]\n";
    let told_in = |text: &str| told(&lint("a.yaml", text, &Settings::default()));
    let typo = |text: &str| told_in(text).matches("unknown-rule").count();
    assert_eq!(typo(&(pod("@8", "# initlint: ignore[forbiden-probe] why") + mounts)), 1);
    let misplaced = told_in(&(pod("@8", "# initlint: disable[forbidden-probe]") + mounts));
    assert!(misplaced.contains("unused-suppression"), "{misplaced}");
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: s}\ndata:\n  a.sh: |\n    # initlint: ignore[forbiden-probe] why\n    a\n";
    assert_eq!(typo(map), 0);
    assert_eq!(typo(&format!("# initlint: ignore-file[forbiden-probe] why\n{map}")), 1);
}

#[test]
fn each_place_of_a_comment_has_its_scope() {
    let scope = |text: &str| scopes(&format!("apiVersion: v1\nkind: X\n{text}"));
    assert_eq!(scope("a:\n# initlint: ignore[x]\n-\n  b: 1\n  c: 2\n- d: 3\n"), ["-\n  b: 1\n  c: 2"]);
    assert_eq!(scope("a:\n# initlint: ignore[x]\n- &b\n  c: 1\n- 2\n"), ["- &b\n  c: 1"]);
    assert_eq!(scope("a:\n- - b\n  # initlint: ignore[x]\n  - c\n- d\n"), ["  - c"]);
    assert_eq!(scope("a:\n  b: 1\n  c: 2 # initlint: ignore[x]\nd: 3\n"), ["  c: 2 # initlint: ignore[x]"]);
    assert_eq!(scope("a: # initlint: ignore[x]\n  b: 1\nc: 2\n"), ["a: # initlint: ignore[x]\n  b: 1"]);
    assert_eq!(scope("a: [b, # initlint: ignore[x]\n  c]\nd: 1\n"), ["a: [b, # initlint: ignore[x]\n  c]"]);
    assert_eq!(scope("a: [\n  b, # initlint: ignore[x]\n  c]\n"), ["  b, # initlint: ignore[x]"]);
    assert_eq!(scope("a: 한글 # initlint: ignore[x]\nb: 1\n"), ["a: 한글 # initlint: ignore[x]"]);
    assert_eq!(scope("a: b # initlint: ignore[x]\r\nc: 1\r\n"), ["a: b # initlint: ignore[x]"]);
    assert_eq!(scope("# initlint: ignore[x]\na: b"), ["a: b"]);
}

#[test]
fn the_pages_examples_suppress_what_they_show() {
    let page = std::fs::read_to_string(root().join("docs/suppressions.md")).unwrap();
    let blocks: Vec<&str> =
        page.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(blocks.len() >= 5, "{}", blocks.len());
    for block in blocks {
        let report = lint("page.yaml", block, &Settings::default());
        // What is meant to be left says so.
        let left = block.matches("# reported").count();
        assert!(!report.suppressed.is_empty(), "{block}");
        assert_eq!(report.findings.len(), left, "{block}\n{}", pretty(&report));
    }
}

/// Above each finding of real manifests, a comment is put that suppresses it: it goes, and nothing
/// goes with it that starts before the comment's line. Needs `INITLINT_SHARED`.
#[test]
fn findings_of_real_manifests_can_be_suppressed_one_by_one() {
    let Some(folder) = shared() else { return };
    let mut tried = 0;
    for (path, text) in manifests(&folder.join("corpus/files")) {
        let settings = Settings { pedantic: true, ..Settings::default() };
        let report = lint("a.yaml", &text, &settings);
        for finding in report.findings.iter().filter(|finding| finding.rule != "invalid-yaml") {
            let source = report.sources.get(FileId(0)).unwrap();
            let line = source.line_range(source.line_index(finding.span.start as usize));
            let code = text.get(line.clone()).unwrap();
            // In quotes and folds, no comment can stand on a line of its own.
            let indent = code.get(..code.len() - code.trim_start().len()).unwrap();
            let comment = format!("{indent}# initlint: ignore[{}] why\n", finding.rule);
            let changed =
                format!("{}{comment}{}", text.get(..line.start).unwrap(), text.get(line.start..).unwrap());
            let after = lint("a.yaml", &changed, &settings);
            if after.findings.iter().any(|finding| finding.rule == "invalid-yaml") {
                continue;
            }
            tried += 1;
            let moved = finding.span.start as usize + comment.len();
            let gone = |place: usize| after.suppressed.iter().any(|s| s.finding.span.start as usize == place);
            assert!(gone(moved), "{}: {}\n{changed}", path.display(), finding.message);
            for suppressed in &after.suppressed {
                assert!(suppressed.finding.span.start as usize >= line.start, "{}", path.display());
            }
            assert_eq!(
                after.findings.len() + after.suppressed.len(),
                report.findings.len(),
                "{}",
                path.display()
            );
        }
    }
    assert!(tried > 20, "{tried}");
}
