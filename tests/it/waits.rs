//! The cases of `unbounded-wait` for real: each loop runs while nothing that it asks for comes. One that the rule speaks
//! of still runs after many turns, any other has come to its end.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::fixes::{fix, input, text_of};
use crate::support::lint::{cases, lint, root};
use initlint::finding::Safety;
use initlint::rule::Settings;
use serde_yaml::Value;
use tempfile::TempDir;

/// What a loop asks: none of them ever succeeds.
const PROBES: [&str; 18] = [
    "nc",
    "nslookup",
    "curl",
    "wget",
    "kong",
    "kubectl",
    "pg_isready",
    "psql",
    "mysqladmin",
    "redis-cli",
    "mongosh",
    "mongo",
    "getent",
    "grep",
    "mongod",
    "start-it",
    "unlink-next",
    "flock",
];

/// Notes the turn, and lets other processes have theirs.
const SLEEP: &str = "#!/bin/sh\necho >> \"$TURNS\"\nexec /bin/sleep 0.01\n";
/// A minute takes no time.
const TIMEOUT: &str = "#!/bin/sh\nshift\nexec /usr/bin/timeout 0.3 \"$@\"\n";
/// A clock by which a minute is over after a few looks.
const DATE: &str = "#!/bin/sh\necho >> \"$LOOKS\"\nexec wc -l < \"$LOOKS\"\n";

/// More turns than any of the cases allows itself.
const MANY: u64 = 150;
/// A script that neither ends nor sleeps within this is taken to go on for ever.
const PATIENCE: Duration = Duration::from_mins(1);

/// A script with a loop.
struct Waiting {
    shown: String,
    shell: String,
    script: String,
    /// Whether the rule speaks of it.
    found: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Ended,
    StillRuns,
}

/// The scripts with a loop in the rule's own cases and in those of `tests/cases`, where no deadline of the Pod ends them.
fn all() -> Vec<Waiting> {
    let mut paths = cases(&root().join("rules/unbounded_wait"));
    let of_rule = |path: &PathBuf| path.to_string_lossy().contains("unbounded-wait");
    paths.extend(cases(&root().join("tests/cases")).into_iter().filter(of_rule));
    paths.iter().flat_map(|path| scripts_in(path)).collect()
}

fn scripts_in(path: &Path) -> Vec<Waiting> {
    scripts_of(path, &fs::read_to_string(path).unwrap())
}

/// The same in the manifest `text`, as if it stood at `path`.
fn scripts_of(path: &Path, text: &str) -> Vec<Waiting> {
    if text.contains("activeDeadlineSeconds") {
        return Vec::new();
    }
    let findings = lint(&path.to_string_lossy(), text, &Settings::default()).findings;
    let found = findings.into_iter().filter(|finding| finding.rule == "unbounded-wait");
    let found: BTreeSet<String> = found.filter_map(|finding| finding.resource?.container).collect();
    let mut waiting = Vec::new();
    for document in serde_yaml::Deserializer::from_str(text) {
        let document: Value = serde::Deserialize::deserialize(document).unwrap();
        for container in init_containers(&document) {
            let name = container["name"].as_str().unwrap();
            let words = ["command", "args"].into_iter().filter_map(|key| container[key].as_sequence());
            let words: Vec<&str> = words.flatten().filter_map(Value::as_str).collect();
            let [shell @ ("sh" | "bash"), "-c", script] = words.as_slice() else { continue };
            if ["while ", "until ", "for "].iter().any(|keyword| script.contains(keyword)) {
                waiting.push(Waiting {
                    shown: format!("{}: {name}", path.display()),
                    shell: (*shell).to_owned(),
                    script: (*script).to_owned(),
                    found: found.contains(name),
                });
            }
        }
    }
    waiting
}

/// The init containers of a Pod, or of a workload's template; no sidecars.
fn init_containers(document: &Value) -> Vec<&Value> {
    let spec = &document["spec"];
    let lists = [&spec["initContainers"], &spec["template"]["spec"]["initContainers"]];
    let containers = lists.into_iter().filter_map(Value::as_sequence).flatten();
    containers.filter(|container| container["restartPolicy"].as_str() != Some("Always")).collect()
}

