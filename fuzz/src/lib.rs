//! What each fuzz target does with its bytes. It must end in time linear in their number, and must not panic.
//!
//! `cargo fuzz run lint` seeks inputs for which it doesn't; `tests/it/fuzzing.rs` of the linter replays all seeds and the
//! corpora that are there.

pub mod cost;
pub mod seeds;

use std::fmt::Write as _;
use std::fs;
use std::io::Cursor;
use std::sync::LazyLock;

use clap::{Parser, ValueEnum};
use initlint::apply::{Fixer, Ignorer, Outcome};
use initlint::baseline::Baseline;
use initlint::cli::Cli;
use initlint::config;
use initlint::describe::describe;
use initlint::discover::Input;
use initlint::finding::Safety;
use initlint::report::{Format, Look, Report, describe as description};
use initlint::settings::Settings;
use initlint::{lsp, pipeline};
use rayon::{ThreadPool, ThreadPoolBuilder};
use serde::Deserialize;

/// A fuzz target.
pub struct Target {
    /// Its name, which is that of its folder in `corpus/`.
    pub name: &'static str,
    /// Takes the bytes of one input.
    pub run: fn(&[u8]),
}

/// Every target.
pub const TARGETS: [Target; 10] = [
    Target { name: "lint", run: lint },
    Target { name: "script", run: script },
    Target { name: "config", run: config },
    Target { name: "baseline", run: baseline },
    Target { name: "suppressions", run: suppressions },
    Target { name: "quantity", run: quantity },
    Target { name: "kustomize", run: kustomize },
    Target { name: "template", run: template },
    Target { name: "fixes", run: fixes },
    Target { name: "messages", run: messages },
];

/// One thread with the stack that the program's own have: its bounds on depth are made for that.
static POOL: LazyLock<ThreadPool> =
    LazyLock::new(|| ThreadPoolBuilder::new().num_threads(1).stack_size(16 << 20).build().expect("a thread"));

/// Gives `data` to a target on a thread as the program's own.
pub fn take(run: fn(&[u8]), data: &[u8]) {
    POOL.install(|| run(data));
}

/// The same, which panics where it takes too long.
pub fn take_in_time(run: fn(&[u8]), data: &[u8]) {
    let start = cost::cpu_time();
    take(run, data);
    let took = cost::cpu_time().saturating_sub(start);
    assert!(took <= cost::bound(data.len()), "{took:?} for {} bytes", data.len());
}

/// A target's `main`: libFuzzer's, or one that replays the files that are named.
#[macro_export]
macro_rules! main {
    ($run:path) => {
        #[cfg(fuzzing)]
        libfuzzer_sys::fuzz_target!(|data: &[u8]| $crate::take_in_time($run, data));

        #[cfg(not(fuzzing))]
        fn main() -> std::io::Result<()> {
            std::env::args_os()
                .skip(1)
                .try_for_each(|path| std::fs::read(path).map(|data| $crate::take_in_time($run, &data)))
        }
    };
}

const LOOK: Look = Look { width: 80, color: false, links: false, unicode: true };

fn text(data: &[u8]) -> String {
    String::from_utf8_lossy(data).into_owned()
}

fn input(path: &str, text: impl Into<String>) -> Input {
    Input::Text { path: path.to_owned(), text: text.into() }
}

/// Lints `inputs` and writes the report in every format. What they hold must not speak to who reads a log.
fn lint_all(inputs: &[Input]) -> Report {
    let report = pipeline::lint(inputs, "<stdin>", &Settings { pedantic: true, ..Settings::default() });
    for &format in Format::value_variants() {
        let mut out = Vec::new();
        report.write(format, &LOOK, &mut out).expect("a vector takes all");
        let out = String::from_utf8(out).expect("reports are text");
        assert!(!out.contains("##vso[") && !out.contains("##teamcity["), "a command to an agent:\n{out}");
        let is_control = |char: char| char.is_control() && char != '\n';
        assert!(!out.contains(is_control), "a control character:\n{out:?}");
        if matches!(format, Format::Json | Format::Sarif | Format::Gitlab) {
            serde_json::from_str::<serde_json::Value>(&out).expect("JSON");
        }
    }
    report
}

