//! Whom a container runs as, and what it may do.

use super::operation::Operation;
use crate::commands::{Id, Ownership};
use crate::finding::Confidence;
use crate::images;
use crate::kube::{Container, Field, Pod};
use crate::source::Span;

/// Whom a container runs as, and with which capabilities.
pub(super) struct Rights<'d> {
    /// `None` where neither the manifest nor the table of images says.
    user: Option<User>,
    /// `runAsGroup`.
    gid: Option<i64>,
    /// `fsGroup` and `supplementalGroups`.
    groups: Vec<i64>,
    added: Vec<Field<'d, &'d str>>,
    dropped: Vec<Field<'d, &'d str>>,
    /// `privileged`, or a template may set it.
    privileged: bool,
    /// Whether `groups` are all.
    says_groups: bool,
    /// The kubelet refuses root.
    non_root: bool,
    /// Whether `fsGroup` is set.
    has_fs_group: bool,
}

/// The user that a container runs as.
struct User {
    /// `None` for one other than root that only the image's name for it is known of.
    uid: Option<i64>,
    /// As a message calls it: `user 1000`.
    name: String,
    /// Where that is said: `runAsUser`, or the image.
    span: Span,
    /// What is said there.
    label: String,
    confidence: Confidence,
}

impl User {
    /// `runAsUser`; without one, the user that the image is known to have.
    fn of(pod: &Pod<'_>, container: &Container<'_>, of_image: Option<images::User<'_>>) -> Option<Self> {
        if let Some(uid) = pod.security_of(container).run_as_user {
            let name = format!("user {}", *uid);
            let label = format!("runs as {name}");
            return Some(Self {
                uid: Some(*uid),
                name,
                span: uid.span(),
                label,
                confidence: Confidence::High,
            });
        }
        let (uid, name) = match of_image? {
            images::User::Root => (Some(0), "root".to_owned()),
            images::User::Id(uid) => (Some(i64::from(uid)), format!("user {uid}")),
            images::User::Name(name) => (None, format!("user `{name}`")),
            images::User::Unknown => return None,
        };
        let label = format!("its image's {name}");
        Some(Self {
            uid,
            name: label.clone(),
            span: container.image?.span(),
            label: format!("runs as {name}"),
            confidence: Confidence::Medium,
        })
    }

    fn is_root(&self) -> bool {
        self.uid == Some(0)
    }
}

/// What a container's root has without being given it (containerd, `oci.defaultUnixCaps`; CRI-O has the same but for
/// `AUDIT_WRITE`, `MKNOD`, `NET_RAW` and `SYS_CHROOT`).
const DEFAULT_CAPABILITIES: [&str; 14] = [
    "CHOWN",
    "DAC_OVERRIDE",
    "FSETID",
    "FOWNER",
    "MKNOD",
    "NET_RAW",
    "SETGID",
    "SETUID",
    "SETFCAP",
    "SETPCAP",
    "NET_BIND_SERVICE",
    "SYS_CHROOT",
    "KILL",
    "AUDIT_WRITE",
];

impl<'d> Rights<'d> {
    /// The rights of `container`, which runs as the user `of_image` where the manifest names none.
    pub(super) fn of(pod: &Pod<'d>, container: &Container<'d>, of_image: Option<images::User<'_>>) -> Self {
        let security = pod.security_of(container);
        let own = &container.security_context;
        let non_root = security.run_as_non_root.is_some_and(|flag| *flag);
        let groups = pod.security_context.fs_group.iter().map(|group| group.value);
        Self {
            // As root of its image it isn't even started.
            user: User::of(pod, container, of_image)
                .filter(|user| !(non_root && user.is_root() && security.run_as_user.is_none())),
            gid: security.run_as_group.map(|gid| gid.value),
            groups: groups.chain(pod.security_context.supplemental_groups.iter().copied()).collect(),
            added: own.capabilities_add.clone(),
            dropped: own.capabilities_drop.clone(),
            privileged: own.may_be_privileged(),
            says_groups: pod.security_context.says_groups(),
            non_root,
            has_fs_group: pod.security_context.fs_group.is_some(),
        }
    }

    /// Whether the Pod has a group that the kubelet gives volumes to.
    pub(super) fn has_fs_group(&self) -> bool {
        self.has_fs_group
    }

