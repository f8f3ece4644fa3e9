//! Which images the kustomizations of the input set: a base leaves the tag to them on purpose.

use foldhash::{HashMap, HashMapExt, HashSet};

use super::kustomizations;
use crate::read::InputFile;
use crate::source::FileId;
use crate::yaml::Node;

/// The names of images to which kustomizations among `files` give a tag or a digest (kustomize, `images`, a transformer
/// that goes by the name without tag), and which kustomizations do.
#[must_use]
pub fn pinned_images(files: &[InputFile]) -> HashMap<String, Vec<FileId>> {
    let mut all: HashMap<String, Vec<FileId>> = HashMap::new();
    for (source, document) in kustomizations(files, "images") {
        for name in pinned(document.root()) {
            all.entry(name).or_default().push(source.id);
        }
    }
    all
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

/// The names of containers, and of objects, whose images a replacement of a kustomization among `files` sets. The object's
/// is empty where the replacement doesn't go by it.
#[must_use]
pub fn replaced_images(files: &[InputFile]) -> HashSet<(String, String)> {
    kustomizations(files, "replacements").flat_map(|(_, document)| replaced(document.root())).collect()
}

fn replaced(kustomization: Node<'_>) -> Vec<(String, String)> {
    let targets = list(kustomization, "replacements").flat_map(|replacement| list(replacement, "targets"));
    let mut found = Vec::new();
    for target in targets {
        let object = target.at("/select/name").and_then(Node::as_str).unwrap_or_default();
        for path in list(target, "fieldPaths").filter_map(Node::as_str) {
            found.extend(container_of(path).map(|container| (container.to_owned(), object.to_owned())));
        }
    }
    found
}

fn list<'d>(node: Node<'d>, key: &str) -> impl Iterator<Item = Node<'d>> + use<'d> {
    node.get(key).into_iter().flat_map(Node::items)
}

/// The container in `spec.template.spec.initContainers.[name=migrate].image`.
fn container_of(path: &str) -> Option<&str> {
    let (_, name) = path.strip_suffix("].image")?.rsplit_once("ontainers.[name=")?;
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    #[test]
    fn replacements_set_images_of_containers() {
        let text = "replacements:
- source: {kind: ConfigMap, name: images, fieldPath: data.tool}
  targets:
  - select: {kind: Deployment, name: web}
    fieldPaths: ['spec.template.spec.initContainers.[name=seed].image', 'spec.replicas']
  - select: {kind: Job}
    fieldPaths: ['spec.template.spec.containers.[name=app].image']
- path: other.yaml
";
        let source = Source::new(FileId(0), "kustomization.yaml", text);
        let replaced = replaced_images(&[InputFile::new(source)]);
        let expected = [("seed", "web"), ("app", "")].map(|(one, other)| (one.to_owned(), other.to_owned()));
        assert_eq!(replaced, HashSet::from_iter(expected));
    }

    fn pinned_in(path: &str, text: &str) -> Vec<String> {
        let source = Source::new(FileId(0), path, text);
        let mut names: Vec<String> = pinned_images(&[InputFile::new(source)]).into_keys().collect();
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
