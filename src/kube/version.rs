//! Kubernetes versions, and which fact about init containers changed with which.

use std::fmt;
use std::str::FromStr;

/// A minor version of Kubernetes that the tool knows; patch releases don't matter to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    minor: u8,
}

impl Version {
    /// The oldest known version.
    pub const OLDEST: Version = Version { minor: 27 };
    /// The newest known version, and the default target.
    pub const NEWEST: Version = Version { minor: 36 };

    /// Every known version, oldest first.
    pub fn all() -> impl Iterator<Item = Version> {
        (Self::OLDEST.minor..=Self::NEWEST.minor).map(|minor| Version { minor })
    }

    /// The version 1.`minor`, where it is known.
    pub(super) fn of_minor(minor: u8) -> Option<Version> {
        Self::all().find(|version| version.minor == minor)
    }

    /// Whether its minor version lies between these two, both included.
    pub(super) fn is_within(self, since: u8, until: u8) -> bool {
        (since..=until).contains(&self.minor)
    }

    /// Whether `gate` is on in this version without anyone switching it on.
    #[must_use]
    pub fn has(self, gate: Gate) -> bool {
        self.minor >= gate.history().on
    }

    /// Whether this version's API has the fields that `gate` guards. Where it has them and the
    /// gate is off, the API server drops them in silence; where it doesn't, they are unknown fields.
    #[must_use]
    pub fn knows(self, gate: Gate) -> bool {
        self.minor >= gate.history().known
    }

    /// Whether `change` is in force in this version.
    #[must_use]
    pub fn after(self, change: Change) -> bool {
        self.minor >= change.since()
    }
}

impl Default for Version {
    fn default() -> Self {
        Self::NEWEST
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.minor)
    }
}

/// A version that isn't known, as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownVersion(pub String);

impl fmt::Display for UnknownVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known: Vec<String> = Version::all().map(|version| version.to_string()).collect();
        write!(f, "unknown Kubernetes version `{}`; known are {}", self.0.escape_debug(), known.join(", "))
    }
}

impl std::error::Error for UnknownVersion {}

impl FromStr for Version {
    type Err = UnknownVersion;

    /// Reads `1.31`, `v1.31`, `1.31.4`, `v1.31.4-gke.100`, `1.31+`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse_minor(text.trim())
            .and_then(|minor| Version::all().find(|version| version.minor == minor))
            .ok_or_else(|| UnknownVersion(text.to_owned()))
    }
}

fn parse_minor(text: &str) -> Option<u8> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let rest = text.strip_prefix("1.")?;
    // Cloud providers write `1.31+` and `1.31.4-gke.100`.
    let minor = rest.strip_suffix('+').unwrap_or(rest);
    let (minor, patch) = minor.split_once('.').unwrap_or((minor, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let patch = patch.split(['-', '+']).next().unwrap_or("");
    (is_number(minor) && is_number(patch)).then(|| minor.parse().ok()).flatten()
}

/// A feature gate of Kubernetes, by its own name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Gate {
    /// `restartPolicy: Always` makes an init container a native sidecar (KEP-753).
    SidecarContainers,
    /// `restartPolicy` and `restartPolicyRules` of any container (KEP-5307).
    ContainerRestartRules,
    /// The action `RestartAllContainers` of restart rules (KEP-5532).
    RestartAllContainersOnContainerExits,
    /// `resizePolicy` (KEP-1287).
    InPlacePodVerticalScaling,
    /// Init containers can be resized; their `resizePolicy` is judged by itself.
    InPlacePodVerticalScalingInitContainers,
    /// `resources` of the Pod itself (KEP-2837).
    PodLevelResources,
    /// Names of environment variables may hold any printable ASCII but `=` (KEP-4369).
    RelaxedEnvironmentVariableValidation,
    /// `procMount` (KEP-4265).
    ProcMountType,
    /// `resources.claims` of containers, `resourceClaims` of Pods (KEP-4381).
    DynamicResourceAllocation,
}

/// The minor versions in which a gate came.
struct History {
    /// The fields appeared (alpha).
    known: u8,
    /// On by default (beta or GA).
    on: u8,
}

