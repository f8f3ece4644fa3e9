//! `images`: the name, tag or digest that a kustomization gives to images (kustomize, `imagetag`).

use super::resource::Resource;
use super::selector::Pattern;
use crate::yaml::{Field, Value};

/// What may follow an image's name (kustomize, `image.IsImageMatched`).
const SUFFIX: &str = r"(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?";

/// How deep containers are looked for.
const MAX_DEPTH: usize = crate::yaml::MAX_DEPTH;

/// Those of `resources` that have lists of containers.
pub(super) fn with_containers(resources: &mut [Resource]) -> Vec<&mut Resource> {
    let has_any = |resource: &&mut Resource| {
        resource.kind() != "CustomResourceDefinition" && has_containers(&resource.value, 0)
    };
    resources.iter_mut().filter(has_any).collect()
}

fn has_containers(value: &Value, depth: usize) -> bool {
    let is_one = |field: &Field| is_container_list(field.name()) || has_containers(&field.value, depth + 1);
    depth <= MAX_DEPTH
        && (value.fields().iter().any(is_one)
            || value.items().iter().any(|item| has_containers(item, depth + 1)))
}

/// Sets what `entry` of `images` says, in all lists of containers.
pub(super) fn apply(entry: &Value, resources: &mut [&mut Resource]) {
    let text = |key| entry.get(key).and_then(Value::text).filter(|text| !text.is_empty());
    let Some(selected) = text("name").and_then(Selected::by) else { return };
    let change = Change {
        selected,
        name: text("newName"),
        tag: text("newTag"),
        digest: text("digest"),
        tag_suffix: text("tagSuffix"),
        place: ["newTag", "digest", "tagSuffix"].into_iter().find_map(|key| entry.get(key)),
    };
    for resource in resources {
        if change.concerns(&resource.value, 0) {
            change.walk(&mut resource.value, 0);
        }
    }
}

struct Change<'a> {
    selected: Selected<'a>,
    name: Option<&'a str>,
    tag: Option<&'a str>,
    digest: Option<&'a str>,
    tag_suffix: Option<&'a str>,
    /// Where the tag is written, if not in the container.
    place: Option<&'a Value>,
}

/// The images that an entry's `name` selects. It is part of an expression.
enum Selected<'a> {
    /// By a name in which nothing but a point means anything but itself: nearly all are such, and an expression takes longer
    /// to build than to match all images of a build.
    Name(&'a str),
    Expression(Pattern),
}

impl<'a> Selected<'a> {
    /// By `name`; `None` where that is no expression, which selects nothing.
    fn by(name: &'a str) -> Option<Self> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | ':' | '@' | '.');
        if name.chars().all(is_plain) {
            return Some(Self::Name(name));
        }
        Pattern::anchored(&format!("{name}{SUFFIX}")).map(Self::Expression)
    }

    fn has(&self, image: &str) -> bool {
        match self {
            Self::Name(name) => is_of_name(image, name),
            Self::Expression(pattern) => pattern.matches(image),
        }
    }
}

/// Whether `image` is `name`, of which a point is any character but a line break, with what [`SUFFIX`] lets follow.
fn is_of_name(image: &str, name: &str) -> bool {
    let mut rest = image.chars();
    let is_alike = |wanted: char| rest.next().is_some_and(|c| c == wanted || wanted == '.' && c != '\n');
    if !name.chars().all(is_alike) {
        return false;
    }
    without(without(rest.as_str(), ":"), "@sha256:").is_empty()
}

/// `text` without `mark` and the characters of a tag or a digest behind it, where it starts with `mark`.
fn without<'t>(text: &'t str, mark: &str) -> &'t str {
    let is_of_tag = |c: char| c.is_ascii_alphanumeric() || "_.{}-".contains(c);
    text.strip_prefix(mark).map_or(text, |rest| rest.trim_start_matches(is_of_tag))
}

fn is_container_list(key: &str) -> bool {
    matches!(key, "containers" | "initContainers" | "ephemeralContainers")
}

