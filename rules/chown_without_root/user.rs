//! Whom a container runs as, and what it may hand over.

use super::change::{Change, Id};
use crate::finding::Confidence;
use crate::kube::{Container, Field, Pod};
use crate::source::Span;

/// Whom a container runs as, where that can't change owners at will.
pub(super) struct User<'d> {
    /// `runAsUser`; `None` is the image's user.
    uid: Option<Field<'d, i64>>,
    /// `runAsGroup`.
    gid: Option<i64>,
    /// `fsGroup` and `supplementalGroups`.
    groups: Vec<i64>,
    /// Where the capability CHOWN is dropped.
    dropped: Option<Span>,
    /// The kubelet refuses root.
    non_root: bool,
}

impl<'d> User<'d> {
    /// The user of `container`; `None` where it may change owners, or nobody knows.
    pub(super) fn without_chown(pod: &Pod<'d>, container: &Container<'d>) -> Option<Self> {
        let security = pod.security_of(container);
        let own = &container.security_context;
        let dropped = own
            .capabilities_drop
            .iter()
            .find(|name| matches!(&*name.to_ascii_uppercase(), "ALL" | "CHOWN" | "CAP_CHOWN"))
            .filter(|_| !own.keeps_capability("CHOWN"))
            .map(Field::span);
        // Capabilities that are added are root's alone: Kubernetes sets no ambient ones.
        let is_other = security.run_as_user.is_some_and(|uid| *uid != 0);
        (is_other || dropped.is_some()).then(|| Self {
            uid: security.run_as_user,
            gid: security.run_as_group.map(|gid| gid.value),
            groups: pod
                .security_context
                .fs_group
                .iter()
                .map(|group| group.value)
                .chain(pod.security_context.supplemental_groups.iter().copied())
                .collect(),
            dropped,
            non_root: security.run_as_non_root.is_some_and(|flag| *flag),
        })
    }

    /// How sure it is that `change` fails; `None` where it may succeed.
    pub(super) fn refuses(&self, change: &Change) -> Option<Confidence> {
        let uid = self.uid.map(|uid| uid.value);
        match (&change.owner, uid) {
            // One's own files may be given to oneself.
            (Some(Id::Number(owner)), Some(uid)) if *owner == uid => self.refuses_group(change),
            (Some(Id::Number(0)), None) => self.non_root.then_some(Confidence::High),
            // Whoever changes owners without saying whom it runs as runs as root.
            (Some(Id::Number(_)), None) => (!self.non_root).then_some(Confidence::Medium),
            (Some(Id::Number(_)), Some(_)) | (Some(Id::Name), Some(0)) => Some(Confidence::High),
            // The name may be its own.
            (Some(Id::Name), _) => None,
            (None, _) => self.refuses_group(change),
        }
    }

    /// The image's `/etc/group` may make it a member of more groups.
    fn refuses_group(&self, change: &Change) -> Option<Confidence> {
        let Some(Id::Number(group)) = change.group else { return None };
        let own = match self.uid.map(|uid| uid.value) {
            Some(0) => self.gid.unwrap_or(0),
            Some(_) => self.gid?,
            None => return None,
        };
        (own != group && !self.groups.contains(&group)).then_some(Confidence::Medium)
    }

    /// `runs as user 1000`.
    pub(super) fn describe(&self) -> String {
        match self.uid.map(|uid| uid.value) {
            Some(0) => "runs as root without the capability CHOWN".to_owned(),
            Some(uid) => format!("runs as user {uid}"),
            None => "runs without the capability CHOWN".to_owned(),
        }
    }

    /// The field that is to blame, and what it does.
    pub(super) fn label(&self) -> Option<(Span, String)> {
        match self.uid.filter(|uid| **uid != 0) {
            Some(uid) => Some((uid.span(), format!("runs as user {}", *uid))),
            None => self.dropped.map(|span| (span, "drops the capability CHOWN".to_owned())),
        }
    }

    /// What makes the change possible.
    pub(super) fn cure(&self) -> &'static str {
        if self.uid.is_some_and(|uid| *uid != 0) {
            "let the kubelet give the volume to a group with the Pod's `securityContext.fsGroup`, or run this container alone with `runAsUser: 0`"
        } else {
            "add the capability back with `capabilities.add: [CHOWN]`, or let the kubelet give the volume to a group with the Pod's `securityContext.fsGroup`"
        }
    }
}
