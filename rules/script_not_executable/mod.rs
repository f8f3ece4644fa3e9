//! Scripts of ConfigMaps and Secrets that are run by their path, and have no permission for it.

use crate::finding::{Finding, Severity};
use crate::kube::{Completeness, Container, FileMode, Pod};
use crate::program::Program;
use crate::rule::{Group, PodContext, Rule, Target};
use crate::shell::invocation::{self, Invocation};
use crate::shell::semantics::{Execution, UnitKind};
use crate::source::Span;

/// The rule.
pub static RULE: Rule = Rule {
    id: "script-not-executable",
    summary: "An init container runs a file of a ConfigMap or Secret by its path, and the volume gives it no execute permission",
    group: Group::Scripts,
    severity: Severity::Error,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["initContainers"], check },
};

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    // A patch's base may set the mode.
    if matches!(pod.template.completeness, Completeness::Patch | Completeness::Ytt) {
        return;
    }
    for (program, facts) in cx.scripts() {
        let own = started(program).map(|(path, span)| Run { path, span, is_fatal: true });
        let scripts = facts.executions.iter().filter(|one| one.unit.kind != UnitKind::Exec);
        for run in own.into_iter().chain(scripts.filter_map(Run::of)) {
            if let Some(finding) = finding(pod, program.container, &run) {
                cx.report_in(program.container, finding);
            }
        }
    }
}

/// A program that is run by its path.
struct Run {
    path: String,
    span: Span,
    /// Whether the container fails where it can't be run.
    is_fatal: bool,
}

impl Run {
    fn of(execution: &Execution<'_>) -> Option<Self> {
        let program = execution.words.get(execution.wrapper)?;
        let path = program.text.as_deref().filter(|path| path.starts_with('/'))?;
        let is_fatal = execution.fate.is_fatal() && !execution.conditional;
        Some(Self { path: path.to_owned(), span: execution.unit.span(&program.range), is_fatal })
    }
}

/// The file that the container itself starts, and where its path is written.
fn started(program: &Program<'_, '_>) -> Option<(String, Span)> {
    let argv = program.argv();
    let words: Vec<Option<&str>> = argv.iter().map(|word| Some(word.as_str())).collect();
    let index = match invocation::of(&words) {
        Invocation::File { shell: None, path, .. } => path,
        Invocation::Exec { program } => program,
        _ => return None,
    };
    let word = argv.get(index)?;
    Some((word.as_str().to_owned(), word.whole()))
}

fn finding(pod: &Pod<'_>, container: &Container<'_>, run: &Run) -> Option<Finding> {
    let mount = pod.mount_at(container, &run.path)?;
    let volume = pod.volume_of(mount)?;
    let mode = FileMode::of(volume, mount, &run.path).filter(|mode| !mode.is_executable())?;
    let severity = if run.is_fatal { Severity::Error } else { Severity::Warning };
    let outcome = if run.is_fatal { "it fails at every start" } else { "it fails each time" };
    let (path, bits) = (&run.path, mode.bits);
    let message = format!(
        "init container `{}` runs `{path}`, a file without execute permission (mode 0{bits:o}): {outcome}",
        container.name()
    );
    let place = mode.node.or_else(|| volume.name.map(|name| name.node)).unwrap_or(volume.node);
    let label = match mode.node {
        Some(_) => format!("0{bits:o} in octal"),
        None => format!("without `defaultMode` its files have 0{bits:o}"),
    };
    let help = format!(
        "set `defaultMode: 0{executable:o}` ({executable} in JSON), or run it through its shell: `sh {path}`",
        executable = bits | 0o111,
    );
    Some(
        Finding::new(severity, run.span, message)
            .caption("Permission denied")
            .label(place.span(), label)
            .help(help),
    )
}
