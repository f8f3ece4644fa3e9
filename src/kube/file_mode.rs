//! The permission bits of the files that ConfigMaps and Secrets become in a volume.

use super::volume::{Volume, VolumeMount};
use crate::yaml::{Kind, Lookup, Node};

/// The permission bits of a file, and where they are written.
#[derive(Debug, Clone, Copy)]
pub struct FileMode<'d> {
    /// The bits.
    pub bits: i64,
    /// `mode` or `defaultMode`; `None` where neither is set.
    pub node: Option<Node<'d>>,
}

/// What a file gets where nothing is said (`core/v1.ConfigMapVolumeSourceDefaultMode` and its like).
const DEFAULT: i64 = 0o644;

impl<'d> FileMode<'d> {
    /// The bits of the file at the absolute `path`, which lies under `mount` of `volume`. `None` where the volume isn't
    /// made of ConfigMaps and Secrets, where it lacks the file, and where only a template knows the bits.
    #[must_use]
    pub fn of(volume: &Volume<'d>, mount: &VolumeMount<'d>, path: &str) -> Option<Self> {
        if mount.sub_path_expr.is_some() {
            return None;
        }
        let rest = path.trim_matches('/').strip_prefix(mount.mount_path?.value.trim_matches('/'))?;
        let rest = rest.trim_start_matches('/');
        let file = match mount.sub_path {
            Some(sub_path) if rest.is_empty() => sub_path.value.to_owned(),
            Some(sub_path) => format!("{}/{rest}", sub_path.value.trim_end_matches('/')),
            None => rest.to_owned(),
        };
        if let Some(source) = volume.node.get("configMap").or_else(|| volume.node.get("secret")) {
            return of_source(source, &file, Self::written(source, "defaultMode")?);
        }
        let projected = volume.node.get("projected")?;
        let default = Self::written(projected, "defaultMode")?;
        let sources: Vec<Node<'d>> = projected.get("sources")?.items().collect();
        // A later source wins a file name.
        sources.into_iter().rev().find_map(|source| {
            let source = source.get("configMap").or_else(|| source.get("secret"))?;
            of_source(source, &file, default)
        })
    }

    /// What `key` of `map` says; the default where it is left out, `None` where it can't be read.
    fn written(map: Node<'d>, key: &str) -> Option<Self> {
        let default = Self { bits: DEFAULT, node: None };
        match map.lookup(key) {
            Lookup::Absent => Some(default),
            Lookup::Unknown => None,
            Lookup::Present(node) => match node.kind() {
                Kind::Int(bits) => Some(Self { bits, node: Some(node) }),
                Kind::Null => Some(default),
                _ => None,
            },
        }
    }

    /// Whether anybody may run the file: without a bit for it not even root may (execve(2)).
    #[must_use]
    pub fn is_executable(self) -> bool {
        self.bits & 0o111 != 0
    }
}

fn of_source<'d>(source: Node<'d>, file: &str, default: FileMode<'d>) -> Option<FileMode<'d>> {
    let Some(items) = source.get("items") else { return Some(default) };
    let is_it = |item: &Node<'d>| {
        item.get("path").and_then(Node::as_str).is_some_and(|path| path.trim_matches('/') == file)
    };
    let mode = FileMode::written(items.items().find(is_it)?, "mode")?;
    Some(if mode.node.is_some() { mode } else { default })
}
