//! What a run has settled: the answer of defaults, config file and flags, ready for use.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use crate::finding::{Confidence, Finding, Severity};
use crate::globs::Globs;
use crate::images::Images;
use crate::kube::{PodTemplatePath, Version};
use crate::kustomize::LoadRestrictor;
use crate::options::Options;

/// What a run has settled for all files.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The target version of Kubernetes.
    pub version: Version,
    /// Show findings of low confidence too.
    pub pedantic: bool,
    /// The least severity that is reported.
    pub min_severity: Severity,
    /// What is set for rules.
    pub rules: RuleTable,
    /// What is set for rules in some files; later ones win.
    pub overrides: Vec<Override>,
    /// Where custom resources have their Pod templates, beyond those that are known.
    pub pod_templates: Vec<PodTemplatePath>,
    /// The images that are known.
    pub images: Images,
    /// Which files a kustomization may name.
    pub load_restrictor: LoadRestrictor,
}

/// What is set for rules in some files or for some objects. What is `None` is no condition.
#[derive(Debug, Clone)]
pub struct Override {
    /// The files.
    pub paths: Option<Globs>,
    /// The objects, as `KIND/NAME`.
    pub resources: Option<Globs>,
    /// The namespaces of the objects.
    pub namespaces: Option<Globs>,
    /// What is set there.
    pub rules: RuleTable,
}

/// The object that something is about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// `Deployment`.
    pub kind: &'a str,
    /// As written.
    pub namespace: Option<&'a str>,
    /// As written.
    pub name: Option<&'a str>,
}

impl Override {
    /// Whether it counts in the file `path`, for `subject`: what is about no object is in none that it names.
    fn counts(&self, path: &str, subject: Option<Subject<'_>>) -> bool {
        let is_met = |globs: &Option<Globs>, text: Option<&str>| match globs {
            Some(globs) => text.is_some_and(|text| globs.matches(Path::new(text))),
            None => true,
        };
        let resource = subject.map(|it| format!("{}/{}", it.kind, it.name.unwrap_or_default()));
        is_met(&self.paths, Some(path))
            && is_met(&self.resources, resource.as_deref())
            && is_met(&self.namespaces, subject.and_then(|subject| subject.namespace))
    }
}

impl<'a> Subject<'a> {
    /// The object that `finding` is about.
    #[must_use]
    pub fn of(finding: &'a Finding) -> Option<Self> {
        let resource = finding.resource.as_ref()?;
        let (namespace, name) = (resource.namespace.as_deref(), resource.name.as_deref());
        Some(Self { kind: &resource.kind, namespace, name })
    }
}

/// What is set for each rule, by id; a rule that isn't in it is on and has its defaults.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RuleTable(BTreeMap<&'static str, RuleSettings>);

/// What is set for one rule.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RuleSettings {
    /// Whether it runs, and how bad its findings are.
    pub level: Option<Level>,
    /// Its options.
    pub options: Options,
}

/// Whether a rule runs, and how bad its findings are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Level {
    /// It doesn't run.
    Off,
    /// Nobody asks for its findings: it runs only where those of other rules hang on them, and they aren't told.
    Unasked,
    /// It runs, and each finding is as bad as the rule says.
    #[default]
    On,
    /// It runs, and all its findings are this bad.
    At(Severity),
}

impl Level {
    /// Each level by its word in a config file.
    pub const WORDS: [(&str, Level); 5] = [
        ("off", Level::Off),
        ("on", Level::On),
        ("info", Level::At(Severity::Info)),
        ("warning", Level::At(Severity::Warning)),
        ("error", Level::At(Severity::Error)),
    ];

    /// The level that a config file calls `word`.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Level> {
        Self::WORDS.into_iter().find(|(known, _)| *known == word).map(|(_, level)| level)
    }

    /// Whether findings are told.
    #[must_use]
    pub fn is_told(self) -> bool {
        !matches!(self, Level::Off | Level::Unasked)
    }

    /// Its word in a config file.
    #[must_use]
    pub fn word(self) -> &'static str {
        let level = if self.is_told() { self } else { Level::Off };
        Self::WORDS.into_iter().find(|(_, known)| *known == level).map_or("on", |(word, _)| word)
    }
}

impl RuleTable {
    /// A table of `rules`.
    #[must_use]
    pub fn new(rules: impl IntoIterator<Item = (&'static str, RuleSettings)>) -> Self {
        Self(rules.into_iter().collect())
    }

    /// Whether the rule `id` runs, and how bad its findings are.
    #[must_use]
    pub fn level(&self, id: &str) -> Level {
        self.0.get(id).and_then(|rule| rule.level).unwrap_or_default()
    }

    /// The options of the rule `id` that are set.
    #[must_use]
    pub fn options(&self, id: &str) -> &Options {
        static NONE: Options = Options::NONE;
        self.0.get(id).map_or(&NONE, |rule| &rule.options)
    }

    /// `finding` as bad as its rule is set to be; `None` where the rule is off.
    #[must_use]
    pub fn settle(&self, mut finding: Finding) -> Option<Finding> {
        match self.level(finding.rule) {
            Level::Off => return None,
            Level::On | Level::Unasked => {}
            Level::At(severity) => finding.severity = severity,
        }
        Some(finding)
    }

    /// Takes over what `later` sets.
    fn update(&mut self, later: &RuleTable) {
        for (id, settings) in &later.0 {
            let rule = self.0.entry(id).or_default();
            rule.level = settings.level.or(rule.level);
            rule.options.update(&settings.options);
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            version: Version::default(),
            pedantic: false,
            min_severity: Severity::Info,
            rules: RuleTable::default(),
            overrides: Vec::new(),
            pod_templates: Vec::new(),
            images: Images::default(),
            load_restrictor: LoadRestrictor::default(),
        }
    }
}

impl Settings {
    /// What is set for rules in the file `path`, for what is about `subject` or about no object.
    #[must_use]
    pub fn rules_for(&self, path: &str, subject: Option<Subject<'_>>) -> Cow<'_, RuleTable> {
        let mut table = Cow::Borrowed(&self.rules);
        for special in self.overrides.iter().filter(|special| special.counts(path, subject)) {
            table.to_mut().update(&special.rules);
        }
        table
    }

    /// Whether the findings of the rule `id` are told in any file.
    #[must_use]
    pub fn may_run(&self, id: &str) -> bool {
        let in_some = |special: &Override| {
            special.rules.0.get(id).and_then(|rule| rule.level).is_some_and(Level::is_told)
        };
        self.rules.level(id).is_told() || self.overrides.iter().any(in_some)
    }

    /// Whether nobody asks for the findings of the rule `id`, and yet it isn't off.
    #[must_use]
    pub fn is_unasked(&self, id: &str) -> bool {
        self.rules.level(id) == Level::Unasked
    }

    /// Whether a finding this severe and this sure is shown.
    #[must_use]
    pub fn shows(&self, finding: &Finding) -> bool {
        finding.severity >= self.min_severity && (self.pedantic || finding.confidence > Confidence::Low)
    }
}
