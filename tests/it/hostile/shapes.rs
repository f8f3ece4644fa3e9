//! Scripts that were made to be slow, by their shape: bounds in work done, which are the same on any machine.

use std::sync::Arc;

use initlint::images::Images;
use initlint::inputs::InputSet;
use initlint::kube::{Pod, Version, objects, templates};
use initlint::program::Programs;
use initlint::read::InputFile;
use initlint::rerun::{Budget, Memo};
use initlint::settings::Settings;
use initlint::source::{FileId, Source};
use initlint::yaml::Document;

use crate::support::lint::lint;

/// Lines that handle more the more of them there were before; `N` is the line's number.
const SHAPES: [&str; 16] = [
    "zstd /data/* /data/N",
    "ln -sf /data/* /data/N",
    "gzip -k /data/N /data/*",
    "xz -k /data/N /data/*",
    "cp -r /data/* /data/N",
    "mkdir -p /data/N/a/b/c && ls /data/*/*/*/*",
    "for f in /data/*; do mkdir -p \"$f/N\"; done",
    "touch /data/N /data/*",
    "ln -s /data/N /data/lN && cat /data/lN/lN/lN",
    "mkfifo /data/N",
    "vN=\"$vN$v0$v0\"; echo \"$vN\" > /data/N",
    "case $x in *aN*a*a*a*b) mkdir /data/N;; esac",
    "echo \"${x%%*a*a*a*aN}\" >> /data/N",
    "if tool N; then mkdir -p /data/N; fi",
    "fN() { mkdir /data/N; fM; fM; }; fN",
    "find /data -name 'N*' -exec cp {} /data/N \\;",
];

fn script(shape: &str, lines: usize) -> String {
    let line = |at: usize| {
        shape.replace('N', &at.to_string()).replace('M', &at.saturating_sub(1).to_string()) + "\n"
    };
    "f() { :; }\nf0() { :; }\n".to_owned() + &(1..=lines).map(line).collect::<String>()
}

fn pod(name: usize, containers: usize, script: &str) -> String {
    let script = serde_json::Value::from(script);
    let container = |at: usize| {
        format!(
            "  - name: i{at}\n    image: 'bash:5'\n    volumeMounts: [{{name: d, mountPath: /data}}]\n    \
             command: [bash, -c, {script}]\n"
        )
    };
    let containers: String = (0..containers).map(container).collect();
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: p{name}}}\nspec:\n  volumes: [{{name: d, emptyDir: {{}}}}]\n  \
         containers: [{{name: a, image: 'b:1'}}]\n  initContainers:\n{containers}"
    )
}

/// The steps that the analysis of a manifest takes, of those of a large budget.
fn steps(text: &str) -> u64 {
    steps_with(text, &Arc::default())
}

/// The same where `memo` may know what comes of its scripts.
fn steps_with(text: &str, memo: &Arc<Memo>) -> u64 {
    const MANY: u64 = 1 << 40;
    let source = Arc::new(Source::new(FileId(0), "a.yaml", text));
    let inputs = InputSet::new(vec![InputFile::new(Arc::clone(&source))]);
    let document = Document::parse(&source, 0..text.len()).unwrap();
    let (images, budget) = (Images::default(), Budget::of(MANY, memo));
    for object in objects(document.root()) {
        for pod in templates(&object, &[]).into_iter().map(Pod::new) {
            Programs::of(&pod, &inputs, &images, Version::NEWEST).within(&budget).hazards().count();
        }
    }
    MANY - budget.left()
}

#[test]
fn what_is_known_takes_as_much_as_what_is_not() {
    let memo = Arc::default();
    let text = pod(0, 2, "mkdir /data/a\ntouch /data/b\n");
    let first = steps_with(&text, &memo);
    assert!(first > 0 && steps_with(&text, &memo) == first, "which file is first must not matter");
    let twice = format!("{text}---\n{text}");
    assert_eq!(steps_with(&twice, &memo), first, "once for each file");
    assert_eq!(steps(&twice), first);
}

/// What one container may take, in all rounds.
const MOST: u64 = 2 * 50_000;

#[test]
fn no_shape_takes_more_than_its_container_may() {
    for shape in SHAPES {
        let few = steps(&pod(0, 1, &script(shape, 20)));
        let many = steps(&pod(0, 1, &script(shape, 150)));
        println!("{shape}: {few} steps for 20 lines, {many} for 150");
        assert!(few > 0 && many <= MOST, "{shape}: {many}");
    }
}

#[test]
fn containers_of_a_pod_share_what_sixteen_may_take() {
    for shape in ["if tool N; then mkdir -p /data/N; fi", "touch /data/N /data/*"] {
        let many = steps(&pod(0, 40, &script(shape, 40)));
        println!("{shape}: {many}");
        assert!(many <= 16 * MOST, "{shape}: {many}");
    }
}

#[test]
fn scripts_of_a_file_share_its_budget_and_say_when_it_is_spent() {
    let loops = "for a in 1 2 3 4 5 6 7 8 9; do for b in 1 2 3 4 5 6 7 8 9; do for c in 1 2 3 4 5 6 7 8 9; do\n\
                 mkdir -p /data/$a$b$c; done; done; done\n";
    // What is alike is analysed once.
    let one = |at: usize| pod(at, 1, &format!("{loops}# {at}\n"));
    let pods = |count: usize| (0..count).map(one).collect::<Vec<_>>().join("---\n");
    let each = steps(&pods(1));
    assert!(each > 10_000, "{each}");
    let count = usize::try_from(2 * Budget::for_text(0, &Arc::default()).left() / each).unwrap();
    let report = lint("a.yaml", &pods(count), &Settings::default());
    let spent =
        report.errors.iter().filter(|error| error.message.contains("is not followed to its end")).count();
    println!("{each} steps each, {count} Pods, {spent} not followed");
    assert!(spent > 0 && spent < count, "{spent} of {count}");
    assert_eq!(report.exit_status(None), 2);
    assert!(lint("a.yaml", &pods(2), &Settings::default()).errors.is_empty());
}
