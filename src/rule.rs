//! What a rule is, and what it is given to work with.

use serde::Serialize;

use crate::finding::{Confidence, Finding, Resource, Safety, Severity};
use crate::inputs::InputSet;
use crate::kube::{Container, Pod, Version};
use crate::program::Programs;
use crate::source::Source;

/// A rule: its description and one function.
#[derive(Debug)]
pub struct Rule {
    /// Its folder's name under `rules/`, with `-` for `_`.
    pub id: &'static str,
    /// One sentence on what it finds. The table in the README and `--rules` show it.
    pub summary: &'static str,
    /// The worst that it reports.
    pub severity: Severity,
    /// Whether its findings bring a fix.
    pub fix: Option<Safety>,
    /// The first release that has it.
    pub since: &'static str,
    /// Its page.
    pub doc: &'static str,
    /// What it looks at.
    pub check: Checker,
}

/// How a rule is run.
#[derive(Debug)]
pub enum Checker {
    /// Once for each Pod spec. It can speak only of documents that hold one of `literals`, so
    /// that others need not be parsed.
    Pod {
        /// Text without which it has nothing to say.
        literals: &'static [&'static str],
        /// Looks at one Pod spec.
        check: fn(&Pod<'_>, &mut Check<'_>),
    },
    /// Found while files are read, before there is a model.
    Reader,
}

/// What a run has settled for all rules.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The target version of Kubernetes.
    pub version: Version,
    /// Show findings of low confidence too.
    pub pedantic: bool,
    /// The least severity that is reported.
    pub min_severity: Severity,
    /// Only these rules; empty for all.
    pub select: Vec<String>,
    /// Not these rules.
    pub ignore: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            version: Version::default(),
            pedantic: false,
            min_severity: Severity::Info,
            select: Vec::new(),
            ignore: Vec::new(),
        }
    }
}

impl Settings {
    /// Whether the rule `id` is to run.
    #[must_use]
    pub fn is_on(&self, id: &str) -> bool {
        let names = |list: &[String]| list.iter().any(|name| name == id);
        (self.select.is_empty() || names(&self.select)) && !names(&self.ignore)
    }

    /// Whether a finding this severe and this sure is shown.
    #[must_use]
    pub fn shows(&self, finding: &Finding) -> bool {
        finding.severity >= self.min_severity && (self.pedantic || finding.confidence > Confidence::Low)
    }
}

/// What a rule sees beside the Pod, and where it puts what it finds.
pub struct Check<'a> {
    /// The target version of Kubernetes.
    pub version: Version,
    /// Whether findings of low confidence are wanted; to spare work that only they need.
    pub pedantic: bool,
    /// The file that the Pod is in.
    pub source: &'a Source,
    /// All files of the run.
    pub inputs: &'a InputSet,
    pub(crate) rule: &'static Rule,
    pub(crate) pod: &'a Pod<'a>,
    pub(crate) findings: Vec<Finding>,
}

impl<'a> Check<'a> {
    /// What the Pod's init containers run.
    #[must_use]
    pub fn programs(&self) -> Programs<'a, 'a> {
        Programs::of(self.pod, self.source, self.inputs)
    }

    /// Reports a finding about the Pod as a whole.
    pub fn report(&mut self, finding: Finding) {
        self.push(finding, None);
    }

    /// Reports a finding about one container.
    pub fn report_in(&mut self, container: &Container<'_>, finding: Finding) {
        self.report_named(Some(container.name()), finding);
    }

    /// Reports a finding about the container of that name, where it has one.
    pub fn report_named(&mut self, container: Option<&str>, finding: Finding) {
        self.push(finding, container.filter(|name| !name.is_empty()).map(str::to_owned));
    }

    fn push(&mut self, mut finding: Finding, container: Option<String>) {
        finding.rule = self.rule.id;
        finding.resource = Some(resource(self.pod, container));
        self.findings.push(finding);
    }
}

/// What a report says of the object that a finding is about.
pub(crate) fn resource(pod: &Pod<'_>, container: Option<String>) -> Resource {
    let object = &pod.template.object;
    let generated = || Some(format!("{}*", object.metadata()?.get("generateName")?.as_str()?));
    Resource {
        api_version: object.api_version.to_owned(),
        kind: object.kind.to_owned(),
        namespace: object.namespace().map(str::to_owned),
        name: object.name().map(str::to_owned).or_else(generated),
        pointer: pod.template.pointer.clone(),
        container,
    }
}

/// A rule as `--rules --format json` shows it.
#[derive(Debug, Serialize)]
pub struct RuleEntry {
    id: &'static str,
    severity: Severity,
    fix: Option<Safety>,
    since: &'static str,
    summary: &'static str,
    docs: String,
}

impl Rule {
    /// What is told of the rule.
    #[must_use]
    pub fn entry(&self) -> RuleEntry {
        let Self { id, severity, fix, since, summary, .. } = *self;
        RuleEntry { id, severity, fix, since, summary, docs: docs_url(id) }
    }
}

/// The address of a rule's page.
#[must_use]
pub fn docs_url(id: &str) -> String {
    format!("{}/blob/main/docs/rules/{id}.md", env!("CARGO_PKG_REPOSITORY"))
}
