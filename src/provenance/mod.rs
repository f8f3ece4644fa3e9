//! Where an object comes from: whether anybody applies it as it stands.
//!
//! A manifest file is seldom what reaches the API server. It may be a patch that kustomize merges into another object,
//! what a test runner compares the cluster with, or what the cluster itself printed. This is told here, once for each
//! object, from the file's name, the files beside it and the object; rules and reports ask.

pub mod assertion;
pub mod live;
pub mod rendered;

pub use assertion::TestSuites;

use crate::kube::{Completeness, Object, Template, is_policy};

/// What an object is to those who apply manifests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// Somebody applies it as it stands.
    Applied,
    /// The cluster printed it, with all that defaults and admission added.
    Live,
    /// Part of an object: a patch, as kustomize merges it into a whole elsewhere, or a template of ytt, whose values
    /// stand in comments. What is missing proves nothing.
    Patch,
    /// What kuttl or Chainsaw compares an object of the cluster with. It is never applied.
    TestAssertion,
    /// A policy of an admission controller, whose patterns only look like Pod specs.
    Policy,
}

impl Origin {
    /// The origin of `object`, which holds `templates` and is in the file shown as `path`.
    #[must_use]
    pub fn of(object: &Object<'_>, templates: &[Template<'_>], path: &str, suites: &TestSuites) -> Self {
        if is_policy(object.group()) {
            return Self::Policy;
        }
        let is_patch = templates.iter().any(|template| template.completeness == Completeness::Patch);
        if live::is_live(object) {
            Self::Live
        } else if !templates.is_empty() && assertion::is_assertion(object, is_patch, path, suites) {
            Self::TestAssertion
        } else if is_patch {
            Self::Patch
        } else {
            Self::Applied
        }
    }

    /// Whether rules look at it.
    #[must_use]
    pub fn is_judged(self) -> bool {
        match self {
            Self::Applied | Self::Live | Self::Patch => true,
            Self::TestAssertion | Self::Policy => false,
        }
    }
}
