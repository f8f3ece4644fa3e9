//! Suppressions to be written: in which form, and where.
//!
//! A comment stands above the line of the finding: in YAML, also for a script, which would be another one with a comment
//! in it. JSON has no comments, and gets annotations.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde_json::Value;

use super::annotation::{IGNORE, IGNORE_IN, named_containers};
use super::directive::{self, Extent};
use super::scope;
use crate::charts;
use crate::finding::{Edit, Finding};
use crate::fix;
use crate::helm::Template;
use crate::kube::{self, Object, PodTemplatePath};
use crate::source::{Source, Span};
use crate::yaml::{self, Document, Node};

/// The edits of `source` that suppress `findings` there, for `reason`. What can't be suppressed is left out: a comment in
/// JSON that isn't valid.
#[must_use]
pub fn ignore(
    source: &Source,
    findings: &[&Finding],
    pod_templates: &[PodTemplatePath],
    reason: &str,
) -> Vec<Edit> {
    let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    let documents = yaml::split(&source.text);
    let template = charts::template(source, &documents);
    let mut comments = Comments::of(source, template.as_ref(), &documents);
    let mut edits = Vec::new();
    let mut annotations: BTreeMap<usize, Vec<(&Finding, usize)>> = BTreeMap::new();
    for finding in findings {
        let at = place_in(source, finding);
        let document = documents.iter().position(|range| range.contains(&at));
        let text = document.and_then(|index| source.text.get(documents.get(index)?.clone()));
        match document.filter(|_| template.is_none() && text.is_some_and(yaml::is_json)) {
            Some(index) => annotations.entry(index).or_default().push((finding, at)),
            None => comments.add(finding, at),
        }
    }
    for (index, findings) in annotations {
        let range = documents.get(index).cloned().unwrap_or_default();
        if let Ok(document) = Document::parse(source, range) {
            edits.extend(annotate(source, &document, &findings, pod_templates, &reason));
        }
    }
    edits.extend(comments.edits(&reason));
    edits
}

/// Where in `source` a finding is suppressed: at its place, or where it is in another file at what it is about.
fn place_in(source: &Source, finding: &Finding) -> usize {
    finding.suppressible_at().find(|span| span.file == source.id).unwrap_or(finding.span).start as usize
}

/// The comments that are to be written in a file.
struct Comments<'s> {
    source: &'s Source,
    is_template: bool,
    layout: Layout,
    /// The rules' names that comments speak of now, by the line that these speak of; by none those of the file.
    known: BTreeMap<Option<usize>, Range<usize>>,
    /// The rules to be suppressed, likewise.
    wanted: BTreeMap<Option<usize>, BTreeSet<&'static str>>,
}

impl<'s> Comments<'s> {
    fn of(source: &'s Source, template: Option<&Template<'_>>, documents: &[Range<usize>]) -> Self {
        let known = known(source, template, documents);
        let layout = Layout::of(source, template, documents);
        Self { source, is_template: template.is_some(), layout, known, wanted: BTreeMap::new() }
    }

    fn add(&mut self, finding: &Finding, at: usize) {
        // What is said of a file or of a comment in it is no part of an object.
        let line = finding.about.map(|_| self.layout.line_above(self.source, at));
        self.wanted.entry(line).or_default().insert(finding.rule);
    }

    fn edits(self, reason: &str) -> Vec<Edit> {
        let lines = self.wanted.iter();
        lines.map(|(line, rules)| self.edit(*line, rules, reason)).collect()
    }

