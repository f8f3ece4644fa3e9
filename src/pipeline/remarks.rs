//! What is wrong with kustomizations, one line for each kind.

use std::cell::OnceCell;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use crate::finding::Finding;
use crate::kube::{self, PodTemplatePath};
use crate::kustomize::{Builds, Remark};
use crate::report::Report;
use crate::shell::invocation::words_run;
use crate::source::{FileId, Span};
use crate::unchecked;
use crate::yaml::Node;

/// How many notes on kustomizations are told.
const MAX_NOTES: usize = 20;

/// How many places are named beside the first of a kind.
const NAMED: usize = 2;

/// Parts the remarks of `builds` into what kustomize refuses, or what an init container runs and isn't read, and notes.
pub(super) fn parted<'b>(
    builds: &'b Builds,
    pod_templates: &[PodTemplatePath],
) -> (Vec<&'b Remark>, Vec<&'b Remark>) {
    let (named, run) = (OnceCell::new(), OnceCell::new());
    let is_run = |remark: &Remark| {
        // What is no text may well be named, by what unpacks it.
        let names = if remark.is_of_binary {
            run.get_or_init(|| programs(builds, pod_templates, words_run))
        } else {
            named.get_or_init(|| programs(builds, pod_templates, all_words))
        };
        remark.key.as_ref().is_some_and(|key| names.contains(key))
    };
    let counting = builds.remarks.iter().filter(|remark| builds.counts(remark.span.file));
    let (errors, notes): (Vec<_>, Vec<_>) = counting.partition(|remark| remark.is_error || is_run(remark));
    (errors, notes.into_iter().filter(|note| !note.is_of_binary).collect())
}

/// The words that are wanted of what a container runs.
type Words = for<'d> fn(&[&'d str]) -> Vec<&'d str>;

/// The last parts of the paths in the `words` of init containers, and the keys of ConfigMaps that are mounted as such.
fn programs(builds: &Builds, pod_templates: &[PodTemplatePath], words: Words) -> HashSet<String> {
    let mut found = HashSet::new();
    let resources = builds.list.iter().flat_map(|build| &build.resources);
    for resource in resources.filter(|resource| resource.may_have_init_containers) {
        let Some(document) = resource.to_document() else { continue };
        let objects = kube::objects(document.root());
        let templates = objects.iter().flat_map(|object| kube::templates(object, pod_templates));
        for spec in templates.map(|template| template.spec) {
            let containers = spec.get("initContainers").into_iter().flat_map(Node::items);
            containers.for_each(|container| add_programs(container, words, &mut found));
            let renamed = keys_of_programs(spec, &found);
            found.extend(renamed);
        }
    }
    found
}

fn add_programs(container: Node<'_>, words: Words, found: &mut HashSet<String>) {
    let lists = ["command", "args"].into_iter().filter_map(|key| container.get(key));
    let texts: Vec<&str> = lists.flat_map(Node::items).filter_map(Node::as_str).collect();
    let names = words(&texts).into_iter().filter_map(|word| word.rsplit('/').next());
    found.extend(names.map(|name| name.trim_matches(['"', '\'', ';']).to_owned()));
    let mounts = container.get("volumeMounts").into_iter().flat_map(Node::items);
    let renamed = renamed(mounts, "mountPath", "subPath", found);
    found.extend(renamed);
}

fn all_words<'d>(texts: &[&'d str]) -> Vec<&'d str> {
    texts.iter().flat_map(|text| text.split_whitespace()).collect()
}

/// The keys of ConfigMaps and Secrets that the volumes of a Pod give the names of `programs`.
fn keys_of_programs(spec: Node<'_>, programs: &HashSet<String>) -> Vec<String> {
    let volumes = spec.get("volumes").into_iter().flat_map(Node::items);
    let items = volumes.flat_map(|volume| {
        let sources = volume.at("/projected/sources").into_iter().flat_map(Node::items).chain([volume]);
        let maps = sources.flat_map(|source| [source.get("configMap"), source.get("secret")]).flatten();
        maps.filter_map(|map| map.get("items")).flat_map(Node::items)
    });
    renamed(items, "path", "key", programs)
}

/// What is called `old` in each of `items` whose `new` is one of the `names`, by the last parts of both.
fn renamed<'d>(
    items: impl Iterator<Item = Node<'d>>,
    new: &str,
    old: &str,
    names: &HashSet<String>,
) -> Vec<String> {
    let last = |item: Node<'d>, key: &str| item.get(key)?.as_str()?.rsplit('/').next().map(str::to_owned);
    items
        .filter(|item| last(*item, new).is_some_and(|name| names.contains(&name)))
        .filter_map(|item| last(item, old))
        .collect()
}

/// What of a kustomization can't be checked. `errors` of one kind are told once for each file.
pub(super) fn unchecked(builds: &Builds, errors: &[&Remark]) -> Vec<Finding> {
    let errors = kinds(errors, |remark| Some(remark.span.file));
    let told = errors.iter().filter_map(|kind| told(builds, kind));
    told.map(|(span, message)| unchecked::finding(span, message)).collect()
}

/// Adds `notes` on `builds` to `report`, once for all that say the same.
pub(super) fn note(builds: &Builds, notes: &[&Remark], report: &mut Report) {
    let notes = kinds(notes, |_| None);
    let shown = notes.iter().take(MAX_NOTES).filter_map(|kind| told(builds, kind));
    let placed = shown.filter_map(|(span, message)| Some(format!("{}: {message}", place(builds, span)?)));
    report.notes.extend(placed);
    let more = notes.len().saturating_sub(MAX_NOTES);
    if more > 0 {
        report.notes.push(format!("{more} more kinds of notes on kustomizations"));
    }
}

/// `remarks` that say the same, and that are in one file where that counts, together, in the order of their first.
fn kinds<'b>(remarks: &[&'b Remark], file: fn(&Remark) -> Option<FileId>) -> Vec<Vec<&'b Remark>> {
    let mut kinds: Vec<Vec<&Remark>> = Vec::new();
    let mut known: HashMap<(Option<FileId>, &str), usize> = HashMap::new();
    for &remark in remarks {
        let at = *known.entry((file(remark), &remark.message)).or_insert(kinds.len());
        match kinds.get_mut(at) {
            Some(kind) => kind.push(remark),
            None => kinds.push(vec![remark]),
        }
    }
    kinds
}

/// What the first of a kind says and where, with the places of the others.
fn told(builds: &Builds, kind: &[&Remark]) -> Option<(Span, String)> {
    let (first, others) = kind.split_first()?;
    let detail = first.detail.as_ref().map(|detail| format!(": {detail}"));
    let mut message = format!("{}{}", first.message, detail.unwrap_or_default());
    let named: Vec<String> =
        others.iter().take(NAMED).filter_map(|other| place(builds, other.span)).collect();
    if !named.is_empty() {
        message += &format!(" (also {}", named.join(", "));
        let more = others.len().saturating_sub(NAMED);
        message += &if more > 0 { format!(" and {more} more)") } else { ")".to_owned() };
    }
    Some((first.span, message))
}

/// The path and line of `span`.
fn place(builds: &Builds, span: Span) -> Option<String> {
    let source = &builds.files.get(span.file.0 as usize)?.source;
    Some(format!("{}:{}", source.path, source.position(span.start as usize).line))
}
