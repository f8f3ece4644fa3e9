//! What is handed out: the crate, the manual page, the completions, and the files by which other tools get initlint.

#![allow(
    clippy::case_sensitive_file_extension_comparisons,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]

use std::collections::BTreeSet;
use std::process::Command;

use crate::support::lint::root;
use clap::CommandFactory;
use initlint::cli::Cli;
use walkdir::WalkDir;

fn initlint(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_initlint")).args(args).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Each option's long name.
fn options() -> Vec<String> {
    let mut command = Cli::command();
    command.build();
    command.get_arguments().filter_map(|argument| argument.get_long()).map(str::to_owned).collect()
}

#[test]
fn the_crate_holds_the_sources_and_no_tests() {
    let output = Command::new(env!("CARGO"))
        .args(["package", "--list", "--locked", "--offline", "--allow-dirty"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let list = String::from_utf8(output.stdout).unwrap();
    let packed: BTreeSet<String> = list.lines().map(|line| line.replace('\\', "/")).collect();
    let is_source = |path: &str| path.ends_with(".rs") || path.ends_with("/doc.md");
    let mut expected: BTreeSet<String> = [
        "Cargo.toml",
        "Cargo.toml.orig",
        "Cargo.lock",
        "README.md",
        "CHANGELOG.md",
        "LICENSE-APACHE",
        "LICENSE-MIT",
    ]
    .map(str::to_owned)
    .into();
    for folder in ["src", "rules"] {
        for file in WalkDir::new(root().join(folder)) {
            let file = file.unwrap();
            let path = file.path().strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            expected.extend(Some(path).filter(|path| is_source(path)));
        }
    }
    let packed = packed.into_iter().filter(|path| path != ".cargo_vcs_info.json").collect::<BTreeSet<_>>();
    assert_eq!(packed, expected);
}

#[test]
fn the_manual_page_has_each_option_and_the_exit_status() {
    let page = initlint(&["--man"]);
    assert!(page.contains(".TH initlint 1"), "{page}");
    for option in options() {
        let name = format!("\\-\\-{}", option.replace('-', "\\-"));
        assert!(page.contains(&name), "--{option} is missing in\n{page}");
    }
    let status = page.split_once(".SH \"EXIT STATUS\"").unwrap().1;
    for (number, word) in [("0", "no finding"), ("1", "findings"), ("2", "could not be checked")] {
        let entry = status.split_once(&format!("\\fB{number}\\fR\n")).unwrap().1;
        assert!(entry.lines().next().unwrap().contains(word), "{status}");
    }
}

#[test]
fn completions_know_each_option() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = initlint(&["--completions", shell]);
        for option in options() {
            assert!(script.contains(&option), "--{option} is missing for {shell}");
        }
    }
}

/// Asks a real bash what it would offer.
#[test]
#[cfg(unix)]
fn bash_completes_an_option_and_its_values() {
    let script = "source /dev/stdin <<<\"$SCRIPT\"
        COMP_WORDS=(initlint --form) COMP_CWORD=1
        _initlint initlint --form initlint; echo \"${COMPREPLY[@]}\"
        COMP_WORDS=(initlint --format sa) COMP_CWORD=2
        _initlint initlint sa --format; echo \"${COMPREPLY[@]}\"";
    let output = Command::new("bash")
        .args(["--noprofile", "--norc", "-c", script])
        .env("SCRIPT", initlint(&["--completions", "bash"]))
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "--format\nsarif\n");
}

/// The files that name a release: where one is missed, a tool goes on with the old one.
#[test]
fn each_version_is_that_of_the_crate() {
    let own = env!("CARGO_PKG_VERSION");
    let places = [
        (".pre-commit-hooks.yaml", "ghcr.io/initlint/initlint:", 1),
        ("integrations/README.md", "Each speaks of version ", 1),
        ("integrations/pre-commit/README.md", "rev: v", 1),
        ("integrations/pre-commit/pyproject.toml", "initlint==", 1),
        ("integrations/pre-commit/pyproject.toml", "version = \"", 1),
        ("integrations/megalinter/initlint.megalinter-descriptor.yml", "initlint/initlint/v", 1),
        ("integrations/megalinter/initlint.megalinter-descriptor.yml", "ghcr.io/initlint/initlint:", 1),
        ("integrations/super-linter/README.md", "ghcr.io/initlint/initlint:", 1),
        ("integrations/trunk/plugin.yaml", "    version: ", 1),
        ("integrations/trunk/plugin.yaml", "known_good_version: ", 2),
    ];
    for (file, before, times) in places {
        let text = std::fs::read_to_string(root().join(file)).unwrap();
        assert_eq!(text.matches(before).count(), times, "{file}: {before}");
        for rest in text.split(before).skip(1) {
            assert!(
                rest.strip_prefix(own).is_some_and(|end| !end.starts_with(['.', '-'])),
                "{file}: {before}"
            );
        }
    }
}

/// `cargo binstall` and trunk ask for the archives by the names that `.ci/pack` gives them.
#[test]
fn archives_have_the_names_that_are_asked_for() {
    let read = |file: &str| std::fs::read_to_string(root().join(file)).unwrap();
    let releases = "releases/download/v";
    assert!(read(".ci/pack").contains("archive=\"initlint-$target.tar.gz\""));
    assert!(
        read("Cargo.toml")
            .contains(&format!("{{ repo }}/{releases}{{ version }}/initlint-{{ target }}.tar.gz"))
    );
    let trunk = read("integrations/trunk/plugin.yaml");
    assert!(trunk.contains(&format!("{releases}${{version}}/initlint-${{cpu}}-${{os}}.tar.gz")), "{trunk}");
    let built = read(".github/workflows/release.yml");
    for target in ["x86_64-unknown-linux-musl", "aarch64-apple-darwin", "x86_64-pc-windows-msvc"] {
        assert!(built.contains(&format!("{{target: {target}, ")), "{target}");
    }
}

/// Each descriptor runs initlint with options that it has.
#[test]
fn descriptors_use_options_that_exist() {
    let known = options();
    let files = WalkDir::new(root().join("integrations")).into_iter().map(|file| file.unwrap().into_path());
    let mut seen = 0;
    for file in files.filter(|path| path.is_file()) {
        let text = std::fs::read_to_string(&file).unwrap();
        let lines = text.lines().filter(|line| line.contains("initlint --") || line.contains("_args: ["));
        for word in lines.flat_map(|line| line.split([' ', ',', '[', ']', '\'', '`'])) {
            if let Some(option) = word.strip_prefix("--") {
                // `--id` is trunk's.
                assert!(
                    option == "id" || known.iter().any(|name| name == option),
                    "{}: {word}",
                    file.display()
                );
                seen += 1;
            }
        }
    }
    assert!(seen > 5, "{seen} options");
}
