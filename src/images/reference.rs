//! From an image's reference to its row.

use std::sync::LazyLock;

use foldhash::{HashMap, HashMapExt};

use super::{KNOWN, KnownImage, Tags};
use crate::kube::image::Image;

/// The rows by the last element of each of their names, in the order of the table.
static BY_LAST: LazyLock<HashMap<&str, Vec<&KnownImage>>> = LazyLock::new(|| {
    let mut rows: HashMap<&str, Vec<&KnownImage>> = HashMap::new();
    for row in KNOWN {
        for name in row.names {
            rows.entry(last_of(name)).or_default().push(row);
        }
    }
    rows
});

/// Docker Hub's hosts.
const HUB: [&str; 3] = ["docker.io", "index.docker.io", "registry-1.docker.io"];

/// What is known of `image`: a known one by its name, or a mirror of it, which is a host, folders of its own and the
/// whole canonical path (`harbor.example/hub/library/busybox`). The last element of a name alone proves nothing.
#[must_use]
pub(crate) fn find(image: &Image<'_>) -> Option<&'static KnownImage> {
    let rows = BY_LAST.get(last_of(image.repository)).into_iter().flatten().copied();
    let mut rows = rows.filter(|row| names(row.names, image));
    match image.tag {
        Some(tag) => rows.find(|row| row.tags.cover(tag)).filter(|_| !is_windows(tag)),
        // A digest alone may be of any variant.
        None if image.digest.is_some() => {
            let first = rows.next()?;
            (first.tags == Tags::Any).then_some(first)
        }
        None => rows.find(|row| row.tags.cover("latest")),
    }
}

/// Whether one of `known` names is the image's, or what it mirrors.
pub(super) fn names(known: &[&str], image: &Image<'_>) -> bool {
    let last = last_of(image.repository);
    // Both end in one word, or aren't the same; most names are ruled out by that.
    known.iter().any(|name| name.ends_with(last) && is_or_mirrors(image.repository, name))
}

/// The last element of a repository.
fn last_of(repository: &str) -> &str {
    repository.rsplit('/').next().unwrap_or("")
}

fn is_windows(tag: &str) -> bool {
    tag.contains("windows") || tag.contains("nanoserver")
}

/// Whether `repository` is the one that the table calls `name`, or a mirror of it.
fn is_or_mirrors(repository: &str, name: &str) -> bool {
    let (host, path) = split(repository);
    match split(name) {
        (None, known) => match host {
            Some(host) if HUB.contains(&host) => is_on_hub(path, known),
            Some(_) => ends_with_path(path, known),
            None => is_on_hub(path, known),
        },
        (Some(known_host), known) => match host {
            Some(host) => {
                host == known_host && path == known
                    || ends_with_path(path, known)
                    || ends_with_path(path, name)
            }
            None => false,
        },
    }
}

/// The registry and the path on it. As everywhere, a first element with a dot or a port is a host.
fn split(repository: &str) -> (Option<&str>, &str) {
    match repository.split_once('/') {
        Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => (Some(host), path),
        _ => (None, repository),
    }
}

/// Docker Hub's own images need no folder.
fn is_on_hub(path: &str, known: &str) -> bool {
    path == known || known.strip_prefix("library/") == Some(path)
}

/// Whether `path` ends with all elements of `known`, which are at least two.
fn ends_with_path(path: &str, known: &str) -> bool {
    let folders = path.strip_suffix(known);
    known.contains('/') && folders.is_some_and(|folders| folders.is_empty() || folders.ends_with('/'))
}

impl Tags {
    /// Whether `tag` is one of them.
    fn cover(self, tag: &str) -> bool {
        match self {
            Self::Any => true,
            Self::With(words) => tag.split('-').any(|part| {
                words.iter().any(|word| {
                    let rest = part.strip_prefix(word);
                    rest.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
                })
            }),
            Self::Major(versions) => {
                let number = tag.split(['.', '-']).next().and_then(|first| first.parse().ok());
                number.is_some_and(|number: u32| versions.contains(&number))
            }
            Self::Since(major, minor) => {
                let mut numbers = tag.split(['.', '-']).map(str::parse);
                match (numbers.next(), numbers.next()) {
                    (Some(Ok(own)), Some(Ok(second))) => (own, second) >= (major, minor),
                    // `1` is the newest.
                    (Some(Ok(own)), _) => own >= major,
                    _ => true,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::images::{Sh, User};

    fn found(reference: &str) -> Option<&'static KnownImage> {
        find(&Image::parse(reference))
    }

    #[test]
    fn each_row_is_found_by_its_names_and_their_mirrors() {
        for row in KNOWN {
            let tag = match row.tags {
                Tags::Any => "1.2.3".to_owned(),
                Tags::With(words) => format!("1-{}", words.first().unwrap()),
                Tags::Major(versions) => format!("{}.1", versions.first().unwrap()),
                Tags::Since(major, minor) => format!("{major}.{minor}"),
            };
            for name in row.names {
                let (_, path) = split(name);
                assert_eq!(found(&format!("{name}:{tag}")), Some(row), "{name}:{tag}");
                if path.contains('/') {
                    for mirror in ["harbor.example/", "localhost:5000/", "r.example/proxy/hub/"] {
                        assert_eq!(
                            found(&format!("{mirror}{path}:{tag}")),
                            Some(row),
                            "{mirror}{path}:{tag}"
                        );
                    }
                }
                let whole = format!("r.example/{name}:{tag}");
                assert_eq!(found(&whole), Some(row), "{whole}");
            }
        }
    }

    #[test]
    fn names_that_only_look_alike_are_unknown() {
        for reference in [
            "mybusybox",
            "busybox2:1",
            "foo/busybox:1.36",
            "registry.example/busybox:1.36",
            "registry.example/team/busybox:1.36",
            "foo/library/busybox",
            "registry.example/mylibrary/busybox",
            "bitnami/kubectl-extra:1",
            "mybitnami/kubectl:1",
            "registry.example/kubectl",
            "kubectl",
            "docker.io/kubectl",
            "quay.io/argoproj/argocd-extra",
            "argoproj/argocd",
            "golang:1.22-windowsservercore",
            "",
            "/",
            "docker.io/",
        ] {
            assert_eq!(found(reference), None, "{reference}");
        }
    }

    #[test]
    fn tags_tell_variants() {
        let sh = |reference| found(reference).map(|image| image.sh);
        assert_eq!(sh("python:3.12"), Some(Sh::Dash));
        assert_eq!(sh("python:3.12-alpine3.19"), Some(Sh::Ash));
        assert_eq!(sh("postgres:alpine"), Some(Sh::Ash));
        assert_eq!(sh("mysql:8.4"), Some(Sh::Bash));
        assert_eq!(sh("mysql:5.6"), None);
        assert_eq!(sh("gcr.io/distroless/static:debug-nonroot"), Some(Sh::Ash));
        assert_eq!(sh("gcr.io/distroless/static"), Some(Sh::None));
        // Which variant a digest is of, nobody can tell.
        assert_eq!(sh("python@sha256:ab"), None);
        assert_eq!(sh("busybox@sha256:ab"), Some(Sh::Ash));
        assert_eq!(found("python:3.12-slim").and_then(|image| image.has("curl")), Some(false));
        assert_eq!(found("python:3.12").and_then(|image| image.has("curl")), Some(true));
        assert_eq!(found("curlimages/curl:8").map(|image| image.user), Some(User::Name("curl_user")));
    }
}
