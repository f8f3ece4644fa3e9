//! Instructions, which don't depend on what else the machine does.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::shapes::{self, Shape};

/// How much twice the input may take (percent of what it takes once).
const MOST_GROWTH: u64 = 220;

/// How much a program may take (percent of what the one before it took).
const MOST_BESIDE_BEFORE: u64 = 110;

/// The instructions for an input of a shape.
pub(crate) struct Count {
    pub(crate) shape: &'static Shape,
    /// For its own size.
    pub(crate) once: u64,
    /// What twice that takes (percent).
    pub(crate) growth: u64,
    /// What the program before took for its own size.
    pub(crate) before: Option<u64>,
}

impl Count {
    /// What is wrong with it, if anything is.
    pub(crate) fn verdict(&self) -> Option<&'static str> {
        let grows = self.growth > MOST_GROWTH;
        let is_more = self.before.is_some_and(|before| 100 * self.once > MOST_BESIDE_BEFORE * before);
        match (grows, is_more) {
            (true, _) => Some("grows too fast"),
            (false, true) => Some("takes more than before"),
            (false, false) => None,
        }
    }
}

/// Counts them for each shape, and for the program `before` where there is one; `None` without valgrind.
pub(crate) fn count(before: Option<&Path>) -> Option<Vec<Count>> {
    instructions(Path::new(super::INITLINT), &["--version"])?;
    Some(shapes::ALL.iter().map(|shape| of_shape(shape, before)).collect())
}

fn of_shape(shape: &'static Shape, before: Option<&Path>) -> Count {
    let folder = tempfile::tempdir().expect("a folder for the input");
    let path = folder.path().join("input.yaml");
    let count = |program: &Path, size: usize| {
        fs::write(&path, (shape.text)(size)).expect("room for the input");
        let path = path.to_str().expect("a path of letters");
        instructions(program, &["--jobs", "1", "--format", "concise", path])
    };
    let own = Path::new(super::INITLINT);
    let (once, twice) = (count(own, shape.size).unwrap_or(0), count(own, 2 * shape.size).unwrap_or(0));
    let growth = (100 * twice).checked_div(once).unwrap_or(u64::MAX);
    Count { shape, once, growth, before: before.and_then(|before| count(before, shape.size)) }
}

/// How many instructions a run of `program` takes; `None` without valgrind.
fn instructions(program: &Path, arguments: &[&str]) -> Option<u64> {
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(program).args(arguments);
    let output = command.stdout(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let count = text.lines().find_map(|line| line.split_once("Collected :"))?.1;
    count.trim().parse().ok()
}