/// A manifest: all rules, all formats, and the description.
pub fn lint(data: &[u8]) {
    let inputs = [input("a.yaml", text(data))];
    lint_all(&inputs);
    let described = describe(&inputs, "<stdin>", &Settings::default());
    for form in [description::Form::Pretty, description::Form::Json] {
        description::write(&described, form, None, &LOOK, &mut Vec::new()).expect("a vector takes all");
    }
}

/// A script that two init containers of a Pod run, with a volume.
pub fn script(data: &[u8]) {
    let script = serde_json::Value::from(text(data));
    let container = |name: &str, shell: &str| {
        format!(
            "  - name: {name}\n    image: busybox:1.36\n    volumeMounts: [{{name: d, mountPath: /data}}]\n    \
             command: [{shell}, -c, {script}]\n"
        )
    };
    let (first, second) = (container("a", "sh"), container("b", "bash"));
    let pod =
        pod("", &format!("  volumes: [{{name: d, emptyDir: {{}}}}]\n  initContainers:\n{first}{second}"));
    lint_all(&[input("a.yaml", pod)]);
}

fn pod(metadata: &str, spec: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n{metadata}spec:\n  containers: [{{name: app, image: 'a:1'}}]\n{spec}"
    )
}

/// A config file.
pub fn config(data: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("config.yaml");
    fs::write(&path, data).expect("a file");
    let cli = Cli::parse_from(["initlint".as_ref(), "--config".as_ref(), path.as_os_str()]);
    if let Ok(config) = config::load(&cli, folder.path()) {
        let _ = config.dump();
        if let Ok(settings) = config.settings() {
            let pod = pod("", "  initContainers: [{name: i, image: b}]\n");
            let _ = pipeline::lint(&[input("a.yaml", pod)], "<stdin>", &settings);
        }
    }
}

/// A baseline.
pub fn baseline(data: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("baseline.json");
    fs::write(&path, data).expect("a file");
    if let Ok(baseline) = Baseline::read(&path) {
        let pod = pod("", "  initContainers: [{name: i, image: b}]\n");
        let mut report = pipeline::lint(&[input("a.yaml", pod)], "<stdin>", &Settings::default());
        baseline.apply(&mut report, &Settings::default());
        baseline.write(&path).expect("it is written");
        Baseline::read(&path).expect("what is written is read");
    }
}

/// Comments and annotations, a line for each, and the same lines in a script.
pub fn suppressions(data: &[u8]) {
    let text = text(data);
    let (mut comments, mut annotations, mut script) = (String::new(), String::new(), String::new());
    for (number, line) in text.lines().enumerate() {
        let quoted = serde_json::Value::from(line);
        let _ = writeln!(comments, "  # initlint: {line}");
        let _ = writeln!(annotations, "    ignore.initlint.dev/c{}: {quoted}", number % 3);
        let _ = writeln!(script, "      echo >> /data/x # initlint: {line}");
    }
    let annotations = format!("  annotations:\n    initlint.dev/ignore: why\n{annotations}");
    let spec = format!(
        "{comments}  initContainers:\n  - name: c0 # initlint: {}\n    image: b\n    volumeMounts: [{{name: d, mountPath: \
         /data}}]\n    command: [sh, -c]\n    args:\n    - |\n      true\n{script}  volumes: [{{name: d, emptyDir: {{}}}}]\n",
        text.lines().next().unwrap_or_default()
    );
    lint_all(&[input("a.yaml", pod(&annotations, &spec))]);
}

