//! What the API server's validation says of init containers and sidecars, version by version.
//!
//! Each function follows one of `pkg/apis/core/validation/validation.go` (named there) after the defaults of
//! `pkg/apis/core/v1/defaults.go` and after the fields that a version drops because their gate is off
//! (`pkg/api/pod/util.go`, `dropDisabledFields`). Values of a wrong type are left to [`schema`](super::schema), and
//! what another tool fills in (`$(X)`, `${X}`, `{{`) proves nothing. Of a part of a Pod, such as a patch, what is
//! missing proves nothing either.

pub mod container;
pub mod deadline;
mod env;
mod handlers;
pub mod misplaced;
pub mod modes;
pub mod mounts;
pub mod names;
mod ports;
pub mod resources;
pub mod restart;
mod security;
mod syntax;
mod volumes;

pub use resources::is_resource_of_container;
pub use volumes::Volumes;

use std::collections::hash_map::Entry;
use std::hash::Hash;

use foldhash::HashMap;

use super::container::Role;
use super::field::{Place, is_placeholder};
use super::pod::Pod;
use super::spelling;
use super::template::Completeness;
use super::version::{Change, Gate, Version};
use super::workloads::Workload;
use crate::source::Span;
use crate::yaml::{Kind, Lookup, Node};

/// Something that the API server turns away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The smallest thing that has to change; where something is missing, what it is missing from.
    pub span: Span,
    /// The field, from the container or the Pod spec on: `ports[1].name`.
    pub field: String,
    /// What is wrong, as a sentence that starts with the field goes on: `is missing`.
    pub problem: String,
    /// The same in short, for the place itself.
    pub caption: String,
    /// What to do.
    pub help: String,
    /// Other places that it speaks of.
    pub labels: Vec<(Span, String)>,
}

/// What becomes of a manifest that breaks the rules of a Pod spec, for the end of a message.
#[must_use]
pub fn consequence(pod: &Pod<'_>, version: Version) -> String {
    match pod.template.workload {
        Workload::Custom(kind) => format!("the API server rejects the Pods of this {kind}"),
        Workload::StatefulSet if !version.after(Change::StatefulSetTemplateValidated) => {
            format!("Kubernetes {version} takes the StatefulSet, and then rejects each of its Pods")
        }
        workload => format!("the API server rejects the {}", workload.kind()),
    }
}

/// An entry of `initContainers` or `containers`, as the API server's validation goes over them.
#[derive(Debug, Clone)]
pub struct ContainerEntry<'d> {
    /// The container's map; a null stands for an empty one.
    pub node: Node<'d>,
    index: usize,
    /// What the version makes of it: before native sidecars, all of `initContainers` are plain ones.
    pub role: Role,
    /// `restartPolicy`, where it is a string.
    pub restart_policy: Option<Node<'d>>,
}

impl<'d> ContainerEntry<'d> {
    fn new(node: Node<'d>, index: usize, is_init: bool, version: Version) -> Self {
        let restart_policy = node.get("restartPolicy").filter(|policy| policy.as_str().is_some());
        let is_sidecar = restart_policy.is_some_and(|policy| policy.as_str() == Some("Always"));
        let role = match is_init {
            false => Role::App,
            true if is_sidecar && version.has(Gate::SidecarContainers) => Role::Sidecar,
            true => Role::Init,
        };
        Self { node, index, role, restart_policy }
    }

    /// `name`, where it is a string.
    #[must_use]
    pub fn name(&self) -> Option<&'d str> {
        self.node.get("name").and_then(Node::identity)
    }

    /// The container in words: ``init container `migrate` ``, or by its place where it has no name.
    #[must_use]
    pub fn describe(&self) -> String {
        match (self.name().filter(|name| !name.is_empty()), self.role) {
            (Some(name), role) => format!("{} `{name}`", role.describe()),
            (None, Role::App) => format!("`containers[{}]`", self.index),
            (None, Role::Init | Role::Sidecar) => format!("`initContainers[{}]`", self.index),
        }
    }

    /// The place to speak of the container: its name's value, else all of it.
    #[must_use]
    pub fn span(&self) -> Span {
        self.node.get("name").map_or_else(|| self.node.span(), Node::span)
    }
}

/// The entries of `initContainers`, in order.
pub fn init_entries<'d>(pod: &Pod<'d>, version: Version) -> impl Iterator<Item = ContainerEntry<'d>> {
    entries(pod, "initContainers", version)
}

