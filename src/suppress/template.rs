//! Suppressions in a Helm template: YAML comments, scripts and annotations as each of its readings has them, and the
//! template's own comments, `{{/* initlint: … */}}`.

use std::ops::Range;

use super::{Reader, Suppression, annotation, comment, is_meant, script};
use crate::helm::{Reading, Template};
use crate::kube::{self, objects};
use crate::source::Source;
use crate::yaml::{self, Document};

/// The suppressions in `template`. Whether one is used isn't decided: what it is for may be put there by Helm alone.
pub(super) fn read(reader: &Reader<'_>, template: &Template<'_>) -> Vec<Suppression> {
    let source = &reader.file.source;
    let own = own_comments(template, source);
    let mut found: Vec<Suppression> = Vec::new();
    for reading in template.readings(source.id) {
        let mut more = Vec::new();
        in_reading(reader, &reading, &own, &mut more);
        for suppression in more {
            match found.iter_mut().find(|known| known.place == suppression.place) {
                Some(known) => known.scope = known.scope.to(suppression.scope),
                None => found.push(Suppression { is_decided: false, ..suppression }),
            }
        }
    }
    found
}

/// What the template's own comments say, without their delimiters.
pub(super) fn own_comments(template: &Template<'_>, source: &Source) -> Vec<Range<usize>> {
    let comments = template.comments().iter().map(|comment| {
        let inner = comment.start + 2..comment.end.saturating_sub(2).max(comment.start + 2);
        let text = source.text.get(inner.clone()).unwrap_or("");
        let start = inner.start + (text.len() - text.trim_start().len());
        start..start + text.trim().len()
    });
    comments.collect()
}

fn in_reading(reader: &Reader<'_>, reading: &Reading, own: &[Range<usize>], found: &mut Vec<Suppression>) {
    let text = Source::new(reader.file.source.id, "", reading.text.as_str());
    for range in yaml::split(&text.text) {
        let Ok(document) = Document::parse_reading(reading, &text, range.clone()) else { continue };
        let place = reading.text.span(range.clone()).range();
        let in_yaml = yaml::comments(&text, range).into_iter();
        let in_yaml = in_yaml.map(|comment| reading.text.span(comment.range()).range());
        // What stands before the first document or after the last may still be about them.
        let mut comments: Vec<Range<usize>> = in_yaml.chain(own.iter().cloned()).collect();
        comments.sort_by_key(|comment| comment.start);
        let (objects, from) = (objects(document.root()), found.len());
        comment::in_reading(reader, &document, comments, place, found);
        script::read(reader, &document, found);
        for object in &objects {
            annotation::read(object, &kube::templates(object, reader.pod_templates), found);
        }
        for suppression in found.iter_mut().skip(from) {
            suppression.is_meant &= is_meant(suppression.form, &objects);
        }
    }
}
