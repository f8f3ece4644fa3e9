//! How fast the whole program is, beside others that read the same files.
//!
//! `cargo bench --bench speed -- [FILES]` makes a tree of that many files (2,000 if none is said) from a fixed seed, and runs
//! initlint, `rg`, and those of yamllint, checkov, kubeconform and kube-linter that are installed, one after another in
//! turns. Shown are medians and their ratios to `rg`. Then it counts the instructions for inputs of one shape and of twice
//! its size, where valgrind is installed: counts don't depend on what else the machine does.
#![allow(clippy::print_stdout, clippy::expect_used, reason = "a benchmark prints, and may fail")]

#[path = "speed/tree.rs"]
mod tree;

#[path = "speed/shapes.rs"]
mod shapes;

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

const INITLINT: &str = env!("CARGO_BIN_EXE_initlint");

/// Turns of each program.
const RUNS: usize = 7;

/// Programs that take more than this for a tree have one turn.
const SLOW: Duration = Duration::from_secs(5);

/// How much twice the input may take (percent of what it takes once).
const MOST_GROWTH: u64 = 220;

fn main() -> ExitCode {
    let files = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(2000);
    let folder = tempfile::tempdir().expect("a folder for the tree");
    let bytes = tree::write(folder.path(), files).expect("room for the tree");
    println!("{files} files, {} MB", bytes / 1_000_000);
    compare(folder.path());
    if instructions(&["--version"]).is_none() {
        println!("valgrind isn't installed: instructions aren't counted");
        return ExitCode::SUCCESS;
    }
    if is_linear() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A program and what it is called with before the folder.
struct Program {
    name: &'static str,
    command: &'static str,
    arguments: &'static [&'static str],
}

/// What each does differs: `rg` searches one word, yamllint checks style, kubeconform a schema, kube-linter and checkov
/// hold rules of their own.
const PROGRAMS: [Program; 7] = [
    Program { name: "rg -c initContainers", command: "rg", arguments: &["-c", "initContainers"] },
    Program { name: "initlint", command: INITLINT, arguments: &["--format", "concise"] },
    Program {
        name: "initlint --select forbidden-probe",
        command: INITLINT,
        arguments: &["--format", "concise", "--select", "forbidden-probe"],
    },
    Program { name: "kubeconform", command: "kubeconform", arguments: &["-ignore-missing-schemas"] },
    Program { name: "kube-linter", command: "kube-linter", arguments: &["lint"] },
    Program { name: "yamllint", command: "yamllint", arguments: &["-f", "parsable"] },
    Program {
        name: "checkov",
        command: "checkov",
        arguments: &["--quiet", "--framework", "kubernetes", "-d"],
    },
];

/// Runs the programs in turns over `folder`, and shows their medians.
fn compare(folder: &Path) {
    // The first turn warms the cache, and tells which are there.
    let first: Vec<_> = PROGRAMS.iter().map(|program| run(program, folder)).collect();
    let mut times: Vec<Vec<Duration>> = first.iter().map(|_| Vec::new()).collect();
    for _ in 0..RUNS {
        for ((program, first), times) in PROGRAMS.iter().zip(&first).zip(&mut times) {
            if first.is_some_and(|took| took < SLOW) {
                times.extend(run(program, folder));
            }
        }
    }
    let medians: Vec<Option<Duration>> =
        first.iter().zip(times).map(|(first, times)| median(times).or(*first)).collect();
    let yardstick = medians.first().copied().flatten();
    for (program, median) in PROGRAMS.iter().zip(medians) {
        let Some(median) = median else {
            println!("{:>12}  {}", "not there", program.name);
            continue;
        };
        let ratio = yardstick.map_or(String::new(), |yardstick| {
            format!("{:>8.2} ×", median.as_secs_f64() / yardstick.as_secs_f64())
        });
        println!("{median:>12.1?}{ratio}  {}", program.name);
    }
}

fn median(mut times: Vec<Duration>) -> Option<Duration> {
    times.sort_unstable();
    times.get(times.len() / 2).copied()
}

/// How long `program` takes for `folder`; `None` where it isn't installed.
fn run(program: &Program, folder: &Path) -> Option<Duration> {
    let start = Instant::now();
    let mut command = Command::new(program.command);
    command.args(program.arguments).arg(folder).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().ok().map(|_| start.elapsed())
}

/// Counts the instructions for each shape and for twice as much of it; `false` where one grows faster than it should.
fn is_linear() -> bool {
    let mut is_linear = true;
    for shape in shapes::ALL {
        let folder = tempfile::tempdir().expect("a folder for the input");
        let count = |size: usize| {
            let path = folder.path().join("input.yaml");
            std::fs::write(&path, (shape.text)(size)).expect("room for the input");
            let path = path.to_str().expect("a path of letters");
            instructions(&["--jobs", "1", "--format", "concise", path]).unwrap_or(0)
        };
        let (once, twice) = (count(shape.size), count(2 * shape.size));
        let growth = (100 * twice).checked_div(once).unwrap_or(u64::MAX);
        let verdict = if growth > MOST_GROWTH { "  grows too fast" } else { "" };
        is_linear &= growth <= MOST_GROWTH;
        println!(
            "{:>8} M instructions  {growth:>4} % for twice as much  {}{verdict}",
            once / 1_000_000,
            shape.name
        );
    }
    is_linear
}

/// How many instructions a run of initlint takes; `None` without valgrind.
fn instructions(arguments: &[&str]) -> Option<u64> {
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null", INITLINT]).args(arguments);
    let output = command.stdout(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let count = text.lines().find_map(|line| line.split_once("Collected :"))?.1;
    count.trim().parse().ok()
}