    /// Adds `rules` to the comment that speaks of `line`, or writes one.
    fn edit(&self, line: Option<usize>, rules: &BTreeSet<&str>, reason: &str) -> Edit {
        let rules = rules.iter().copied().collect::<Vec<_>>().join(", ");
        if let Some(names) = self.known.get(&line) {
            let span = Span::new(self.source.id, names.end..names.end);
            return Edit { span, replacement: format!(", {rules}") };
        }
        let range = self.source.line_range(line.unwrap_or(0));
        let text = self.source.text.get(range.clone()).unwrap_or("");
        let mark = text.len() - text.trim_start_matches('\u{feff}').len();
        let text = text.trim_start_matches('\u{feff}');
        let indent = text.get(..text.len() - text.trim_start_matches([' ', '\t']).len()).unwrap_or("");
        let indent = if line.is_some() { indent } else { "" };
        let end = if text.ends_with("\r\n") { "\r\n" } else { "\n" };
        let extent = if line.is_some() { Extent::Here } else { Extent::File };
        let said = directive::written(extent, &rules, reason);
        let at = range.start + mark;
        let comment = match (self.is_template, at) {
            (false, _) => format!("# {said}"),
            // What is trimmed is the line break before it, or behind it where there is none.
            (true, 0) => format!("{{{{/* {} */ -}}}}", in_action(&said)),
            (true, _) => format!("{{{{- /* {} */}}}}", in_action(&said)),
        };
        Edit { span: Span::new(self.source.id, at..at), replacement: format!("{indent}{comment}{end}") }
    }
}

/// Text that ends no comment of a template.
fn in_action(text: &str) -> String {
    text.replace("*/", "* /")
}

/// The places of the rules' names in the comments of a file, by the line that they speak of.
fn known(
    source: &Source,
    template: Option<&Template<'_>>,
    documents: &[Range<usize>],
) -> BTreeMap<Option<usize>, Range<usize>> {
    let in_yaml = documents.iter().flat_map(|range| yaml::comments(source, range.clone()));
    let mut comments: Vec<Range<usize>> = match template {
        Some(template) => super::template::own_comments(template, source),
        None => in_yaml.map(Span::range).chain(super::comment::between(source, documents)).collect(),
    };
    comments.sort_by_key(|comment| comment.start);
    comments.dedup();
    let mut found = BTreeMap::new();
    for (comment, line) in comments.iter().zip(scope::lines(source, &comments)) {
        let text = source.text.get(comment.clone()).unwrap_or("");
        let Some(Ok(said)) = directive::of_comment(text) else { continue };
        let Some(last) = said.names.last() else { continue };
        let key = match said.extent {
            Extent::File => None,
            Extent::Here if line.is_none() => continue,
            Extent::Here => line,
        };
        found.insert(key, comment.start + last.start..comment.start + last.end);
    }
    found
}

/// Where a comment can stand in a file.
#[derive(Default)]
struct Layout {
    /// The scalars of several lines.
    scalars: Vec<Range<usize>>,
    /// The entries and items, by where they start.
    blocks: Vec<Range<usize>>,
}

impl Layout {
    fn of(source: &Source, template: Option<&Template<'_>>, documents: &[Range<usize>]) -> Self {
        let mut layout = Self::default();
        match template {
            Some(template) => {
                for reading in template.readings(source.id) {
                    let text = Source::new(source.id, "", reading.text.as_str());
                    for range in yaml::split(&text.text) {
                        if let Ok(document) = Document::parse_reading(&reading, &text, range) {
                            layout.add(source, &document);
                        }
                    }
                }
            }
            None => {
                let parsed = documents.iter().filter_map(|range| Document::parse(source, range.clone()).ok());
                parsed.for_each(|document| layout.add(source, &document));
            }
        }
        layout.scalars.sort_by_key(|scalar| scalar.start);
        layout.blocks.sort_by_key(|block| (block.start, block.end));
        layout
    }

    fn add(&mut self, source: &Source, document: &Document) {
        scope::collect(document.root(), source, &mut self.blocks);
        collect_scalars(document.root(), source, &mut self.scalars);
    }

    /// The line above which a comment speaks of what stands at `at`: its own, or where that begins in a scalar the one on
    /// which the innermost entry or item around that begins.
    fn line_above(&self, source: &Source, at: usize) -> usize {
        let line = source.line_index(at);
        let start = source.line_range(line).start;
        let before = self.scalars.partition_point(|scalar| scalar.start < start);
        let scalar = before.checked_sub(1).and_then(|last| self.scalars.get(last));
        let Some(scalar) = scalar.filter(|scalar| start < scalar.end) else { return line };
        let before = self.blocks.partition_point(|block| block.start <= scalar.start);
        let mut outwards = self.blocks.iter().take(before).rev();
        match outwards.find(|block| scalar.end <= block.end) {
            Some(block) if block.start < start => self.line_above(source, block.start),
            _ => line,
        }
    }
}