impl Change<'_> {
    /// Whether it changes anything in `value`: what is walked to be changed is copied.
    fn concerns(&self, value: &Value, depth: usize) -> bool {
        let sets = |container: &Value| {
            let image = container.get("image").and_then(Value::text);
            image.is_some_and(|image| self.selected.has(image))
        };
        depth <= MAX_DEPTH
            && (value.fields().iter().any(|Field { value, .. }| self.concerns(value, depth + 1))
                || value
                    .fields()
                    .iter()
                    .any(|field| is_container_list(field.name()) && field.value.items().iter().any(sets))
                || value.items().iter().any(|item| self.concerns(item, depth + 1)))
    }

    fn walk(&self, value: &mut Value, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        for (key, value) in value.values_mut() {
            let is_list = is_container_list(key);
            self.walk(value, depth + 1);
            if is_list {
                value.items_mut().into_iter().flatten().for_each(|container| self.set(container));
            }
        }
        value.items_mut().into_iter().flatten().for_each(|item| self.walk(item, depth + 1));
    }

    fn set(&self, container: &mut Value) {
        let Some(image) = container.get_mut("image") else { return };
        let Some(text) = image.text().filter(|text| self.selected.has(text)) else { return };
        let (name, mut tag, mut digest) = split(text);
        let with_suffix;
        match (self.tag, self.digest, self.tag_suffix) {
            (Some(new_tag), new_digest, _) => (tag, digest) = (new_tag, new_digest.unwrap_or("")),
            (None, Some(new_digest), _) => (tag, digest) = ("", new_digest),
            (None, None, Some(suffix)) => {
                with_suffix = format!("{tag}{suffix}");
                (tag, digest) = (&with_suffix, "");
            }
            (None, None, None) => {}
        }
        let mut new = self.name.unwrap_or(name).to_owned();
        for (mark, part) in [(':', tag), ('@', digest)] {
            if !part.is_empty() {
                new.push(mark);
                new.push_str(part);
            }
        }
        *image = self.place.unwrap_or(image).string(&new);
    }
}

/// Name, tag and digest of an image; what isn't there is empty (kustomize, `image.Split`).
fn split(image: &str) -> (&str, &str, &str) {
    let (rest, digest) = image.split_once('@').unwrap_or((image, ""));
    let path = rest.find('/').unwrap_or(0);
    match rest.get(path..).and_then(|path| path.find(':')) {
        Some(colon) => {
            let (name, tag) = rest.split_at_checked(path + colon).unwrap_or((rest, ""));
            (name, tag.get(1..).unwrap_or(""), digest)
        }
        None => (rest, "", digest),
    }
}

#[cfg(test)]
mod tests {
    use super::{SUFFIX, is_of_name, split};
    use crate::kustomize::selector::Pattern;

    #[test]
    fn names_select_what_the_expression_does() {
        let names = ["nginx", "quay.io/a/b", "a", "", "b:5000/x", "a@sha256"];
        let images = [
            "nginx",
            "nginx:1.27",
            "nginx:",
            "nginx:1@sha256:ab",
            "nginx@sha256:ab",
            "nginx@sha512:ab",
            "nginx:1:2",
            "nginx2",
            "quay.io/a/b:v1",
            "quay-io/a/b",
            "quay\nio/a/b",
            "b:5000/x",
            "b:5000/x:1",
            "",
            "a",
            "a@sha256",
            "a@sha256:b",
            "a:{x}",
            "a:x y",
            "a:$x",
            "ä",
            "nginx:1\n",
        ];
        for name in names {
            let pattern = Pattern::anchored(&format!("{name}{SUFFIX}")).unwrap();
            for image in images {
                assert_eq!(is_of_name(image, name), pattern.matches(image), "{name} {image}");
            }
        }
    }

    #[test]
    fn images_are_split() {
        assert_eq!(split("nginx"), ("nginx", "", ""));
        assert_eq!(split("nginx:1.27"), ("nginx", "1.27", ""));
        assert_eq!(split("host:5000/a/b"), ("host:5000/a/b", "", ""));
        assert_eq!(split("host:5000/a/b:v1@sha256:ab"), ("host:5000/a/b", "v1", "sha256:ab"));
        assert_eq!(split("a@sha256:ab"), ("a", "", "sha256:ab"));
    }
}
