//! What a rule is given to work with.

use std::cell::OnceCell;
use std::rc::Rc;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use super::Rule;
use crate::finding::{ContainerRole, Finding, Resource, Severity, Withheld};
use crate::images::{Images, Known, User};
use crate::inputs::InputSet;
use crate::kube::validate::{self, ContainerEntry, Violation, Volumes};
use crate::kube::{Container, Object, Pod, Role, Template, Version};
use crate::options::Options;
use crate::program::{self, Program, Programs};
use crate::rerun::{Bound, Budget};
use crate::settings::Settings;
use crate::shell::semantics::Facts;
use crate::source::{Source, Span};
use crate::unchecked;
use crate::yaml::{Node, NodeId};

/// What a rule sees beside what it looks at, and where it puts what it finds.
pub struct RuleContext<'a, T> {
    /// The target version of Kubernetes.
    pub version: Version,
    /// Whether findings of low confidence are wanted; to spare work that only they need.
    pub pedantic: bool,
    /// All files of the run.
    pub inputs: &'a InputSet,
    /// What is set of the rule's options: ask it with the option's own declaration.
    pub options: &'a Options,
    /// What is known of images, by the table and the configuration.
    pub images: &'a Images,
    rule: &'static Rule,
    subject: &'a T,
    findings: Vec<Finding>,
    /// The container that was reported on last, with its name and role: it may have thousands of findings.
    last: Option<(Span, Option<String>, Option<ContainerRole>)>,
}

/// How many findings of a rule in one object are kept.
pub const MAX_FINDINGS: usize = 10_000;

/// The context of a rule that looks at Pods.
pub type PodContext<'a> = RuleContext<'a, PodFacts<'a>>;
/// The context of a rule that looks at objects.
pub type ObjectContext<'a> = RuleContext<'a, ObjectFacts<'a>>;
/// The context of a rule that looks at the whole input.
pub type SetContext<'a> = RuleContext<'a, InputSet>;

/// An object, and the Pod templates in it.
#[derive(Debug, Clone, Copy)]
pub struct ObjectFacts<'a> {
    pub(crate) object: &'a Object<'a>,
    pub(crate) templates: &'a [Template<'a>],
}

/// A Pod, and what is worked out once for all rules that ask.
pub struct PodFacts<'a> {
    pod: &'a Pod<'a>,
    volumes: OnceCell<Volumes<'a>>,
    budget: &'a Budget,
    programs: OnceCell<Programs<'a, 'a>>,
    scripts: OnceCell<Vec<Rc<Facts<'a>>>>,
    sidecar_scripts: OnceCell<Vec<Rc<Facts<'a>>>>,
    roles: OnceCell<HashMap<NodeId, ContainerRole>>,
}

impl<'a> PodFacts<'a> {
    /// Of `pod`, whose scripts are followed with what is left in `budget`.
    pub(crate) fn new(pod: &'a Pod<'a>, budget: &'a Budget) -> Self {
        let (volumes, programs, roles) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        let (scripts, sidecar_scripts) = (OnceCell::new(), OnceCell::new());
        Self { pod, volumes, budget, programs, scripts, sidecar_scripts, roles }
    }

    /// The scripts that a rule asked for and of which nothing could be told, and why.
    pub(crate) fn unfollowed(&self) -> Vec<Finding> {
        let Some(programs) = self.programs.get() else { return Vec::new() };
        let Template { object, pointer, .. } = &self.pod.template;
        let finding = |(program, span, why): (&Program<'_, '_>, Span, String)| {
            let container = program.container;
            let mut finding = unchecked::finding(span, why);
            finding.resource = Some(resource(object, pointer, Some(container.name())));
            finding.about = Some(container.node.span());
            finding
        };
        let facts = programs.iter().zip(self.scripts.get().into_iter().flatten());
        let cut_short = facts.filter(|(program, facts)| {
            !facts.is_complete && (program.is_script() || !facts.executions.is_empty())
        });
        let cut_short = cut_short.map(|(program, _)| {
            let (span, why) = program.cut_short(Bound::Steps);
            (program, span, why)
        });
        let mut all: Vec<Finding> = programs.unfollowed().chain(cut_short).map(finding).collect();
        let mut told = HashSet::new();
        all.retain(|finding| told.insert((finding.span, finding.about)));
        all
    }
}

