//! Globs of paths, which mean what they say relative to one folder.

use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::path_text::normal;

/// The most globs of one list: they are matched as one automaton, which many wild ones make large.
pub const MAX_GLOBS: usize = 1000;

/// The longest glob (bytes).
const MAX_LENGTH: usize = 1024;

/// Globs as a folder's owner writes them: `vendor/`, `**/*.gen.yaml`. `*` stops at a slash. What
/// matches a folder matches all that is in it.
#[derive(Debug, Clone, Default)]
pub struct Globs {
    set: GlobSet,
    place: Place,
}

/// Where globs are written and where paths are read, both absolute; empty for texts in memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The folder that globs are relative to.
    pub base: PathBuf,
    /// The folder that paths are relative to: where initlint was started.
    pub here: PathBuf,
}

impl Globs {
    /// The globs `globs`.
    ///
    /// # Errors
    /// The first that isn't a glob, and why.
    pub fn new<'g>(place: Place, globs: impl IntoIterator<Item = &'g str>) -> Result<Self, String> {
        Self::build(place, globs, false)
    }

    /// The globs `globs` of kinds and names, in which case doesn't count: `deployment/web` is how kubectl writes one.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn of_names<'g>(globs: impl IntoIterator<Item = &'g str>) -> Result<Self, String> {
        Self::build(Place::default(), globs, true)
    }

    fn build<'g>(
        place: Place,
        globs: impl IntoIterator<Item = &'g str>,
        ignores_case: bool,
    ) -> Result<Self, String> {
        let mut set = GlobSetBuilder::new();
        for glob in globs {
            let glob = glob.strip_prefix("./").unwrap_or(glob).trim_end_matches('/');
            if glob.len() > MAX_LENGTH {
                return Err(format!("a glob has at most {MAX_LENGTH} bytes"));
            }
            for glob in [glob.to_owned(), format!("{glob}/**")] {
                let built =
                    GlobBuilder::new(&glob).literal_separator(true).case_insensitive(ignores_case).build();
                set.add(built.map_err(|error| format!("`{glob}` is no glob: {}", error.kind()))?);
            }
        }
        Ok(Self { set: set.build().map_err(|_| "the globs are too large together".to_owned())?, place })
    }

    /// Whether `path`, written relative to where initlint was started or absolute, matches one.
    #[must_use]
    pub fn matches(&self, path: &Path) -> bool {
        if self.set.is_empty() {
            return false;
        }
        let absolute = normal(&self.place.here.join(path));
        match absolute.strip_prefix(&self.place.base) {
            Ok(inside) => self.set.is_match(inside) || self.set.is_match(&absolute),
            Err(_) => self.set.is_match(&absolute),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(base: &str, here: &str, glob: &str, path: &str) -> bool {
        let place = Place { base: base.into(), here: here.into() };
        Globs::new(place, [glob]).unwrap().matches(Path::new(path))
    }

    #[test]
    fn globs_are_relative_to_their_folder_and_paths_to_where_one_stands() {
        assert!(matches("/repo", "/repo", "vendor/", "vendor/a/b.yaml"));
        assert!(matches("/repo", "/repo", "vendor", "./vendor/b.yaml"));
        assert!(matches("/repo", "/repo/deploy", "deploy/*.yaml", "a.yaml"));
        assert!(matches("/repo", "/repo/deploy", "base/*.yaml", "../base/a.yaml"));
        assert!(matches("/repo", "/elsewhere", "base/*.yaml", "/repo/base/a.yaml"));
        assert!(matches("", "", "**/*.gen.yaml", "a/b.gen.yaml"));
        assert!(!matches("/repo", "/repo/deploy", "*.yaml", "a.yaml"), "that is the base's own `*.yaml`");
        assert!(!matches("/repo", "/repo", "*.yaml", "a/b.yaml"), "a star stops at a slash");
        assert!(!matches("/repo", "/repo", "vendor", "vendored/b.yaml"));
        assert!(!matches("/repo", "/elsewhere", "*.yaml", "a.yaml"));
    }

    #[test]
    fn what_is_no_glob_is_told() {
        assert!(Globs::new(Place::default(), ["a[b"]).unwrap_err().starts_with("`a[b` is no glob: "));
    }
}
