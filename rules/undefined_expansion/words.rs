//! Words of `command` and `args` that no shell reads.

use super::fed::Fed;
use super::{Unexpanded, is_variable, shell_variables};
use crate::commands;
use crate::kube::expansion::{Environment, Meaning};
use crate::kube::{Container, Field};
use crate::shell::invocation::{self, Invocation};

pub(super) fn unexpanded(container: &Container<'_>, fed: &Fed<'_>) -> Vec<Unexpanded> {
    let environment = Environment::of(container);
    let command = container.command.iter().flatten();
    let fields: Vec<Field<'_, &str>> = command.chain(container.args.iter().flatten()).copied().collect();
    let words: Vec<Option<&str>> = fields.iter().map(|field| Some(field.value)).collect();
    let has_command = container.command.as_ref().is_some_and(|command| !command.is_empty());
    let run = invocation::of(&words);
    // A script is its shell's.
    let is_plain = !has_command
        || matches!(run, Invocation::Exec { .. } | Invocation::File { .. } | Invocation::Unknown);
    if !is_plain {
        return Vec::new();
    }
    let mut found: Vec<Unexpanded> = match run {
        Invocation::Exec { program } if has_command => operator(&fields, program).into_iter().collect(),
        _ => Vec::new(),
    };
    let is_known = has_command && matches!(run, Invocation::Exec { program } if known(&words, program));
    for field in fields.iter().filter(|field| !field.value.contains('\n')) {
        found.extend(of_kubelet(&environment, *field, fed));
        found.extend(quoted(&environment, *field));
        if is_known && !fed.by_envsubst() {
            found.extend(of_shell(container, *field));
        }
    }
    found
}

fn known(words: &[Option<&str>], program: usize) -> bool {
    words.get(program).copied().flatten().is_some_and(invocation::takes_plain_words)
}

/// The first operator of a shell among the words behind `program`: `>` before a path, `&&` or `|` before another command.
fn operator(fields: &[Field<'_, &str>], program: usize) -> Option<Unexpanded> {
    let name = invocation::base_name(fields.get(program)?.value);
    if commands::find(name).is_none() || commands::takes_operators(name) {
        return None;
    }
    let pairs = fields.iter().skip(program + 1).zip(fields.iter().skip(program + 2));
    let (word, next) = pairs.into_iter().find(|(word, next)| match word.value {
        ">" | ">>" => next.value.starts_with(['/', '.', '$']),
        "&&" | "||" | "|" => !next.value.starts_with('-'),
        _ => false,
    })?;
    let loss = match word.value {
        ">" | ">>" => format!("and nothing is written to `{}`", next.value),
        _ => format!("and `{}` isn't run", next.value),
    };
    let problem = format!("`{name}` gets `{}` as a word: no shell reads it, {loss}", word.value);
    let help = "run it in a shell: `command: [\"sh\", \"-c\"]`, with the line as the one word of `args`";
    Some(Unexpanded::new(word.span(), problem, help))
}

/// The first `$(NAME)` that nothing sets.
fn of_kubelet(environment: &Environment<'_>, field: Field<'_, &str>, fed: &Fed<'_>) -> Option<Unexpanded> {
    let text = field.node.mapped();
    let mut references = environment.expand(&text).references.into_iter();
    let reference = references.find(|reference| {
        reference.meaning == Meaning::Undefined
            && is_variable(&reference.name)
            && !fed.is_var(&reference.name)
    });
    let reference = reference.filter(|_| !fed.by_vars())?;
    let name = &reference.name;
    let problem = format!("the process gets the text `$({name})`: no variable of that name is set");
    let help = format!("set `{name}` in `env`; for the Pod's own fields, with `valueFrom.fieldRef`");
    Some(Unexpanded::new(text.span(reference.range), problem, help))
}

/// `$NAME` of a variable that `env` sets, in a word of a command that doesn't expand it either.
fn of_shell(container: &Container<'_>, field: Field<'_, &str>) -> Option<Unexpanded> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_./:=@${}-+%,~".contains(c);
    if !field.value.chars().all(is_plain) {
        return None;
    }
    let is_set = |name: &str| container.env.iter().any(|own| own.name.is_some_and(|own| *own == name));
    let (range, name) = shell_variables(field.value).find(|(_, name)| is_set(name))?;
    let written = field.value.get(range.clone()).unwrap_or_default();
    let problem = format!("the process gets the text `{written}`: no shell reads this word");
    let help = format!("write `$({name})`, which the kubelet expands, or run the command in a shell");
    Some(Unexpanded::new(field.node.mapped().span(range), problem, help))
}

/// `--host="$(NAME)"`: quotes that no shell takes away.
fn quoted(environment: &Environment<'_>, field: Field<'_, &str>) -> Option<Unexpanded> {
    let (option, value) = field.value.split_once('=').filter(|(option, _)| option.starts_with('-'))?;
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let inner = value.strip_prefix(quote)?.strip_suffix(quote)?;
    let text = field.node.mapped();
    let has_reference = environment.expand(&text).references.iter().any(|one| is_variable(&one.name));
    if inner.contains(['"', '\'']) || !has_reference {
        return None;
    }
    let start = option.len() + 1;
    let problem = format!("the value of `{option}` keeps its quotes: no shell takes them away");
    let help = format!("leave them out: `{option}={inner}`");
    Some(Unexpanded::new(text.span(start..field.value.len()), problem, help))
}
