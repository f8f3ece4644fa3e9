//! Expansions that nobody makes: of variables that aren't set, or in a form that is nobody's.

mod fed;
mod scripts;
mod values;
mod words;

use fed::Fed;

use crate::finding::{Finding, Severity};
use crate::images;
use crate::kube::{Completeness, Container, Pod};
use crate::rule::{Group, PodContext, Rule, Target};
use crate::source::Span;

/// The rule.
pub static RULE: Rule = Rule {
    id: "undefined-expansion",
    summary: "`$(NAME)` or `${NAME}` in `command`, `args` or `env` of an init container that nothing expands",
    group: Group::Scripts,
    severity: Severity::Warning,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["initContainers"], check },
};

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    // A patch's base, an operator or a template may set more variables.
    if pod.template.completeness != Completeness::Complete {
        return;
    }
    let fed = Fed::of(pod, cx.inputs);
    for step in &pod.init_steps {
        let container = step.container();
        if is_set_up_by_program(container) {
            continue;
        }
        for unexpanded in values::unexpanded(container, &fed) {
            cx.report_in(container, finding(container.name(), unexpanded));
        }
    }
    for (program, facts) in cx.scripts() {
        let container = program.container;
        if is_set_up_by_program(container) {
            continue;
        }
        let in_words = words::unexpanded(container, &fed);
        for unexpanded in in_words.into_iter().chain(scripts::unexpanded(container, facts, &fed)) {
            cx.report_in(container, finding(container.name(), unexpanded));
        }
    }
}

/// Whether a program puts the image in its place: it may set variables, too.
fn is_set_up_by_program(container: &Container<'_>) -> bool {
    container.image().is_some_and(|image| images::is_bare_name(&image))
}

/// An expansion that nobody makes.
struct Unexpanded {
    /// Where it stands.
    span: Span,
    severity: Severity,
    /// What happens, the container's name left out.
    problem: String,
    help: String,
    /// Another place, and what is there.
    label: Option<(Span, String)>,
}

impl Unexpanded {
    fn new(span: Span, problem: String, help: impl Into<String>) -> Self {
        Self { span, severity: Severity::Warning, problem, help: help.into(), label: None }
    }
}

fn finding(container: &str, unexpanded: Unexpanded) -> Finding {
    let Unexpanded { span, severity, problem, help, label } = unexpanded;
    let message = format!("in init container `{container}`, {problem}");
    let finding = Finding::new(severity, span, message).caption("nothing reads this").help(help);
    label.into_iter().fold(finding, |finding, (span, text)| finding.label(span, text))
}

/// Whether `name` looks like a variable's: in capitals, as those of the environment are.
fn is_variable(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
        && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
        && name.len() > 1
}

/// The `$NAME` and `${NAME}` of `text`, with the names; `$$` and backslashes hide them.
fn shell_variables(text: &str) -> impl Iterator<Item = (std::ops::Range<usize>, &str)> {
    let starts = text.match_indices('$').map(|(at, _)| at);
    starts.filter_map(move |at| {
        let is_hidden = text.get(..at).is_some_and(|before| before.ends_with(['$', '\\']));
        let rest = text.get(at + 1..)?;
        let (skip, inner) = match rest.strip_prefix('{') {
            Some(inner) => (2, inner),
            None => (1, rest),
        };
        let length = inner.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
        let name = inner.get(..length)?;
        let closed = skip == 1 || inner.get(length..)?.starts_with('}');
        let end = at + skip + length + usize::from(skip == 2);
        (!is_hidden && closed && is_variable(name)).then_some((at..end, name))
    })
}