/// A throw-away directory with the stand-ins, and below it one to run in.
fn sandbox() -> TempDir {
    let sandbox = tempfile::tempdir().unwrap();
    let folder = sandbox.path();
    for part in ["bin", ".git", "a/b"] {
        fs::create_dir_all(folder.join(part)).unwrap();
    }
    let probes = PROBES.iter().map(|name| (*name, "#!/bin/sh\nexit 1\n"));
    for (name, text) in probes.chain([("sleep", SLEEP), ("timeout", TIMEOUT), ("date", DATE)]) {
        let path = folder.join("bin").join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    sandbox
}

fn run(waiting: &Waiting) -> Outcome {
    let sandbox = sandbox();
    let folder = sandbox.path();
    let path = format!("{}:{}", folder.join("bin").display(), std::env::var("PATH").unwrap());
    let turns = folder.join("turns");
    let mut child = Command::new(&waiting.shell)
        .args(["-c", &waiting.script])
        .env("PATH", path)
        .env("TURNS", &turns)
        .env("LOOKS", folder.join("looks"))
        .current_dir(folder.join("a/b"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap();
    let outcome = watch(&mut child, &turns);
    let group = format!("-{}", child.id());
    _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
    _ = child.wait();
    outcome
}

/// Waits until the script ends, or has slept many times.
fn watch(child: &mut Child, turns: &Path) -> Outcome {
    let start = Instant::now();
    loop {
        if child.try_wait().unwrap().is_some() {
            return Outcome::Ended;
        }
        let slept = fs::metadata(turns).map_or(0, |turns| turns.len());
        if slept >= MANY || start.elapsed() > PATIENCE {
            return Outcome::StillRuns;
        }
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn execution_says_which_waits_end() {
    let all = all();
    let (bad, good) = all.iter().partition::<Vec<_>, _>(|waiting| waiting.found);
    assert!(bad.len() > 15 && good.len() > 10, "{} and {}", bad.len(), good.len());
    // The shell that is found as `sh` reads them all; its loops are the same in any.
    let outcomes: Vec<(&Waiting, Outcome)> = thread::scope(|scope| {
        let threads: Vec<_> =
            all.iter().map(|waiting| (waiting, scope.spawn(move || run(waiting)))).collect();
        threads.into_iter().map(|(waiting, thread)| (waiting, thread.join().unwrap())).collect()
    });
    let is_wrong =
        |(waiting, outcome): &&(&Waiting, Outcome)| waiting.found != (*outcome == Outcome::StillRuns);
    let wrong: Vec<String> = outcomes
        .iter()
        .filter(is_wrong)
        .map(|(waiting, outcome)| format!("{}: {outcome:?}", waiting.shown))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    eprintln!("{} loops still run, {} have ended", bad.len(), good.len());
}

#[test]
fn a_wait_that_is_given_a_bound_ends() {
    let mut mended = Vec::new();
    for path in cases(&root().join("rules/unbounded_wait/bad")) {
        let text = fs::read_to_string(&path).unwrap();
        let outcome = fix(vec![input("case.yaml", &text)], Safety::Unsafe, &Settings::default());
        for mut waiting in scripts_of(&path, text_of(&outcome)) {
            // As many tries as the fix allows take longer than a test may.
            let sooner = waiting.script.replace(" -le 300 ]", " -le 9 ]");
            if sooner != waiting.script {
                waiting.script = sooner;
                mended.push(waiting);
            }
        }
    }
    assert!(mended.len() > 5, "{} are mended", mended.len());
    let endless = mended.iter().filter(|waiting| waiting.found || run(waiting) != Outcome::Ended);
    let endless: Vec<_> = endless.map(|waiting| format!("{}\n{}", waiting.shown, waiting.script)).collect();
    assert!(endless.is_empty(), "{}", endless.join("\n"));
}

/// What a container mounts, and each folder above, is there before it starts; a file in it isn't.
#[test]
fn nobody_waits_for_a_mount() {
    let waits = |test: &str| {
        let text = format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec:\n  initContainers:\n  - name: wait\n    image: \
             busybox:1.36\n    command: [sh, -c, \"until [ {test} ]; do sleep 1; done\"]\n    volumeMounts: [{{name: data, \
             mountPath: /srv/www}}]\n  containers: [{{name: web, image: \"nginx:1.27\"}}]\n  volumes: [{{name: data, \
             emptyDir: {{}}}}]\n"
        );
        let report = lint("pod.yaml", &text, &Settings::default());
        report.findings.iter().any(|finding| finding.rule == "unbounded-wait")
    };
    for test in ["-d /srv/www", "-d /srv/www/", "-e /srv"] {
        assert!(!waits(test), "{test}");
    }
    for test in ["-e /srv/www/ready", "-d /srv/ww", "-e /data"] {
        assert!(waits(test), "{test}");
    }
}

/// It isn't executed: the first process is another one here.
#[test]
fn a_timer_that_signals_the_first_process_ends_a_wait() {
    let pod = |trap: &str, timer: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec:\n  initContainers:\n  - name: wait\n    \
             image: example.org/tools:1.0\n    command:\n    - sh\n    - -c\n    - |\n      {trap}\n      \
             {timer}\n      until nc -z db 5432; do sleep 1; done\n  containers:\n  - {{name: web, image: nginx:1.27.0}}\n"
        )
    };
    let is_found = |trap: &str, timer: &str| {
        let report = lint("pod.yaml", &pod(trap, timer), &Settings::default());
        report.findings.iter().any(|finding| finding.rule == "unbounded-wait")
    };
    // Kubernetes makes `$` of `$$`.
    for (trap, timer) in [
        ("trap 'exit 1' INT TERM", "(sleep 600; kill -s INT 1) &"),
        ("trap 'exit 1' SIGTERM", "(sleep 600; kill 1) &"),
        ("trap exit 15", "sleep 600 && kill -TERM 1 &"),
        ("trap -- late TERM", "(sleep 600; kill $$$$) &"),
        ("trap 'exit 1' INT", "(sleep 600; kill -2 \"$$$$\") &"),
    ] {
        assert!(!is_found(trap, timer), "{trap}; {timer}");
    }
    for (trap, timer) in [
        ("trap 'exit 1' INT TERM", "(sleep 600; echo late) &"),
        ("trap 'exit 1' TERM", "(sleep 600; kill -0 1) &"),
        ("trap 'exit 1' TERM", "(sleep 600; kill -9 1) &"),
        ("trap 'exit 1' TERM", "(sleep 600; kill $$) &"),
        ("trap '' TERM", "(sleep 600; kill 1) &"),
        ("trap 'exit 1' TERM; trap - TERM", "(sleep 600; kill 1) &"),
        ("trap 'exit 1' INT EXIT", "(sleep 600; kill 1) &"),
        ("trap 'echo late' TERM", "(sleep 600; kill 1) &"),
        ("true", "(sleep 600; kill 1) &"),
    ] {
        assert!(is_found(trap, timer), "{trap}; {timer}");
    }
}
