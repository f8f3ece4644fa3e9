//! Named templates whose text is a part of a Pod.

use std::sync::Arc;

use super::Reading;
use crate::source::MappedText;

/// What a list of init containers is put under, to be read as a Pod spec's.
const KEY: &str = "initContainers:\n";

/// What tells a container: its image may be an action's.
const OF_CONTAINER: [&str; 4] = ["image:", "command:", "args:", "volumeMounts:"];

/// The keys that tell a Pod spec.
const OF_POD_SPEC: [&str; 2] = ["initContainers:", "containers:"];

/// The key that tells an object, where it is one of its own.
const OF_OBJECT: &str = "kind:";

/// Whether `text`, of a template, may define containers.
#[must_use]
pub fn may_define_containers(text: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), b"define").is_some() && tells_container(text)
}

fn tells_container(text: &str) -> bool {
    OF_CONTAINER.iter().any(|key| memchr::memmem::find(text.as_bytes(), key.as_bytes()).is_some())
}

/// Whether [`pod_part`] may take a reading of `text`, which defines a named template.
pub(super) fn may_be_pod_part(text: &str, is_init: bool) -> bool {
    let holds = |word: &str| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some();
    OF_POD_SPEC.iter().any(|key| holds(key)) || holds(OF_OBJECT) || is_init && tells_container(text)
}

/// `reading`, of a named template, as an object or as what holds a Pod spec, perhaps deeper: a Pod template has `metadata`
/// and `spec`. `None` where it is neither that nor a list of containers that are init containers if it `is_init`: app
/// containers look the same.
pub(super) fn pod_part(reading: Reading, is_init: bool) -> Option<Reading> {
    let text = reading.text.as_str();
    let mut lines = text.lines().map(|line| (line.len(), line.trim_start()));
    let (length, first) = lines.find(|(_, line)| !line.is_empty() && !line.starts_with('#'))?;
    let column = length - first.len();
    if first.starts_with("- ") {
        return (is_init && tells_container(text)).then(|| under_key(reading));
    }
    let is_key = |line: &str| {
        let is_of_object = line.get(column..).is_some_and(|key| key.starts_with(OF_OBJECT));
        is_of_object || OF_POD_SPEC.iter().any(|key| line.trim_start().starts_with(key))
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
