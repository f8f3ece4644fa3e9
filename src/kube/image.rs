//! Image references, as the kubelet takes them apart.

/// An image reference: `registry:5000/team/app:1.2@sha256:…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Image<'d> {
    /// As it was written.
    pub reference: &'d str,
    /// What stands before the tag: `registry:5000/team/app`.
    pub repository: &'d str,
    /// The tag, where one is written.
    pub tag: Option<&'d str>,
    /// The digest, where one is written: `sha256:…`.
    pub digest: Option<&'d str>,
}

impl<'d> Image<'d> {
    /// Takes `reference` apart; it isn't validated (`distribution/reference`, `util/parsers.ParseImageName`).
    #[must_use]
    pub fn parse(reference: &'d str) -> Self {
        let (name, digest) = match reference.split_once('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (reference, None),
        };
        // A colon before the last slash belongs to the registry's port.
        let (repository, tag) = match name.rsplit_once(':') {
            Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
            _ => (name, None),
        };
        Self { reference, repository, tag, digest }
    }

    /// The last part of the repository: `app` of `registry:5000/team/app`.
    #[must_use]
    pub fn name(&self) -> &'d str {
        self.repository.rsplit('/').next().unwrap_or(self.repository)
    }

    /// Whether another tool fills the image in before the API server sees it: text that is no reference (`$(IMAGE)`,
    /// `${REGISTRY}/web`, `<registry>/web`, `REPLACE_ME`: a repository is in lower case) stands for one, and `ko` writes
    /// what it has built.
    #[must_use]
    pub fn is_placeholder(&self) -> bool {
        let is_of_reference = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/:@".contains(&byte);
        self.name().is_empty()
            || self.reference.starts_with("ko://")
            || !self.reference.bytes().all(is_of_reference)
            || self.repository.bytes().any(|byte| byte.is_ascii_uppercase())
    }

    /// Whether the reference names whatever is newest: the tag `latest`, or neither tag nor digest.
    #[must_use]
    pub fn is_latest(&self) -> bool {
        self.digest.is_none() && self.tag.is_none_or(|tag| tag == "latest")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_references_apart() {
        let parts = |text| {
            let image = Image::parse(text);
            (image.repository, image.name(), image.tag, image.digest, image.is_latest())
        };
        assert_eq!(parts("busybox"), ("busybox", "busybox", None, None, true));
        assert_eq!(parts("busybox:1.36"), ("busybox", "busybox", Some("1.36"), None, false));
        assert_eq!(parts("r:5000/t/app"), ("r:5000/t/app", "app", None, None, true));
        assert_eq!(parts("r:5000/t/app:latest"), ("r:5000/t/app", "app", Some("latest"), None, true));
        assert_eq!(parts("a/b@sha256:ab"), ("a/b", "b", None, Some("sha256:ab"), false));
        assert_eq!(parts("a/b:latest@sha256:ab"), ("a/b", "b", Some("latest"), Some("sha256:ab"), false));
        assert_eq!(parts(""), ("", "", None, None, true));
    }

    #[test]
    fn what_is_filled_in_later_is_no_reference() {
        let placeholders = [
            "$(IMAGE)",
            "${REGISTRY}/web:1",
            "<registry>/web",
            "REPLACE_ME",
            "ko://example.com/cmd",
            "",
            "web:$TAG",
        ];
        for text in placeholders {
            assert!(Image::parse(text).is_placeholder(), "{text}");
        }
        for text in ["web", "r:5000/t/app:V1.2", "a/b@sha256:ab", "localhost/under_score-x.y:latest"] {
            assert!(!Image::parse(text).is_placeholder(), "{text}");
        }
    }
}