fn collect_scalars(node: Node<'_>, source: &Source, scalars: &mut Vec<Range<usize>>) {
    let written = node.written_span();
    if node.text().is_some() && source.slice(written).contains('\n') {
        scalars.push(written.range());
    }
    for entry in node.written_entries() {
        collect_scalars(entry.key, source, scalars);
        if entry.span().contains(entry.value.span()) {
            collect_scalars(entry.value, source, scalars);
        }
    }
    for item in node.items().filter(|item| node.span().contains(item.span())) {
        collect_scalars(item, source, scalars);
    }
}

/// The annotations that suppress `findings`, each with where it is in `document`.
fn annotate(
    source: &Source,
    document: &Document,
    findings: &[(&Finding, usize)],
    pod_templates: &[PodTemplatePath],
    reason: &str,
) -> Vec<Edit> {
    let mut edits = Vec::new();
    for object in kube::objects(document.root()) {
        let mut wanted: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        let here = findings.iter().filter(|(_, at)| object.span().range().contains(at));
        for (finding, _) in here {
            wanted.entry(key(&object, finding, pod_templates)).or_default().insert(finding.rule);
        }
        edits.extend(annotate_object(source, &object, &wanted, reason).unwrap_or_default());
    }
    edits
}

/// The annotation that a finding is suppressed by: one for its container, where that is told by its name.
fn key(object: &Object<'_>, finding: &Finding, pod_templates: &[PodTemplatePath]) -> String {
    /// The longest name behind the slash (Kubernetes, qualified names).
    const LONGEST: usize = 63;
    let templates = kube::templates(object, pod_templates);
    let name = finding.resource.as_ref().and_then(|resource| resource.container.as_deref());
    let is_found = |name: &&str| {
        let container = named_containers(&templates).get(name).map(|container| container.span());
        container.is_some() && container == finding.about && name.len() <= LONGEST
    };
    match name.filter(is_found) {
        Some(name) => format!("{IGNORE_IN}{name}"),
        None => IGNORE.to_owned(),
    }
}

fn annotate_object(
    source: &Source,
    object: &Object<'_>,
    wanted: &BTreeMap<String, BTreeSet<&str>>,
    reason: &str,
) -> Option<Vec<Edit>> {
    // Another rule starts behind a semicolon.
    let reason = reason.replace(';', ",");
    let value = |rules: &BTreeSet<&str>| {
        rules.iter().map(|rule| format!("{rule}: {reason}")).collect::<Vec<_>>().join("; ")
    };
    let metadata = object.metadata();
    let annotations = metadata.and_then(|metadata| metadata.get("annotations"));
    let (mut edits, mut new) = (Vec::new(), Vec::new());
    for (key, rules) in wanted {
        match annotations.and_then(|annotations| annotations.get(key)) {
            Some(known) => {
                let text = known.mapped();
                let last = text.as_str().char_indices().next_back()?;
                let longer = format!("{}; {}", last.1, value(rules));
                edits.push(fix::replace_text(source, &text, last.0..text.as_str().len(), &longer)?);
            }
            None => new.push((key.as_str(), Value::from(value(rules)))),
        }
    }
    if new.is_empty() {
        return Some(edits);
    }
    let all = || Value::Object(new.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect());
    edits.push(match (metadata, annotations) {
        (_, Some(annotations)) => fix::insert_entries(source, annotations, "", &new)?,
        (Some(metadata), None) => fix::insert_entry(source, metadata, "name", "annotations", &all())?,
        (None, _) => {
            let metadata = Value::Object([("annotations".to_owned(), all())].into_iter().collect());
            fix::insert_entry(source, object.node, "kind", "metadata", &metadata)?
        }
    });
    Some(edits)
}
