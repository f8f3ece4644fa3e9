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
    let look = Look { width: 100, color: false, links: false, unicode: true };
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

/// What is said of running again where `objects` stand beside a Pod with these `init` containers.
fn hazards(objects: &str, init: &str) -> Vec<String> {
    let pod = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec:\n  containers: [{{name: app, image: 'app:1'}}]\n  \
         volumes:\n  - {{name: data, emptyDir: {{}}}}\n  - {{name: s, secret: {{secretName: s}}}}\n  - name: p\n    \
         projected: {{sources: [{{secret: {{name: s, items: [{{key: run.sh, path: go.sh}}]}}}}]}}\n  \
         initContainers:\n{init}"
    );
    let report = lint("pod.yaml", &format!("{objects}---\n{pod}"), &Settings::default());
    assert_eq!(errors(&report), Vec::<String>::new());
    let found = report.findings.iter().filter(|finding| finding.rule == "non-idempotent-write");
    found.map(|finding| format!("{}: {}", finding.span.start, finding.message)).collect()
}

/// An init container of `name` with `fields` beside its image and its volumes.
fn init(name: &str, fields: &str) -> String {
    let mounts = "[{name: data, mountPath: /data}, {name: s, mountPath: /s}, {name: p, mountPath: /p/}]";
    format!("  - {{name: {name}, image: 'debian:12', volumeMounts: {mounts}, {fields}}}\n")
}

/// What a script in a ConfigMap speaks of is known as where it stands in the container itself.
#[test]
fn a_script_in_a_config_map_reads_other_config_maps() {
    let pod = SCRIPT
        .replace("command: [bash, -ec]\n    args:\n    - |\n", "command: [bash, /scripts/seed.sh]\n")
        .replace(
            "configMap: {name: scripts}}",
            "configMap: {name: scripts}}, {name: conf, configMap: {name: conf}}",
        )
        .replace("mountPath: /scripts}", "mountPath: /scripts}, {name: conf, mountPath: /conf}");
    let script = indented("set -e\ncp /conf/* /data\ncat /proc/cpuinfo >> /data/a.conf");
    let rules_with = |key: &str| {
        let scripts = format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: scripts}}\ndata:\n  seed.sh: |\n{script}"
        );
        let conf = format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: conf}}\ndata: {{{key}: a}}\n");
        rules_of(&lint("pod.yaml", &format!("{pod}---\n{scripts}---\n{conf}"), &Settings::default()))
            .join(" ")
    };
    assert!(!rules_with("a.conf").contains("non-idempotent-write"), "{}", rules_with("a.conf"));
    assert!(rules_with("b.conf").contains("non-idempotent-write"), "{}", rules_with("b.conf"));
}

#[test]
fn a_secrets_texts_are_scripts_as_a_config_maps_are() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  run.sh: mkdir /data/x\n";
    let place = format!("{}: ", secret.find("mkdir").unwrap());
    for command in ["[sh, /s/run.sh]", "[sh, /p/go.sh]", "[sh, -c, '. /s/run.sh']"] {
        let found = hazards(secret, &init("a", &format!("command: {command}")));
        assert!(matches!(&*found, [one] if one.starts_with(&place)), "{command}: {found:?}");
    }
    let run = init("a", "command: [sh, /s/run.sh]");
    assert_eq!(hazards(&secret.replace("name: s", "name: other"), &run), Vec::<String>::new());
    assert_eq!(hazards(&secret.replace("mkdir", "mkdir -p"), &run), Vec::<String>::new());
    assert_eq!(hazards(secret, &init("a", "command: [sh, /p/run.sh]")), Vec::<String>::new());
}

