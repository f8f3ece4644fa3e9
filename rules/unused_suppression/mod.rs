//! Suppressions that suppress nothing.

use crate::finding::{Edit, Finding, Fix, Safety, Severity};
use crate::fix;
use crate::rule::{Group, Rule, Target};
use crate::source::Source;
use crate::suppress::{Form, Name, Suppression, What};

/// The rule.
pub static RULE: Rule = Rule {
    id: "unused-suppression",
    summary: "A suppression that suppresses nothing, and would hide a later mistake",
    group: Group::Hygiene,
    severity: Severity::Warning,
    fix: Some(Safety::Safe),
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Input,
};

/// The finding for a suppression of whose rules those `in_vain` have nothing to say.
#[must_use]
pub fn finding(suppression: &Suppression, in_vain: &[bool], source: &Source) -> Finding {
    let What::Rules { names, .. } = &suppression.what else { return slip(suppression, "it names no rule") };
    let unused: Vec<&Name> =
        names.iter().zip(in_vain).filter(|(_, vain)| **vain).map(|(name, _)| name).collect();
    let ids: Vec<String> = unused.iter().map(|name| format!("`{}`", name.id)).collect();
    let message = format!("this suppression of {} suppresses nothing", ids.join(" and "));
    let whole = unused.len() == names.len();
    let span = unused.first().filter(|_| !whole).map_or(suppression.place, |name| name.span);
    let mut finding = new(span, message).caption("nothing of that is found here").help(match suppression.form {
        Form::Comment | Form::ScriptComment => {
            "remove it, or put it on the line of the finding or on the one above; it covers all that begins on that line"
        }
        Form::Annotation => "remove it; an annotation covers the object or the Pod template that it stands on",
    });
    let used: Vec<&str> =
        names.iter().zip(in_vain).filter(|(_, vain)| !**vain).map(|(name, _)| &*name.id).collect();
    finding.fix = edit(suppression, names, &used, source).map(|edit| Fix {
        safety: Safety::Safe,
        message: format!("take {} out", ids.join(" and ")),
        edits: vec![edit],
    });
    finding
}

/// The finding for a comment or an annotation that is none that initlint understands.
#[must_use]
pub fn slip(suppression: &Suppression, slip: &str) -> Finding {
    let (what, help) = match suppression.form {
        Form::Comment | Form::ScriptComment => {
            ("comment", "write `# initlint: ignore[rule-id] reason`, or `ignore-file` for the whole file")
        }
        Form::Annotation => ("annotation", "write `initlint.dev/ignore: \"rule-id: reason\"`"),
    };
    new(suppression.place, format!("this {what} suppresses nothing: {slip}"))
        .caption("not understood")
        .help(help)
}

fn new(span: crate::source::Span, message: String) -> Finding {
    let mut finding = Finding::new(RULE.severity, span, message);
    finding.rule = RULE.id;
    finding
}

/// Takes the comment out, or leaves it with the names that are of `used`. A line of a script or a
/// part of an annotation isn't taken out by machine: what is left could be read differently.
fn edit(suppression: &Suppression, names: &[Name], used: &[&str], source: &Source) -> Option<Edit> {
    match (suppression.form, used) {
        (Form::Comment, []) => Some(fix::remove_comment(source, suppression.place)),
        (Form::Comment, _) => {
            let span = names.first()?.span.to(names.last()?.span);
            Some(Edit { span, replacement: used.join(", ") })
        }
        _ => None,
    }
}
