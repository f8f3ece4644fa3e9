//! Keys that a map has twice.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::finding::{Finding, Fix, Safety, Severity};
use crate::fix;
use crate::helm;
use crate::kube::Object;
use crate::rule::{Group, ObjectContext, Rule, Target};
use crate::yaml::{Entry, Kind, Node};

/// The rule.
pub static RULE: Rule = Rule {
    id: "duplicate-key",
    summary: "A key that one map has twice, of which kubectl takes the last and drops the others in silence",
    group: Group::Api,
    severity: Severity::Error,
    fix: Some(Safety::Safe),
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Object { literals: &["initContainers"], check },
};

fn check(object: &Object<'_>, cx: &mut ObjectContext<'_>) {
    if !object.node.source_text().contains("initContainers") {
        return;
    }
    let mut repeated = Vec::new();
    collect(object.node, None, &mut repeated);
    repeated.retain(|one| !may_be_alternatives(&one.first, &one.entry, cx));
    let is_for_helm = object.is_of_chart() || object.node.is_of_template();
    let reader = if is_for_helm { Reader::Helm } else { Reader::Kubectl };
    let mut own: Option<(Node<'_>, Option<Vec<Entry<'_>>>)> = None;
    for Repeated { entry, first, container, mapping } in repeated {
        let Some(mut finding) = finding(&entry, &first, reader) else { continue };
        if is_same(entry.value, first.value) {
            if own.as_ref().is_none_or(|(of, _)| *of != mapping) {
                own = Some((mapping, fix::own_entries(mapping)));
            }
            let own = own.as_ref().and_then(|(_, own)| own.as_deref());
            finding.fix = own.and_then(|own| fix(cx, mapping, own, &entry));
        }
        cx.report(container, finding);
    }
}

/// Who reads the map.
#[derive(Clone, Copy)]
enum Reader {
    Kubectl,
    /// It refuses nothing.
    Helm,
}

/// A key that stands in its map before.
struct Repeated<'d> {
    entry: Entry<'d>,
    first: Entry<'d>,
    /// The name of the nearest container around it.
    container: Option<&'d str>,
    /// The map.
    mapping: Node<'d>,
}

/// Up to how many keys of a map are compared each with each.
const FEW: usize = 16;

/// The repeated keys in `node` and below, where it is written.
fn collect<'d>(node: Node<'d>, container: Option<&'d str>, repeated: &mut Vec<Repeated<'d>>) {
    // An alias leads to what is looked at in its own place.
    if node.is_alias() {
        return;
    }
    for item in node.items() {
        let own = item.get("image").and_then(|_| item.get("name")?.as_str());
        collect(item, own.or(container), repeated);
    }
    let entries = node.written_entries().filter(|entry| !entry.is_merge());
    let entries: Vec<(Cow<'d, str>, Entry<'d>)> = entries.map(|entry| (entry.name(), entry)).collect();
    let mut first_of: BTreeMap<&str, Entry<'d>> = BTreeMap::new();
    for (index, (name, entry)) in entries.iter().enumerate() {
        // In a small map each is compared with those before it, which is faster than to look it up.
        let first = if entries.len() <= FEW {
            let mut before = entries.iter().take(index);
            before.find(|(first, _)| first == name).map(|(_, first)| *first)
        } else {
            Some(*first_of.entry(name).or_insert(*entry)).filter(|first| first.key != entry.key)
        };
        repeated.extend(first.map(|first| Repeated { entry: *entry, first, container, mapping: node }));
    }
    for (_, entry) in
        entries.iter().filter(|(_, entry)| entry.value.is_mapping() || entry.value.is_sequence())
    {
        collect(entry.value, container, repeated);
    }
}

/// Whether a template puts out one of two entries in one case, and the other one in another: a branch begins or ends between.
fn may_be_alternatives(first: &Entry<'_>, later: &Entry<'_>, cx: &ObjectContext<'_>) -> bool {
    let (start, end) = (first.key.span(), later.key.span());
    let between = cx.source(start).and_then(|source| source.text.get(start.range().end..end.range().start));
    let is_literal = |between: &str| start.file == end.file && !helm::has_branches(between);
    first.key.is_of_template() && !between.is_some_and(is_literal)
}

/// Whether both mean the same, however they are written. The parser bounds how deep they are.
fn is_same(one: Node<'_>, other: Node<'_>) -> bool {
    match (one.kind(), other.kind()) {
        (Kind::Unknown, _) | (_, Kind::Unknown) => one.source_text() == other.source_text(),
        (Kind::Sequence, Kind::Sequence) => {
            let mut pairs = one.items().zip(other.items());
            one.items().count() == other.items().count() && pairs.all(|(one, other)| is_same(one, other))
        }
        (Kind::Mapping, Kind::Mapping) => {
            let (ours, theirs) = (|| one.written_entries(), || other.written_entries());
            let is_same_entry = |(one, other): (Entry<'_>, Entry<'_>)| {
                one.name() == other.name() && is_same(one.value, other.value)
            };
            ours().count() == theirs().count() && ours().zip(theirs()).all(is_same_entry)
        }
        (one, other) => one == other,
    }
}

/// Whether nothing is lost with it: a value that isn't written, or a list or map without entries.
fn is_empty(value: Node<'_>) -> bool {
    match value.kind() {
        Kind::Null => true,
        Kind::Sequence => !value.is_open() && value.items().next().is_none(),
        Kind::Mapping => !value.is_open() && value.written_entries().next().is_none(),
        _ => false,
    }
}

/// Takes `entry` out of `mapping`, which has the same twice among its `own` entries.
fn fix(cx: &ObjectContext<'_>, mapping: Node<'_>, own: &[Entry<'_>], entry: &Entry<'_>) -> Option<Fix> {
    let source = cx.source(entry.span())?;
    let edits = fix::remove_repeated(source, mapping, own, entry)?;
    Some(Fix::safe(format!("remove the second `{}`", entry.name()), edits))
}

/// `None` where the value is the same and nobody minds.
fn finding(entry: &Entry<'_>, first: &Entry<'_>, reader: Reader) -> Option<Finding> {
    let name = entry.name();
    let what = match first.value {
        value if value.is_sequence() => "list",
        value if value.is_mapping() => "map",
        _ => "value",
    };
    let (severity, consequence, label) = match (reader, is_same(entry.value, first.value)) {
        (Reader::Helm, is_same) if is_same || is_empty(first.value) => return None,
        (Reader::Helm, _) => (
            Severity::Warning,
            format!("Helm takes the last, and drops the first {what} in silence"),
            "dropped",
        ),
        (Reader::Kubectl, true) => {
            (Severity::Warning, "to no effect, and kustomize refuses the file".to_owned(), "the same")
        }
        (Reader::Kubectl, false) if is_empty(first.value) => (
            Severity::Warning,
            format!("the first {what} is empty, kubectl takes the last, and kustomize refuses the file"),
            "empty",
        ),
        (Reader::Kubectl, false) => (
            Severity::Error,
            format!("kubectl takes the last, and drops the first {what} in silence"),
            "dropped",
        ),
    };
    let message = format!("`{name}` stands twice in one map: {consequence}");
    Some(
        Finding::new(severity, entry.key.span(), message)
            .caption(format!("`{name}` again"))
            .label(first.key.span(), label)
            .help(format!("keep one `{name}` in this map")),
    )
}
