//! How long the analysis of init containers takes on one core: those in a folder of manifests, then scripts made to be
//! slow. Times are the median of several runs.
//!
//! `cargo bench --bench rerun -- FOLDER`
#![allow(clippy::print_stdout, clippy::expect_used, reason = "a benchmark prints, and may fail")]

use std::borrow::Cow;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use initlint::discover::{self, Input, Walk};
use initlint::encoding::decode;
use initlint::images::Images;
use initlint::inputs::InputSet;
use initlint::kube::{Pod, Version, objects, templates};
use initlint::program::Programs;
use initlint::read::InputFile;
use initlint::source::{FileId, Source};
use initlint::yaml::Document;

const RUNS: usize = 9;

fn main() {
    let folder = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let found = discover::find(&[PathBuf::from(folder.as_deref().unwrap_or("rules"))], &Walk::default());
    let texts = found.inputs.iter().filter_map(text).collect();
    let (took, scripts) = median(texts);
    println!("{took:>10.1?}  all {scripts} init containers of {} files", found.inputs.len());
    for (name, script) in slow_scripts() {
        let indented = script.lines().map(|line| format!("      {line}\n")).collect::<String>();
        let (took, _) = median(vec![format!("{POD}{indented}")]);
        println!("{took:>10.1?}  {name} ({} KiB)", script.len() / 1024);
    }
}

const POD: &str = "apiVersion: v1
kind: Pod
metadata: {name: slow}
spec:
  volumes: [{name: data, emptyDir: {}}]
  containers: [{name: app, image: app:1}]
  initContainers:
  - name: slow
    image: bash:5
    volumeMounts: [{name: data, mountPath: /data}]
    command: [bash, -ec]
    args:
    - |
";

fn text(input: &Input) -> Option<String> {
    let text = |bytes: Cow<'_, [u8]>| decode(bytes).ok().map(|(text, _)| text.into_owned());
    discover::read(input, &mut Vec::new(), text).ok()?
}

/// How long it takes from the Pods in `texts` to what is unsafe in them, and how many init containers there are.
fn median(texts: Vec<String>) -> (Duration, usize) {
    let files = texts.into_iter().enumerate().map(|(id, text)| {
        let id = FileId(u32::try_from(id).expect("few files"));
        InputFile::new(Source::new(id, "bench.yaml", text))
    });
    let inputs = InputSet::new(files.collect());
    let documents = inputs.files().iter().flat_map(|file| {
        let parse = |range: &std::ops::Range<usize>| Document::parse(&file.source, range.clone()).ok();
        file.documents.iter().filter_map(parse)
    });
    let documents: Vec<Document> = documents.collect();
    let mut pods = Vec::new();
    for document in &documents {
        for object in objects(document.root()) {
            pods.extend(templates(&object, &[]).into_iter().map(Pod::new));
        }
    }
    let images = Images::default();
    let hazards = |pod| Programs::of(pod, &inputs, &images, Version::NEWEST).hazards().count();
    let run = || pods.iter().map(hazards).sum();
    let mut times = Vec::new();
    let mut count: usize = 0;
    for _ in 0..RUNS {
        let start = Instant::now();
        count = run();
        times.push(start.elapsed());
    }
    times.sort();
    (times.get(RUNS / 2).copied().unwrap_or_default(), count)
}

/// Scripts that nobody wrote, each with many of one thing.
fn slow_scripts() -> Vec<(&'static str, String)> {
    let lines = |count: usize, line: &dyn Fn(usize) -> String| {
        (0..count).map(|index| line(index) + "\n").collect::<String>()
    };
    let nested = |depth: usize| {
        let open = lines(depth, &|at| format!("for v{at} in 1 2 3 4 5 6 7 8 9 10; do"));
        format!("{open}mkdir -p /data/$v0/$v1\n{}", "done\n".repeat(depth))
    };
    vec![
        ("10,000 new files", "cd /data\n".to_owned() + &lines(10_000, &|at| format!(">{at}"))),
        ("10,000 tests", lines(10_000, &|_| "[ a ]".to_owned())),
        ("10,000 appends to a file", lines(10_000, &|_| ">>/d/".to_owned())),
        ("3,500 different mkdir", lines(3_500, &|at| format!("mkdir /data/{at}"))),
        ("2,500 different mkdir -p", lines(2_500, &|at| format!("mkdir -p /data/{at}/b"))),
        ("3,000 appends of what isn't known", lines(3_000, &|_| "date >> /data/log".to_owned())),
        ("3,000 appends to different files", lines(3_000, &|at| format!("echo a >> /data/{at}"))),
        ("1,400 guards", lines(1_400, &|at| format!("[ -f /data/{at} ] || cp /src/{at} /data/{at}"))),
        (
            "1,300 unknown tests",
            lines(1_300, &|at| format!("if [ -n \"$A{at}\" ]; then touch /data/{at}; fi")),
        ),
        ("1,500 unknown commands", lines(1_500, &|at| format!("if tool {at}; then mkdir /data/{at}; fi"))),
        ("900 clones", lines(900, &|at| format!("git clone https://git.example/{at}.git /data/{at}/b"))),
        ("2,000 renames", lines(2_000, &|at| format!("mv /data/{at} /data/{}", at + 1))),
        ("loops in loops, 8 deep", nested(8)),
        ("endless loops", "while :; do while :; do echo a >> /data/a; done; done\n".to_owned()),
        ("functions that call each other", "a() { b; b; }\nb() { a; a; }\na\n".to_owned()),
        ("a string that doubles", format!("x=a\n{}echo $x > /data/x\n", "x=$x$x\n".repeat(200))),
        ("a line of 4,000 &&", vec!["mkdir -p /d"; 4_000].join(" && ") + "\n"),
        ("subshells, 40 deep", "(".repeat(40) + "mkdir /data/a" + &")".repeat(40) + "\n"),
        (
            "a here-document of 1 MB",
            format!("cat > /data/f <<'E'\n{}E\n", "0123456789abcde\n".repeat(64 * 1024)),
        ),
        ("eval in a loop", "for i in $(seq 10000); do eval \"mkdir /data/$i\"; done\n".to_owned()),
        ("braces of braces", "touch /data/{1..100}{1..100}{1..100}\n".to_owned()),
        ("one pipe of 2,000", vec!["cat"; 2_000].join(" | ") + "\n"),
        ("unbalanced ${${${", "${${${\n".repeat(5_000)),
    ]
}
