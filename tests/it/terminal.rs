//! What a terminal shows.

use std::fs;

use crate::support::lint::{cases, lint, root};
use initlint::discover::Input;
use initlint::report::{Format, Look, Report};
use initlint::settings::Settings;
use unicode_width::UnicodeWidthStr;

fn pretty(report: &Report, width: usize) -> String {
    let mut out = Vec::new();
    report
        .write(Format::Pretty, &Look { width, color: false, links: false, unicode: true }, &mut out)
        .unwrap();
    String::from_utf8(out).unwrap()
}

fn reports() -> Vec<Report> {
    let mut paths = cases(&root().join("rules"));
    paths.extend(cases(&root().join("examples")));
    let settings = Settings { pedantic: true, ..Settings::default() };
    let lint = |path: &std::path::PathBuf| {
        lint("deploy/overlays/production/workloads/a.yaml", &fs::read_to_string(path).unwrap(), &settings)
    };
    let reports: Vec<Report> = paths.iter().map(lint).filter(|report| !report.findings.is_empty()).collect();
    assert!(reports.len() > 10);
    reports
}

#[test]
fn nothing_is_wider_than_the_terminal() {
    for report in reports() {
        for width in [80, 100, 120] {
            let text = pretty(&report, width);
            for line in text.lines().filter(|line| !line.contains(" more: ")) {
                assert!(line.width() <= width, "{} columns, {width} are there: {line}\n{text}", line.width());
            }
        }
    }
}

const POD: &str = "apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  volumes:
  - {name: data, emptyDir: {}}
  - {name: scripts, configMap: {name: scripts}}
  containers: [{name: web, image: \"nginx:1.27\"}]
  initContainers:
  - name: seed
    image: busybox:1.36
    command: [sh, -e, /scripts/seed.sh]
    volumeMounts: [{name: data, mountPath: /data}, {name: scripts, mountPath: /scripts}]
";
const MAP: &str = "apiVersion: v1
kind: ConfigMap
metadata: {name: scripts}
data:
  seed.sh: mkdir /data/seed
";

#[test]
fn places_in_another_file_are_shown_after_it_and_the_help_last() {
    let text = |path: &str, text: &str| Input::Text { path: path.to_owned(), text: text.to_owned() };
    let inputs = [text("map.yaml", MAP), text("pod.yaml", POD)];
    let report = initlint::pipeline::lint(&inputs, "", &Settings::default());
    assert_eq!(
        pretty(&report, 80),
        "\
error[non-idempotent-write]: init container `seed` fails on a re-run:
  `/data/seed` already exists, so `mkdir` fails, and the Pod stays in
  `CrashLoopBackOff`
  --> map.yaml:5:12 Pod web, init container seed
 5 |   seed.sh: mkdir /data/seed
   |            ^^^^^^^^^^^^^^^^ this `mkdir` fails the second time
  ::: pod.yaml:13:44
 6 |   - {name: data, emptyDir: {}}
 ⋮ |     ---------------------- `data` is an emptyDir: it outlives the container
13 | …eMounts: [{name: data, mountPath: /data}, {name: scripts, mountPath: /scr…
   |                                    ----- its volume is mounted here
   = help: write `mkdir -p /data/seed` (--fix)

"
    );
}

fn plain(text: &str, look: Look) -> String {
    let report = lint("a.yaml", text, &Settings::default());
    let mut out = Vec::new();
    report.write(Format::Pretty, &look, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

const LOOK: Look = Look { width: 80, color: false, links: false, unicode: true };

/// A Pod whose init container has this name, a mistake of each severity, and one twice.
fn pod(name: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec:\n  initContainers:\n  - name: {name}\n    image: \
         \"busybox:1.36\"\n    livenessProbe: {{}}\n  - {{name: other, image: \"busybox:1.36\", livenessProbe: {{}}}}\n  \
         - {{name: third, image: \"registry.example/three\"}}\n  containers:\n  - name: app\n    image: \"nginx:1.27\"\n    \
         resources: {{requests: {{cpu: 1}}}}\n"
    )
}

#[test]
fn the_worst_findings_come_last_and_those_of_one_text_once() {
    let text = plain(&pod("first"), LOOK);
    let heads: Vec<&str> =
        text.lines().filter_map(|line| line.split_once("]:")).map(|(head, _)| head).collect();
    let severity = |head: &&str| ["info", "warning", "error"].iter().position(|word| head.starts_with(word));
    assert!(heads.iter().is_sorted_by_key(severity) && heads.len() == 3, "{text}");
    assert!(text.contains(" = 1 more: a.yaml:9:42 (Pod web, init container other)\n"), "{text}");
}

#[test]
fn without_unicode_there_is_none() {
    let text = plain(&pod("설정…×"), Look { unicode: false, ..LOOK });
    assert!(text.is_ascii() && text.contains(r"\u{c124}\u{c815}...x"), "{text}");
}

#[test]
fn colour_tells_the_place_from_what_it_speaks_of_and_a_rule_has_its_link() {
    colored::control::set_override(true);
    let text = plain(&pod("first"), Look { color: true, links: true, ..LOOK });
    colored::control::unset_override();
    for part in ["\u{1b}[1;31m^^^", "\u{1b}[1;34m---", "\u{1b}]8;;https://", "forbidden-probe.md\u{1b}\\"] {
        assert!(text.contains(part), "{part:?} {text:?}");
    }
}

#[test]
fn a_narrow_terminal_and_a_name_without_end_are_bearable() {
    for name in ["설".repeat(10_000), "אבג ".repeat(40), "x".repeat(10_000)] {
        let text = plain(&pod(&name), Look { width: 20, ..LOOK });
        assert!(text.lines().all(|line| line.chars().count() < 1_500), "{text}");
        assert!(text.contains("`livenessProbe`") && !text.contains(char::REPLACEMENT_CHARACTER), "{text}");
    }
}

#[test]
fn of_many_places_of_one_text_the_first_are_named() {
    let container =
        |number: usize| format!("  - {{name: c{number}, image: \"busybox:1.36\", livenessProbe: {{}}}}\n");
    let pod = |count: usize| {
        let containers: String = (0..count).map(container).collect();
        let head = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers: [{name: app, image: \"app:1\"}]\n";
        plain(&format!("{head}  initContainers:\n{containers}"), LOOK)
    };
    let (four, many) = (pod(4), pod(40));
    assert!(four.contains("init container c3)\n") && !four.contains("--format"), "{four}");
    assert!(many.contains("= 39 more: ") && many.contains("c3) and 36 more (--format concise)\n"), "{many}");
}

#[test]
fn a_caption_at_the_right_edge_is_no_column_of_words() {
    let script =
        "mkdir -p /data/conf; cp -r /opt/mounted/conf/* /data/conf/; ls -la /data/conf/; /opt/migrate";
    let text = plain(
        &format!(
            "{}  initContainers:\n  - name: init\n    image: registry.example/a:1\n    command: [sh, -c, '{script}']\n    \
             volumeMounts: [{{name: data, mountPath: /data}}]\n",
            POD.split("  initContainers:").next().unwrap()
        ),
        LOOK,
    );
    let row = text.lines().find(|line| line.ends_with(" its status is the script's"));
    assert!(row.is_some_and(|row| row.trim_start_matches(['|', ' ']).starts_with("its")), "{text}");
}
