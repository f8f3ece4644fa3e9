//! What a terminal shows.

use std::fs;

use crate::support::lint::{cases, lint, root};
use initlint::discover::Input;
use initlint::report::{Format, Look, Report};
use initlint::settings::Settings;
use unicode_width::UnicodeWidthStr;

fn pretty(report: &Report, width: usize) -> String {
    let mut out = Vec::new();
    report.write(Format::Pretty, &Look { width, color: false, unicode: true }, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn reports() -> Vec<Report> {
    let mut paths = cases(&root().join("rules"));
    paths.extend(cases(&root().join("examples")));
    let settings = Settings { pedantic: true, ..Settings::default() };
    let lint = |path: &std::path::PathBuf| lint("a.yaml", &fs::read_to_string(path).unwrap(), &settings);
    let reports: Vec<Report> = paths.iter().map(lint).filter(|report| !report.findings.is_empty()).collect();
    assert!(reports.len() > 10);
    reports
}

#[test]
fn nothing_is_wider_than_the_terminal() {
    for report in reports() {
        for width in [80, 100, 120] {
            let text = pretty(&report, width);
            for line in text.lines() {
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
error[non-idempotent-write]

  × init container `seed` fails when it runs again: `/data/seed` exists by
  │ then, and `mkdir` fails on what exists; every restart ends there again
  │ (`CrashLoopBackOff`)
   ╭─[map.yaml:5:12] Pod web, init container seed
 4 │ data:
 5 │   seed.sh: mkdir /data/seed
   ·            ────────┬───────
   ·                    ╰── this `mkdir` fails the second time
   ╰────
  ☞ in another file
   ╭─[pod.yaml:6:5]
 5 │   volumes:
 6 │   - {name: data, emptyDir: {}}
   ·     ─────────────┬────────────
   ·                  ╰── `data` is an emptyDir: it outlives the container
 7 │   - {name: scripts, configMap: {name: scripts}}
   ╰────
    ╭─[pod.yaml:13:44]
 12 │     command: [sh, -e, /scripts/seed.sh]
 13 │ …Mounts: [{name: data, mountPath: /data}, {name: scripts, mountPath: /scr…
    ·                                   ──┬──
    ·                                     ╰── its volume is mounted here
    ╰────
  help: write `mkdir -p /data/seed`

"
    );
}
