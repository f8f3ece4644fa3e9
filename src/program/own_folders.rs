//! The folders of a container's image, and whether what is written into them stays there.

use crate::kube::Container;
use crate::shell::semantics::{Execution, Facts};

/// Where images have their programs, and users their homes.
const OWN: [&str; 9] = ["/usr", "/lib", "/var", "/etc", "/opt", "/root", "/home", "/venv", "/app"];

/// Variables that name another place for packages or settings (pip's *Configuration*, git-config(1), `site` of Python).
const PLACES: [&str; 10] = [
    "HOME",
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_ROOT",
    "PIP_USER",
    "PYTHONUSERBASE",
    "VIRTUAL_ENV",
    "GEM_HOME",
    "GIT_CONFIG_GLOBAL",
    "XDG_CONFIG_HOME",
];

/// Whether packages that `execution` installs, or settings that it writes below `$HOME`, are surely in the image's own
/// file system: nothing is mounted there, and neither the manifest nor the script names another place.
#[must_use]
pub fn stays_in_image(container: &Container<'_>, facts: &Facts<'_>, execution: &Execution<'_>) -> bool {
    let is_over_own = |mount: &str| {
        let mount = mount.trim_end_matches('/');
        mount.is_empty() || OWN.iter().any(|own| mount == *own || mount.starts_with(&format!("{own}/")))
    };
    let mounts = container.volume_mounts.iter().filter_map(|mount| mount.mount_path);
    let is_named =
        |name: &str| container.env.iter().any(|variable| variable.name.is_some_and(|own| own.value == name));
    let is_set = |name: &str| facts.units.iter().any(|unit| unit.text.as_str().contains(&format!("{name}=")));
    let activates = facts.units.iter().any(|unit| unit.text.as_str().contains("activate"));
    let by_path = execution
        .texts()
        .get(execution.wrapper)
        .is_some_and(|name| name.is_some_and(|name| name.contains('/')));
    container.env_from.is_empty()
        && !by_path
        && !activates
        && !PLACES.iter().any(|name| is_named(name) || is_set(name))
        && !mounts.into_iter().any(|mount| is_over_own(mount.value))
}
