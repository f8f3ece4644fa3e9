//! Commands that an init container's image surely lacks.

mod provided;

use provided::Provided;

use crate::commands::{self, Trait};
use crate::finding::{Confidence, Finding, Severity};
use crate::images::{self, Known, Sh, User};
use crate::kube::Pod;
use crate::program::Program;
use crate::rule::{Group, PodContext, Rule, Target};
use crate::shell::invocation::{self, Invocation, base_name};
use crate::shell::options::Shell;
use crate::shell::semantics::{Execution, Facts, UnitKind};
use crate::source::Span;

/// The rule.
pub static RULE: Rule = Rule {
    id: "command-not-in-image",
    summary: "An init container runs a command that its image doesn't have: `bash` in Alpine, `curl` in busybox, `sh` in a distroless image",
    group: Group::Scripts,
    severity: Severity::Error,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["initContainers"], check },
};

fn check(_: &Pod<'_>, cx: &mut PodContext<'_>) {
    for (program, facts) in cx.scripts() {
        let Some(image) = cx.image_of(program.container) else { continue };
        for missing in missing(program, facts, image) {
            if let Some(finding) = finding(program, image, &missing) {
                cx.report_in(program.container, finding);
            }
        }
    }
}

/// A command that isn't there.
struct Missing {
    name: String,
    span: Span,
    outcome: Outcome,
    /// Whether the script goes on with what it prints.
    is_read: bool,
}

/// What comes of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// It is what the container starts.
    NeverStarts,
    /// The script fails with it.
    Fails,
    /// The script goes on, or needn't come to it.
    GoesOn,
}

/// Each command that is missing, once; where the container can't start, that alone.
fn missing(program: &Program<'_, '_>, facts: &Facts<'_>, image: Known<'_>) -> Vec<Missing> {
    let provided = Provided::of(program.container, facts);
    if provided.anything {
        return Vec::new();
    }
    let lacks = |word: &str| command(word).is_some_and(|name| image.has(name) == Some(false));
    let started = started(program, facts).into_iter().find(|(word, _)| lacks(word));
    if let Some((word, span)) = started {
        return vec![Missing { name: word, span, outcome: Outcome::NeverStarts, is_read: false }];
    }
    let scripts = facts.executions.iter().filter(|execution| execution.unit.kind != UnitKind::Exec);
    let installs = facts.executions.iter().any(|execution| {
        execution.installs_packages() && !execution.programs().any(|name| image.has(name) == Some(false))
    });
    let mut found: Vec<Missing> = Vec::new();
    for execution in scripts {
        for at in [0, execution.wrapper] {
            let Some(word) = execution.words.get(at).and_then(|word| word.text.as_deref()) else { continue };
            let is_new = found.iter().all(|other| other.name != word);
            if is_new && lacks(word) && !installs && !provided.has(execution, word) {
                let range = execution
                    .words
                    .get(at)
                    .map_or(execution.command.range.clone(), |word| word.range.clone());
                let span = execution.unit.span(&range);
                found.push(Missing {
                    name: word.to_owned(),
                    span,
                    outcome: outcome(execution),
                    is_read: is_read(execution),
                });
            }
        }
    }
    found
}

/// Whether a command stands in `$(…)` or before a `|`, and writes no file by itself.
fn is_read(execution: &Execution<'_>) -> bool {
    let (text, range) = (execution.unit.text.as_str(), &execution.command.range);
    let before = text.get(..range.start).unwrap_or_default().trim_end();
    let after = text.get(range.end..).unwrap_or_default().trim_start();
    let writes = |word: &str| matches!(word, "-o" | "-O" | "--output" | "--remote-name");
    (before.ends_with("$(") || before.ends_with('`') || after.starts_with('|') && !after.starts_with("||"))
        && !execution.arguments().iter().filter_map(|word| word.text.as_deref()).any(writes)
}