impl Gate {
    /// The gate's name, as in `--feature-gates`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SidecarContainers => "SidecarContainers",
            Self::ContainerRestartRules => "ContainerRestartRules",
            Self::RestartAllContainersOnContainerExits => "RestartAllContainersOnContainerExits",
            Self::InPlacePodVerticalScaling => "InPlacePodVerticalScaling",
            Self::InPlacePodVerticalScalingInitContainers => "InPlacePodVerticalScalingInitContainers",
            Self::PodLevelResources => "PodLevelResources",
            Self::RelaxedEnvironmentVariableValidation => "RelaxedEnvironmentVariableValidation",
            Self::ProcMountType => "ProcMountType",
            Self::DynamicResourceAllocation => "DynamicResourceAllocation",
        }
    }

    /// The table: `pkg/features/kube_features.go`, `defaultVersionedKubernetesFeatureGates`.
    fn history(self) -> History {
        let (known, on) = match self {
            Self::SidecarContainers => (28, 29),
            Self::ContainerRestartRules => (34, 35),
            Self::RestartAllContainersOnContainerExits => (35, 36),
            Self::InPlacePodVerticalScaling => (27, 33),
            Self::InPlacePodVerticalScalingInitContainers => (36, 36),
            Self::PodLevelResources => (32, 34),
            Self::RelaxedEnvironmentVariableValidation => (30, 32),
            Self::ProcMountType => (12, 33),
            Self::DynamicResourceAllocation => (26, 34),
        };
        History { known, on }
    }

    /// The first version that has the gate on by default.
    #[must_use]
    pub fn on_since(self) -> Version {
        Version { minor: self.history().on }
    }
}

/// A change of behaviour that hangs on no gate of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Change {
    /// The Pod template of a `StatefulSet` is validated (1.34, `apps/validation`); before, a broken
    /// template is accepted and every Pod create fails.
    StatefulSetTemplateValidated,
    /// `restartPolicyRules` are allowed on a sidecar (1.36).
    RestartPolicyRulesOnSidecar,
    /// A template with `hostNetwork` keeps its ports without a `hostPort`; only Pods get one (1.28, the gate
    /// `DefaultHostNetworkHostPortsInPodTemplates` is off).
    HostPortsOfTemplatesUnset,
    /// A variable may have `status.hostIPs` (1.29, the gate `PodHostIPs`).
    HostIpsInEnv,
    /// `securityContext.appArmorProfile` is there (1.30).
    AppArmorProfileField,
    /// `recursiveReadOnly` of a mount isn't dropped (1.31, the gate `RecursiveReadOnlyMounts`).
    RecursiveReadOnly,
    /// A hook may sleep for 0 seconds (1.33, the gate `PodLifecycleSleepActionAllowZero`).
    SleepOfZeroSeconds,
}

impl Change {
    fn since(self) -> u8 {
        match self {
            Self::HostPortsOfTemplatesUnset => 28,
            Self::HostIpsInEnv => 29,
            Self::AppArmorProfileField => 30,
            Self::RecursiveReadOnly => 31,
            Self::SleepOfZeroSeconds => 33,
            Self::StatefulSetTemplateValidated => 34,
            Self::RestartPolicyRulesOnSidecar => 36,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_spellings_that_people_use() {
        for text in ["1.31", "v1.31", "1.31.4", "v1.31.4-gke.1008000", " 1.31 ", "1.31+", "v1.31.0+k3s1"] {
            assert_eq!(text.parse::<Version>().unwrap().to_string(), "1.31", "{text}");
        }
        for text in
            ["", "1", "1.", "31", "1.26", "1.37", "2.31", "1.31.", "1.x", "1.31.x", "1.+31", "1.-1", "1.287"]
        {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_unknown_version_is_told_the_known_ones() {
        let error = "1.99".parse::<Version>().unwrap_err().to_string();
        assert!(
            error.contains("`1.99`") && error.contains("1.27, 1.28") && error.ends_with("1.36"),
            "{error}"
        );
    }

    #[test]
    fn versions_are_ordered_as_numbers() {
        assert!(Version::OLDEST < Version::NEWEST);
        assert_eq!(Version::default(), Version::NEWEST);
        assert_eq!(Version::all().count(), 10);
    }

    #[test]
    fn gates_switch_on_where_kubernetes_did() {
        let at = |text: &str| text.parse::<Version>().unwrap();
        assert!(!at("1.27").knows(Gate::SidecarContainers));
        assert!(at("1.28").knows(Gate::SidecarContainers) && !at("1.28").has(Gate::SidecarContainers));
        assert!(at("1.29").has(Gate::SidecarContainers));
        assert!(at("1.32").knows(Gate::PodLevelResources) && !at("1.33").has(Gate::PodLevelResources));
        assert!(at("1.34").has(Gate::PodLevelResources));
        assert_eq!(Gate::ContainerRestartRules.on_since(), at("1.35"));
        assert!(!at("1.33").after(Change::StatefulSetTemplateValidated));
        assert!(at("1.34").after(Change::StatefulSetTemplateValidated));
    }
}
