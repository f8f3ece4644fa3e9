//! From a config file's tree to a layer of configuration.
//!
//! It is read with initlint's own YAML reader: each value knows its place, which a mistake in it
//! is shown at and `--dump-config` names. All mistakes are told at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use clap::ValueEnum;

use super::keys::{self, Key, SELECTORS};
use super::{Config, Origin, Override, RuleConfig, Rules, Set};
use crate::finding::{Finding, Severity};
use crate::globs::{Globs, MAX_GLOBS, Place};
use crate::kube::{Quantity, Version};
use crate::options::{NumberOption, OptionValue, RuleOption};
use crate::rule::Group;
use crate::rules::{self, unknown_rule};
use crate::settings::Level;
use crate::source::{Source, Span};
use crate::unchecked::UNCHECKED;
use crate::yaml::{self, Document, Kind, Node};

/// Reads a config file; an empty one sets nothing.
///
/// # Errors
/// What is wrong in it, each with its place.
pub(super) fn read(source: &Source) -> Result<Config, Vec<Finding>> {
    let mut config = Config::default();
    let mut reader =
        Reader { source, key: "this".to_owned(), problems: Vec::new(), notes: Vec::new(), items: 0 };
    let mut documents = yaml::split(&source.text).into_iter();
    if let Some(range) = documents.next() {
        match Document::parse(source, range) {
            Ok(document) if document.root().is_null() => {}
            Ok(document) => reader.map(document.root(), keys::CONFIG, &mut config),
            Err(problem) => reader.report(problem.span(), problem.message().to_owned(), "here", ""),
        }
    }
    if let Some(range) = documents.next() {
        let message = "a config file is one document, and this is a second one".to_owned();
        reader.report(Span::new(source.id, range.start..range.start + 3), message, "here", "");
    }
    config.notes = reader.notes;
    if reader.problems.is_empty() { Ok(config) } else { Err(reader.problems) }
}

/// Reads values, and keeps what is wrong with them.
pub(super) struct Reader<'a> {
    source: &'a Source,
    /// The key whose value is being read, as messages call it.
    key: String,
    problems: Vec<Finding>,
    notes: Vec<String>,
    /// How many items of lists were read.
    items: usize,
}

/// The most items that all lists of a config file have together.
const MAX_ITEMS: usize = 5000;

