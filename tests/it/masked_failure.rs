//! The cases of `masked-failure` for real: each script runs once with the command failing that its first line names.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::fixes::{fix, input, text_of};
use crate::support::lint::{cases, lint, root};
use initlint::finding::Safety;
use initlint::rule::Settings;
use rayon::prelude::*;
use serde_yaml::Value;
use tempfile::TempDir;

/// Stands in for any command: it fails where its line begins with one of `$FAILS`, and where a file isn't there that it is to
/// read; else it makes the file that its options name.
const STAND_IN: &str = r#"#!/bin/sh
line="${0##*/} $*"
IFS=,
for one in $FAILS; do case "$line" in "${one# }"|"${one# } "*) exit 1;; esac; done
while [ $# -gt 0 ]; do
  case "$1" in
    -O-|-qO-) cat /dev/null;;
    -O|-qO|-o|-f) [ "$2" = - ] || [ -e "$2" ] || echo made > "$2"; shift;;
  esac
  shift
done
exit 0
"#;

/// Commands that aren't to reach out of the test, or that needn't be installed.
const STOOD_IN_FOR: [&str; 13] = [
    "wget",
    "curl",
    "git",
    "pip",
    "kubectl",
    "wait-for-it",
    "pg_dump",
    "aws",
    "apt-get",
    "psql",
    "make",
    "sleep",
    "nc",
];

/// A script of a case, and the commands that fail, with commas between them.
struct Masked {
    shown: String,
    shell: Vec<String>,
    script: String,
    fails: String,
}

fn scripts(folder: &str) -> Vec<Masked> {
    let folder = root().join("rules/masked_failure").join(folder);
    cases(&folder).iter().flat_map(|path| scripts_in(path)).collect()
}

fn scripts_in(path: &Path) -> Vec<Masked> {
    scripts_of(path, &fs::read_to_string(path).unwrap())
}

/// The same in the manifest `text`, as if it stood at `path`.
fn scripts_of(path: &Path, text: &str) -> Vec<Masked> {
    let pod: Value = serde_yaml::from_str(text).unwrap();
    let containers = pod["spec"]["initContainers"].as_sequence().unwrap();
    let masked = containers.iter().filter_map(|container| {
        let script = container["args"][0].as_str()?.to_owned();
        let fails = script.lines().find_map(|line| line.strip_prefix("# fails: "))?.to_owned();
        let words = container["command"].as_sequence().unwrap();
        let shell = words.iter().map(|word| word.as_str().unwrap().to_owned()).collect();
        let shown = format!("{}: {}", path.display(), container["name"].as_str().unwrap());
        Some(Masked { shown, shell, script, fails })
    });
    masked.collect()
}

