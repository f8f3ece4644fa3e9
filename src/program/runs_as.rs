//! How a container runs: whether again, as whom, with whose commands.

use crate::images::{Images, Known, Sh, User};
use crate::inputs::InputSet;
use crate::kube::{Container, Gate, Pod, Version};
use crate::rerun::Userland;

/// Whether the kubelet runs `container` again within one Pod: after its failure, by its own `restartPolicy` where `version`
/// heeds it or the Pod's, or after a lost sandbox, which only the Pod's `Never` rules out.
pub(super) fn restarts(pod: &Pod<'_>, container: &Container<'_>, version: Version) -> bool {
    let own = container.restart_policy.filter(|_| version.has(Gate::ContainerRestartRules));
    !pod.restarts_nothing() || own.is_some_and(|policy| *policy == "OnFailure")
}

/// Whether `container` runs as root, where the manifest says, or leaves it to an image whose user is known.
pub(crate) fn is_root(
    pod: &Pod<'_>,
    container: &Container<'_>,
    images: &Images,
    inputs: &InputSet,
) -> Option<bool> {
    let security = pod.security_of(container);
    let of_image = || Some(user_of_image(pod, container, images, inputs)? == User::Root);
    match (security.run_as_user, security.run_as_non_root) {
        (Some(user), _) => Some(*user == 0),
        (None, Some(non_root)) if *non_root => Some(false),
        _ => of_image(),
    }
}

/// The user that the image of `container` gives it, where that is known and neither the manifest nor the cluster sets
/// another.
pub(crate) fn user_of_image<'i>(
    pod: &Pod<'_>,
    container: &Container<'_>,
    images: &'i Images,
    inputs: &InputSet,
) -> Option<User<'i>> {
    let user = images.of(container)?.user();
    let is_left = user != User::Unknown
        && pod.leaves_user_to_image(container)
        && !inputs.is_for_openshift(pod.spec().span().file);
    is_left.then_some(user)
}

/// The family of the image's commands, where it is known.
pub(super) fn userland(container: &Container<'_>, images: &Images) -> Userland {
    match images.of(container).and_then(Known::sh) {
        Some(Sh::Ash) => Userland::Busybox,
        Some(Sh::Dash | Sh::Bash) => Userland::Gnu,
        Some(Sh::None) | None => Userland::Unknown,
    }
}
