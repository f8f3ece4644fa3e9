//! The page of the documentation that shows what was measured.

use std::fmt::Write as _;
use std::process::Command;
use std::thread;

use super::instructions::Count;
use super::programs::{Program, Time};

/// Of how large a tree it tells.
pub(crate) struct Tree {
    pub(crate) files: usize,
    pub(crate) bytes: usize,
}

/// The page.
pub(crate) fn of(tree: &Tree, times: &[(&Program, Option<Time>)], counts: &[Count]) -> String {
    let Tree { files, bytes } = *tree;
    let mut page = format!(
        "# Speed\n\n<!-- Made by `UPDATE_DOCS=1 cargo bench --bench speed -- {files}`. -->\n\n\
         A tree of {files} files ({} MB) from a fixed seed, like those that people have: half of it are definitions of custom \
         resources, in one of 17 files there are init containers, and there are dashboards, values, charts and kustomizations. \
         The programs run one after another in turns, with a warm cache, on {} cores; shown are medians of 7 runs, of one where \
         a run takes more than 5 s. A ratio is to the wall time of `rg`. What each does differs: the table tells what a program \
         costs in a hook or in CI, not which is better made.\n\n\
         | program | does | version | wall | CPU | ratio |\n|---|---|---|--:|--:|--:|\n",
        bytes / 1_000_000,
        thread::available_parallelism().map_or(1, std::num::NonZero::get),
    );
    let yardstick = times.first().and_then(|(_, time)| *time);
    for (program, time) in times {
        let Some(Time { wall, cpu }) = time else { continue };
        let ratio = yardstick.map_or(0.0, |yardstick| wall.as_secs_f64() / yardstick.wall.as_secs_f64());
        let _ = writeln!(
            page,
            "| `{}` | {} | {} | {:.2} s | {:.2} s | {ratio:.1} × |",
            program.name,
            program.does,
            version(program),
            wall.as_secs_f64(),
            cpu.as_secs_f64(),
        );
    }
    let missing: Vec<&str> =
        times.iter().filter(|(_, time)| time.is_none()).map(|(program, _)| program.name).collect();
    if !missing.is_empty() {
        let _ = writeln!(page, "\nNot installed where this was measured: {}.", missing.join(", "));
    }
    page + &of_counts(counts)
}

/// What inputs of one shape take; nothing without valgrind.
fn of_counts(counts: &[Count]) -> String {
    if counts.is_empty() {
        return String::new();
    }
    let mut part = "\n## Inputs of one shape\n\nInstructions of the whole program on one thread (callgrind, in millions), and what \
         twice the input takes. More than 2.2 times as many fails the benchmark.\n\n\
         | input | instructions | twice the input |\n|---|--:|--:|\n"
        .to_owned();
    for Count { shape, once, growth, .. } in counts {
        let (whole, hundredths) = (growth / 100, growth % 100);
        let _ = writeln!(
            part,
            "| {} {} | {} | {whole}.{hundredths:02} × |",
            shape.size,
            shape.name,
            once / 1_000_000
        );
    }
    part
}

/// The last word of what `--version` says in its first line.
fn version(program: &Program) -> String {
    let output = Command::new(program.command).arg("--version").output().ok();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let mut words = text.lines().next().unwrap_or("").split_whitespace();
    let is_number = |word: &&str| word.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit());
    words.find(is_number).unwrap_or("").to_owned()
}