/// Whether an alias leads to `place`, which is in `node` or was merged into it, or to the value of the key there.
fn is_aliased(node: Node<'_>, place: Span) -> bool {
    let is_of_value =
        || node.written_entries().any(|entry| entry.key.span() == place && node.is_aliased(entry.span()));
    node.is_aliased(place) || node.is_aliased(node.span()) && is_of_value()
}

/// What is known of the scripts of `programs`; nothing where no `budget` is left. Those that run the same share it.
fn facts_within<'a>(
    programs: impl Iterator<Item = &'a Program<'a, 'a>>,
    budget: &Budget,
) -> Vec<Rc<Facts<'a>>> {
    let mut known: HashMap<usize, Rc<Facts<'a>>> = HashMap::new();
    let facts = programs.map(|program| {
        if budget.left() == 0 {
            return Rc::default();
        }
        let facts = known.entry(program.process_id()).or_insert_with(|| Rc::new(program.facts()));
        budget.spend_on_pairs(facts.executions.len());
        Rc::clone(facts)
    });
    facts.collect()
}

impl<'a, T> RuleContext<'a, T> {
    pub(crate) fn new(
        rule: &'static Rule,
        settings: &'a Settings,
        options: &'a Options,
        inputs: &'a InputSet,
        subject: &'a T,
    ) -> Self {
        let Settings { version, pedantic, ref images, .. } = *settings;
        Self { version, pedantic, inputs, options, images, rule, subject, findings: Vec::new(), last: None }
    }

    pub(crate) fn into_findings(self) -> Vec<Finding> {
        self.findings
    }

    /// The file that `span` lies in.
    #[must_use]
    pub fn source(&self, span: Span) -> Option<&'a Source> {
        self.inputs.source(span.file)
    }

    /// What is known of the image of `container`, by the table or the configuration, unless that is doubtful.
    #[must_use]
    pub fn image_of(&self, container: &Container<'_>) -> Option<Known<'a>> {
        self.images.of(container)
    }

    /// `finding`, which has no fix where an alias of the document around `node` leads to its place.
    fn of_alias(&self, finding: Finding, node: Node<'_>) -> Finding {
        match self.rule.fix.filter(|_| finding.fix.is_none() && is_aliased(node, finding.span)) {
            Some(safety) => {
                let why = "an alias or a merge elsewhere uses it, too";
                Finding { withheld: Some(Withheld { safety, why }), ..finding }
            }
            None => finding,
        }
    }

    /// The finding with what its rule needn't say of itself. One more than [`MAX_FINDINGS`] are kept, to tell that there
    /// are more.
    fn push(&mut self, mut finding: Finding, resource: Resource, about: Span) {
        if self.findings.len() > MAX_FINDINGS {
            return;
        }
        finding.rule = self.rule.id;
        finding.resource = Some(resource);
        finding.about = Some(about);
        finding.abridge();
        self.findings.push(finding);
    }
}

impl<'a> PodContext<'a> {
    /// Which volumes the Pod's containers can mount.
    #[must_use]
    pub fn volumes(&self) -> &'a Volumes<'a> {
        self.subject.volumes.get_or_init(|| Volumes::of(self.subject.pod))
    }

    /// Whether `container` runs as root, where the manifest or its image says.
    #[must_use]
    pub fn is_root(&self, container: &Container<'_>) -> Option<bool> {
        program::is_root(self.subject.pod, container, self.images, self.inputs)
    }

    /// The user that the image of `container` gives it, where that is known and nothing else sets one.
    #[must_use]
    pub fn user_of_image(&self, container: &Container<'_>) -> Option<User<'a>> {
        program::user_of_image(self.subject.pod, container, self.images, self.inputs)
    }

    /// What the Pod's init containers run.
    #[must_use]
    pub fn programs(&self) -> &'a Programs<'a, 'a> {
        let PodFacts { pod, budget, programs, .. } = self.subject;
        programs.get_or_init(|| Programs::of(pod, self.inputs, self.images, self.version).within(budget))
    }

