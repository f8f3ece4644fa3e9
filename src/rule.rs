//! What a rule is, and what it is given to work with.

use std::cell::OnceCell;

use serde::Serialize;

use crate::finding::{ContainerRole, Finding, Resource, Safety, Severity};
use crate::inputs::InputSet;
use crate::kube::validate::{self, Slot, Violation};
use crate::kube::{Container, Object, Pod, Role, Template, Version};
use crate::options::{Options, RuleOption};
use crate::program::Programs;
pub use crate::settings::Settings;
use crate::source::{Source, Span};
use crate::yaml::Node;

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
    /// What its users may set.
    pub options: &'static [RuleOption],
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
    /// Once for each object, whether it holds a Pod spec or not; else as `Pod`.
    Object {
        /// Text without which it has nothing to say.
        literals: &'static [&'static str],
        /// Looks at one object.
        check: fn(&Object<'_>, &mut ObjectCheck<'_>),
    },
    /// Found where files and the suppressions in them are read, not in a Pod.
    Reader,
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
    /// What is set of the rule's options: ask it with the option's own declaration.
    pub options: &'a Options,
    pub(crate) rule: &'static Rule,
    pub(crate) pod: &'a Pod<'a>,
    /// Read once for all rules that ask.
    pub(crate) programs: &'a OnceCell<Programs<'a, 'a>>,
    pub(crate) findings: Vec<Finding>,
}

impl<'a> Check<'a> {
    /// What the Pod's init containers run.
    #[must_use]
    pub fn programs(&self) -> &'a Programs<'a, 'a> {
        self.programs.get_or_init(|| Programs::of(self.pod, self.source, self.inputs, self.version))
    }

    /// Reports a finding about the Pod as a whole.
    pub fn report(&mut self, finding: Finding) {
        self.push(finding, None, None, self.pod.spec().span());
    }

    /// Reports a finding about one container.
    pub fn report_in(&mut self, container: &Container<'_>, finding: Finding) {
        self.report_about(Some(container.node), finding);
    }

    /// Reports a finding about the container with this map; about the Pod as a whole where there is none.
    pub fn report_about(&mut self, container: Option<Node<'_>>, finding: Finding) {
        match container {
            Some(node) => {
                let name = node.get("name").and_then(Node::as_str);
                self.push(finding, name, self.role_of(node), node.span());
            }
            None => self.report(finding),
        }
    }

    /// Reports that the API server turns the Pod away: for `violation`, of the container in `slot` or of the Pod itself.
    pub fn reject(&mut self, slot: Option<&Slot<'_>>, violation: Violation) {
        let Violation { span, field, problem, caption, help, labels } = violation;
        let whose = slot.map_or_else(String::new, |slot| format!(" of {}", slot.describe()));
        let consequence = validate::consequence(self.pod, self.version);
        let message = format!("`{field}`{whose} {problem}: {consequence}");
        let finding = Finding::new(Severity::Error, span, message).caption(caption).help(help);
        let finding = labels.into_iter().fold(finding, |finding, (span, text)| finding.label(span, text));
        self.report_about(slot.map(|slot| slot.node), finding);
    }

    fn push(&mut self, finding: Finding, container: Option<&str>, role: Option<ContainerRole>, about: Span) {
        let Template { object, pointer, .. } = &self.pod.template;
        let resource = Resource { role, ..resource(object, pointer, container) };
        self.findings.push(filled(finding, self.rule, resource, about));
    }

    /// What the container with this map is in the Pod.
    fn role_of(&self, container: Node<'_>) -> Option<ContainerRole> {
        let (role, _) = self.pod.containers().find(|(_, known)| known.node == container)?;
        Some(match role {
            Role::Init => ContainerRole::Init,
            Role::Sidecar => ContainerRole::Sidecar,
            Role::App => ContainerRole::App,
        })
    }
}

/// What a rule that looks at objects sees beside the object, and where it puts what it finds.
pub struct ObjectCheck<'a> {
    pub(crate) rule: &'static Rule,
    pub(crate) object: &'a Object<'a>,
    pub(crate) findings: Vec<Finding>,
}

impl ObjectCheck<'_> {
    /// Reports a finding about the object, or about one container in it.
    pub fn report(&mut self, container: Option<&str>, finding: Finding) {
        let resource = resource(self.object, &self.object.pointer, container);
        self.findings.push(filled(finding, self.rule, resource, self.object.span()));
    }
}

/// The finding with what its rule needn't say of itself.
fn filled(mut finding: Finding, rule: &Rule, resource: Resource, about: Span) -> Finding {
    finding.rule = rule.id;
    finding.resource = Some(resource);
    finding.about = Some(about);
    finding
}

/// What a report says of the object that a finding is about.
pub(crate) fn resource(object: &Object<'_>, pointer: &str, container: Option<&str>) -> Resource {
    let generated = || Some(format!("{}*", object.metadata()?.get("generateName")?.as_str()?));
    Resource {
        api_version: object.api_version.to_owned(),
        kind: object.kind.to_owned(),
        namespace: object.namespace().map(str::to_owned),
        name: object.name().map(str::to_owned).or_else(generated),
        pointer: pointer.to_owned(),
        container: container.filter(|name| !name.is_empty()).map(str::to_owned),
        role: None,
        siblings: None,
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
