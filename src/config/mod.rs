//! What a run is told: defaults, then the config file, then flags, the later over the earlier.
//!
//! ```text
//! find → read (by the table of keys) → update → flags → settings
//! ```
//!
//! Each value knows where it came from, which `--dump-config` shows.

mod dump;
mod find;
mod flags;
mod keys;
mod reader;
mod schema;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use find::{Problem, load, load_unsaved};
pub use schema::schema;

use crate::cli::FailOn;
use crate::finding::Severity;
use crate::globs::{Globs, Place};
use crate::images::{Images, OwnImage};
use crate::kube::{PodTemplatePath, Version};
use crate::kustomize::LoadRestrictor;
use crate::options::{OptionValue, Options};
use crate::report::paths;
use crate::rules;
use crate::settings::{self, Level, RuleSettings, RuleTable, Settings};

/// One layer of configuration, or several on top of each other. What isn't set is `None`.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The target version of Kubernetes.
    pub kubernetes_version: Option<Set<Version>>,
    /// The least severe finding that makes the exit status 1.
    pub fail_on: Option<Set<FailOn>>,
    /// The least severe finding that is reported.
    pub min_severity: Option<Set<Severity>>,
    /// Whether findings of low confidence are reported.
    pub pedantic: Option<Set<bool>>,
    /// Which files a kustomization may name.
    pub load_restrictor: Option<Set<LoadRestrictor>>,
    /// Files to leave out.
    pub exclude: Vec<Set<String>>,
    /// The file that lists known findings.
    pub baseline: Option<Set<String>>,
    /// What is set for rules, by id.
    pub rules: Rules,
    /// What is set for rules in some files.
    pub overrides: Vec<Set<Override>>,
    /// Where custom resources have their Pod templates.
    pub pod_templates: Vec<Set<PodTemplatePath>>,
    /// Images of one's own.
    pub images: Vec<Set<OwnImage>>,
    /// Where the globs of the config file count from.
    pub place: Place,
    /// What its user is to be told, such as a rule's new name.
    pub notes: Vec<String>,
}

/// A value, and where it was set.
#[derive(Debug, Clone, PartialEq)]
pub struct Set<T> {
    /// The value.
    pub value: T,
    /// Where it was set.
    pub origin: Origin,
}

/// Where a value was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nowhere.
    Default,
    /// In a config file, on this line (from 1).
    File(Arc<str>, usize),
    /// By a flag.
    Flag(&'static str),
}

/// What is set for rules, by id.
pub type Rules = BTreeMap<&'static str, RuleConfig>;

/// What is set for one rule.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RuleConfig {
    /// Whether it runs, and how bad its findings are.
    pub level: Option<Set<Level>>,
    /// Its options.
    pub options: BTreeMap<&'static str, Set<OptionValue>>,
}

/// What is set for rules in some files or for some objects. Each list that isn't empty has to match.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Override {
    /// Globs, relative to the config file's folder.
    pub paths: Vec<Set<String>>,
    /// Objects, as `KIND/NAME`, with globs.
    pub resources: Vec<Set<String>>,
    /// Namespaces, with globs.
    pub namespaces: Vec<Set<String>>,
    /// What is set there.
    pub rules: Rules,
}

impl<T> Set<T> {
    fn by_flag(flag: &'static str, value: T) -> Self {
        Self { value, origin: Origin::Flag(flag) }
    }

    fn by_default(value: T) -> Self {
        Self { value, origin: Origin::Default }
    }
}

impl Config {
    /// Puts `later` on top. What it says of a rule counts in all files, whatever an override of
    /// an earlier layer says. Lists are joined.
    pub fn update(&mut self, later: Config) {
        self.kubernetes_version = later.kubernetes_version.or(self.kubernetes_version.take());
        self.fail_on = later.fail_on.or(self.fail_on.take());
        self.min_severity = later.min_severity.or(self.min_severity.take());
        self.pedantic = later.pedantic.or(self.pedantic.take());
        self.load_restrictor = later.load_restrictor.or(self.load_restrictor.take());
        self.exclude.extend(later.exclude);
        self.baseline = later.baseline.or(self.baseline.take());
        for (id, rule) in later.rules {
            if let Some(level) = rule.level {
                self.set_level(id, level);
            }
            self.rules.entry(id).or_default().options.extend(rule.options);
        }
        self.overrides.extend(later.overrides);
        self.pod_templates.extend(later.pod_templates);
        self.images.extend(later.images);
        self.notes.extend(later.notes);
        if later.place != Place::default() {
            self.place = later.place;
        }
    }

