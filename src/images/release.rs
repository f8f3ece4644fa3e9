//! Which release of Debian, Ubuntu or busybox an image is made of, where its tag says so.

use super::reference;
use crate::kube::image::Image;

/// Releases whose dash doesn't know `set -o pipefail`, which came with Debian's 0.5.12-7: trixie has it, Ubuntu 24.04
/// doesn't.
const WITHOUT_PIPEFAIL: [&str; 14] = [
    "jessie", "stretch", "buster", "bullseye", "bookworm", "trusty", "xenial", "bionic", "focal", "jammy",
    "kinetic", "lunar", "mantic", "noble",
];

/// Whether dash, where it is the `sh` of `image`, may know `set -o pipefail`: `false` only where the tag names a release
/// that hasn't it.
#[must_use]
pub fn dash_has_pipefail(image: &Image<'_>) -> bool {
    let Some(tag) = image.tag else { return true };
    let is_named = tag.split(['-', '.']).any(|word| WITHOUT_PIPEFAIL.contains(&word));
    let number = tag.split(['-', '.']).next().and_then(|number| number.parse::<u32>().ok());
    let is_old = match image.name() {
        "debian" => number.is_some_and(|number| number <= 12),
        "ubuntu" => number.is_some_and(|number| number <= 24),
        // `16.4-debian-12-r3`.
        _ => tag.contains("-debian-10") || tag.contains("-debian-11") || tag.contains("-debian-12"),
    };
    !(is_named || is_old)
}

/// Whether `image` is a busybox whose `nslookup` asks for a name as it stands, without the search list of
/// `resolv.conf`: from 1.29 on, so in the newest, too.
#[must_use]
pub fn passes_over_search_list(image: &Image<'_>) -> bool {
    if !reference::names(&["library/busybox"], image) {
        return false;
    }
    let Some(tag) = image.tag else { return image.digest.is_none() };
    let mut numbers = tag.split(['.', '-']).map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(1)), Some(Ok(minor))) => minor >= 29,
        // `1` and `latest` are the newest.
        (Some(Ok(1)), _) => true,
        _ => matches!(tag, "latest" | "stable" | "musl" | "glibc" | "uclibc" | "unstable"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_names_the_release() {
        let has = |reference| dash_has_pipefail(&Image::parse(reference));
        for old in [
            "debian:12",
            "debian:bookworm-slim",
            "debian:11.9-slim",
            "ubuntu:24.04",
            "ubuntu:jammy",
            "python:3.12-slim-bookworm",
            "bitnami/postgresql:16.4.0-debian-12-r3",
        ] {
            assert!(!has(old), "{old}");
        }
        for other in
            ["debian", "debian:13", "debian:trixie", "ubuntu:26.04", "python:3.12", "debian@sha256:ab"]
        {
            assert!(has(other), "{other}");
        }
    }
}
