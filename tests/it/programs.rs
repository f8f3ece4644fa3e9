//! How manifests and versions bear on what init containers run.

use crate::support::lint::{lint, rules_of};
use initlint::discover::Input;
use initlint::finding::Severity;
use initlint::pipeline;
use initlint::report::{Format, Look, Report};
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

/// A Pod with the init container `seed`, whose script follows.
const SCRIPT: &str = "apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers: [{name: app, image: app:1}]
  volumes: [{name: data, emptyDir: {}}, {name: scripts, configMap: {name: scripts}}]
  initContainers:
  - name: seed
    image: bash:5
    volumeMounts: [{name: data, mountPath: /data}, {name: scripts, mountPath: /scripts}]
    command: [bash, -ec]
    args:
    - |
";

fn indented(script: &str) -> String {
    script.lines().map(|line| format!("      {line}\n")).collect()
}

fn with_script(script: &str) -> Report {
    lint("pod.yaml", &format!("{SCRIPT}{}", indented(script)), &Settings::default())
}

/// The errors of a report, each behind its place.
fn errors(report: &Report) -> Vec<String> {
    report.errors.iter().map(|error| format!("{}: {}", error.place(), error.message)).collect()
}

#[test]
fn a_script_that_is_not_followed_is_an_error_with_its_place() {
    let loops =
        "for a in 1 2 3 4 5 6 7 8 9 10; do\n".repeat(6) + "echo $a >> /data/x\n" + &"done\n".repeat(6);
    for (script, line, what) in [
        ("mkdir /data/x\n# ${a ${b ${c ${d ${e", 13, "is too large or too deeply nested to be followed: "),
        (&*format!("mkdir /data/x\n{}", "# long\n".repeat(10_000)), 13, "more than 64 KiB"),
        ("mkdir /data/x\n{ date", 15, "can't be parsed: "),
        (&loops, 13, "is not followed to its end: more commands run than are followed"),
    ] {
        let report = with_script(script);
        let [error] = &*errors(&report) else { panic!("{script}: {:?}", errors(&report)) };
        let place = format!("pod.yaml:{line}: the script of init container `seed` ");
        assert!(error.starts_with(&place) && error.contains(what), "{error}");
        assert_eq!(report.exit_status(None), 2, "{script}");
    }
    assert_eq!(errors(&with_script("mkdir -p /data/x")), Vec::<String>::new());
    assert_eq!(errors(&with_script("mkdir /data/x")), Vec::<String>::new());
}

#[test]
fn every_format_tells_of_it() {
    let report = with_script("mkdir /data/x\n# ${a ${b ${c ${d ${e");
    let look = Look { width: 100, color: false, unicode: true };
    for format in
        [Format::Pretty, Format::Concise, Format::Json, Format::Sarif, Format::Github, Format::Junit]
    {
        let mut out = Vec::new();
        report.write(format, &look, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("the script of init container"), "{format:?}: {text}");
    }
}

#[test]
fn a_script_in_a_config_map_is_told_of_there_and_once() {
    let pod =
        SCRIPT.replace("command: [bash, -ec]\n    args:\n    - |\n", "command: [bash, /scripts/seed.sh]\n");
    let map = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: scripts}}\ndata:\n  seed.sh: |\n{}",
        indented("mkdir /data/x\n{ date")
    );
    let text = |path: &str, text: &str| Input::Text { path: path.to_owned(), text: text.to_owned() };
    let inputs = [text("pod.yaml", &format!("{pod}---\n{pod}")), text("map.yaml", &map)];
    let report = pipeline::lint(&inputs, "", &Settings::default());
    let told = errors(&report);
    assert!(
        matches!(&*told, [one] if one.starts_with("map.yaml:7: the script of init container `seed` can't")),
        "{told:?}"
    );
}

/// What `script-syntax` says of `script`: how bad it is.
fn syntax_of(script: &str) -> Vec<Severity> {
    let report = with_script(script);
    let found = report.findings.iter().filter(|finding| finding.rule == "script-syntax");
    found.map(|finding| finding.severity).collect()
}

/// A finding tells of it, so that no error has to.
#[test]
fn a_script_that_no_shell_parses_is_a_finding() {
    for script in ["mkdir /data/x\nfi", "echo $(", "echo 'a", "for i in a b; do echo $i", "date >; date"] {
        assert_eq!(syntax_of(script), [Severity::Error], "{script}");
        assert_eq!(errors(&with_script(script)), Vec::<String>::new(), "{script}");
    }
    // What another tool fills in may be what is missing.
    assert_eq!(syntax_of("{% if wait %}\necho 'a"), []);
}

#[test]
fn a_script_inside_another_is_as_bad_as_its_failure() {
    assert_eq!(syntax_of("sh -c 'echo \"a'; date"), [Severity::Error]);
    assert_eq!(syntax_of("sh -c 'echo \"a' || true"), [Severity::Warning]);
    assert_eq!(syntax_of("ssh host 'echo \"a'"), []);
}

/// Only where a rule asks what runs.
#[test]
fn rules_that_read_no_scripts_need_none() {
    use initlint::settings::{Level, RuleSettings, RuleTable};
    let off = |rule: &&initlint::rule::Rule| {
        (rule.id, RuleSettings { level: Some(Level::Off), ..RuleSettings::default() })
    };
    let others = initlint::rules::ALL.iter().filter(|rule| rule.id != "forbidden-probe");
    let settings = Settings { rules: RuleTable::new(others.map(off)), ..Settings::default() };
    let report = lint("pod.yaml", &format!("{SCRIPT}{}", indented("fi")), &settings);
    assert_eq!(errors(&report), Vec::<String>::new());
}