/// Quantities, a line for each, as requests, limits, a ConfigMap's mode and a port.
pub fn quantity(data: &[u8]) {
    let text = text(data);
    let container = |(number, line): (usize, &str)| {
        let (bare, quoted) = (line.trim(), serde_json::Value::from(line));
        format!(
            "  - name: c{number}\n    image: 'b:1'\n    ports: [{{containerPort: {quoted}}}]\n    resources:\n      \
             requests: {{cpu: {quoted}, memory: 1}}\n      limits:\n        memory: {bare}\n"
        )
    };
    let containers: String = text.lines().enumerate().map(container).collect();
    lint_all(&[input("a.yaml", pod("", &format!("  initContainers:\n{containers}")))]);
}

/// The parts of an input that holds several files.
fn parts<'t>(text: &'t str, paths: &[&str]) -> Vec<Input> {
    let parts = text.split(seeds::SEPARATOR);
    paths.iter().zip(parts).map(|(path, part): (_, &'t str)| input(path, part)).collect()
}

/// The files of a build.
pub fn kustomize(data: &[u8]) {
    let paths = ["o/kustomization.yaml", "o/a.yaml", "o/patch.yaml", "b/kustomization.yaml", "b/a.yaml"];
    lint_all(&parts(&text(data), &paths));
}

/// A chart's template, its named templates and its values.
pub fn template(data: &[u8]) {
    let paths = ["c/templates/a.yaml", "c/templates/_a.tpl", "c/values.yaml"];
    let mut inputs = parts(&text(data), &paths);
    inputs.push(input("c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n"));
    lint_all(&inputs);
}

fn is_yaml(text: &str) -> bool {
    serde_yaml::Deserializer::from_str(text).all(|document| serde_yaml::Value::deserialize(document).is_ok())
}

/// A manifest with all fixes made, and one in which all findings are ignored.
pub fn fixes(data: &[u8]) {
    let text = text(data);
    let settings = Settings { pedantic: true, ..Settings::default() };
    let lint = |inputs: &[Input]| pipeline::lint(inputs, "<stdin>", &settings);
    let fix = |text: &str| {
        let inputs = vec![input("a.yaml", text)];
        let report = lint(&inputs);
        Fixer { lint: &lint, allowed: Safety::Unsafe }.run(inputs, report)
    };
    let now = |outcome: &Outcome| outcome.changed.first().map(|changed| changed.after.to_string());
    let fixed = fix(&text);
    if let Some(fixed_text) = now(&fixed) {
        assert!(!is_yaml(&text) || is_yaml(&fixed_text), "no YAML any more:\n{fixed_text}");
        let gave_up = fixed.refused.iter().any(|refused| refused.contains("too many others"));
        let again = now(&fix(&fixed_text));
        assert!(gave_up || again.is_none(), "not all at once:\n{fixed_text}\nthen:\n{again:?}");
    }
    let inputs = vec![input("a.yaml", &*text)];
    let report = lint(&inputs);
    let ignorer = Ignorer { lint: &lint, pod_templates: &[], reason: "known" };
    if let Some(ignored) = now(&ignorer.run(inputs, report)) {
        assert!(!is_yaml(&text) || is_yaml(&ignored), "no YAML any more:\n{ignored}");
    }
}

/// What a client of the language server sends: bodies, which get their headers here, and parts with headers of their own.
/// Documents lie in no folder, and none can be added: it would be read.
pub fn messages(data: &[u8]) {
    let text = text(data).replace("file:///", "").replace("orkspaceFolders", "").replace("root", "");
    let mut sent = String::new();
    for part in text.split(seeds::SEPARATOR) {
        if !part.starts_with("Content-Length") {
            let _ = write!(sent, "Content-Length: {}\r\n\r\n", part.len());
        }
        sent.push_str(part);
    }
    let mut out = Vec::new();
    let cli = Cli::parse_from(["initlint", "--lsp"]);
    lsp::serve(&cli, &POOL, Cursor::new(sent), &mut out).expect("a vector takes all");
    let out = String::from_utf8(out).expect("answers are text");
    assert!(!out.contains("a defect in initlint"), "{out}");
}
