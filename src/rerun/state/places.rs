//! Where a path leads: through mounts, into volumes.

use super::atoms::{Atom, Atoms, is_atom};
pub(in crate::rerun) use crate::commands::world::place::{Place, Store, absolute, base_name};
use crate::rerun::{Container, Entries, Lifetime, Mount};

/// A container's mounts.
#[derive(Debug, Clone)]
pub(in crate::rerun) struct Mounts {
    /// The longest mount path first.
    list: Vec<Mounted>,
    /// The programs of other containers that lie in volumes.
    running: Vec<Place>,
}

#[derive(Debug, Clone)]
struct Mounted {
    /// Where it is mounted: no slash at the end, empty for the root.
    at: String,
    /// What is mounted there; `None` for an input such as a `ConfigMap`.
    root: Option<Place>,
    read_only: bool,
    /// Whether later Pods meet what is written there.
    outlives_pod: bool,
    /// A volume that the container may fill for those behind it, and that no second run meets as it was.
    passed_on: Option<usize>,
    /// An input's `subPath` names one of its files.
    one_file: bool,
    /// What is known of the files of a `ConfigMap` or Secret.
    entries: Option<Entries>,
}

impl Mounts {
    /// The mounts of `container`, and what is known of what lies there.
    pub(in crate::rerun) fn of(container: &Container, atoms: &mut Atoms) -> Self {
        let lasts = container.lasts();
        let mut told = |mounts: &[Mount]| -> Vec<Mount> {
            let told = |mount: &Mount| Mount { path: told(&mount.path, atoms), ..mount.clone() };
            mounts.iter().map(told).collect()
        };
        let mut mounts = Self::new(&told(&container.mounts), lasts);
        let running = container.running.iter().map(|it| (Self::new(&told(&it.mounts), lasts), &it.path));
        let places = running.map(|(mounts, path)| mounts.locate(path));
        mounts.running = places.filter(|place| matches!(place.store, Store::Volume(_))).collect();
        for mounted in &mut mounts.list {
            let of_it = |(path, _): &(&String, &Entries)| {
                trimmed(absolute("", &self::told(path, atoms))) == mounted.at
            };
            mounted.entries = container.entries.iter().find(of_it).map(|(_, entries)| *entries);
        }
        mounts
    }

    /// The table for `mounts`. Of two at one path the last wins, as in the kubelet.
    ///
    /// A volume that lasts less than `lasts` is taken for an input: no second run meets what is written there.
    pub(in crate::rerun) fn new(mounts: &[Mount], lasts: Lifetime) -> Self {
        let mut list: Vec<Mounted> = mounts.iter().rev().map(|mount| Mounted::new(mount, lasts)).collect();
        list.sort_by_key(|mounted| std::cmp::Reverse(mounted.at.len()));
        Self { list, running: Vec::new() }
    }

    /// The place of an absolute path, symbolic links left aside.
    pub(in crate::rerun) fn locate(&self, path: &str) -> Place {
        let path = if path == "/" { "" } else { path };
        for mounted in &self.list {
            let Some(rest) = path.strip_prefix(mounted.at.as_str()) else { continue };
            if !(rest.is_empty() || rest.starts_with('/')) {
                continue;
            }
            return match &mounted.root {
                Some(root) if !is_kernel_file(path) => {
                    Place { store: root.store, path: format!("{}{rest}", root.path) }
                }
                _ => Place { store: Store::Container, path: path.to_owned() },
            };
        }
        if path.starts_with(is_atom) {
            return Place { store: Store::Unknown, path: format!("/{path}") };
        }
        Place { store: Store::Container, path: path.to_owned() }
    }

