//! How fast the whole program is, beside others that read the same files.
//!
//! `cargo bench --bench speed -- [FILES]` makes a tree of that many files (2,000 if none is said) from a fixed seed, and runs
//! initlint, `rg`, and those of yamllint, checkov, kubeconform, kube-linter and kube-score that are installed, one after
//! another in turns. Shown are medians and their ratios to `rg`. Then it counts the instructions for inputs of one shape and
//! of twice its size, where valgrind is installed: counts don't depend on what else the machine does.
//!
//! With `UPDATE_DOCS=1` it writes `docs/speed.md`. With `INITLINT_BEFORE=PROGRAM` it counts instructions alone, and fails
//! where that program, an earlier release, takes a tenth less.
#![allow(clippy::print_stdout, clippy::expect_used, reason = "a benchmark prints, and may fail")]

#[path = "speed/instructions.rs"]
mod instructions;

#[path = "speed/page.rs"]
mod page;

#[path = "speed/programs.rs"]
mod programs;

#[path = "speed/shapes.rs"]
mod shapes;

#[path = "speed/tree.rs"]
mod tree;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use instructions::Count;
use page::Tree;
use programs::{Program, Time};

const INITLINT: &str = env!("CARGO_BIN_EXE_initlint");

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/speed.md");

fn main() -> ExitCode {
    if let Some(before) = std::env::var_os("INITLINT_BEFORE").map(PathBuf::from) {
        return show_counts(instructions::count(Some(&before)).as_deref());
    }
    let files = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(2000);
    let folder = tempfile::tempdir().expect("a folder for the tree");
    let bytes = tree::write(folder.path(), files).expect("room for the tree");
    println!("{files} files, {} MB", bytes / 1_000_000);
    let times = programs::compare(folder.path());
    show_times(&times);
    let counts = instructions::count(None);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let text = page::of(&Tree { files, bytes }, &times, counts.as_deref().unwrap_or_default());
        std::fs::write(Path::new(PAGE), text).expect("room for the page");
    }
    show_counts(counts.as_deref())
}

fn show_times(times: &[(&Program, Option<Time>)]) {
    let yardstick = times.first().and_then(|(_, time)| *time);
    for (program, time) in times {
        let Some(Time { wall, cpu }) = time else {
            println!("{:>32}  {}", "not there", program.name);
            continue;
        };
        let ratio = yardstick.map_or(String::new(), |yardstick| {
            format!("{:.2} ×", wall.as_secs_f64() / yardstick.wall.as_secs_f64())
        });
        println!("{wall:>12.1?} {cpu:>9.1?} {ratio:>10}  {}", program.name);
    }
}

/// Shows the instructions; fails where something is wrong with them.
fn show_counts(counts: Option<&[Count]>) -> ExitCode {
    let Some(counts) = counts else {
        println!("valgrind isn't installed: instructions aren't counted");
        return ExitCode::SUCCESS;
    };
    for count in counts {
        let before =
            count.before.map_or(String::new(), |before| format!(", {} M before", before / 1_000_000));
        let verdict = count.verdict().map_or(String::new(), |verdict| format!("  {verdict}"));
        println!(
            "{:>8} M instructions{before}  {:>4} % for twice as much  {}{verdict}",
            count.once / 1_000_000,
            count.growth,
            count.shape.name
        );
    }
    if counts.iter().all(|count| count.verdict().is_none()) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
