//! The kubelet's expansion of `$(NAME)` in `command`, `args` and `env`, before any shell sees the text.
//!
//! Follows `third_party/forked/golang/expansion/expand.go` and `kubelet.makeEnvironmentVariables`.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use foldhash::HashMap;

use super::container::Container;
use super::env::{EnvFrom, EnvValue, EnvVar};
use super::field::{is_placeholder, is_substituted};
use crate::helm;
use crate::source::MappedText;
use crate::yaml::{Lookup, Node};

/// The longest value that is followed (bytes): Linux starts no process with a longer one (`MAX_ARG_STRLEN`). A longer one
/// counts as unknown. Values that double from line to line would grow without bound.
const MAX_VALUE: usize = 128 * 1024;
/// How many bytes a text, or the values of a container together, may gain by expansion.
const MAX_GROWTH: usize = 1024 * 1024;

/// What the variables of a container are, as far as the manifest says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment<'d> {
    /// By name; `None` where only the cluster knows the value.
    values: HashMap<Cow<'d, str>, Option<Arc<str>>>,
    /// Whether `envFrom`, or a template, brings in variables that the manifest doesn't name.
    open: bool,
    /// How many bytes its values have gained by expansion.
    growth: usize,
    /// The variables whose values are longer than is followed.
    cut: BTreeSet<Cow<'d, str>>,
}

/// A text expands to more than is followed.
struct TooLong;

/// What a `$(NAME)` refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// A variable of this value.
    Known(Arc<str>),
    /// A variable whose value the manifest doesn't say, or that may come from `envFrom` or a Service.
    Unknown,
    /// No variable: the kubelet leaves the text as it is.
    Undefined,
}

/// A text after expansion.
#[derive(Debug, Clone)]
pub struct Expanded {
    /// The text. A variable of unknown value stands as `${NAME}`, since the same variable, with the same value, is in
    /// the process's environment, where a shell finds it.
    pub text: MappedText,
    /// The `$(NAME)`s of the text before, in order.
    pub references: Vec<Reference>,
}

/// A `$(NAME)` in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// What stands between the parentheses; it needn't look like a name.
    pub name: String,
    /// Where it stands in the text before expansion, in bytes.
    pub range: Range<usize>,
    /// What it refers to.
    pub meaning: Meaning,
}

/// The texts of the `ConfigMap` of a name, by their keys; `None` of one that isn't known.
pub type ConfigMaps<'a> = dyn Fn(&str) -> Option<BTreeMap<Cow<'a, str>, &'a str>> + 'a;

impl<'d> Environment<'d> {
    /// What `command` and `args` of `container` see: all of `env`.
    #[must_use]
    pub fn of(container: &Container<'d>) -> Self {
        Self::with(container, &|_| None)
    }

    /// The same where some [`ConfigMaps`] are known.
    #[must_use]
    pub fn with(container: &Container<'d>, maps: &ConfigMaps<'_>) -> Self {
        let mut environment = Self::before_env(container);
        for from in &container.env_from {
            environment.take_all(from, maps);
        }
        for variable in &container.env {
            match variable.value {
                EnvValue::From(source) => environment.take(variable, source, maps),
                _ => environment.define(variable),
            }
        }
        environment
    }

    /// Adds the variables of an `envFrom`. A Secret after it may hold another value; people don't write that.
    fn take_all(&mut self, from: &EnvFrom<'d>, maps: &ConfigMaps<'_>) {
        let prefix = from.prefix.map_or("", |prefix| prefix.value);
        for (key, text) in from.config_map.and_then(|name| maps(name.value)).into_iter().flatten() {
            let name = Cow::Owned(format!("{prefix}{key}"));
            self.insert(name, literal(text));
        }
    }