    /// The path by which the container sees `place`.
    pub(in crate::rerun) fn show(&self, place: &Place) -> String {
        let seen = self.list.iter().find_map(|mounted| {
            let root = mounted.root.as_ref()?;
            place
                .is_within(root)
                .then(|| format!("{}{}", mounted.at, place.path.get(root.path.len()..).unwrap_or_default()))
        });
        let path = seen.unwrap_or_else(|| place.path.clone());
        match (place.store, path.as_str()) {
            (Store::Unknown, _) => path.trim_start_matches('/').to_owned(),
            (_, "") => "/".to_owned(),
            _ => path,
        }
    }

    /// Whether the container may write there.
    pub(in crate::rerun) fn writable(&self, place: &Place) -> bool {
        if !matches!(place.store, Store::Volume(_)) {
            return true;
        }
        let mut over = self.list.iter().filter(|m| m.root.as_ref().is_some_and(|root| place.is_within(root)));
        over.any(|mounted| !mounted.read_only)
    }

    /// Whether later Pods meet what is written there.
    pub(in crate::rerun) fn outlives_pod(&self, place: &Place) -> bool {
        let within = |mounted: &Mounted| mounted.root.as_ref().is_some_and(|root| place.is_within(root));
        self.list.iter().any(|mounted| mounted.outlives_pod && within(mounted))
    }

    /// Where inputs are mounted, and whether as one file.
    pub(in crate::rerun) fn inputs(&self) -> impl Iterator<Item = (&str, bool)> {
        let inputs = self.list.iter().filter(|mounted| mounted.root.is_none());
        inputs.map(|mounted| (mounted.at.as_str(), mounted.one_file))
    }

    /// The volumes that it may fill for the containers behind it, and that each of its runs finds empty.
    pub(in crate::rerun) fn passed_on(&self) -> impl Iterator<Item = usize> {
        self.list.iter().filter(|mounted| !mounted.read_only).filter_map(|mounted| mounted.passed_on)
    }

    /// Where it mounts those of `volumes` that earlier containers fill anew before each of its runs.
    pub(in crate::rerun) fn taken_over(&self, volumes: &[usize]) -> Vec<&str> {
        let is_one = |mounted: &&Mounted| mounted.passed_on.is_some_and(|it| volumes.contains(&it));
        let taken = self.list.iter().filter(|mounted| !mounted.one_file).filter(is_one);
        taken.map(|mounted| mounted.at.as_str()).collect()
    }

    /// Whether a second run meets anything that it wrote.
    pub(in crate::rerun) fn keep_any(&self) -> bool {
        self.list.iter().any(|mounted| mounted.root.is_some())
    }

    /// What is known of the file at `place`, where that is an entry of a `ConfigMap` or Secret.
    pub(in crate::rerun) fn entry(&self, place: &Place) -> Option<Entries> {
        let (folder, _) = place.path.rsplit_once('/').filter(|_| place.store == Store::Container)?;
        let is_there = |mounted: &&Mounted| {
            mounted.root.is_none() && mounted.at == if mounted.one_file { &place.path } else { folder }
        };
        self.list.iter().find(is_there)?.entries
    }

    /// Whether the kubelet keeps a `ConfigMap`, Secret or projected volume at `place`, or one of its files: as links, but
    /// for what `subPath` names.
    pub(in crate::rerun) fn has_links(&self, place: &Place) -> bool {
        let folder = place.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let is_it = |mounted: &&Mounted| {
            mounted.root.is_none() && (mounted.at == place.path || !folder.is_empty() && mounted.at == folder)
        };
        let mut mounts = self.list.iter().filter(|_| place.store == Store::Container);
        mounts.find(is_it).is_some_and(|mounted| mounted.entries.is_some() && !mounted.one_file)
    }

    /// Whether another container runs the file at `place` as its program.
    pub(in crate::rerun) fn is_running(&self, place: &Place) -> bool {
        self.running.contains(place)
    }

