//! Where an object comes from: whether anybody applies it as it stands.
//!
//! A manifest file is seldom what reaches the API server. It may be a patch that kustomize merges into another object,
//! what a test runner compares the cluster with, or what the cluster itself printed. This is told here, once for each
//! object and before any rule, from the file's name, the files beside it and the object.

pub mod assertion;
pub mod live;

pub use assertion::TestSuites;

use memchr::memmem;

use crate::charts;
use crate::finding::{Severity, Siblings};
use crate::kube::{self, Completeness, Object, PodTemplatePath, Template, is_policy};
use crate::read::{Reason, Unjudged};
use crate::source::Source;
use crate::yaml::{Document, Node};

/// What an object is to those who apply manifests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// Somebody applies it as it stands.
    Applied,
    /// The cluster printed it, with all that defaults and admission added.
    Live,
    /// A patch, as kustomize merges it into a whole elsewhere. What is missing proves nothing.
    Patch,
    /// A template of ytt, whose values stand in comments. What is missing proves nothing.
    Ytt,
    /// What kuttl or Chainsaw compares an object of the cluster with. It is never applied.
    TestAssertion,
    /// What a test applies, and what has to be refused: it is as bad as it is on purpose.
    Refused,
    /// A policy of an admission controller, whose patterns only look like Pod specs.
    Policy,
}

impl Origin {
    /// The origin of `object`, which holds `templates` and is in the file shown as `path`.
    fn of(object: &Object<'_>, templates: &[Template<'_>], path: &str, suites: &TestSuites) -> Self {
        let is = |completeness| templates.iter().any(|template| template.completeness == completeness);
        if object.group() == assertion::CHAINSAW {
            Self::TestAssertion
        } else if is_policy(object.group()) {
            Self::Policy
        } else if live::is_live(object) {
            Self::Live
        } else if assertion::is_assertion(object, templates, path, suites) {
            Self::TestAssertion
        } else if is(Completeness::Ytt) {
            Self::Ytt
        } else if is(Completeness::Patch) {
            Self::Patch
        } else if suites.refuse(path) {
            Self::Refused
        } else {
            Self::Applied
        }
    }
}

/// An object that rules look at.
#[derive(Debug)]
pub struct Judged<'d> {
    /// The object.
    pub object: Object<'d>,
    /// The Pod templates in it.
    pub templates: Vec<Template<'d>>,
    /// Where it comes from.
    pub origin: Origin,
    /// The Pods that it speaks for, itself among them.
    pub siblings: Option<Siblings>,
}

impl Judged<'_> {
    /// How bad it is at least what is told of it.
    #[must_use]
    pub fn least(&self) -> Severity {
        match self.origin {
            // A policy is to refuse it. What the API server refuses before proves nothing of that.
            Origin::Refused => Severity::Error,
            // A controller made it, and admission had its way with it: nobody wrote what defaults and admission added, and
            // advice on that helps no one.
            Origin::Live if self.object.kind == "Pod" => Severity::Warning,
            _ => Severity::Info,
        }
    }
}

/// The objects of a document that rules look at, and those that they don't or only in part.
#[derive(Debug, Default)]
pub struct Examined<'d> {
    /// What rules look at.
    pub judged: Vec<Judged<'d>>,
    /// What they don't, and patches, of which they can't tell what is missing.
    pub unjudged: Vec<Unjudged>,
}

/// Examines each object of `document`, which is in `source`. Custom resources have Pod templates where it is `declared`
/// or known.
#[must_use]
pub fn examine<'d>(
    document: &'d Document,
    source: &Source,
    declared: &[PodTemplatePath],
    suites: &TestSuites,
) -> Examined<'d> {
    let root = document.root();
    let mut objects = kube::objects(root);
    if objects.is_empty() {
        objects.extend(chart_part(root, source));
    }
    let shares = live::shares(&objects);
    let mut examined = Examined::default();
    for (object, share) in objects.into_iter().zip(shares) {
        let templates = kube::templates(&object, declared);
        let origin = Origin::of(&object, &templates, &source.path, suites);
        let reason = reason(origin, &object, &templates, &share);
        let unjudged = |reason| Unjudged {
            path: source.path.to_string(),
            line: Some(source.line_index(object.span().start as usize) + 1),
            reason,
            message: None,
            chart: None,
        };
        examined.unjudged.extend(reason.map(unjudged));
        let siblings = match share {
            live::Share::Covered => continue,
            live::Share::First(siblings) => Some(siblings),
            live::Share::Own => None,
        };
        if !matches!(origin, Origin::TestAssertion | Origin::Policy) {
            examined.judged.push(Judged { object, templates, origin, siblings });
        }
    }
    examined
}

/// A named template, or the values of a chart, as the object that they become a part of: Pod specs are found in it by
/// their shape, and what is missing proves nothing.
fn chart_part<'d>(root: Node<'d>, source: &Source) -> Option<Object<'d>> {
    let is_part = root.is_of_template() || charts::is_values(&source.path);
    let object = || Object { node: root, pointer: String::new(), api_version: kube::OF_CHART, kind: "Chart" };
    (root.is_mapping() && is_part).then(object)
}

/// Why an object isn't judged, or only in part, where that is worth a word.
fn reason(
    origin: Origin,
    object: &Object<'_>,
    templates: &[Template<'_>],
    share: &live::Share,
) -> Option<Reason> {
    let speaks_of_init = || memmem::find(object.node.source_text().as_bytes(), b"initContainers").is_some();
    match origin {
        _ if *share == live::Share::Covered => Some(Reason::Covered),
        Origin::TestAssertion if !templates.is_empty() || speaks_of_init() => Some(Reason::TestAssertion),
        Origin::Policy if speaks_of_init() => Some(Reason::Policy),
        Origin::Patch => Some(Reason::Patch),
        _ => None,
    }
}
