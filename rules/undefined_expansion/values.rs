//! Values of `env`: the kubelet expands `$(NAME)` of variables that stand before, and nothing else.

use super::fed::Fed;
use super::{Unexpanded, is_variable, shell_variables};
use crate::kube::env::EnvValue;
use crate::kube::expansion::{Environment, Meaning};
use crate::kube::{Container, Field};

pub(super) fn unexpanded(container: &Container<'_>, fed: &Fed<'_>) -> Vec<Unexpanded> {
    let mut found = Vec::new();
    let mut environment = Environment::before_env(container);
    for (at, variable) in container.env.iter().enumerate() {
        if let (Some(name), EnvValue::Literal(value)) = (variable.name, variable.value) {
            found.extend(of_kubelet(container, at, &environment, value, fed));
            found.extend(of_itself(name.value, value, fed));
        }
        environment.define(variable);
    }
    found
}

/// The first `$(NAME)` of a value that isn't set by then.
fn of_kubelet(
    container: &Container<'_>,
    at: usize,
    environment: &Environment<'_>,
    value: Field<'_, &str>,
    fed: &Fed<'_>,
) -> Option<Unexpanded> {
    let text = value.node.mapped();
    let expanded = environment.expand(&text);
    let reference = expanded.references.into_iter().find(|reference| {
        reference.meaning == Meaning::Undefined
            && is_variable(&reference.name)
            && !fed.is_var(&reference.name)
    });
    let reference = reference.filter(|_| !fed.by_vars())?;
    let name = &reference.name;
    let later =
        container.env.iter().skip(at).find_map(|other| other.name.filter(|other| other.value == name));
    let is_own = container.env.get(at).and_then(|own| own.name).is_some_and(|own| own.value == name);
    let (why, help) = match later {
        Some(_) if is_own => (
            "nothing sets it before",
            "the kubelet doesn't know the image's own variables: write the value in full, or set it in the script".to_owned(),
        ),
        Some(_) => ("it is set only after this", format!("put `{name}` before this entry of `env`")),
        None => ("nothing sets it", format!("set `{name}` in `env`, before this entry")),
    };
    let problem = format!("`$({name})` stays as it is written: {why}");
    let mut unexpanded = Unexpanded::new(text.span(reference.range), problem, help);
    let later = later.filter(|_| !is_own);
    unexpanded.label = later.map(|later| (later.span(), format!("`{name}` is set here")));
    Some(unexpanded)
}

/// `${PATH}` in the value of `PATH`: the one thing that is surely meant for a shell, and gets to none.
fn of_itself(name: &str, value: Field<'_, &str>, fed: &Fed<'_>) -> Option<Unexpanded> {
    let (range, _) = shell_variables(value.value).find(|(_, used)| *used == name)?;
    let is_whole = range.len() == value.value.len();
    // A whole value is what envsubst fills.
    if is_whole || fed.by_envsubst() && name != "PATH" {
        return None;
    }
    let written = value.value.get(range.clone()).unwrap_or_default();
    let problem = format!("the value of `{name}` names itself, and the process gets the text `{written}`");
    let help = "no shell reads `env`, and the kubelet doesn't know the image's own variables: write the value in full, or set it in the script";
    Some(Unexpanded::new(value.node.mapped().span(range), problem, help))
}