    /// What is mounted by `subPath`: the kubelet makes each as a directory where it is missing
    /// (`pkg/volume/util/subpath`, `SafeMakeDir`).
    pub(in crate::rerun) fn sub_paths(&self) -> impl Iterator<Item = &Place> {
        let roots = self.list.iter().filter_map(|mounted| mounted.root.as_ref());
        roots.filter(|root| !root.path.is_empty())
    }

    /// Whether something is mounted exactly there.
    pub(in crate::rerun) fn is_mount_point(&self, place: &Place) -> bool {
        self.list.iter().any(|mounted| mounted.root.as_ref() == Some(place))
    }
}

impl Mounted {
    fn new(mount: &Mount, lasts: Lifetime) -> Self {
        let at = absolute("", &mount.path);
        let sub_path = mount.sub_path.as_deref().map(|sub| absolute("", &format!("/{sub}")));
        let sub_path = sub_path.unwrap_or_default();
        let root = Place { store: Store::Volume(mount.volume), path: trimmed(sub_path) };
        Self {
            at: trimmed(at),
            root: (mount.life >= lasts).then_some(root),
            read_only: mount.read_only,
            outlives_pod: mount.life == Lifetime::Persistent,
            passed_on: (mount.life == Lifetime::Pod && mount.life < lasts).then_some(mount.volume),
            one_file: mount.sub_path.is_some(),
            entries: None,
        }
    }
}

/// The path of a mount as a script comes to it, where the name of an unknown variable stands for its value.
fn told(path: &str, atoms: &mut Atoms) -> String {
    let mut value = |name: char| {
        let (key, shown) = (format!("env:{name}"), String::from(name));
        atoms.intern(Atom { never_empty: true, ..Atom::new(key, shown) })
    };
    path.chars().map(|char| if is_atom(char) { value(char) } else { char }).collect()
}

fn trimmed(path: String) -> String {
    if path == "/" { String::new() } else { path }
}

/// Files of the kernel, which writes configure: a host's `/proc` mounted somewhere keeps no data.
/// `/sys/fs` has real file systems below it.
fn is_kernel_file(path: &str) -> bool {
    let mut parts = path.split('/').skip(1);
    let (first, second, third) = (parts.next(), parts.next(), parts.next());
    let of_kernel = |first: Option<&str>, second: Option<&str>| match first {
        Some("proc" | "dev") => true,
        Some("sys") => second.is_some_and(|name| name != "fs"),
        _ => false,
    };
    of_kernel(first, second) || of_kernel(second, third)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mounts() -> Mounts {
        let mount = |path: &str, volume, sub_path: Option<&str>| Mount {
            path: path.into(),
            volume,
            sub_path: sub_path.map(Into::into),
            read_only: false,
            life: Lifetime::Pod,
        };
        let list = [
            mount("/data/", 0, None),
            mount("/data/cache", 1, Some("a/b")),
            Mount { life: Lifetime::Run, ..mount("/data/config", 2, None) },
            mount("/host", 3, None),
        ];
        Mounts::new(&list, Lifetime::Pod)
    }

    fn kept(volume: usize, path: &str) -> Place {
        Place { store: Store::Volume(volume), path: path.into() }
    }

    #[test]
    fn the_longest_mount_path_wins() {
        assert_eq!(mounts().locate("/data"), kept(0, ""));
        assert_eq!(mounts().locate("/data/x"), kept(0, "/x"));
        assert_eq!(mounts().locate("/data/cache/x"), kept(1, "/a/b/x"));
        assert_eq!(mounts().locate("/database").store, Store::Container);
        assert_eq!(mounts().locate("/data/config/x").store, Store::Container);
        assert_eq!(mounts().show(&kept(1, "/a/b/x")), "/data/cache/x");
    }

    #[test]
    fn kernel_files_keep_nothing() {
        assert_eq!(mounts().locate("/host/proc/sys/x").store, Store::Container);
        assert_eq!(mounts().locate("/host/etc/x"), kept(3, "/etc/x"));
        assert_eq!(mounts().locate("/proc/x").store, Store::Container);
    }
}