impl Reader<'_> {
    fn report(&mut self, span: Span, message: String, caption: &str, help: &str) {
        let mut problem = Finding::new(Severity::Error, span, message).caption(caption);
        problem.help = (!help.is_empty()).then(|| help.to_owned());
        self.problems.push(problem);
    }

    /// Reports that something else stands where `expected` belongs.
    fn wrong(&mut self, node: Node<'_>, expected: &str) {
        let found = match (node.kind(), node.text()) {
            (Kind::String(text), _) | (_, Some(text)) => format!("`{text}`"),
            _ => node.type_name().to_owned(),
        };
        let message = format!("`{}` takes {expected}, not {found}", self.key);
        self.report(node.span(), message, &format!("{expected} belongs here"), "");
    }

    pub(super) fn set<T>(&self, node: Node<'_>, value: T) -> Set<T> {
        let line = self.source.position(node.span().start as usize).line;
        Set { value, origin: Origin::File(Arc::clone(&self.source.path), line) }
    }

    /// Reads a map into `target` by the table `keys`.
    fn map<T>(&mut self, node: Node<'_>, keys: &[Key<T>], target: &mut T) {
        let mut seen = BTreeSet::new();
        for (name, key, value) in self.entries(node) {
            let Some(known) = keys.iter().find(|known| known.name == name) else {
                self.unknown_key(key, &name, keys.iter().map(|known| known.name));
                continue;
            };
            if !value.is_null() {
                seen.insert(known.name);
                self.key.clone_from(&name);
                (known.read)(self, value, target);
            }
        }
        for missing in keys.iter().filter(|key| key.is_required && !seen.contains(key.name)) {
            if node.is_mapping() {
                let message = format!("`{}` is missing here", missing.name);
                self.report(node.span(), message, "in this entry", missing.doc);
            }
        }
    }

    /// The entries of a map: their names, keys and values. Reports anything but a map, and a key that stands there twice.
    fn entries<'d>(&mut self, node: Node<'d>) -> Vec<(String, Node<'d>, Node<'d>)> {
        if !node.is_mapping() {
            self.wrong(node, "a map");
        }
        let mut seen = BTreeSet::new();
        for entry in node.written_entries().filter(|entry| !entry.is_merge()) {
            let name = entry.name();
            if !seen.insert(name.clone()) {
                self.report(entry.key.span(), format!("`{name}` is set twice"), "for the second time", "");
            }
        }
        node.entries().map(|entry| (entry.name().into_owned(), entry.key, entry.value)).collect()
    }

    fn unknown_key<'k>(&mut self, key: Node<'_>, name: &str, known: impl Iterator<Item = &'k str> + Clone) {
        let help = match rules::closest(name, known.clone()) {
            Some(closest) => format!("did you mean `{closest}`?"),
            None => format!("the keys here are {}", known.collect::<Vec<_>>().join(", ")),
        };
        self.report(key.span(), format!("there is no key `{name}` here"), "unknown", &help);
    }

    /// The items of a list.
    fn items<'d>(&mut self, node: Node<'d>) -> Vec<Node<'d>> {
        if !node.is_sequence() {
            self.wrong(node, "a list");
        }
        let room = MAX_ITEMS.saturating_sub(self.items);
        if let Some(item) = node.items().nth(room) {
            let message = format!("a config file has at most {MAX_ITEMS} items in all its lists");
            self.report(item.span(), message, "this is one too many", "");
        }
        let items: Vec<_> = node.items().take(room).collect();
        self.items += items.len();
        items
    }

    /// A list of maps, each read by the table `keys`.
    pub(super) fn list_of<T: Default>(&mut self, node: Node<'_>, keys: &[Key<T>]) -> Vec<Set<T>> {
        let read = |reader: &mut Self, item| {
            let mut value = T::default();
            reader.map(item, keys, &mut value);
            reader.set(item, value)
        };
        self.items(node).into_iter().map(|item| read(self, item)).collect()
    }

    /// The entries of `overrides`, each of which says where it counts.
    pub(super) fn overrides(&mut self, node: Node<'_>) -> Vec<Set<Override>> {
        for item in node.items().filter(|item| item.is_mapping()) {
            if SELECTORS.iter().all(|key| item.get(key).is_none_or(Node::is_null)) {
                let message =
                    format!("{} is missing here", alternatives(&SELECTORS.map(|key| format!("`{key}`"))));
                self.report(item.span(), message, "in this entry", "say where it counts");
            }
        }
        self.list_of(node, keys::OVERRIDE)
    }

    /// Globs of objects.
    pub(super) fn resources(&mut self, node: Node<'_>) -> Vec<Set<String>> {
        let globs = self.globs(node);
        for item in node.items() {
            let parts = item.as_str().map(|text| text.split('/').collect::<Vec<_>>());
            if parts.is_some_and(|parts| parts.len() != 2 || parts.contains(&"")) {
                self.wrong(item, "a kind and a name such as `Job/*`");
            }
        }
        globs
    }

    pub(super) fn string(&mut self, node: Node<'_>) -> Option<String> {
        let text = node.as_str().filter(|text| !text.is_empty());
        if text.is_none() {
            self.wrong(node, "a string");
        }
        text.map(str::to_owned)
    }

    pub(super) fn boolean(&mut self, node: Node<'_>) -> Option<Set<bool>> {
        if let Kind::Bool(value) = node.kind() {
            return Some(self.set(node, value));
        }
        self.wrong(node, "true or false");
        None
    }

    /// One of the words of `T`.
    pub(super) fn word<T: ValueEnum>(&mut self, node: Node<'_>) -> Option<Set<T>> {
        let value = node.text().and_then(|text| T::from_str(text, false).ok());
        if value.is_none() {
            let words: Vec<String> = words::<T>();
            self.wrong(node, &alternatives(&words));
        }
        value.map(|value| self.set(node, value))
    }

    /// A version of Kubernetes, as it is written: `1.30` is the number 1.3 to YAML.
    pub(super) fn version(&mut self, node: Node<'_>) -> Option<Set<Version>> {
        match node.text().map(str::parse) {
            Some(Ok(version)) => return Some(self.set(node, version)),
            Some(Err(unknown)) => {
                let unknown: crate::kube::version::UnknownVersion = unknown;
                self.report(node.span(), unknown.to_string(), "not a version that initlint knows", "");
            }
            None => self.wrong(node, "a version"),
        }
        None
    }

    pub(super) fn strings(&mut self, node: Node<'_>) -> Vec<String> {
        self.items(node).into_iter().filter_map(|item| self.string(item)).collect()
    }

    /// A string, or a number as it is written.
    pub(super) fn text(&mut self, node: Node<'_>) -> Option<String> {
        match node.kind() {
            Kind::Int(_) => node.text().map(str::to_owned),
            _ => self.string(node),
        }
    }

    pub(super) fn globs(&mut self, node: Node<'_>) -> Vec<Set<String>> {
        let mut globs = Vec::new();
        for item in self.items(node) {
            let Some(glob) = self.string(item) else { continue };
            match Globs::new(Place::default(), [&*glob]) {
                Ok(_) => globs.push(self.set(item, glob)),
                Err(message) => self.report(item.span(), message, "here", ""),
            }
            if globs.len() > MAX_GLOBS {
                let message = format!("a list has at most {MAX_GLOBS} globs");
                self.report(item.span(), message, "this is one too many", "");
                break;
            }
        }
        globs
    }

    /// A path as `kubectl explain` writes it, with `/` for the dots.
    pub(super) fn path(&mut self, node: Node<'_>) -> Option<String> {
        let path = self.string(node)?;
        if path.contains('/') || path.split('.').any(str::is_empty) {
            self.wrong(node, "a path such as `spec.template`");
            return None;
        }
        Some(path.replace('.', "/"))
    }

    /// What is set for rules. What is set for one counts more than what is set for its group, wherever it stands.
    pub(super) fn rules(&mut self, node: Node<'_>) -> Rules {
        let (groups, rules): (Vec<_>, Vec<_>) =
            self.entries(node).into_iter().partition(|(name, ..)| Group::of_name(name).is_some());
        let mut read = Rules::new();
        for (name, _, value) in groups {
            let Some(group) = Group::of_name(&name) else { continue };
            self.key = name;
            let level = self.level(value);
            let config = RuleConfig { level, ..RuleConfig::default() };
            read.extend(rules::of_group(group).map(|rule| (rule.id, config.clone())));
        }
        for (name, key, value) in rules {
            if name == UNCHECKED {
                self.key = name;
                let level = self.acceptance(value);
                read.insert(UNCHECKED, RuleConfig { level, ..RuleConfig::default() });
                continue;
            }
            let Ok(rule) = rules::find(&name) else {
                self.problems.push(unknown_rule::finding(key.span(), &name));
                continue;
            };
            self.notes.extend(rules::renamed(&name).map(|note| format!("{}: {note}", self.source.path)));
            self.key = name;
            let config = if value.is_mapping() {
                self.rule(value, rule.options)
            } else {
                RuleConfig { level: self.level(value), ..RuleConfig::default() }
            };
            let own = read.entry(rule.id).or_default();
            own.level = config.level.or(own.level.take());
            own.options = config.options;
        }
        read
    }

    /// A rule's severity and options.
    fn rule(&mut self, node: Node<'_>, options: &[RuleOption]) -> RuleConfig {
        let mut config = RuleConfig::default();
        for (name, key, value) in self.entries(node) {
            self.key.clone_from(&name);
            if name == SEVERITY {
                config.level = self.level(value);
            } else if let Some(option) = options.iter().find(|option| option.name() == name) {
                let read = match option {
                    RuleOption::Number(option) => self.number(value, option),
                    RuleOption::Quantities(_) => Some(self.quantities(value)),
                };
                config.options.extend(read.map(|read| (option.name(), self.set(value, read))));
            } else {
                self.unknown_key(key, &name, options.iter().map(RuleOption::name).chain([SEVERITY]));
            }
        }
        config
    }

    /// A level. To YAML 1.1, `off` and `on` are booleans, and some tools write them so.
    fn level(&mut self, node: Node<'_>) -> Option<Set<Level>> {
        let level = match node.kind() {
            Kind::Bool(false) => Some(Level::Off),
            Kind::Bool(true) => Some(Level::On),
            Kind::String(text) => Level::of_word(text),
            _ => None,
        };
        if level.is_none() {
            self.wrong(node, &alternatives(&Level::WORDS.map(|(word, _)| word)));
        }
        level.map(|level| self.set(node, level))
    }

    /// Whether it is accepted that something isn't checked: it is as bad as it is.
    fn acceptance(&mut self, node: Node<'_>) -> Option<Set<Level>> {
        let level = self.level(node)?;
        if matches!(level.value, Level::At(_)) {
            self.wrong(node, "off or on");
        }
        Some(level)
    }

    fn number(&mut self, node: Node<'_>, option: &NumberOption) -> Option<OptionValue> {
        let value = match node.kind() {
            Kind::Float(value) => Some(value),
            // More than a float holds is out of any option's range.
            Kind::Int(value) => i32::try_from(value).ok().map(f64::from),
            _ => None,
        };
        let value = value.filter(|value| value.is_finite() && *value >= option.least);
        if value.is_none() {
            self.wrong(node, &format!("a number of at least {}", option.least));
        }
        value.map(OptionValue::Number)
    }

    fn quantities(&mut self, node: Node<'_>) -> OptionValue {
        let mut quantities = BTreeMap::new();
        for (resource, _, value) in self.entries(node) {
            match value.text().map(str::parse::<Quantity>) {
                Some(Ok(quantity)) if !quantity.is_negative() => _ = quantities.insert(resource, quantity),
                _ => {
                    self.key = resource;
                    self.wrong(value, "a quantity such as `100m` or `64Mi`");
                }
            }
        }
        OptionValue::Quantities(quantities)
    }
}

/// The key of a rule's level, among those of its options.
pub(super) const SEVERITY: &str = "severity";

/// The words of `T`.
pub(super) fn words<T: ValueEnum>() -> Vec<String> {
    let words = T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    words.map(|word| word.get_name().to_owned()).collect()
}

/// `a, b or c`.
fn alternatives(words: &[impl AsRef<str>]) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match words.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}