    /// The fields that make the container's user root.
    pub(super) fn root(&self) -> &'static str {
        if self.non_root { "`runAsUser: 0` and `runAsNonRoot: false`" } else { "`runAsUser: 0`" }
    }

    /// Whether the user is one other than root. Capabilities that are added are root's alone: Kubernetes sets no
    /// ambient ones (KEP-2763).
    fn is_other_user(&self) -> bool {
        self.user.as_ref().is_some_and(|user| !user.is_root())
    }

    /// Whether only capabilities are missing.
    pub(super) fn is_root_alone(&self) -> bool {
        !self.is_other_user()
    }

    /// The field that drops `capability`, by its name or with all.
    fn drops(&self, capability: &str) -> Option<&Field<'d, &'d str>> {
        self.dropped.iter().find(|name| is(name, capability)).or_else(|| {
            let all = self.dropped.iter().find(|name| is(name, "ALL"));
            all.filter(|_| !self.added.iter().any(|name| is(name, capability)))
        })
    }

    /// Whether `add` names `capability`.
    pub(super) fn adds(&self, capability: &str) -> bool {
        self.added.iter().any(|name| is(name, capability))
    }

    /// Whether root has `capability` here: the default set, without what `drop` names, with what `add` names; a name in
    /// both is dropped.
    fn has(&self, capability: &str) -> bool {
        self.privileged
            || self.drops(capability).is_none()
                && (DEFAULT_CAPABILITIES.contains(&capability)
                    || self.added.iter().any(|name| is(name, capability) || is(name, "ALL")))
    }

    /// How sure it is that `operation` fails; `None` where it may succeed.
    pub(super) fn refuses(&self, operation: &Operation) -> Option<Confidence> {
        let of_user = self.user.as_ref().map_or(Confidence::High, |user| user.confidence);
        Some(self.refuses_as_user(operation)?.min(of_user))
    }

    /// The same, if the user is the one that is assumed.
    fn refuses_as_user(&self, operation: &Operation) -> Option<Confidence> {
        match operation {
            Operation::Owner { change, .. } => self.refuses_owner(change),
            Operation::ModeOfMount { certain, .. } => {
                self.is_other_user().then_some(if *certain { Confidence::High } else { Confidence::Medium })
            }
            Operation::ModeOfGiven { .. } => (self.user.as_ref().is_some_and(User::is_root)
                && !self.has("FOWNER"))
            .then_some(Confidence::High),
            Operation::Sysctl { .. } => {
                (!self.privileged || self.is_other_user()).then_some(Confidence::High)
            }
            Operation::Packets { .. } if self.has("NET_ADMIN") && !self.is_other_user() => {
                let by_name = self.dropped.iter().any(|name| is(name, "NET_RAW"));
                (by_name && !self.privileged).then_some(Confidence::Medium)
            }
            Operation::Packets { .. } => Some(Confidence::High),
            Operation::Network { .. } => {
                (!self.has("NET_ADMIN") || self.is_other_user()).then_some(Confidence::High)
            }
            // One's own image may have given the folders away.
            Operation::Packages { .. } => self.is_other_user().then_some(Confidence::Medium),
            Operation::Mount { .. } => {
                (!self.has("SYS_ADMIN") || self.is_other_user()).then_some(Confidence::High)
            }
        }
    }

    fn refuses_owner(&self, change: &Ownership) -> Option<Confidence> {
        if !self.is_other_user() && self.has("CHOWN") {
            return None;
        }
        let Some(user) = &self.user else { return self.refuses_owner_to_unknown(change) };
        match (&change.owner, user.uid) {
            // One's own files may be given to oneself.
            (Some(Id::Number(owner)), Some(uid)) if *owner == uid => self.refuses_group(change),
            (Some(Id::Number(0)), None) | (Some(Id::Number(_)), Some(_)) | (Some(Id::Name), Some(0)) => {
                Some(Confidence::High)
            }
            // The number or the name may be its own.
            (Some(Id::Number(_)), None) | (Some(Id::Name), _) => None,
            (None, _) => self.refuses_group(change),
        }
    }

    /// Whoever changes owners without saying whom it runs as runs as root.
    fn refuses_owner_to_unknown(&self, change: &Ownership) -> Option<Confidence> {
        match change.owner {
            Some(Id::Number(0)) => self.non_root.then_some(Confidence::High),
            Some(Id::Number(_)) => (!self.non_root).then_some(Confidence::Medium),
            Some(Id::Name) | None => None,
        }
    }

    /// The image's `/etc/group` may make it a member of more groups.
    fn refuses_group(&self, change: &Ownership) -> Option<Confidence> {
        let Some(Id::Number(group)) = change.group else { return None };
        let own = match self.user.as_ref()?.uid {
            Some(0) => self.gid.unwrap_or(0),
            _ => self.gid?,
        };
        (self.says_groups && own != group && !self.groups.contains(&group)).then_some(Confidence::Medium)
    }

    /// `runs as user 1000`.
    pub(super) fn describe(&self, operation: &Operation) -> String {
        let lacks = || operation.capability().map(|name| self.lacking(name));
        match (&self.user, operation) {
            (Some(user), _) if !user.is_root() => format!("runs as {}", user.name),
            (_, Operation::Sysctl { .. }) => "isn't privileged".to_owned(),
            (Some(_), _) => format!("runs as root without the capability {}", lacks().unwrap_or_default()),
            (None, _) => format!("runs without the capability {}", lacks().unwrap_or_default()),
        }
    }

    /// `capability`, or what else is missing where that is there.
    pub(super) fn lacking<'c>(&self, capability: &'c str) -> &'c str {
        if capability == "NET_ADMIN" && self.has(capability) { "NET_RAW" } else { capability }
    }

    /// The field that is to blame, and what it does.
    pub(super) fn label(&self, operation: &Operation) -> Option<(Span, String)> {
        if let Some(user) = self.user.as_ref().filter(|user| !user.is_root()) {
            return Some((user.span, user.label.clone()));
        }
        let capability = self.lacking(operation.capability()?);
        let dropped = self.drops(capability)?;
        Some((dropped.span(), format!("drops the capability {capability}")))
    }
}

/// Whether `name` is that capability, with or without `CAP_`.
fn is(name: &Field<'_, &str>, capability: &str) -> bool {
    let name = name.to_ascii_uppercase();
    name.strip_prefix("CAP_").unwrap_or(&name) == capability
}
