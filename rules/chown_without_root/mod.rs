//! `chown` in an init container that may not change owners.

mod change;
mod user;

use change::Change;
use user::User;

use crate::finding::{Confidence, Finding, Severity};
use crate::kube::Pod;
use crate::program::Program;
use crate::rule::{PodContext, Rule, Target};
use crate::shell::ir::Word;
use crate::shell::status;
use crate::source::{MappedText, Span};

/// The rule.
pub static RULE: Rule = Rule {
    id: "chown-without-root",
    summary: "A `chown` to another owner in an init container that runs without root or the capability CHOWN",
    severity: Severity::Error,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["initContainers"], check },
};

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    // Scripts are parsed only where one could have to do with it.
    let users: Vec<Option<User<'_>>> =
        pod.init_containers().map(|init| User::without_chown(pod, init)).collect();
    if users.iter().all(Option::is_none) {
        return;
    }
    let programs = cx.programs();
    for (program, user) in programs.iter().zip(&users) {
        let Some(user) = user else { continue };
        let refused: Vec<Refused> = attempts(program)
            .into_iter()
            .filter_map(|(span, change)| {
                let confidence = user.refuses(&change)?;
                Some(Refused { span, change, confidence })
            })
            .collect();
        if let Some(finding) = finding(program, user, &refused) {
            cx.report_in(program.container, finding);
        }
    }
}

/// A change that fails.
struct Refused {
    span: Span,
    change: Change,
    confidence: Confidence,
}

impl Refused {
    fn severity(&self) -> Severity {
        if self.change.counts && !self.change.conditional { Severity::Error } else { Severity::Warning }
    }
}

/// The changes that a program tries, and where.
fn attempts(program: &Program<'_, '_>) -> Vec<(Span, Change)> {
    let Some((script, text, options)) = program.script() else {
        let words: Vec<Option<String>> =
            program.argv().iter().map(|word| Some(word.as_str().to_owned())).collect();
        let spans = program.argv().iter().map(MappedText::whole);
        let whole = spans.reduce(Span::to);
        return whole.zip(change::of_command(&words)).into_iter().collect();
    };
    if asks_who_it_is(text.as_str()) {
        return Vec::new();
    }
    let runs = status::executions(script, options).into_iter().filter_map(|run| {
        let words: Vec<Option<String>> = run.simple.words.iter().map(Word::literal).collect();
        let change = change::of_command(&words)?;
        let counts = change.counts && run.is_fatal;
        let conditional = change.conditional || run.conditional;
        Some((text.span(run.command.range.clone()), Change { counts, conditional, ..change }))
    });
    runs.collect()
}

/// Whether a script tells root from others by itself, and so may know what it does.
fn asks_who_it_is(text: &str) -> bool {
    ["id -u", "id -n", "id -g", "whoami", "$UID", "${UID", "EUID", "CapEff"]
        .iter()
        .any(|words| text.contains(words))
}

/// One finding for each container, at the change that hurts most.
fn finding(program: &Program<'_, '_>, user: &User<'_>, refused: &[Refused]) -> Option<Finding> {
    // The first of those that are worst.
    let worst = refused.iter().map(Refused::severity).max()?;
    let first = refused.iter().find(|one| one.severity() == worst)?;
    let Change { command, text, owner, counts, conditional, .. } = &first.change;
    let outcome = match (counts, conditional, owner) {
        (true, false, _) => "it fails at every start, and the Pod never gets past it",
        (true, true, _) => "where it is reached it fails, and the Pod never gets past it",
        (false, _, Some(_)) => "its failure goes unnoticed, and the files keep their owner",
        (false, _, None) => "its failure goes unnoticed, and the files keep their group",
    };
    let message = format!(
        "init container `{}` {}, and may not `{command}` to `{text}`: {outcome}",
        program.container.name(),
        user.describe()
    );
    let mut finding = Finding::new(worst, first.span, message)
        .caption("Operation not permitted")
        .confidence(first.confidence)
        .help(user.cure());
    if let Some((span, text)) = user.label() {
        finding = finding.label(span, text);
    }
    for other in refused.iter().filter(|other| !std::ptr::eq(*other, first)) {
        finding = finding.label(other.span, "nor this");
    }
    Some(finding)
}