    /// What is known of the scripts and commands of the Pod's init containers, in order.
    pub fn scripts(&self) -> impl Iterator<Item = (&'a Program<'a, 'a>, &'a Facts<'a>)> + use<'a> {
        let PodFacts { budget, scripts, .. } = self.subject;
        let programs = self.programs();
        let facts = scripts.get_or_init(|| facts_within(programs.iter(), budget));
        programs.iter().zip(facts.iter().map(|facts| &**facts))
    }

    /// The same of its sidecars.
    pub fn sidecar_scripts(&self) -> impl Iterator<Item = (&'a Program<'a, 'a>, &'a Facts<'a>)> + use<'a> {
        let PodFacts { budget, sidecar_scripts, .. } = self.subject;
        let programs = self.programs();
        let facts = sidecar_scripts.get_or_init(|| facts_within(programs.of_sidecars(), budget));
        programs.of_sidecars().zip(facts.iter().map(|facts| &**facts))
    }

    /// Reports a finding about the Pod as a whole.
    pub fn report(&mut self, finding: Finding) {
        let spec = self.subject.pod.spec();
        self.report_of(self.of_alias(finding, spec), None, None, spec.span());
    }

    /// Reports a finding about one container.
    pub fn report_in(&mut self, container: &Container<'_>, finding: Finding) {
        self.report_about(Some(container.node), finding);
    }

    /// Reports a finding about the container with this map; about the Pod as a whole where there is none.
    pub fn report_about(&mut self, container: Option<Node<'_>>, finding: Finding) {
        match container {
            Some(node) => {
                let span = node.span();
                if self.last.as_ref().is_none_or(|(last, ..)| *last != span) {
                    let name = node.get("name").and_then(Node::as_str).map(str::to_owned);
                    self.last = Some((span, name, self.role_of(node)));
                }
                let (_, name, role) = self.last.clone().unwrap_or((span, None, None));
                self.report_of(self.of_alias(finding, node), name.as_deref(), role, span);
            }
            None => self.report(finding),
        }
    }

    /// Reports that the API server turns the Pod away: for `violation`, of the container in `entry` or of the Pod itself.
    pub fn reject(&mut self, entry: Option<&ContainerEntry<'_>>, violation: Violation) {
        let Violation { span, field, problem, caption, help, labels } = violation;
        let whose = entry.map_or_else(String::new, |entry| format!(" of {}", entry.describe()));
        let consequence = validate::consequence(self.subject.pod, self.version);
        let message = format!("`{field}`{whose} {problem}: {consequence}");
        let finding = Finding::new(Severity::Error, span, message).caption(caption).help(help);
        let finding = labels.into_iter().fold(finding, |finding, (span, text)| finding.label(span, text));
        self.report_about(entry.map(|entry| entry.node), finding);
    }

    fn report_of(
        &mut self,
        finding: Finding,
        container: Option<&str>,
        role: Option<ContainerRole>,
        about: Span,
    ) {
        let Template { object, pointer, .. } = &self.subject.pod.template;
        self.push(finding, Resource { role, ..resource(object, pointer, container) }, about);
    }

    /// What the container with this map is in the Pod.
    fn role_of(&self, container: Node<'_>) -> Option<ContainerRole> {
        let roles = || {
            let mut roles = HashMap::new();
            for (role, known) in self.subject.pod.containers() {
                roles.entry(known.node.id()).or_insert(match role {
                    Role::Init => ContainerRole::Init,
                    Role::Sidecar => ContainerRole::Sidecar,
                    Role::App => ContainerRole::App,
                });
            }
            roles
        };
        self.subject.roles.get_or_init(roles).get(&container.id()).copied()
    }
}

impl<'a> ObjectContext<'a> {
    /// The Pod templates in the object.
    #[must_use]
    pub fn templates(&self) -> &'a [Template<'a>] {
        self.subject.templates
    }

    /// Reports a finding about the object, or about one container in it.
    pub fn report(&mut self, container: Option<&str>, finding: Finding) {
        let object = self.subject.object;
        let finding = self.of_alias(finding, object.node);
        self.push(finding, resource(object, &object.pointer, container), object.span());
    }
}

impl SetContext<'_> {
    /// Reports a finding about `object`, one of the input, or about one container in it.
    pub fn report(&mut self, object: &Object<'_>, container: Option<&str>, finding: Finding) {
        self.push(finding, resource(object, &object.pointer, container), object.span());
    }
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
