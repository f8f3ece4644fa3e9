//! `ValidateVolumeMounts`.

use foldhash::{HashMap, HashMapExt, HashSet};

use super::super::field::Place;
use super::super::pod::Pod;
use super::super::version::{Change, Version};
use super::syntax;
use super::volumes::Volumes;
use super::{ContainerEntry, Text, Validator, Violation, first_of, may_be_true, text};
use crate::source::Span;

/// What is wrong with the mounts of an entry of `initContainers`.
#[must_use]
pub fn mounts<'d>(
    entry: &ContainerEntry<'d>,
    pod: &Pod<'d>,
    known: &Volumes<'d>,
    version: Version,
) -> Vec<Violation> {
    let container = Place::root(entry.node, "");
    let Some(list) = container.get("volumeMounts") else { return Vec::new() };
    let mut validator = Validator::new(pod, entry.span(), version);
    let mut paths = HashMap::new();
    let devices = container.get("volumeDevices").map(|devices| Devices::of(&devices));
    for mount in list.items() {
        volume(&mut validator, &mount, known);
        mount_path(&mut validator, &mount, &mut paths);
        sub_path(&mut validator, &mount);
        propagation(&mut validator, &mount, &container);
        recursive(&mut validator, &mount);
        if let Some(devices) = &devices {
            beside_devices(&mut validator, &mount, devices);
        }
    }
    validator.violations
}

/// How many of the Pod's volumes a help lists.
const NAMED: usize = 20;

fn volume<'d>(validator: &mut Validator<'_, 'd>, mount: &Place<'_, 'd>, known: &Volumes<'d>) {
    let (place, name) = match (mount.get("name"), text(mount, "name")) {
        (_, Text::Empty) => return validator.missing(mount, "name", "name the volume"),
        (Some(place), Text::Known(name)) => (place, name),
        _ => return,
    };
    let flaw = match known.find(name) {
        Err(flaw) if known.is_complete => flaw.cloned(),
        _ => return,
    };
    if let Some(flaw) = flaw {
        let problem = format!("is `{name}`, a volume that {}", flaw.problem);
        validator.push_at(&place, problem, "as good as missing".to_owned(), "correct the volume");
        if let Some(last) = validator.violations.last_mut() {
            last.labels.push((flaw.span, "the API server turns the volume away for this".to_owned()));
        }
        return;
    }
    let help = match known.names().as_slice() {
        [] => "add the volume to the Pod's `volumes`".to_owned(),
        names => {
            let listed = names.get(..NAMED.min(names.len())).unwrap_or_default().join("`, `");
            let more = if names.len() > NAMED { ", …" } else { "" };
            format!("add the volume to the Pod's `volumes`; they are `{listed}`{more}")
        }
    };
    let problem = format!("is `{name}`, and the Pod has no such volume");
    validator.push_at(&place, problem, "no volume of the Pod".to_owned(), &help);
}

/// Paths are compared as they are written.
fn mount_path<'d>(
    validator: &mut Validator<'_, 'd>,
    mount: &Place<'_, 'd>,
    paths: &mut HashMap<&'d str, Span>,
) {
    match (mount.get("mountPath"), text(mount, "mountPath")) {
        (_, Text::Empty) => validator.missing(mount, "mountPath", "say where to mount the volume"),
        (Some(place), Text::Known(path)) => {
            if let Some(first) = first_of(paths, path, place.node.span()) {
                validator.duplicate(&place, first, "a mount", "mount one volume at each path");
            }
        }
        _ => {}
    }
}

fn sub_path<'d>(validator: &mut Validator<'_, 'd>, mount: &Place<'_, 'd>) {
    for key in ["subPath", "subPathExpr"] {
        // An expression may hold `$(NAME)`, which the kubelet fills in.
        let path = mount.get(key).and_then(|place| Some((place.node.as_str()?, place)));
        if let Some((path, place)) = path
            && let Err(must) = syntax::descending_path(path)
        {
            validator.must(&place, must, "name a folder or a file inside the volume");
        }
    }
    if let Some(place) = mount.get("subPathExpr")
        && [mount.get("subPath"), mount.get("subPathExpr")].iter().all(|path| {
            path.as_ref().is_some_and(|path| path.node.as_str().is_some_and(|path| !path.is_empty()))
        })
    {
        validator.forbidden(&place, "beside `subPath`", "keep one of the two");
    }
}

fn propagation<'d>(validator: &mut Validator<'_, 'd>, mount: &Place<'_, 'd>, container: &Place<'_, 'd>) {
    validator.one_of(mount, "mountPropagation", &["None", "HostToContainer", "Bidirectional"]);
    let is_privileged =
        container.get("securityContext").is_some_and(|context| may_be_true(&context, "privileged"))
            || container.node.is_open();
    if let (Some(place), Text::Known("Bidirectional")) =
        (mount.get("mountPropagation"), text(mount, "mountPropagation"))
        && validator.is_whole
        && !is_privileged
    {
        let problem = "is `Bidirectional`, which only a privileged container may use".to_owned();
        validator.push_at(
            &place,
            problem,
            "only for privileged containers".to_owned(),
            "write `HostToContainer`",
        );
    }
}

/// `validateMountRecursiveReadOnly`.
fn recursive<'d>(validator: &mut Validator<'_, 'd>, mount: &Place<'_, 'd>) {
    let key = "recursiveReadOnly";
    let Some(place) = mount.get(key).filter(|_| validator.version.after(Change::RecursiveReadOnly)) else {
        return;
    };
    match text(mount, key) {
        Text::Known("Enabled" | "IfPossible") => {
            if validator.is_whole && !may_be_true(mount, "readOnly") {
                validator.forbidden(&place, "without `readOnly: true`", "add `readOnly: true`");
            }
            if matches!(text(mount, "mountPropagation"), Text::Known(mode) if mode != "None") {
                validator.forbidden(&place, "with mount propagation", "keep one of the two");
            }
        }
        Text::Known(_) => validator.one_of(mount, key, &["Disabled", "IfPossible", "Enabled"]),
        Text::Empty | Text::Unknown => {}
    }
}

/// The names and paths of `volumeDevices`.
struct Devices<'d> {
    names: HashSet<&'d str>,
    paths: HashSet<&'d str>,
}

impl<'d> Devices<'d> {
    fn of(list: &Place<'_, 'd>) -> Self {
        let all = |key| list.node.items().filter_map(move |device| device.get(key)?.as_str()).collect();
        Self { names: all("name"), paths: all("devicePath") }
    }
}

fn beside_devices<'d>(validator: &mut Validator<'_, 'd>, mount: &Place<'_, 'd>, devices: &Devices<'d>) {
    for (key, taken) in [("name", &devices.names), ("mountPath", &devices.paths)] {
        if let (Some(place), Text::Known(value)) = (mount.get(key), text(mount, key))
            && taken.contains(value)
        {
            let help = "a volume is either a file system or a device";
            validator.must(&place, "not be in `volumeDevices` too", help);
        }
    }
}
