//! How a container runs: whether again, as whom, with whose commands.

use crate::images::{Images, Known, Sh, User};
use crate::kube::{Container, Field, Gate, Pod, Version};
use crate::rerun::Userland;

/// Whether the kubelet runs `container` again within one Pod: after its failure, by its own `restartPolicy` where `version`
/// heeds it or the Pod's, or after a lost sandbox, which only the Pod's `Never` rules out.
pub(super) fn restarts(pod: &Pod<'_>, container: &Container<'_>, version: Version) -> bool {
    let is = |policy: Option<Field<'_, &str>>, word: &str| policy.is_some_and(|policy| *policy == word);
    let own = container.restart_policy.filter(|_| version.has(Gate::ContainerRestartRules));
    !is(pod.restart_policy, "Never") || is(own, "OnFailure")
}

/// Whether `container` runs as root, where the manifest says, or leaves it to an image whose user is known.
pub(crate) fn is_root(pod: &Pod<'_>, container: &Container<'_>, images: &Images) -> Option<bool> {
    let security = pod.security_of(container);
    let of_image = || match images.of(container)?.user() {
        User::Root => Some(true),
        User::Id(_) | User::Name(_) => Some(false),
        User::Unknown => None,
    };
    match (security.run_as_user, security.run_as_non_root) {
        (Some(user), _) => Some(*user == 0),
        (None, Some(non_root)) if *non_root => Some(false),
        _ if pod.leaves_user_to_image(container) => of_image(),
        _ => None,
    }
}

/// The family of the image's commands, where it is known.
pub(super) fn userland(container: &Container<'_>, images: &Images) -> Userland {
    match images.of(container).and_then(Known::sh) {
        Some(Sh::Ash) => Userland::Busybox,
        Some(Sh::Dash | Sh::Bash) => Userland::Gnu,
        Some(Sh::None) | None => Userland::Unknown,
    }
}
