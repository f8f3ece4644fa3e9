//! Scripts that no shell can parse, or whose lines end as those of Windows do.

use crate::finding::{Finding, Severity};
use crate::helm;
use crate::kube::Pod;
use crate::program::Program;
use crate::rule::{Group, PodContext, Rule, Target};
use crate::shell::Unparsed;
use crate::shell::options::Shell;
use crate::shell::semantics::{Unit, UnitKind, UnparsedText};

/// The rule.
pub static RULE: Rule = Rule {
    id: "script-syntax",
    summary: "A script that no shell can parse: an open quote, an `if` without `fi`, a placeholder, line ends of Windows",
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
        let unparsed = facts.unparsed.iter().filter_map(|text| broken(program, text));
        let line_ends = facts.units.iter().filter_map(|unit| carriage_return(program, unit));
        let findings: Vec<Finding> = unparsed.chain(line_ends).collect();
        for finding in findings {
            cx.report_in(program.container, finding);
        }
    }
}

/// Whether a shell gets the text as it stands, and one whose grammar is known.
fn is_final(text: &str, shell: Option<Shell>) -> bool {
    let is_template =
        ["{{", "{%", "<%"].iter().any(|mark| text.contains(mark)) || helm::has_placeholder(text);
    !is_template && !matches!(shell, Some(Shell::Ksh | Shell::Zsh))
}

/// What every shell refuses: two readers that know nothing of each other agree on it.
fn broken(program: &Program<'_, '_>, unparsed: &UnparsedText) -> Option<Finding> {
    let UnparsedText { text, shell, why, is_fatal } = unparsed;
    let Unparsed::Syntax { range, message, certain: true } = why else { return None };
    if !is_final(text.as_str(), *shell) {
        return None;
    }
    let severity = if *is_fatal { Severity::Error } else { Severity::Warning };
    let name = program.container.name();
    let message_of = format!("init container `{name}` fails at a syntax error in its script: {message}");
    let help = if text.as_str().contains("\r\n") {
        LINE_ENDS.to_owned()
    } else {
        help(text.as_str(), range.start, message)
    };
    Some(Finding::new(severity, text.span(range.clone()), message_of).caption(message.clone()).help(help))
}

const LINE_ENDS: &str = "end the lines of the script with a line feed alone: `dos2unix FILE`, or `.gitattributes` with `*.sh text eol=lf`";

fn help(text: &str, at: usize, message: &str) -> String {
    if let Some(placeholder) = placeholder(text, at) {
        return format!(
            "put the real value in place of `{placeholder}`: to a shell, `<` and `>` are redirections"
        );
    }
    let help = if message.starts_with("`'`") {
        "close the quote; within single quotes, write `'` as `'\\''`"
    } else if message.contains("without its") {
        "close what is open there"
    } else if message.contains("unexpected `(`") {
        "put the text in quotes"
    } else if message.starts_with("expected 'then'") || message.starts_with("expected 'do'") {
        "put `;` or a line break before `then` and `do`"
    } else {
        "end each `if` with `fi`, each `for` and `while` with `done`, each `case` with `esac`; `sh -n FILE` says where"
    };
    help.to_owned()
}

/// `<your-repository>`, whose `>` stands at `at`.
fn placeholder(text: &str, at: usize) -> Option<&str> {
    let start = text.get(..at)?.rfind('<')?;
    let inner = text.get(start + 1..at)?;
    let is_name = inner.starts_with(|c: char| c.is_ascii_alphabetic()) && inner.len() < 100;
    (is_name && !inner.contains(['\n', ';', '|', '&'])).then(|| text.get(start..=at))?
}

fn carriage_return(program: &Program<'_, '_>, unit: &Unit) -> Option<Finding> {
    if !matches!(unit.kind, UnitKind::Main | UnitKind::Text | UnitKind::File | UnitKind::Sourced)
        || !is_final(unit.text.as_str(), unit.shell)
    {
        return None;
    }
    let word = unit.carriage_return()?;
    let written = unit.text.as_str().get(word.clone()).unwrap_or_default().trim_end_matches('\r');
    let name = program.container.name();
    let message = format!(
        "the lines of the script of init container `{name}` end in carriage returns, which belong to words: `{written}\\r`"
    );
    let finding = Finding::new(Severity::Error, unit.span(&word), message)
        .caption("a carriage return is part of this word")
        .help(LINE_ENDS);
    Some(finding)
}