/// The entries of `containers`, in order.
pub fn app_entries<'d>(pod: &Pod<'d>, version: Version) -> impl Iterator<Item = ContainerEntry<'d>> {
    entries(pod, "containers", version)
}

fn entries<'d>(
    pod: &Pod<'d>,
    key: &'static str,
    version: Version,
) -> impl Iterator<Item = ContainerEntry<'d>> {
    let list = pod.spec().get(key).into_iter().flat_map(Node::items).enumerate();
    let maps = list.filter(|(_, node)| node.is_mapping() || node.is_null());
    maps.map(move |(index, node)| ContainerEntry::new(node, index, key == "initContainers", version))
}

/// A string field as the API server sees it: to Go, absent and empty are the same.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Text<'d> {
    Empty,
    /// Of another type, or filled in later.
    Unknown,
    Known(&'d str),
}

/// What a check has at hand, and where it puts what it finds.
struct Validator<'p, 'd> {
    version: Version,
    pod: &'p Pod<'d>,
    /// Whether what is missing counts.
    is_whole: bool,
    /// Where to point at what a container lacks.
    home: Span,
    violations: Vec<Violation>,
}

impl<'p, 'd> Validator<'p, 'd> {
    fn new(pod: &'p Pod<'d>, home: Span, version: Version) -> Self {
        let is_whole = matches!(pod.template.completeness, Completeness::Complete | Completeness::Open);
        Self { version, pod, is_whole, home, violations: Vec::new() }
    }

    /// Reports that `key` of `map` is missing or empty.
    fn missing(&mut self, map: &Place<'_, 'd>, key: &str, help: &str) {
        let written = map.get(key);
        let is_misspelt = || map.node.entries().any(|entry| spelling::is_like(&entry.name(), key));
        let is_open = written.as_ref().map_or(map.node, |written| written.node).is_open();
        if !self.is_whole || is_open || written.is_none() && is_misspelt() {
            return;
        }
        let key_span = |place: &Place<'_, 'd>| place.key.map(Node::span);
        let span = match &written {
            Some(place) => place.node.span(),
            None => key_span(map).unwrap_or_else(|| self.item_span(map)),
        };
        let problem = if written.is_some() { "is empty" } else { "is missing" };
        let field = dotted(&format!("{}/{key}", map.pointer()));
        self.push(span, field, problem.to_owned(), format!("`{key}` {problem}"), help);
    }

    /// Reports a map that lacks `what`, which more than one key can bring.
    fn lacks(&mut self, map: &Place<'_, 'd>, what: &str, help: &str) {
        if self.is_whole && !map.node.is_open() {
            let span = map.key.map_or_else(|| self.item_span(map), Node::span);
            let field = dotted(&map.pointer());
            self.push(span, field, format!("has no {what}"), format!("no {what}"), help);
        }
    }

    /// An item of a list has no key: its first one is what a reader sees.
    fn item_span(&self, map: &Place<'_, 'd>) -> Span {
        let first = map.node.entries().next().map(|entry| entry.key.span());
        if map.pointer().is_empty() { self.home } else { first.unwrap_or_else(|| map.node.span()) }
    }

    /// Reports a value that must be otherwise: `must` goes on after "must"; what it says behind a colon goes to the help.
    fn must(&mut self, place: &Place<'_, 'd>, must: &str, help: &str) {
        let short = must_in_short(must);
        let help = match must.split_once(": ") {
            Some((_, form)) => format!("{help}: {form}"),
            None => help.to_owned(),
        };
        self.push_at(place, format!("is {}, and {short}", in_backticks(place.node)), short, &help);
    }

    /// Reports a field that may not be there, `why` saying under what condition.
    fn forbidden(&mut self, place: &Place<'_, 'd>, why: &str, help: &str) {
        let span = place.key.map_or_else(|| place.node.span(), Node::span);
        let field = dotted(&place.pointer());
        self.push(span, field, format!("is not allowed {why}"), format!("not allowed {why}"), help);
    }

    /// Reports a value that another place has already.
    fn duplicate(&mut self, place: &Place<'_, 'd>, first: Span, what: &str, help: &str) {
        let value = in_backticks(place.node);
        let problem = format!("is {value}, like {what} before it");
        self.push_at(place, problem, format!("{value} again"), help);
        if let Some(last) = self.violations.last_mut() {
            last.labels.push((first, "the first one".to_owned()));
        }
    }

