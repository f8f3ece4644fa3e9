//! Text that another tool printed, and the files that it says it made it of.

use std::ops::Range;

use crate::sought::Sought;

/// The file that a document was made of, by its own words: Helm's comment `# Source: chart/templates/web.yaml` above it,
/// or the `path` in kustomize's annotation `config.kubernetes.io/origin`.
#[must_use]
pub fn origin_of(document: &str) -> Option<&str> {
    source_comment(document).or_else(|| origin_annotation(document))
}

/// The documents of `text` that name a file, each with it. Most texts name none.
#[must_use]
pub fn origins(text: &str, documents: &[Range<usize>]) -> Vec<(Range<usize>, String)> {
    if !SOURCE_MARK.is_in(text) && !ORIGIN.is_in(text) {
        return Vec::new();
    }
    let named = documents.iter().filter_map(|range| {
        let origin = origin_of(text.get(range.clone())?)?;
        Some((range.clone(), origin.to_owned()))
    });
    named.collect()
}

/// Helm writes it above each document (`pkg/action/action.go`, `renderResources`).
const SOURCE: &str = "# Source: ";

static SOURCE_MARK: Sought = Sought::new(SOURCE);

/// kustomize writes it with `buildMetadata: [originAnnotations]`.
static ORIGIN: Sought = Sought::new("config.kubernetes.io/origin");

fn source_comment(document: &str) -> Option<&str> {
    let is_above = |line: &&str| line.is_empty() || line.starts_with('#') || line.starts_with("---");
    let mut above = document.lines().map(str::trim_end).take_while(is_above);
    above.find_map(|line| line.strip_prefix(SOURCE)).map(str::trim).filter(|path| !path.is_empty())
}

/// The annotation's value is YAML in a block scalar, or with escaped line breaks in JSON.
fn origin_annotation(document: &str) -> Option<&str> {
    let (_, after) = ORIGIN.splits(document).next()?;
    let value = after.trim_start_matches(['"', '\'']).strip_prefix(':')?;
    let value = value.trim_start_matches(['|', '-', '"', '\'', ' ', '\t', '\r', '\n']);
    let path = value.strip_prefix("path: ")?.split(['\n', '\r', '\\', '"', '\'']).next()?.trim();
    (!path.is_empty()).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_names_what_it_was_made_of() {
        for (text, path) in [
            ("---\n# Source: shop/templates/web.yaml\napiVersion: v1\n", Some("shop/templates/web.yaml")),
            ("# a licence\n\n# Source: a b/c.yaml \r\na: 1\n", Some("a b/c.yaml")),
            ("a: 1\n# Source: shop/templates/web.yaml\n", None),
            ("# Source:\na: 1\n", None),
            (
                "metadata:\n  annotations:\n    config.kubernetes.io/origin: |\n      path: ../base/web.yaml\n",
                Some("../base/web.yaml"),
            ),
            (r#"{"config.kubernetes.io/origin": "path: web.yaml\nref: main\n"}"#, Some("web.yaml")),
            ("config.kubernetes.io/origin: |\n  configuredIn: x\n", None),
            ("a: config.kubernetes.io/origin\n", None),
        ] {
            assert_eq!(origin_of(text), path, "{text}");
        }
    }
}