fn outcome(execution: &Execution<'_>) -> Outcome {
    let fails = execution.fate.is_fatal() && !execution.conditional;
    if fails { Outcome::Fails } else { Outcome::GoesOn }
}

/// The folders in which programs of an image are looked for.
const FOLDERS: [&str; 6] = ["/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"];

/// The command's name, be it alone or with a folder of programs before it; what lies elsewhere isn't the image's own.
fn command(word: &str) -> Option<&str> {
    match word.rsplit_once('/') {
        None => Some(word),
        Some((folder, name)) => FOLDERS.contains(&folder).then_some(name),
    }
}

/// The words by which the container starts programs: wrappers, the program itself, and what a script's first line names.
fn started(program: &Program<'_, '_>, facts: &Facts<'_>) -> Vec<(String, Span)> {
    let argv = program.argv();
    let words: Vec<Option<&str>> = argv.iter().map(|word| Some(word.as_str())).collect();
    let (index, is_path) = match invocation::of(&words) {
        Invocation::Script { wrapper, .. } | Invocation::File { wrapper, shell: Some(_), .. } => {
            (wrapper, false)
        }
        Invocation::File { path, shell: None, .. } => (path, true),
        Invocation::Exec { program } => (program, true),
        Invocation::Elsewhere | Invocation::OtherLanguage(_) | Invocation::Unknown => (0, false),
    };
    let word = |at: usize| argv.get(at).map(|word| (word.as_str().to_owned(), word.whole()));
    let mut all: Vec<(String, Span)> = [0, index].into_iter().filter_map(word).collect();
    let main = facts.units.first().filter(|unit| is_path && unit.kind == UnitKind::Main);
    if let Some(unit) = main {
        let line = unit.text.as_str().lines().next().unwrap_or_default();
        let interpreter = line.strip_prefix("#!").and_then(|rest| rest.split_whitespace().next());
        all.extend(interpreter.map(|path| (path.to_owned(), unit.span(&(0..line.len())))));
    }
    all
}

fn finding(program: &Program<'_, '_>, image: Known<'_>, missing: &Missing) -> Option<Finding> {
    let reference = program.container.image?;
    let name = base_name(&missing.name);
    let (severity, does) = match missing.outcome {
        Outcome::NeverStarts => (Severity::Error, "the container never starts"),
        Outcome::Fails => (Severity::Error, "it fails at every start"),
        Outcome::GoesOn => (Severity::Warning, "the command fails each time"),
    };
    let message = format!(
        "init container `{}` runs `{}`, which its image `{}` doesn't have: {does}",
        program.container.name(),
        missing.name,
        reference.value,
    );
    let caption = match missing.outcome {
        Outcome::NeverStarts => "executable file not found",
        Outcome::Fails | Outcome::GoesOn => "not found (exit status 127)",
    };
    Some(
        Finding::new(severity, missing.span, message)
            .caption(caption)
            .label(reference.span(), format!("no `{name}` in here"))
            .help(help(image, name, missing.is_read))
            .confidence(Confidence::Medium),
    )
}

fn help(image: Known<'_>, name: &str, is_read: bool) -> String {
    let is_shell = Shell::named(name).is_some();
    if is_shell && image.sh().is_some_and(|sh| sh != Sh::None) {
        return "use `sh`, which it has, without what only bash knows; or take an image that has bash"
            .to_owned();
    }
    if is_shell {
        return "start the program itself, without a shell: `command: [PROGRAM, ARGUMENT]`; or take an image that has one"
            .to_owned();
    }
    if commands::is(name, Trait::ChangesUser) && image.user() == User::Root {
        return format!("leave `{name}` out: the image starts as root");
    }
    let other = match images::with(name) {
        Some(other) => format!("take an image that has it, such as `{other}`"),
        None => "take an image that has it".to_owned(),
    };
    match commands::alternative(name, is_read) {
        Some((name, call)) if image.has(name) == Some(true) => {
            format!("{other}, or use `{call}`, which it has")
        }
        _ => other,
    }
}
