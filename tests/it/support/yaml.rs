//! Documents for tests, and the second opinion on their values.

use initlint::source::{FileId, MappedText, Source};
use initlint::yaml::{Document, Kind, Node, Problem, split};
use serde_json::{Map, Value};

/// A source of `text`.
pub(crate) fn source(text: &str) -> Source {
    Source::new(FileId(0), "test.yaml", text)
}

/// Each document of `source`.
pub(crate) fn documents(source: &Source) -> Vec<Result<Document, Problem>> {
    split(&source.text).into_iter().map(|range| Document::parse(source, range)).collect()
}

/// The one document of `text`.
pub(crate) fn parse(text: &str) -> Document {
    let mut documents = documents(&source(text));
    assert_eq!(documents.len(), 1, "{text:?}");
    documents.remove(0).unwrap_or_else(|problem| panic!("{text:?}: {problem:?}"))
}

/// What kubectl makes of a node.
pub(crate) fn value(node: Node) -> Value {
    match node.kind() {
        Kind::Null => Value::Null,
        Kind::Bool(value) => value.into(),
        Kind::Int(value) => value.into(),
        Kind::Float(value) => value.into(),
        Kind::String(text) => text.into(),
        Kind::Unknown => panic!("no template"),
        Kind::Sequence => node.items().map(value).collect(),
        Kind::Mapping => {
            let entries = node.entries().map(|entry| (entry.name().into_owned(), value(entry.value)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
    }
}

/// Every node below `node`, itself included, each where it is written; keys too.
pub(crate) fn walk<'d>(node: Node<'d>, visit: &mut impl FnMut(Node<'d>)) {
    visit(node);
    node.items().for_each(|item| walk(item, visit));
    node.written_entries().for_each(|entry| {
        walk(entry.key, visit);
        walk(entry.value, visit);
    });
}

/// Whether `serde_yaml` sees the values that we see, in each document of `text`; else the first
/// difference. Where neither reads a document they agree.
pub(crate) fn second_opinion(text: &str) -> Result<(), String> {
    let source = source(text);
    for range in split(text) {
        let place = format!("bytes {range:?}");
        // kubectl ends every line; serde_yaml keeps the last one as it is.
        let mut chunk = text.get(range.clone()).unwrap().to_owned();
        if !chunk.ends_with('\n') {
            chunk.push('\n');
        }
        let theirs = serde_yaml::from_str::<serde_yaml::Value>(&chunk).and_then(|mut value| {
            value.apply_merge()?;
            Ok(value)
        });
        match (Document::parse(&source, range), theirs) {
            (Ok(ours), Ok(theirs)) => {
                same(ours.root(), &theirs, &source).map_err(|difference| format!("{place}: {difference}"))?;
            }
            (Err(_), Err(_)) => {}
            // kubectl takes the last of repeated keys.
            (Ok(_), Err(error)) if error.to_string().contains("duplicate entry") => {}
            (ours, theirs) => return Err(format!("{place}: {:?} against {:?}", ours.err(), theirs.err())),
        }
    }
    Ok(())
}

fn same(ours: Node, theirs: &serde_yaml::Value, source: &Source) -> Result<(), String> {
    use serde_yaml::Value as Yaml;
    let number =
        |n: &serde_yaml::Number, value: f64| n.as_f64() == Some(value) || value.is_nan() && n.is_nan();
    let is_same = match (ours.kind(), theirs) {
        (_, Yaml::Tagged(tagged)) => return same(ours, &tagged.value, source),
        (Kind::Null, Yaml::Null) => true,
        (Kind::Bool(ours), Yaml::Bool(theirs)) => ours == *theirs,
        (Kind::Int(ours), Yaml::Number(n)) => {
            n.as_i64() == Some(ours) || ours.to_string().parse().is_ok_and(|ours| number(n, ours))
        }
        (Kind::Float(ours), Yaml::Number(n)) => number(n, ours),
        (Kind::String(ours), Yaml::String(theirs)) => ours == theirs,
        // YAML 1.1, which serde_yaml leaves behind.
        (Kind::Bool(_) | Kind::Int(_), Yaml::String(theirs)) => {
            ours.text() == Some(theirs) && source.slice(ours.span()) == theirs
        }
        (Kind::Sequence, Yaml::Sequence(theirs)) => {
            let ours: Vec<_> = ours.items().collect();
            ours.iter().zip(theirs).try_for_each(|(ours, theirs)| same(*ours, theirs, source))?;
            ours.len() == theirs.len()
        }
        (Kind::Mapping, Yaml::Mapping(theirs)) => {
            let ours: Vec<_> = ours.entries().collect();
            for entry in &ours {
                let mut pairs = theirs.iter();
                let pair = pairs.find(|(key, _)| same(entry.key, key, source).is_ok());
                let (_, value) = pair.ok_or_else(|| format!("serde_yaml has no key {:?}", entry.name()))?;
                same(entry.value, value, source).map_err(|e| format!("{}: {e}", entry.name()))?;
            }
            ours.len() == theirs.len()
        }
        _ => false,
    };
    is_same.then_some(()).ok_or_else(|| format!("{:?} against {theirs:?}", value(ours)))
}

/// Whether each character of a mapped text is led to the same character in the source, but for
/// those that escapes and folds write.
pub(crate) fn leads_to_its_characters(mapped: &MappedText, source: &Source) -> bool {
    let mut last = 0;
    mapped.as_str().char_indices().all(|(at, c)| {
        let span = mapped.span(at..at + c.len_utf8());
        let place = source.slice(span);
        let in_order = span.start >= last.max(mapped.whole().start);
        last = span.start;
        let is_same = place == c.encode_utf8(&mut [0; 4])
            || c.is_whitespace() && place.trim().is_empty()
            || place.starts_with('\\')
            || place == "''" && c == '\'';
        in_order && is_same
    })
}

/// Whether a node's place is what its kind promises, judged by the source's text alone.
pub(crate) fn has_exact_spans(node: Node, source: &Source) -> Result<(), &'static str> {
    let text = source.text.get(node.span().range()).ok_or("the span is off a character boundary")?;
    let (first, last) = (text.chars().next(), text.chars().next_back());
    let quoted = |quote: char| first == Some(quote) && last == Some(quote) && text.len() >= 2;
    let is_fine = match node.kind() {
        Kind::Mapping if first == Some('{') => last == Some('}'),
        Kind::Sequence if first == Some('[') => last == Some(']'),
        Kind::Sequence => text.starts_with('-') && ends_with_child(node.items().last(), node),
        Kind::Mapping => {
            let first = node.written_entries().next().ok_or("a block mapping without entries")?;
            let starts = first.span().start == node.span().start || text.starts_with(['?', '&', '!']);
            starts && node.written_entries().last().is_some_and(|last| last.span().end == node.span().end)
        }
        _ if node.text() == Some("") && text.is_empty() => true,
        _ => match first {
            Some('"') => quoted('"'),
            Some('\'') => quoted('\''),
            // A block scalar ends in its last line with text, a plain one with its last character.
            Some('|' | '>') => !text.ends_with('\n') && !text.trim().is_empty(),
            _ => {
                text == text.trim()
                    && text.split_whitespace().eq(node.text().unwrap_or("").split_whitespace())
            }
        },
    };
    is_fine.then_some(()).ok_or("the span isn't the value")
}

fn ends_with_child(last: Option<Node>, node: Node) -> bool {
    // An alias stands for a node elsewhere, so its own end isn't known here.
    last.is_none_or(|last| last.span().end == node.span().end || !node.span().contains(last.span()))
}
