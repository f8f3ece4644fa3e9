//! The groups of rules, by which many are switched on and off at once.

use serde::Serialize;

/// What a rule is about. Each rule belongs to one group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Group {
    /// What the API server rejects or drops, or the kubelet ends.
    Api,
    /// What goes wrong when a script runs again.
    Rerun,
    /// Other mistakes in scripts.
    Scripts,
    /// Native sidecars.
    Sidecars,
    /// Requests and limits.
    Resources,
    /// Users, privileges and secrets.
    Security,
    /// What is easier to live with when it is tidy: images, suppressions.
    Hygiene,
}

impl Group {
    /// Every group, in the order in which rules are listed.
    pub const ALL: [Group; 7] = [
        Group::Api,
        Group::Rerun,
        Group::Scripts,
        Group::Sidecars,
        Group::Resources,
        Group::Security,
        Group::Hygiene,
    ];

    /// `api`, as the command line and config files have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Group::Api => "api",
            Group::Rerun => "rerun",
            Group::Scripts => "scripts",
            Group::Sidecars => "sidecars",
            Group::Resources => "resources",
            Group::Security => "security",
            Group::Hygiene => "hygiene",
        }
    }

    /// What its rules find, in a few words.
    #[must_use]
    pub fn summary(self) -> &'static str {
        match self {
            Group::Api => "what the API server rejects or drops, or the kubelet ends",
            Group::Rerun => "what goes wrong when an init container runs again",
            Group::Scripts => "other mistakes in scripts and commands",
            Group::Sidecars => "mistakes with native sidecars",
            Group::Resources => "requests and limits",
            Group::Security => "users, privileges and secrets",
            Group::Hygiene => "images, suppressions and other housekeeping",
        }
    }

    /// The group that is called `name`.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Group> {
        Self::ALL.into_iter().find(|group| group.name() == name)
    }
}
