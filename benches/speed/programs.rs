//! The programs that are timed, and how.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use walkdir::WalkDir;

/// Turns of each program.
const RUNS: usize = 7;

/// Programs that take more than this for a tree have one turn.
const SLOW: Duration = Duration::from_secs(5);

/// A program and what it is called with before the folder.
pub(crate) struct Program {
    /// What is shown of it.
    pub(crate) name: &'static str,
    pub(crate) command: &'static str,
    arguments: &'static [&'static str],
    /// Whether it takes the files of a folder, and not the folder.
    takes_files: bool,
    /// What it does with a file, in a few words: they aren't alike.
    pub(crate) does: &'static str,
}

/// What the times of others are divided by comes first.
pub(crate) const PROGRAMS: [Program; 8] = [
    Program {
        name: "rg -c initContainers",
        command: "rg",
        arguments: &["-c", "initContainers"],
        takes_files: false,
        does: "searches one word",
    },
    Program {
        name: "initlint",
        command: super::INITLINT,
        arguments: &["--format", "concise", "--no-config"],
        takes_files: false,
        does: "all rules; builds kustomizations, reads charts",
    },
    Program {
        name: "initlint --select forbidden-probe",
        command: super::INITLINT,
        arguments: &["--format", "concise", "--no-config", "--select", "forbidden-probe"],
        takes_files: false,
        does: "one rule",
    },
    Program {
        name: "kubeconform",
        command: "kubeconform",
        arguments: &["-ignore-missing-schemas"],
        takes_files: false,
        does: "holds each object to the schema of its kind",
    },
    Program {
        name: "kube-linter lint",
        command: "kube-linter",
        arguments: &["lint"],
        takes_files: false,
        does: "rules of its own for all of a Pod",
    },
    Program {
        name: "kube-score score",
        command: "kube-score",
        arguments: &["score"],
        takes_files: true,
        does: "rules of its own for all of a Pod",
    },
    Program {
        name: "yamllint",
        command: "yamllint",
        arguments: &["-f", "parsable"],
        takes_files: false,
        does: "the style of all YAML",
    },
    Program {
        name: "checkov",
        command: "checkov",
        arguments: &["--quiet", "--framework", "kubernetes", "-d"],
        takes_files: false,
        does: "rules of its own for all objects",
    },
];

/// What a program took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Time {
    pub(crate) wall: Duration,
    /// Of all its threads, in the system as well; zero where the system doesn't tell.
    pub(crate) cpu: Duration,
}

/// Runs the programs in turns over `folder`; tells the median of each that is installed.
pub(crate) fn compare(folder: &Path) -> Vec<(&'static Program, Option<Time>)> {
    // The first turn warms the cache, and tells which are there.
    let first: Vec<Option<Time>> = PROGRAMS.iter().map(|program| run(program, folder)).collect();
    let mut times: Vec<Vec<Time>> = first.iter().map(|_| Vec::new()).collect();
    for _ in 0..RUNS {
        for ((program, first), times) in PROGRAMS.iter().zip(&first).zip(&mut times) {
            if first.is_some_and(|took| took.wall < SLOW) {
                times.extend(run(program, folder));
            }
        }
    }
    let medians = first.into_iter().zip(times).map(|(first, times)| median(&times).or(first));
    PROGRAMS.iter().zip(medians).collect()
}

fn median(times: &[Time]) -> Option<Time> {
    let middle = |of: fn(&Time) -> Duration| {
        let mut all: Vec<Duration> = times.iter().map(of).collect();
        all.sort_unstable();
        all.get(all.len() / 2).copied()
    };
    Some(Time { wall: middle(|time| time.wall)?, cpu: middle(|time| time.cpu)? })
}

/// How long `program` takes for `folder`; `None` where it isn't installed.
fn run(program: &Program, folder: &Path) -> Option<Time> {
    let mut command = Command::new(program.command);
    command.args(program.arguments).stdout(Stdio::null()).stderr(Stdio::null());
    if program.takes_files {
        command.args(manifests(folder));
    } else {
        command.arg(folder);
    }
    let (start, before) = (Instant::now(), cpu_of_children());
    command.status().ok()?;
    Some(Time { wall: start.elapsed(), cpu: cpu_of_children().saturating_sub(before) })
}

fn manifests(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let files = WalkDir::new(folder).into_iter().filter_map(|entry| Some(entry.ok()?.into_path()));
    files.filter(|path| path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml"))
}

/// What all programs that were waited for have taken (Linux, proc(5): `cutime` and `cstime`, in ticks of 10 ms).
fn cpu_of_children() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name may hold blanks; the state after it is the third field.
    let fields = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    let ticks = fields.split(' ').skip(13).take(2).filter_map(|field| field.parse::<u64>().ok());
    Duration::from_millis(10 * ticks.sum::<u64>())
}
