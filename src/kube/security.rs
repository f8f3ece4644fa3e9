//! Security contexts of Pods and containers.

use super::field::{Field, Place, Reader};
use crate::yaml::{Lookup, Node};

/// `securityContext` of a container, or the part of a Pod's that its containers inherit.
#[derive(Debug, Clone, Default)]
pub struct SecurityContext<'d> {
    /// The context's map.
    pub node: Option<Node<'d>>,
    /// `runAsUser`, a user's id.
    pub run_as_user: Option<Field<'d, i64>>,
    /// `runAsGroup`, a group's id.
    pub run_as_group: Option<Field<'d, i64>>,
    /// `runAsNonRoot`.
    pub run_as_non_root: Option<Field<'d, bool>>,
    /// `privileged` (containers only).
    pub privileged: Option<Field<'d, bool>>,
    /// `readOnlyRootFilesystem` (containers only).
    pub read_only_root_filesystem: Option<Field<'d, bool>>,
    /// `capabilities.add` (containers only).
    pub capabilities_add: Vec<Field<'d, &'d str>>,
    /// `capabilities.drop` (containers only).
    pub capabilities_drop: Vec<Field<'d, &'d str>>,
    /// `fsGroup` (Pods only): the group that owns the volumes.
    pub fs_group: Option<Field<'d, i64>>,
    /// `supplementalGroups` (Pods only).
    pub supplemental_groups: Vec<i64>,
    /// Whether a template may set any of those that aren't set here.
    pub is_open: bool,
}

impl<'d> SecurityContext<'d> {
    /// One of which nothing is known.
    pub(super) fn unknown() -> Self {
        Self { is_open: true, ..Self::default() }
    }

    pub(super) fn read(reader: &mut Reader, owner: &Place<'_, 'd>) -> Self {
        let is_open = match owner.node.lookup("securityContext") {
            Lookup::Present(context) => context.is_open(),
            Lookup::Unknown => true,
            Lookup::Absent => false,
        };
        let Some(place) = reader.map(owner, "securityContext") else {
            return Self { is_open, ..Self::default() };
        };
        let capabilities = reader.map(&place, "capabilities");
        let mut names =
            |key| capabilities.as_ref().and_then(|place| reader.strings(place, key)).unwrap_or_default();
        let (capabilities_add, capabilities_drop) = (names("add"), names("drop"));
        Self {
            node: Some(place.node),
            run_as_user: reader.integer(&place, "runAsUser"),
            run_as_group: reader.integer(&place, "runAsGroup"),
            run_as_non_root: reader.boolean(&place, "runAsNonRoot"),
            privileged: reader.boolean(&place, "privileged"),
            read_only_root_filesystem: reader.boolean(&place, "readOnlyRootFilesystem"),
            capabilities_add,
            capabilities_drop,
            fs_group: reader.integer(&place, "fsGroup"),
            supplemental_groups: reader.integers(&place, "supplementalGroups"),
            is_open,
        }
    }

    /// What counts for a container with this context in a Pod with `pod`'s: the container's own value before the
    /// Pod's (`securitycontext.DetermineEffectiveSecurityContext`).
    #[must_use]
    pub fn within(&self, pod: &SecurityContext<'d>) -> EffectiveSecurity<'d> {
        EffectiveSecurity {
            run_as_user: self.run_as_user.or(pod.run_as_user.filter(|_| !self.may_set("runAsUser"))),
            run_as_group: self.run_as_group.or(pod.run_as_group.filter(|_| !self.may_set("runAsGroup"))),
            run_as_non_root: self
                .run_as_non_root
                .or(pod.run_as_non_root.filter(|_| !self.may_set("runAsNonRoot"))),
        }
    }

    /// Whether the container is privileged, or a template may make it so or give it any capability.
    #[must_use]
    pub fn may_be_privileged(&self) -> bool {
        let capabilities = self.node.and_then(|node| node.get("capabilities"));
        self.privileged.is_some_and(|flag| *flag)
            || self.may_set("privileged")
            || capabilities.is_some_and(Node::is_open)
    }

    /// Whether `fsGroup` and `supplementalGroups` are all that is written.
    #[must_use]
    pub fn says_groups(&self) -> bool {
        !self.may_set("fsGroup") && !self.may_set("supplementalGroups")
    }

    /// Whether `runAsUser` is neither set here nor by a template.
    pub(super) fn leaves_user(&self) -> bool {
        let is_written =
            self.node.and_then(|node| node.get("runAsUser")).is_some_and(|value| !value.is_null());
        !is_written && !self.may_set("runAsUser")
    }

    /// Whether a template sets `key`, or may set it.
    fn may_set(&self, key: &str) -> bool {
        self.is_open || self.node.and_then(|node| node.get(key)).is_some_and(Node::is_unknown)
    }
}

/// The user that a container runs as, as far as the manifest says.
#[derive(Debug, Clone, Copy)]
pub struct EffectiveSecurity<'d> {
    /// The user's id; else the image's user.
    pub run_as_user: Option<Field<'d, i64>>,
    /// The group's id; else the image's group.
    pub run_as_group: Option<Field<'d, i64>>,
    /// Whether the kubelet refuses to run it as root.
    pub run_as_non_root: Option<Field<'d, bool>>,
}