#[test]
fn variables_may_come_from_config_maps() {
    let maps = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {DIR: /data/x, run: mkdir /data/x}\n---\n\
                apiVersion: v1\nkind: ConfigMap\nmetadata: {name: scratch}\ndata: {DIR: /tmp/x, T: '${T}'}\n";
    let (all, key) = ("{configMapRef: {name: m}}", "valueFrom: {configMapKeyRef: {name: m, key: DIR}}");
    for (fails, fields) in [
        (true, format!("command: [sh, -c, mkdir $DIR], envFrom: [{all}]")),
        (true, format!("command: [mkdir, $(DIR)], envFrom: [{all}]")),
        (true, format!("command: [mkdir, $(A)], env: [{{name: A, {key}}}]")),
        (true, format!("command: [mkdir, $(B)], env: [{{name: A, {key}}}, {{name: B, value: $(A)/..y}}]")),
        (true, "command: [sh, -c, $(P_run)], envFrom: [{prefix: P_, configMapRef: {name: m}}]".to_owned()),
        (true, format!("command: [sh, -c, mkdir $DIR], envFrom: [{{configMapRef: {{name: scratch}}}}, {all}]")),
        (false, format!("command: [sh, -c, mkdir $DIR], envFrom: [{all}, {{configMapRef: {{name: scratch}}}}]")),
        (false, format!("command: [sh, -c, mkdir $DIR], envFrom: [{all}], env: [{{name: DIR, value: /tmp/x}}]")),
        (false, "command: [sh, -c, mkdir $DIR], envFrom: [{secretRef: {name: m}}]".to_owned()),
        (false, "command: [sh, -c, mkdir $DIR], envFrom: [{configMapRef: {name: none}}]".to_owned()),
        (false, "command: [sh, -c, mkdir $DIR], env: [{name: DIR, valueFrom: {configMapKeyRef: {name: m, key: D}}}]".to_owned()),
    ] {
        let found = hazards(maps, &init("a", &fields));
        assert_eq!(found.len(), usize::from(fails), "{fields}: {found:?}");
    }
}

#[test]
fn a_sidecar_restarts_alone() {
    let sidecar = |script: &str| init("s", &format!("restartPolicy: Always, command: [sh, -ec, {script:?}]"));
    let fails = "sidecar `s` fails on a re-run: ";
    let found = hazards("", &sidecar("mkdir /data/sock; exec server"));
    assert!(matches!(&*found, [one] if one.contains(fails)), "{found:?}");
    for script in [
        "mkdir -p /data/sock; exec server",
        "rm -rf /data/sock; mkdir /data/sock; exec server",
        "mkdir /tmp/sock; exec server",
        "while true; do date > /data/now; sleep 5; done",
        "until [ -f /data/done ]; do sleep 1; done; exec server",
    ] {
        assert_eq!(hazards("", &sidecar(script)), Vec::<String>::new(), "{script}");
    }
    // A restart of it doesn't run the one before it, which clears the folder.
    let clears = init("a", "command: [sh, -ec, rm -rf /data/sock]");
    let found = hazards("", &format!("{clears}{}", sidecar("mkdir /data/sock; exec server")));
    assert!(matches!(&*found, [one] if one.contains(fails)), "{found:?}");
    // What it made may not be there yet.
    let reads = init("b", "command: [sh, -ec, ls /data/sock; touch /data/sock/b]");
    assert_eq!(
        hazards("", &format!("{}{reads}", sidecar("mkdir -p /data/sock; exec server"))),
        Vec::<String>::new()
    );
}

/// Of containers with equal words each is judged by its own variables and folder.
#[test]
fn what_is_known_of_one_container_holds_for_no_other_that_sees_something_else() {
    let found_in = |script: &str, second: &str| -> Vec<String> {
        let pod = format!(
            "apiVersion: v1
kind: Pod
metadata: {{name: web}}
spec:
  containers: [{{name: app, image: app:1}}]
  volumes: [{{name: data, emptyDir: {{}}}}]
  initContainers:
  - &one
    name: one
    image: bash:5
    volumeMounts: [{{name: data, mountPath: /data, readOnly: true}}]
    workingDir: /data
    env: [{{name: FOLDER, value: /data}}]
    command: [bash, -ec, {script}]
  - {{<<: *one, name: two{second}}}
"
        );
        let report = lint("pod.yaml", &pod, &Settings::default());
        let of_rule = report.findings.iter().filter(|finding| finding.rule == "write-to-read-only");
        of_rule.filter_map(|finding| finding.resource.as_ref()?.container.clone()).collect()
    };
    assert_eq!(found_in("touch x", ""), ["one", "two"]);
    assert_eq!(found_in("touch x", ", workingDir: /tmp"), ["one"]);
    assert_eq!(found_in("touch $FOLDER/x", ""), ["one", "two"]);
    assert_eq!(found_in("touch $FOLDER/x", ", env: [{name: FOLDER, value: /tmp}]"), ["one"]);
    assert_eq!(found_in("touch $FOLDER/x", ", env: []"), ["one"]);
}
