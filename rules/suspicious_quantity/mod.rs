//! Amounts of memory and storage that are hardly meant: `512m` is half a byte.

use crate::finding::{Edit, Finding, Fix, Safety, Severity};
use crate::fix;
use crate::kube::resources::Resources;
use crate::kube::{Pod, Quantity};
use crate::rule::{Group, PodContext, Rule, Target};
use crate::source::Span;
use crate::yaml::Node;

/// The rule.
pub static RULE: Rule = Rule {
    id: "suspicious-quantity",
    summary: "An amount of memory or storage of a few bytes, such as `512m`, where `512Mi` was meant",
    group: Group::Resources,
    severity: Severity::Warning,
    fix: Some(Safety::Unsafe),
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["initContainers"], check },
};

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    if pod.init_steps.is_empty() {
        return;
    }
    for (role, container) in pod.containers() {
        let who = format!("{} `{}`", role.describe(), container.name());
        let few = of_resources(&container.resources);
        if let Some(finding) = finding(&who, &few) {
            let fix = in_mebibytes(&few, cx);
            cx.report_in(container, Finding { fix, ..finding });
        }
    }
    let of_pod = pod.resources.iter().flat_map(of_resources).chain(of_volumes(pod));
    let few: Vec<Few<'_>> = of_pod.collect();
    if let Some(finding) = finding("the Pod", &few) {
        let fix = in_mebibytes(&few, cx);
        cx.report(Finding { fix, ..finding });
    }
}

/// A few bytes of something.
struct Few<'d> {
    /// What there is so little of, as a message says it.
    what: String,
    /// The amount as it is written.
    text: &'d str,
    amount: Quantity,
    node: Node<'d>,
    span: Span,
    consequence: &'static str,
}

impl<'d> Few<'d> {
    fn of(what: String, value: Node<'d>, consequence: &'static str) -> Option<Self> {
        let text = value.text()?;
        let amount: Quantity = text.parse().ok()?;
        amount.is_below_a_page().then(|| Self {
            what,
            text,
            amount,
            node: value,
            span: value.span(),
            consequence,
        })
    }

    /// How many bytes it is: `0.512 bytes`.
    fn bytes(&self) -> String {
        let (whole, thousandths) = (self.amount.milli() / 1000, self.amount.milli() % 1000);
        match (whole, thousandths) {
            (1, 0) => "1 byte".to_owned(),
            (_, 0) => format!("{whole} bytes"),
            _ => format!("{whole}.{} bytes", format!("{thousandths:03}").trim_end_matches('0')),
        }
    }

    /// The number without its suffix; that of an exponent is the amount.
    fn number(&self) -> String {
        let text = self.text.trim();
        match text.find(|char: char| !char.is_ascii_digit() && char != '.') {
            Some(at) if text.get(at..).is_some_and(|suffix| suffix.starts_with(['e', 'E'])) => {
                self.amount.units().to_string()
            }
            Some(at) => text.get(..at).unwrap_or_default().to_owned(),
            None => text.to_owned(),
        }
    }
}

/// Those among requests and limits.
fn of_resources<'d>(resources: &Resources<'d>) -> Vec<Few<'d>> {
    let lists = [
        ("limit", &resources.limits, "no process fits into that"),
        ("request", &resources.requests, "the scheduler keeps no room for it"),
    ];
    let few = lists.into_iter().flat_map(|(list, entries, consequence)| {
        ["memory", "ephemeral-storage"].into_iter().filter_map(move |name| {
            let value = entries.get(name)?.value;
            // Whoever writes `1Ki` asks for next to nothing on purpose.
            let is_meant = list == "request" && value.text().is_some_and(|text| text.ends_with("Ki"));
            Few::of(format!("a {name} {list}"), value, consequence).filter(|_| !is_meant)
        })
    });
    few.collect()
}

/// The limits of its emptyDirs.
fn of_volumes<'d>(pod: &Pod<'d>) -> Vec<Few<'d>> {
    let few = pod.volumes.iter().filter_map(|volume| {
        let limit = volume.node.at("/emptyDir/sizeLimit")?;
        let name = volume.name.map_or("", |name| name.value);
        Few::of(
            format!("an emptyDir `{name}` with a limit"),
            limit,
            "the first file in it has the Pod evicted",
        )
    });
    few.collect()
}

/// Has each in mebibytes, as most who write `m` mean.
fn in_mebibytes(few: &[Few<'_>], cx: &PodContext<'_>) -> Option<Fix> {
    let edit =
        |few: &Few<'_>| fix::replace_scalar(cx.source(few.span)?, few.node, &format!("{}Mi", few.number()));
    let edits: Option<Vec<Edit>> = few.iter().map(edit).collect();
    Some(Fix::for_review(format!("write `{}Mi`", few.first()?.number()), edits?))
}

fn finding(who: &str, few: &[Few<'_>]) -> Option<Finding> {
    let (first, others) = few.split_first()?;
    let Few { what, text, consequence, .. } = first;
    let message = format!("{who} has {what} of `{text}`, which is {}: {consequence}", first.bytes());
    let number = first.number();
    let help = format!("write `{number}Mi` for mebibytes, or `{number}M` for megabytes");
    let finding = Finding::new(Severity::Warning, first.span, message).caption(first.bytes()).help(help);
    Some(others.iter().fold(finding, |finding, other| finding.likewise(other.span, other.bytes())))
}
