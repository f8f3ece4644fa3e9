//! What a rule is, and what it is given to work with.

mod context;
mod group;

use serde::Serialize;

pub(crate) use context::resource;
pub use context::{MAX_FINDINGS, ObjectContext, ObjectFacts, PodContext, PodFacts, RuleContext, SetContext};
pub use group::Group;

use crate::finding::{Safety, Severity};
use crate::inputs::InputSet;
use crate::kube::{Object, Pod};
use crate::options::RuleOption;
pub use crate::settings::Settings;

/// A rule: its description and one function.
#[derive(Debug)]
pub struct Rule {
    /// Its folder's name under `rules/`, with `-` for `_`.
    pub id: &'static str,
    /// One sentence on what it finds. The table in the README and `--rules` show it.
    pub summary: &'static str,
    /// What it is about.
    pub group: Group,
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
    pub target: Target,
}

/// What a rule looks at, and how it is run.
#[derive(Debug)]
pub enum Target {
    /// Each Pod spec. It can speak only of documents that hold one of `literals`, so
    /// that others need not be parsed.
    Pod {
        /// Text without which it has nothing to say.
        literals: &'static [&'static str],
        /// Looks at one Pod spec.
        check: fn(&Pod<'_>, &mut PodContext<'_>),
    },
    /// Each object, whether it holds a Pod spec or not; else as `Pod`.
    Object {
        /// Text without which it has nothing to say.
        literals: &'static [&'static str],
        /// Looks at one object.
        check: fn(&Object<'_>, &mut ObjectContext<'_>),
    },
    /// All objects of the run together, once, when every file has been looked at.
    Set {
        /// Looks at the input.
        check: fn(&InputSet, &mut SetContext<'_>),
    },
    /// The files and the suppressions in them: what it finds is found where these are read.
    Input,
}

/// A rule as `--rules --format json` shows it.
#[derive(Debug, Serialize)]
pub struct RuleEntry {
    id: &'static str,
    group: Group,
    severity: Severity,
    fix: Option<Safety>,
    since: &'static str,
    summary: &'static str,
    docs: String,
}

impl Rule {
    /// The texts without which it has nothing to say of a document.
    #[must_use]
    pub fn literals(&self) -> &'static [&'static str] {
        match self.target {
            Target::Pod { literals, .. } | Target::Object { literals, .. } => literals,
            Target::Set { .. } | Target::Input => &[],
        }
    }

    /// What is told of the rule.
    #[must_use]
    pub fn entry(&self) -> RuleEntry {
        let Self { id, group, severity, fix, since, summary, .. } = *self;
        RuleEntry { id, group, severity, fix, since, summary, docs: docs_url(id) }
    }
}

/// The address of a rule's page.
#[must_use]
pub fn docs_url(id: &str) -> String {
    format!("{}/blob/main/docs/rules/{id}.md", env!("CARGO_PKG_REPOSITORY"))
}
