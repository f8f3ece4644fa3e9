//! Which images the kustomizations of the input set: a base leaves the tag to them on purpose.

use std::collections::HashSet;

use super::kustomizations;
use crate::read::InputFile;
use crate::yaml::Node;

/// The names of images that a kustomization among `files` gives a tag or a digest (kustomize, `images`, a transformer
/// that goes by the name without tag).
#[must_use]
pub fn pinned_images(files: &[InputFile]) -> HashSet<String> {
    kustomizations(files, "images").flat_map(|(_, document)| pinned(document.root())).collect()
}

fn pinned(kustomization: Node<'_>) -> Vec<String> {
    let images = kustomization.get("images").into_iter().flat_map(Node::items);
    let sets = |image: &Node<'_>| {
        // A tag like `1.2` may be read as a number; kustomize takes its text.
        let text = |key| image.get(key).and_then(Node::text).filter(|text| !text.is_empty());
        text("digest").is_some() || text("newTag").is_some_and(|tag| tag != "latest")
    };
    images.filter(sets).filter_map(|image| Some(image.get("name")?.as_str()?.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Source};

    fn pinned_in(path: &str, text: &str) -> Vec<String> {
        let source = Source::new(FileId(0), path, text);
        let names = pinned_images(&[InputFile::new(source)]);
        let mut names: Vec<String> = names.into_iter().collect();
        names.sort();
        names
    }

    #[test]
    fn names_what_gets_a_tag_or_a_digest() {
        let text = "resources: [web.yaml]
images:
- {name: tagged, newTag: v1}
- {name: number, newTag: 1.2}
- {name: registry.example/digested, newName: x, digest: \"sha256:ab\"}
- {name: renamed, newName: y}
- {name: moving, newTag: latest}
- {newTag: v1}
- 5
";
        let expected = ["number", "registry.example/digested", "tagged"];
        assert_eq!(pinned_in("kustomization.yaml", text), expected);
        assert_eq!(pinned_in("overlays/prod/kustomization.yml", text), expected);
        assert_eq!(pinned_in("web.yaml", text), Vec::<String>::new());
        assert_eq!(pinned_in("kustomization.yaml", "images: {name: x"), Vec::<String>::new());
        assert_eq!(pinned_in("kustomization.yaml", "images: 5"), Vec::<String>::new());
    }
}