    /// Adds a variable of a `valueFrom`.
    fn take(&mut self, variable: &EnvVar<'d>, source: Node<'d>, maps: &ConfigMaps<'_>) {
        let Some(name) = variable.name else { return };
        let string = |key| source.get("configMapKeyRef")?.get(key).and_then(Node::as_str);
        let text = || maps(string("name")?)?.get(string("key")?).copied();
        let value = text().map_or(Ok(None), literal);
        self.insert(Cow::Borrowed(name.value), value);
    }

    /// What the first value of `env` of `container` sees: `envFrom` alone. Each variable that is then
    /// [defined](Self::define) is seen by those after it.
    #[must_use]
    pub fn before_env(container: &Container<'d>) -> Self {
        // A template may put more into either list.
        let is_open = |key| match container.node.lookup(key) {
            Lookup::Present(list) => list.is_open(),
            Lookup::Unknown => true,
            Lookup::Absent => false,
        };
        let open = !container.env_from.is_empty() || is_open("env") || is_open("envFrom");
        Self { open, ..Self::default() }
    }

    /// Adds a variable, its value expanded with what is defined by now.
    pub fn define(&mut self, variable: &EnvVar<'d>) {
        let Some(name) = variable.name else { return };
        // What is filled in later may be any name that is asked for.
        self.open |= is_placeholder(name.value);
        let value = match variable.value {
            EnvValue::Literal(value) if is_substituted(value.value) => Ok(None),
            EnvValue::Literal(value) => self.grown(value.value),
            EnvValue::Empty => Ok(Some(Arc::from(""))),
            EnvValue::From(_) | EnvValue::Unknown => Ok(None),
        };
        self.insert(Cow::Borrowed(name.value), value);
    }

    fn insert(&mut self, name: Cow<'d, str>, value: Result<Option<Arc<str>>, TooLong>) {
        if value.is_err() {
            self.cut.insert(name.clone());
        }
        self.values.insert(name, value.unwrap_or(None));
    }

    /// The value that `text` expands to, as long as there is room for it.
    fn grown(&mut self, text: &str) -> Result<Option<Arc<str>>, TooLong> {
        let Some(value) = self.expanded(text)? else { return Ok(None) };
        let growth = self.growth + value.len().saturating_sub(text.len());
        if growth > MAX_GROWTH {
            return Err(TooLong);
        }
        self.growth = growth;
        Ok(Some(Arc::from(value)))
    }

    /// Whether `text`, before expansion, speaks of a variable whose value is longer than is followed, so that it counts as
    /// unknown.
    #[must_use]
    pub fn cuts(&self, text: &MappedText) -> bool {
        !self.cut.is_empty()
            && self.expand(text).references.iter().any(|reference| self.cut.contains(&*reference.name))
    }

    /// What `name` refers to.
    #[must_use]
    pub fn lookup(&self, name: &str) -> Meaning {
        match self.values.get(name) {
            Some(Some(value)) => Meaning::Known(value.clone()),
            Some(None) => Meaning::Unknown,
            None if self.open && is_variable_name(name) || is_service_variable(name) => Meaning::Unknown,
            None => Meaning::Undefined,
        }
    }

    /// The variables that the manifest names, each with its value where that is known.
    pub fn variables(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.values.iter().map(|(name, value)| (&**name, value.as_deref()))
    }

    /// Whether `envFrom` may define any name.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// The value that `text` expands to; `None` where part of it is unknown, or it grows too long.
    #[must_use]
    pub fn value(&self, text: &str) -> Option<String> {
        self.expanded(text).ok().flatten()
    }

    /// What `text` expands to; `None` where part of it is unknown.
    fn expanded(&self, text: &str) -> Result<Option<String>, TooLong> {
        if helm::has_placeholder(text) {
            return Ok(None);
        }
        let (mut value, mut at) = (String::new(), 0);
        for token in tokens(text) {
            value.push_str(text.get(at..token.range.start).unwrap_or_default());
            match token.kind {
                Token::Escape => value.push('$'),
                Token::Reference(name) => match self.lookup(name) {
                    Meaning::Known(known) => value.push_str(&known),
                    Meaning::Undefined => value.push_str(text.get(token.range.clone()).unwrap_or_default()),
                    Meaning::Unknown => return Ok(None),
                },
            }
            at = token.range.end;
            if value.len() > MAX_VALUE {
                return Err(TooLong);
            }
        }
        value.push_str(text.get(at..).unwrap_or_default());
        if value.len() > MAX_VALUE { Err(TooLong) } else { Ok(Some(value)) }
    }