    /// Sets the level of a rule in all files.
    fn set_level(&mut self, id: &'static str, level: Set<Level>) {
        for special in &mut self.overrides {
            if let Some(rule) = special.value.rules.get_mut(id) {
                rule.level = None;
            }
        }
        self.rules.entry(id).or_default().level = Some(level);
    }

    /// The target version of Kubernetes: the newest that is known.
    #[must_use]
    pub fn kubernetes_version(&self) -> Set<Version> {
        self.kubernetes_version.clone().unwrap_or(Set::by_default(Version::default()))
    }

    /// The least severe finding that makes the exit status 1: a warning.
    #[must_use]
    pub fn fail_on(&self) -> Set<FailOn> {
        self.fail_on.clone().unwrap_or(Set::by_default(FailOn::default()))
    }

    /// The least severe finding that is reported: any.
    #[must_use]
    pub fn min_severity(&self) -> Set<Severity> {
        self.min_severity.clone().unwrap_or(Set::by_default(Severity::Info))
    }

    /// Whether findings of low confidence are reported: no.
    #[must_use]
    pub fn pedantic(&self) -> Set<bool> {
        self.pedantic.clone().unwrap_or(Set::by_default(false))
    }

    /// Which files a kustomization may name: its own.
    #[must_use]
    pub fn load_restrictor(&self) -> Set<LoadRestrictor> {
        self.load_restrictor.clone().unwrap_or(Set::by_default(LoadRestrictor::default()))
    }

    /// What is set for the rule `id`.
    #[must_use]
    pub fn rule(&self, id: &str) -> RuleConfig {
        self.rules.get(id).cloned().unwrap_or_default()
    }

    /// The files to leave out.
    ///
    /// # Errors
    /// A message that names what is no glob.
    pub fn excluded(&self) -> Result<Vec<Globs>, String> {
        let here = Place { base: self.place.here.clone(), here: self.place.here.clone() };
        let by = |of_file: bool, place: Place| {
            let globs = self.exclude.iter().filter(|glob| matches!(glob.origin, Origin::File(..)) == of_file);
            Globs::new(place, globs.map(|glob| &*glob.value))
        };
        Ok(vec![by(true, self.place.clone())?, by(false, here)?])
    }

    /// The file that lists known findings, as seen from where the run was started. A config file names it relative to the
    /// folder that its globs count from.
    #[must_use]
    pub fn baseline(&self) -> Option<PathBuf> {
        let Set { value, origin } = self.baseline.as_ref()?;
        let Place { base, here } = &self.place;
        let is_as_seen =
            base == here || !matches!(origin, Origin::File(..)) || Path::new(value).is_absolute();
        Some(if is_as_seen {
            PathBuf::from(value)
        } else {
            PathBuf::from(paths::relative_to(here, &base.join(value)))
        })
    }

    /// What rules and the pipeline go by.
    ///
    /// # Errors
    /// A message that names what is no glob.
    pub fn settings(&self) -> Result<Settings, String> {
        let special = |special: &Set<Override>| {
            let Override { paths, resources, namespaces, rules } = &special.value;
            let globs = |globs: &[Set<String>]| {
                let built = Globs::new(self.place.clone(), globs.iter().map(|glob| &*glob.value));
                built.map(|built| (!globs.is_empty()).then_some(built))
            };
            let names = |names: &[Set<String>]| {
                let built = Globs::of_names(names.iter().map(|glob| &*glob.value));
                built.map(|built| (!names.is_empty()).then_some(built))
            };
            Ok(settings::Override {
                paths: globs(paths)?,
                resources: names(resources)?,
                namespaces: names(namespaces)?,
                rules: table(rules),
            })
        };
        Ok(Settings {
            version: self.kubernetes_version().value,
            pedantic: self.pedantic().value,
            min_severity: self.min_severity().value,
            rules: table(&self.rules),
            overrides: self.overrides.iter().map(special).collect::<Result<_, String>>()?,
            pod_templates: self.pod_templates.iter().map(|set| set.value.clone()).collect(),
            images: Images::new(self.images.iter().map(|set| set.value.clone()).collect()),
            load_restrictor: self.load_restrictor().value,
        })
    }
}

fn table(rules: &Rules) -> RuleTable {
    RuleTable::new(rules.iter().map(|(id, rule)| {
        let mut options = Options::default();
        for (name, set) in &rule.options {
            options.set(name, set.value.clone());
        }
        (*id, RuleSettings { level: rule.level.as_ref().map(|set| set.value), options })
    }))
}

/// Every rule's id.
fn ids() -> impl Iterator<Item = &'static str> + Clone {
    rules::ALL.iter().map(|rule| rule.id)
}
