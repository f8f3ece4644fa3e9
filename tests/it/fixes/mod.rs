//! Fixes and suppressions, made in texts and in files.

mod files;
mod forms;
mod ignores;
mod properties;
mod scripts;

use initlint::apply::{Fixer, Ignorer, Outcome};
use initlint::discover::Input;
use initlint::finding::Safety;
use initlint::pipeline;
use initlint::report::Report;
use initlint::rule::Settings;

/// `text` as a file called `path`.
pub(crate) fn input(path: &str, text: &str) -> Input {
    Input::Text { path: path.to_owned(), text: text.to_owned() }
}

fn lint(inputs: &[Input], settings: &Settings) -> Report {
    pipeline::lint(inputs, "<stdin>", settings)
}

/// `inputs` with all fixes made that are `allowed`.
pub(crate) fn fix(inputs: Vec<Input>, allowed: Safety, settings: &Settings) -> Outcome {
    fix_by(&|inputs: &[Input]| lint(inputs, settings), inputs, allowed)
}

/// The same, by what `lint` finds.
fn fix_by(lint: &dyn Fn(&[Input]) -> Report, inputs: Vec<Input>, allowed: Safety) -> Outcome {
    let report = lint(&inputs);
    Fixer { lint, allowed }.run(inputs, report)
}

/// `inputs` with all findings suppressed.
fn ignore(inputs: Vec<Input>, settings: &Settings) -> Outcome {
    let lint = |inputs: &[Input]| lint(inputs, settings);
    let report = lint(&inputs);
    Ignorer { lint: &lint, pod_templates: &settings.pod_templates, reason: "known: see #1" }
        .run(inputs, report)
}

/// What became of the one input.
pub(crate) fn text_of(outcome: &Outcome) -> &str {
    let [Input::Text { text, .. }] = outcome.inputs.as_slice() else { panic!("one text") };
    text
}