    fn push_at(&mut self, place: &Place<'_, 'd>, problem: String, caption: String, help: &str) {
        self.push(place.node.span(), dotted(&place.pointer()), problem, caption, help);
    }

    fn push(&mut self, span: Span, field: String, problem: String, caption: String, help: &str) {
        let help = help.to_owned();
        self.violations.push(Violation { span, field, problem, caption, help, labels: Vec::new() });
    }

    /// Reports a string that is written and isn't one of `allowed`.
    fn one_of(&mut self, map: &Place<'_, 'd>, key: &str, allowed: &[&str]) {
        if let (Some(place), Text::Known(value)) = (map.get(key), text(map, key))
            && !allowed.contains(&value)
        {
            let list = allowed.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ");
            let must = if allowed.len() == 1 { format!("be {list}") } else { format!("be one of {list}") };
            self.must(&place, &must, &spelling_help(value, allowed));
        }
    }
}

/// What a value must do, without the details after a colon.
fn must_in_short(must: &str) -> String {
    format!("must {}", must.split(':').next().unwrap_or(must))
}

/// Where `name` was seen first, if it was seen before; else keeps that it was seen at `span`.
fn first_of<K: Eq + Hash>(seen: &mut HashMap<K, Span>, name: K, span: Span) -> Option<Span> {
    match seen.entry(name) {
        Entry::Occupied(first) => Some(*first.get()),
        Entry::Vacant(place) => {
            place.insert(span);
            None
        }
    }
}

/// The string at `key`.
fn text<'d>(map: &Place<'_, 'd>, key: &str) -> Text<'d> {
    let Some(place) = map.get(key) else {
        return if map.node.is_open() { Text::Unknown } else { Text::Empty };
    };
    match place.node.as_str() {
        Some("") => Text::Empty,
        Some(text) if !is_placeholder(text) => Text::Known(text),
        _ => Text::Unknown,
    }
}

/// The whole number at `key`, where it is one.
fn integer(map: &Place<'_, '_>, key: &str) -> Option<i64> {
    match map.get(key)?.node.kind() {
        Kind::Int(value) => Some(value),
        _ => None,
    }
}

/// Whether the boolean at `key` is true.
fn is_true(map: &Place<'_, '_>, key: &str) -> bool {
    map.get(key).is_some_and(|place| place.node.kind() == Kind::Bool(true))
}

/// Whether the boolean at `key` is true, or may be.
fn may_be_true(map: &Place<'_, '_>, key: &str) -> bool {
    match map.node.lookup(key) {
        Lookup::Present(value) => value.is_unknown() || value.kind() == Kind::Bool(true),
        Lookup::Unknown => true,
        Lookup::Absent => false,
    }
}

/// Whether the list or map at `key` may hold more than is written, or a template may bring it.
fn is_open(map: Node<'_>, key: &str) -> bool {
    match map.lookup(key) {
        Lookup::Present(value) => value.is_open(),
        Lookup::Unknown => true,
        Lookup::Absent => false,
    }
}

/// A value for a message, cut where it is long.
fn in_backticks(node: Node<'_>) -> String {
    const MOST: usize = 60;
    match node.text() {
        Some(text) if text.chars().count() > MOST => {
            format!("`{}…`", text.chars().take(MOST).collect::<String>())
        }
        Some("") => "empty".to_owned(),
        Some(text) => format!("`{text}`"),
        None => node.type_name().to_owned(),
    }
}

/// A JSON pointer as the API server writes a field's path: `ports[1].name`.
#[must_use]
pub fn dotted(pointer: &str) -> String {
    let mut path = String::new();
    for step in pointer.split('/').filter(|step| !step.is_empty()) {
        let step = step.replace("~1", "/").replace("~0", "~");
        if step.bytes().all(|byte| byte.is_ascii_digit()) || step.contains(['/', '.']) {
            path.extend(["[", &step, "]"]);
        } else {
            path.extend([if path.is_empty() { "" } else { "." }, &step]);
        }
    }
    path
}

/// What to write in place of `value`: the one of `allowed` that it is but for upper and lower case.
#[must_use]
pub fn spelling_help(value: &str, allowed: &[&str]) -> String {
    match allowed.iter().find(|name| name.eq_ignore_ascii_case(value)) {
        Some(name) => format!("write `{name}`"),
        None if allowed.len() == 1 => "write it so".to_owned(),
        None => "write one of them".to_owned(),
    }
}
