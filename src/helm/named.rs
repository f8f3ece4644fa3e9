//! Named templates whose text is a part of a Pod.

use std::sync::Arc;

use super::Reading;
use crate::source::MappedText;

/// What a list of init containers is put under, to be read as a Pod spec's.
const KEY: &str = "initContainers:\n";

/// `reading`, of a named template, as a Pod spec or an object. `None` where it is neither that nor a list of containers
/// that are init containers if it `is_init`: app containers look the same.
pub(super) fn pod_part(reading: Reading, is_init: bool) -> Option<Reading> {
    let text = reading.text.as_str();
    let mut lines = text.lines().map(|line| (line.len(), line.trim_start()));
    let (length, first) = lines.find(|(_, line)| !line.is_empty() && !line.starts_with('#'))?;
    let column = length - first.len();
    if first.starts_with("- ") {
        return (is_init && text.contains("image:")).then(|| under_key(reading));
    }
    let is_key = |line: &str| {
        let key = line.get(column..).unwrap_or("");
        ["initContainers:", "containers:", "kind:"].iter().any(|name| key.starts_with(name))
    };
    text.lines().any(is_key).then_some(reading)
}

fn under_key(mut reading: Reading) -> Reading {
    let whole = reading.text.whole();
    let mut text = MappedText::new(whole);
    let start = reading.text.span(0..0).start as usize;
    text.push(KEY, start..start);
    text.append(&reading.text);
    reading.text = Arc::new(text);
    for injection in &mut reading.injections {
        injection.at += KEY.len();
    }
    reading
}
