//! What variables hold and whether they are set, as far as the script and the manifest tell.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Whether a variable is set where it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Binding {
    /// By the script, in any case.
    Set,
    /// By the script, on some ways.
    MaybeSet,
    /// By the manifest.
    Environment,
    /// By shells themselves, or the container runtime (`HOME`, `PATH`, `HOSTNAME`); some by bash alone (`RANDOM`).
    Always,
    /// By nobody who can be seen: it may be the image's.
    Unset,
}

/// A variable.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Variable {
    binding: Binding,
    /// What it holds, where that is certain.
    value: Option<Rc<str>>,
    /// Whether commands get it.
    exported: bool,
}

/// More variables than any script has; further ones aren't followed.
const MAX_VARIABLES: usize = 512;

/// Those that a shell sets by itself (POSIX XCU 2.5.3; bash(1), Shell Variables), and the container runtime.
const ALWAYS_SET: [&str; 26] = [
    "HOME",
    "PATH",
    "PWD",
    "OLDPWD",
    "IFS",
    "PPID",
    "OPTIND",
    "OPTARG",
    "LINENO",
    "HOSTNAME",
    "SHELL",
    "RANDOM",
    "SECONDS",
    "UID",
    "EUID",
    "BASH",
    "BASHPID",
    "BASH_VERSION",
    "BASH_SOURCE",
    "BASH_REMATCH",
    "FUNCNAME",
    "PIPESTATUS",
    "REPLY",
    "SHLVL",
    "TERM",
    "_",
];

/// The variables of a shell. Copies share what they hold until one changes.
#[derive(Debug, Clone, Default)]
pub(super) struct Variables {
    all: Rc<BTreeMap<String, Variable>>,
}

impl Variables {
    /// Those of the manifest: `known` with their values, `unknown` without.
    pub(super) fn environment(known: &BTreeMap<String, String>, unknown: &BTreeSet<String>) -> Self {
        let known = known.iter().map(|(name, value)| (name, Some(Rc::from(value.as_str()))));
        let unknown = unknown.iter().map(|name| (name, None));
        let set = |(name, value): (&String, _)| {
            (name.clone(), Variable { binding: Binding::Environment, value, exported: true })
        };
        Self { all: Rc::new(known.chain(unknown).map(set).collect()) }
    }

    /// Whether `name` is set.
    pub(super) fn binding(&self, name: &str) -> Binding {
        match self.all.get(name) {
            Some(variable) => variable.binding,
            None if ALWAYS_SET.contains(&name) => Binding::Always,
            None => Binding::Unset,
        }
    }

    /// What `name` holds, where that is certain.
    pub(super) fn value(&self, name: &str) -> Option<&Rc<str>> {
        self.all.get(name)?.value.as_ref()
    }

    /// Sets `name`; without a value it holds what isn't known.
    pub(super) fn set(&mut self, name: &str, value: Option<&str>) {
        let exported = self.is_exported(name);
        self.insert(name, Variable { binding: Binding::Set, value: value.map(Rc::from), exported });
    }

    /// Makes `directory` the working directory; `None` is one that isn't known.
    pub(super) fn enter(&mut self, directory: Option<&str>) {
        self.set("PWD", directory);
        self.export("PWD");
    }

    /// The working directory, where it is known.
    pub(super) fn directory(&self) -> Option<Rc<str>> {
        self.value("PWD").cloned()
    }

    /// `unset`.
    pub(super) fn unset(&mut self, name: &str) {
        if self.all.contains_key(name) {
            Rc::make_mut(&mut self.all).remove(name);
        }
    }

    fn insert(&mut self, name: &str, variable: Variable) {
        if self.all.get(name) != Some(&variable)
            && (self.all.len() < MAX_VARIABLES || self.all.contains_key(name))
        {
            Rc::make_mut(&mut self.all).insert(name.to_owned(), variable);
        }
    }

    /// What `name` holds isn't known any more, and whether it is set only where it was.
    pub(super) fn forget(&mut self, name: &str) {
        let binding = self.binding(name);
        let binding = if binding == Binding::Unset { Binding::MaybeSet } else { binding };
        let exported = self.is_exported(name);
        self.insert(name, Variable { binding, value: None, exported });
    }

    fn is_exported(&self, name: &str) -> bool {
        self.all.get(name).is_some_and(|variable| variable.exported)
    }

    /// `export NAME`.
    pub(super) fn export(&mut self, name: &str) {
        if let Some(variable) = self.all.get(name).cloned() {
            self.insert(name, Variable { exported: true, ..variable });
        }
    }

    /// What a command gets of them: its environment.
    pub(super) fn exported(&self) -> Self {
        let exported = self.all.iter().filter(|(_, variable)| variable.exported);
        let environment = exported.map(|(name, variable)| {
            (name.clone(), Variable { binding: Binding::Environment, ..variable.clone() })
        });
        Self { all: Rc::new(environment.collect()) }
    }

    /// Makes `name` what it is in `before`.
    pub(super) fn restore(&mut self, name: &str, before: &Variables) {
        match before.all.get(name) {
            Some(variable) => self.insert(name, variable.clone()),
            None => self.unset(name),
        }
    }

    /// What holds where one of two ways was taken.
    pub(super) fn join(&mut self, other: &Variables) {
        if Rc::ptr_eq(&self.all, &other.all) {
            return;
        }
        let names: BTreeSet<String> = self.all.keys().chain(other.all.keys()).cloned().collect();
        for name in names {
            let (own, others) = (self.all.get(&name), other.all.get(&name));
            if own == others {
                continue;
            }
            let binding = match (self.binding(&name), other.binding(&name)) {
                (one, other) if one == other => one,
                (Binding::Unset | Binding::MaybeSet, _) | (_, Binding::Unset | Binding::MaybeSet) => {
                    Binding::MaybeSet
                }
                _ => Binding::Set,
            };
            let same = own.and_then(|own| own.value.as_ref()) == others.and_then(|it| it.value.as_ref());
            let value = own.filter(|_| same && others.is_some()).and_then(|own| own.value.clone());
            let exported = self.is_exported(&name) || other.is_exported(&name);
            self.insert(&name, Variable { binding, value, exported });
        }
    }
}
