//! Where a path leads.

use super::atoms::is_atom;

/// What kind of store a path lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Store {
    /// A volume that keeps its data, by its number.
    Volume(usize),
    /// The container's own file system and its read-only inputs: the same at the start of each run.
    Container,
    /// A path whose start is unknown (`$DIR/x`): it may lie anywhere, so nothing is blamed there.
    Unknown,
    /// What commands make outside the Pod, by kind and name: databases, buckets, routes.
    External,
}

/// A place: a path from the root of its store. The root itself is empty, others start with `/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    /// The store.
    pub(crate) store: Store,
    /// The path in it.
    pub(crate) path: String,
}

/// The kind of what a server was sent, to be made.
pub(crate) const REQUEST: &str = "request";

impl Place {
    /// Where the requests to servers are noted, each by its URL.
    pub(crate) fn of_requests() -> Self {
        Self { store: Store::External, path: format!("/{REQUEST}") }
    }

    /// The place `name` inside this one.
    pub(crate) fn join(&self, name: &str) -> Place {
        Place { store: self.store, path: format!("{}/{name}", self.path) }
    }

    /// The directory that it lies in; `None` at a root.
    pub(crate) fn parent(&self) -> Option<Place> {
        let (parent, _) = self.path.rsplit_once('/')?;
        Some(Place { store: self.store, path: parent.to_owned() })
    }

    /// Its last component; empty at a root.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(_, name)| name)
    }

    /// Whether it is `other` or lies inside.
    pub(crate) fn is_within(&self, other: &Place) -> bool {
        self.store == other.store
            && self
                .path
                .strip_prefix(other.path.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Whether one of the two lies inside the other.
    pub(crate) fn touches(&self, other: &Place) -> bool {
        self.is_within(other) || other.is_within(self)
    }
}

/// The last component of a path as written: `c` of `/a/b/c/`.
pub(crate) fn base_name(path: &str) -> &str {
    // Commands are seldom called by their paths, and asked for their names all the time.
    if !path.as_bytes().contains(&b'/') {
        return path;
    }
    let trimmed = path.trim_end_matches('/');
    trimmed.rsplit_once('/').map_or(trimmed, |(_, name)| name)
}

/// Whether `path` is `folder`, or lies below it. Both are clean, and `folder` doesn't end in `/`.
pub(crate) fn is_at_or_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// `path` made absolute against `base`, without `.`, `..` and doubled slashes. A path that starts
/// with an unknown part stays as it is: it may be absolute itself.
pub(crate) fn absolute(base: &str, path: &str) -> String {
    let is_plain =
        |path: &str| path.len() > 1 && !path.ends_with('/') && !path.contains("//") && !path.contains("/.");
    if path.starts_with('/') && is_plain(path) {
        return path.to_owned();
    }
    let rooted = path.starts_with('/') || path.starts_with(is_atom);
    let full = if rooted { path.to_owned() } else { format!("{base}/{path}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in full.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let lead = if full.starts_with(is_atom) { "" } else { "/" };
    format!("{lead}{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_made_absolute() {
        assert_eq!(absolute("/a", "b/../c//d/."), "/a/c/d");
        assert_eq!(absolute("/", "../x"), "/x");
        assert_eq!(absolute("/a", "/"), "/");
        assert_eq!(absolute("/a", "\u{F0000}/x"), "\u{F0000}/x");
        assert_eq!(absolute("\u{F0000}", "x"), "\u{F0000}/x");
    }
}
