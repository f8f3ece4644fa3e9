//! The inputs of an attack on initlint, which are no part of the project: `hostile/` in the shared material.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use initlint::settings::Settings;
use walkdir::WalkDir;

use crate::support::corpus::shared;
use crate::support::lint::{lint, rules_of};

/// What one input may take. The bar is ten seconds for an optimized program on a busy machine, which this one isn't.
const TIME: Duration = if cfg!(debug_assertions) { Duration::from_mins(5) } else { Duration::from_secs(10) };

/// Address space (KiB), most of which is the threads' stacks and arenas.
const MEMORY: u32 = 1_200_000;

/// Bytes of all output.
const OUTPUT: usize = 64 << 20;

/// The exit statuses of what has to be told, by a part of the path; of others any is right but 0 where it says why.
const TOLD: [(&str, i32); 7] = [
    ("05-unchecked/script3", 1),
    ("05-unchecked/", 2),
    ("09-crd/", 1),
    ("10-suppress/s2", 1),
    ("10-suppress/s5", 1),
    ("03-findings", 2),
    ("07-pod-alias", 2),
];

fn inputs(folder: &Path) -> Vec<PathBuf> {
    let files = WalkDir::new(folder).sort_by_file_name().into_iter().map(|entry| entry.unwrap().into_path());
    files.filter(|path| path.extension().is_some_and(|extension| extension == "yaml")).collect()
}

/// Lints `path` with bounded memory: status, and what is written to both streams.
fn judged(path: &Path, format: &str) -> (Option<i32>, String) {
    let limited = format!("ulimit -v {MEMORY}; exec \"$@\"");
    let mut command = Command::new("sh");
    command.args([
        "-c",
        &limited,
        "sh",
        env!("CARGO_BIN_EXE_initlint"),
        "--no-config",
        "--format",
        format,
        "--",
    ]);
    let output = command.arg(path).stdin(Stdio::null()).output().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.code(), text.concat())
}

fn hold(path: &Path) {
    for format in ["concise", "json", "sarif"] {
        let start = Instant::now();
        let (status, text) = judged(path, format);
        let (shown, took) = (path.display(), start.elapsed());
        println!("{shown} {format}: {status:?}, {took:?}, {} bytes", text.len());
        assert!(took < TIME, "{shown}: {took:?}");
        assert!(
            matches!(status, Some(0..=2)),
            "{shown}: {status:?} {}",
            text.chars().take(2000).collect::<String>()
        );
        assert!(text.len() < OUTPUT, "{shown}: {} bytes", text.len());
        assert!(
            !text.contains("##vso[") && !text.contains(|char: char| char.is_control() && char != '\n'),
            "{shown}"
        );
        let name = path.to_string_lossy();
        if let Some((_, told)) = TOLD.iter().find(|(part, _)| name.contains(part)) {
            assert_eq!(status, Some(*told), "{shown}: {text}");
        }
    }
}

#[test]
fn each_input_of_the_attack_is_judged() {
    let Some(shared) = shared() else { return };
    let inputs = inputs(&shared.join("hostile"));
    assert!(inputs.len() > 10, "{}", inputs.len());
    for path in inputs.iter().filter(|path| !path.ends_with("14-dump-config.yaml")) {
        hold(path);
    }
}

#[test]
fn what_its_generator_makes_is_judged() {
    let Some(shared) = shared() else { return };
    let folder = tempfile::tempdir().unwrap();
    let generator = shared.join("hostile/gen.py");
    if !Command::new("python3")
        .arg(generator)
        .arg(folder.path())
        .status()
        .is_ok_and(|status| status.success())
    {
        println!("skipped: python3 is not there");
        return;
    }
    let inputs = inputs(folder.path());
    assert!(inputs.len() > 5, "{}", inputs.len());
    for path in &inputs {
        hold(path);
    }
}

#[test]
fn custom_resource_definitions_hide_no_pod_from_a_walk() {
    let Some(shared) = shared() else { return };
    let (status, text) = judged(&shared.join("hostile/09-crd"), "concise");
    assert_eq!(status, Some(1), "{text}");
    let names = fs::read_dir(shared.join("hostile/09-crd")).unwrap().map(|entry| entry.unwrap().file_name());
    for name in names {
        assert!(text.contains(&*name.to_string_lossy()), "{text}");
    }
}

#[test]
fn texts_of_a_manifest_silence_nothing() {
    let Some(shared) = shared() else { return };
    let inputs = inputs(&shared.join("hostile/10-suppress"));
    assert!(!inputs.is_empty());
    for path in inputs {
        // An image of one letter can't be pulled, so that nothing is said of its tag.
        let text = fs::read_to_string(&path).unwrap().replace("image: b}", "image: busybox}");
        let report = lint("a.yaml", &text, &Settings::default());
        assert!(rules_of(&report).contains(&"unpinned-init-image"), "{}", path.display());
    }
}