    /// `text` as the process gets it.
    #[must_use]
    pub fn expand(&self, text: &MappedText) -> Expanded {
        let mut edits: Vec<(Range<usize>, Cow<'_, str>)> = Vec::new();
        let mut references = Vec::new();
        let mut growth = 0;
        for token in tokens(text.as_str()) {
            let name = match token.kind {
                Token::Escape => {
                    edits.push((token.range, Cow::Borrowed("$")));
                    continue;
                }
                Token::Reference(name) => name,
            };
            let mut meaning = self.lookup(name);
            if let Meaning::Known(value) = &meaning {
                growth += value.len();
                if growth > MAX_GROWTH {
                    meaning = Meaning::Unknown;
                }
            }
            match &meaning {
                Meaning::Known(value) => edits.push((token.range.clone(), Cow::Owned(value.to_string()))),
                Meaning::Unknown => edits.push((token.range.clone(), Cow::Owned(shell_variable(name)))),
                Meaning::Undefined => {}
            }
            references.push(Reference { name: name.to_owned(), range: token.range, meaning });
        }
        Expanded { text: text.replace(&edits), references }
    }
}

/// `${NAME}`, with what no shell takes in a name replaced.
fn shell_variable(name: &str) -> String {
    let word: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let digit = word.starts_with(|c: char| c.is_ascii_digit());
    format!("${{{}{word}}}", if digit { "_" } else { "" })
}

/// A value that the kubelet doesn't expand; `None` where another tool writes part of it.
fn literal(text: &str) -> Result<Option<Arc<str>>, TooLong> {
    if text.len() > MAX_VALUE {
        return Err(TooLong);
    }
    let is_known = !is_substituted(text) && !helm::has_placeholder(text);
    Ok(is_known.then(|| Arc::from(text)))
}

/// Whether an `envFrom` may define `name`; nobody's `ConfigMap` has a key like `date +%s`.
fn is_variable_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
}

/// Whether the kubelet may define `name` for a Service (`kubelet/envvars.FromServices`).
fn is_service_variable(name: &str) -> bool {
    let shaped = name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    let ends = ["_SERVICE_HOST", "_SERVICE_PORT", "_PORT", "_PROTO", "_ADDR", "_TCP", "_UDP", "_SCTP"];
    shaped && (name.contains("_SERVICE_PORT_") || ends.iter().any(|end| name.ends_with(end)))
}

struct Found<'t> {
    range: Range<usize>,
    kind: Token<'t>,
}

enum Token<'t> {
    /// `$$`.
    Escape,
    /// `$(` to the first `)`.
    Reference(&'t str),
}

/// What the kubelet replaces in `text`, in order. A `$` before anything else takes that character with it.
fn tokens(text: &str) -> impl Iterator<Item = Found<'_>> {
    let mut at = 0;
    // No `)` is found past here: a text of many `$(` is searched for it once.
    let mut unclosed = false;
    std::iter::from_fn(move || {
        loop {
            let start = at + text.get(at..)?.find('$')?;
            let rest = text.get(start + 1..)?;
            let next = rest.chars().next()?;
            if next == '$' {
                at = start + 2;
                return Some(Found { range: start..at, kind: Token::Escape });
            }
            let name = if next == '(' && !unclosed { rest.get(1..) } else { None };
            match name.map(|name| name.split_once(')')) {
                Some(Some((name, _))) => {
                    at = start + name.len() + 3;
                    return Some(Found { range: start..at, kind: Token::Reference(name) });
                }
                Some(None) => unclosed = true,
                None => {}
            }
            at = start + 1 + next.len_utf8();
        }
    })
}