/// A throw-away directory with the volumes and the stand-ins.
fn sandbox(masked: &Masked) -> TempDir {
    let sandbox = tempfile::tempdir().unwrap();
    let folder = sandbox.path();
    for part in ["data", "cfg", "bin"] {
        fs::create_dir_all(folder.join(part)).unwrap();
    }
    for file in ["app.conf", "requirements.txt", "crds.yaml"] {
        fs::write(folder.join("cfg").join(file), "a\n").unwrap();
    }
    let own = masked.fails.split(", ").filter_map(|line| line.split(' ').next());
    for command in STOOD_IN_FOR.iter().copied().chain(own) {
        let path = folder.join("bin").join(command);
        fs::write(&path, STAND_IN).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    sandbox
}

/// How long a script may take. One that goes on longer waits for what doesn't come.
const PATIENCE: Duration = Duration::from_secs(1);

/// Whether the script reports success.
fn succeeds(masked: &Masked) -> bool {
    let sandbox = sandbox(masked);
    let folder = sandbox.path();
    let here = |text: &str| {
        let at = |part: &str| folder.join(part).display().to_string();
        text.replace("/data", &at("data")).replace("/cfg", &at("cfg"))
    };
    let path = format!("{}:{}", folder.join("bin").display(), std::env::var("PATH").unwrap());
    let mut running = Command::new(&masked.shell[0])
        .args(&masked.shell[1..])
        .arg(here(&masked.script))
        .envs([("PATH", path), ("FAILS", here(&masked.fails))])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let start = Instant::now();
    let status = loop {
        match running.try_wait().unwrap() {
            None if start.elapsed() > PATIENCE => break None,
            None => thread::sleep(Duration::from_millis(5)),
            status => break status,
        }
    };
    if status.is_none() {
        running.kill().unwrap();
        running.wait().unwrap();
    }
    status.is_some_and(|status| status.success())
}

fn runs(masked: &Masked) -> bool {
    let runs =
        Command::new(&masked.shell[0]).args(["-c", "exit 0"]).status().is_ok_and(|status| status.success());
    if !runs {
        eprintln!("skipped, no {}: {}", masked.shell[0], masked.shown);
    }
    runs
}

#[test]
fn a_masked_failure_leaves_the_script_successful() {
    let scripts = scripts("bad");
    assert!(scripts.len() > 15);
    let failing: Vec<&str> =
        scripts.iter().filter(|one| runs(one) && !succeeds(one)).map(|one| one.shown.as_str()).collect();
    assert!(failing.is_empty(), "these fail: {failing:#?}");
}

#[test]
fn a_failure_that_is_kept_ends_the_script() {
    let scripts = scripts("good");
    assert!(scripts.len() > 10);
    let successful: Vec<&str> =
        scripts.par_iter().filter(|one| runs(one) && succeeds(one)).map(|one| one.shown.as_str()).collect();
    assert!(successful.is_empty(), "these succeed: {successful:#?}");
}

#[test]
fn a_failure_that_is_mended_ends_the_script() {
    let (mut mended, mut successful) = (0, Vec::new());
    for path in cases(&root().join("rules/masked_failure/bad")) {
        let text = fs::read_to_string(&path).unwrap();
        let outcome = fix(vec![input("case.yaml", &text)], Safety::Unsafe, &Settings::default());
        // The bound of a wait is another rule's.
        let is_bound = |line: &&str| line.contains("tries");
        let own = |script: &str| script.lines().filter(|line| !is_bound(line)).collect::<Vec<_>>().join("\n");
        let options = |script: &str| {
            let own = own(script);
            own.matches("set -").count() + own.matches("|| exit 1").count()
        };
        let pairs = scripts_of(&path, &text).into_iter().zip(scripts_of(&path, text_of(&outcome)));
        for (before, after) in pairs.filter(|(before, _)| runs(before)) {
            if options(&before.script) < options(&after.script) {
                mended += 1;
                successful.extend(succeeds(&after).then(|| format!("{}\n{}", after.shown, after.script)));
            }
        }
    }
    assert!(successful.is_empty(), "these succeed:\n{}", successful.join("\n"));
    assert!(mended > 5, "{mended} mended");
}

#[test]
fn no_fix_lets_a_pod_fail_that_is_never_restarted() {
    let offered = |policy: &str| {
        let text = format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  restartPolicy: {policy}\n  initContainers:\n  - name: i\n    \
             image: alpine/git:2.45\n    command: [sh, -c, 'git clone https://a.example/b /d/b; ls /d']\n    volumeMounts: \
             [{{name: d, mountPath: /d}}]\n  containers:\n  - {{name: c, image: 'c:1', volumeMounts: [{{name: d, mountPath: \
             /d}}]}}\n  volumes: [{{name: d, emptyDir: {{}}}}]\n"
        );
        let report = lint("a.yaml", &text, &Settings::default());
        let masked = report.findings.iter().find(|finding| finding.rule == "masked-failure").unwrap();
        masked.fix.is_some()
    };
    assert!(offered("OnFailure"));
    assert!(!offered("Never"));
}

/// Without `-p` the last command fails where the one before it has: what mends it keeps that in sight.
#[test]
fn a_failure_that_another_one_shows_stays_in_sight() {
    let pod = |script: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  initContainers:\n  - name: copy\n    image: \
             example.com/app:1.0\n    command: [sh, -c, '{script}']\n    volumeMounts: [{{name: rw, mountPath: /rw}}]\n  \
             containers:\n  - name: app\n    image: example.com/app:1.0\n    volumeMounts: [{{name: rw, mountPath: \
             /app/jetty}}]\n  volumes: [{{name: rw, emptyDir: {{}}}}]\n"
        )
    };
    let help = |text: &str| {
        let report = lint("pod.yaml", text, &Settings::default());
        let found = report.findings.iter().find(|finding| finding.rule == "non-idempotent-write");
        found.and_then(|finding| finding.help.clone()).unwrap_or_default()
    };
    let shows = pod("cp -a /app/jetty/ /rw/; mkdir /rw/jetty/temp");
    let told = "write `mkdir -p /rw/jetty/temp`, and begin the script with `set -e`: this `mkdir` tells so far that `cp` failed";
    assert_eq!(help(&shows), told);
    let outcome = fix(vec![input("pod.yaml", &shows)], Safety::Unsafe, &Settings::default());
    let mended = text_of(&outcome);
    assert!(mended.contains("set -e; cp -a /app/jetty/ /rw/; mkdir -p /rw/jetty/temp"), "{mended}");
    for heeded in [
        "cp -a /app/jetty/ /rw/ && mkdir /rw/jetty/temp",
        "set -e; cp -a /app/jetty/ /rw/; mkdir /rw/jetty/temp",
    ] {
        assert_eq!(help(&pod(heeded)), "write `mkdir -p /rw/jetty/temp`", "{heeded}");
    }
}
