//! What YAML allows and kubectl refuses, for JSON can't hold it or go-yaml can't merge it.

use super::problem::Problem;
use super::resolve::{self, Resolved};
use super::scalar::Style;
use super::tree::{Content, Document, Meaning, Scalar};

/// Keys must be scalars other than null (`sigs.k8s.io/yaml`, `convertToJSONableObject`).
pub(super) fn key(document: &Document, index: u32) -> Result<(), Problem> {
    let what = match target(document, index) {
        Content::Scalar(scalar) if scalar.meaning() == Meaning::Text => return Ok(()),
        Content::Scalar(scalar) => {
            let Scalar { style, tag, .. } = scalar;
            match resolve::resolve(document.text_of(scalar.text()), style == Style::Plain, tag) {
                Resolved::Null => "null",
                _ => return Ok(()),
            }
        }
        _ => "a map or a list",
    };
    let span = document.span_of(index);
    let is_template = document.source_text().get(span.range()).is_some_and(|key| key.starts_with('{'));
    let help = if is_template {
        "if this is a template, render it first; else put the text in quotes"
    } else {
        "put the key in quotes"
    };
    let message = format!("the key of a map is {what}, which kubectl refuses");
    Err(Problem::Invalid { span, message, help: Some(help.to_owned()) })
}

/// `<<` takes a map or a list of maps; an alias may stand for a map only (go-yaml v2,
/// `decode.go`, `merge`). Tells whether it is one.
pub(super) fn merge(document: &Document, key: u32, value: u32) -> Result<bool, Problem> {
    let is_merge = match target(document, key) {
        Content::Scalar(scalar) => scalar.meaning() == Meaning::Merge,
        _ => false,
    };
    let is_map = |index: u32| matches!(target(document, index), Content::Mapping);
    if !is_merge || is_map(value) {
        return Ok(is_merge);
    }
    let is_list = matches!(document.data(value).content, Content::Sequence);
    if is_list && document.children(value).all(is_map) {
        return Ok(true);
    }
    Err(Problem::Invalid {
        span: document.span_of(value),
        message: "`<<` merges a map or a list of maps, and this is neither".to_owned(),
        help: Some("put `<<` in quotes if it is meant as a key".to_owned()),
    })
}

/// What a node is, or the node that it stands for.
fn target(document: &Document, index: u32) -> Content {
    match document.data(index).content {
        Content::Alias(target) => document.data(target).content,
        content => content,
    }
}
