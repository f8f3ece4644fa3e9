//! What only bash knows, in a script that another shell reads.

use crate::finding::{Confidence, Finding, Fix, Safety, Severity};
use crate::fix;
use crate::images::{self, Known, Sh};
use crate::kube::{Container, Pod};
use crate::program::Program;
use crate::rule::{Group, PodContext, Rule, Target};
use crate::shell::options::Shell;
use crate::shell::portability::{self, Departure, Outcome, Reader};
use crate::shell::semantics::{Unit, UnitKind};
use crate::source::MappedText;

/// The rule.
pub static RULE: Rule = Rule {
    id: "bashism",
    summary: "A script has what only bash knows, and the image's `sh` is Debian's dash or busybox's ash",
    group: Group::Scripts,
    severity: Severity::Error,
    fix: Some(Safety::Unsafe),
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["initContainers"], check },
};

fn check(_: &Pod<'_>, cx: &mut PodContext<'_>) {
    for (program, facts) in cx.scripts() {
        let Some(image) = Image::of(cx.image_of(program.container), program.container) else { continue };
        let found = portability::departures(facts, |unit| image.reader(unit));
        if let Some(mut finding) = finding(program.container, &image, &found) {
            finding.fix = in_bash(program, &image, &found, cx);
            cx.report_in(program.container, finding);
        }
    }
}

/// Has bash read the container's script, where the image has it and nothing is wrong in others.
fn in_bash(
    program: &Program<'_, '_>,
    image: &Image<'_>,
    found: &[Departure<'_>],
    cx: &PodContext<'_>,
) -> Option<Fix> {
    let bash = Shell::Bash.name();
    let has_bash = image.known.has(bash) == Some(true);
    if !has_bash || found.iter().any(|departure| departure.unit.kind != UnitKind::Main) {
        return None;
    }
    let is_shell = |word: &&MappedText| {
        let name = word.as_str().rsplit('/').next();
        name.and_then(Shell::named).is_some_and(|shell| shell != Shell::Bash)
    };
    let shell = program.argv().iter().take_while(|word| !word.as_str().contains('\n')).find(is_shell)?;
    let edit = fix::replace_text(cx.source(shell.whole())?, shell, 0..shell.as_str().len(), bash)?;
    Some(Fix::for_review(format!("run the script with `{bash}`"), vec![edit]))
}

/// An image whose shells are known.
struct Image<'i> {
    known: Known<'i>,
    has_pipefail: bool,
}

impl<'i> Image<'i> {
    fn of(known: Option<Known<'i>>, container: &Container<'_>) -> Option<Self> {
        Some(Self { known: known?, has_pipefail: images::dash_has_pipefail(&container.image()?) })
    }

    /// The shell that reads `unit`, where it isn't bash.
    fn reader(&self, unit: &Unit) -> Option<Reader> {
        // Of line ends that no shell knows another rule tells.
        if unit.carriage_return().is_some() {
            return None;
        }
        let dash = Reader::Dash { has_pipefail: self.has_pipefail };
        match (unit.shell?, self.known.sh()?) {
            (Shell::Sh, Sh::Dash) | (Shell::Dash, _) => Some(dash),
            (Shell::Sh | Shell::Ash, Sh::Ash) => Some(Reader::Ash),
            _ => None,
        }
    }
}

fn severity(departure: &Departure<'_>) -> Severity {
    if departure.is_fatal { Severity::Error } else { Severity::Warning }
}

/// One finding for each container, at what hurts most.
fn finding(container: &Container<'_>, image: &Image<'_>, found: &[Departure<'_>]) -> Option<Finding> {
    let worst = found.iter().map(severity).max()?;
    let first = found.iter().find(|departure| severity(departure) == worst)?;
    let shell = image.reader(first.unit)?.name();
    let does = match first.outcome {
        Outcome::Refuses => "the script ends there with a syntax error",
        Outcome::Stops => "the script ends there with an error",
        Outcome::Fails if first.is_fatal => "it fails, and the script with it",
        Outcome::Fails => "it fails each time, and the script goes on",
        Outcome::Differs(how) => how,
        Outcome::Same => return None,
    };
    let (name, written) = (container.name(), shown(first.text()));
    let message = format!("init container `{name}` has `{written}`, which {shell} doesn't know: {does}");
    let bash = match image.known.has(Shell::Bash.name()) {
        Some(true) => ", or run the script with `bash -c`: the image has it",
        _ => "",
    };
    let mut finding = Finding::new(worst, first.span(), message)
        .caption(format!("no such thing in {shell}"))
        .confidence(Confidence::Medium)
        .help(format!("every shell knows {}{bash}", first.instead));
    if let Some(image) = container.image {
        finding = finding.label(image.span(), format!("`sh` is {shell} here"));
    }
    let mut seen = vec![first.span()];
    for other in found {
        if !seen.contains(&other.span()) {
            seen.push(other.span());
            finding = finding.likewise(other.span(), "nor this");
        }
    }
    Some(finding)
}

/// The first line of what is written, and not more than a message can bear.
fn shown(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line.to_owned(),
    }
}
