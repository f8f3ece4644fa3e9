//! Places in real manifests. Needs `INITLINT_SHARED`.

#[cfg(test)]
mod support;

use initlint::source::{MappedText, Source};
use initlint::yaml::Node;
use support::{corpus, yaml};

/// Whether each character of a mapped text is led to the same character in the source, but for
/// those that escapes and folds write.
fn leads_to_its_characters(mapped: &MappedText, source: &Source) -> bool {
    mapped.as_str().char_indices().all(|(at, c)| {
        let place = source.slice(mapped.span(at..at + c.len_utf8()));
        place == c.encode_utf8(&mut [0; 4])
            || c.is_whitespace() && place.trim().is_empty()
            || place.starts_with('\\')
            || place == "''" && c == '\''
    })
}

#[test]
fn every_scalar_of_real_manifests_is_mapped() {
    let Some(shared) = corpus::shared() else { return };
    let (mut files, mut scalars, mut by_first, mut opaque) =
        (0, 0, std::collections::BTreeMap::new(), Vec::new());
    for (path, text) in corpus::manifests(&shared.join("corpus")) {
        let source = yaml::source(&text);
        files += 1;
        for document in yaml::documents(&source) {
            let document = match document {
                Ok(document) => document,
                Err(problem) => {
                    let at = source.position(problem.span().start as usize);
                    println!("{}:{}:{}: {problem:?}", path.display(), at.line, at.column);
                    continue;
                }
            };
            yaml::walk(document.root(), &mut |node: Node| {
                let Some(text) = node.text() else { return };
                scalars += 1;
                let first = source.slice(node.span()).chars().next().filter(|c| "'\"|>".contains(*c));
                *by_first.entry(first).or_insert(0) += 1;
                let mapped = node.mapped(&source);
                let is_opaque =
                    mapped == MappedText::opaque(text.to_owned(), node.span()) && !text.is_empty();
                if is_opaque || mapped.as_str() != text || !leads_to_its_characters(&mapped, &source) {
                    opaque.push((
                        path.clone(),
                        node.span(),
                        source.slice(node.span()).to_owned(),
                        text.to_owned(),
                    ));
                }
            });
        }
    }
    println!("{files} files, {scalars} scalars, by indicator {by_first:?}");
    assert!(opaque.is_empty(), "{} {:#?}", opaque.len(), opaque.get(..3.min(opaque.len())));
}
