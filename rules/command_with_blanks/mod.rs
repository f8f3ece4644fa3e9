//! A command line that is written as one word: no file has such a name.

use crate::finding::{Finding, Severity};
use crate::kube::{Field, Pod};
use crate::rule::{Group, PodContext, Rule, Target};
use crate::shell::invocation::{self, Invocation};

/// The rule.
pub static RULE: Rule = Rule {
    id: "command-with-blanks",
    summary: "The first word of `command` is a whole command line, and no file has that name",
    group: Group::Scripts,
    severity: Severity::Error,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["initContainers"], check },
};

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    for step in &pod.init_steps {
        let container = step.container();
        let first = container.command.as_ref().and_then(|command| command.first());
        let Some(first) = first.filter(|first| is_command_line(first)) else { continue };
        let (name, role) = (container.name(), step.role().describe());
        let program = first.split_whitespace().next().unwrap_or_default();
        let message = format!(
            "the first word of `command` of {role} `{name}` is a whole command line: no file has that name"
        );
        let finding = Finding::new(Severity::Error, first.span(), message)
            .caption(format!("taken for the name of a program, not for `{program}` with arguments"))
            .help(help(first));
        cx.report_in(container, finding);
    }
}

/// Whether the word is a program's name with arguments after it. A path may have blanks: it is one where nothing that
/// follows is an option, or a path of its own.
fn is_command_line(word: &Field<'_, &str>) -> bool {
    if word.node.is_unknown() {
        return false;
    }
    let mut words = word.split_whitespace();
    let Some(first) = words.next() else { return false };
    let rest: Vec<&str> = words.collect();
    let is_argument = |word: &&str| word.starts_with(['-', '/', '"', '\'', '$']) || word.contains("://");
    !rest.is_empty() && (!first.contains('/') || rest.iter().any(is_argument))
}

/// As a list where blanks are all that parts its words, else through a shell.
fn help(line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let known: Vec<Option<&str>> = words.iter().copied().map(Some).collect();
    let is_shell = matches!(invocation::of(&known), Invocation::Script { .. });
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+, \t".contains(c);
    if line.chars().all(is_plain) && !is_shell && words.len() <= 8 {
        let quoted: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
        format!("write each word as one of the list: `command: [{}]`", quoted.join(", "))
    } else if is_shell {
        "write each word as one of the list: `command: [\"sh\", \"-c\", \"SCRIPT\"]`".to_owned()
    } else {
        "hand it to a shell: `command: [\"sh\", \"-c\"]`, with the line as the one word of `args`".to_owned()
    }
}
