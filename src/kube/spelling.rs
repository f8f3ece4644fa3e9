//! What someone may have meant who wrote a name that isn't one.

/// How many letters may be wrong in a name of that many bytes: one left out, too many, another, or two swapped.
fn tolerance(length: usize) -> usize {
    match length {
        0..=2 => 0,
        3..=6 => 1,
        _ => 2,
    }
}

/// A name without what people get wrong in it beside its letters: case, hyphens and underscores, the plural.
#[must_use]
pub fn plain(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    let mut plain: String = letters.map(|letter| letter.to_ascii_lowercase()).collect();
    plain.truncate(plain.trim_end_matches('s').len());
    plain
}

/// Whether `name` may be meant for `known`, or is it.
#[must_use]
pub fn is_like(name: &str, known: &str) -> bool {
    distance(&plain(name), &plain(known)).is_some()
}

/// The one of `known` that `name` was most likely meant to be.
#[must_use]
pub fn closest<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let name = plain(name);
    let near = known.filter_map(|known| Some((distance(&name, &plain(known))?, known)));
    near.min_by_key(|(distance, _)| *distance).map(|(_, known)| known)
}

/// How many letters are wrong, where it is not too many.
fn distance(name: &str, known: &str) -> Option<usize> {
    let most = tolerance(known.len());
    if name.len().abs_diff(known.len()) > most || letters_apart(name, known) > 2 * most {
        return None;
    }
    Some(strsim::osa_distance(name, known)).filter(|distance| *distance <= most)
}

/// How many letters two plain names don't share, wherever these stand. Each that is wrong makes a difference of two at
/// most, and counting is far cheaper than to look for them.
fn letters_apart(name: &str, other: &str) -> usize {
    let mut counts = [0_i16; 128];
    let mut count = |text: &str, by: i16| {
        for byte in text.bytes() {
            if let Some(count) = counts.get_mut(usize::from(byte)) {
                *count = count.saturating_add(by);
            }
        }
    };
    count(name, 1);
    count(other, -1);
    counts.iter().map(|count| usize::from(count.unsigned_abs())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_told_from_other_names() {
        for (name, known) in [
            ("imagePullPolcy", "imagePullPolicy"),
            ("securityContxt", "securityContext"),
            ("mountPth", "mountPath"),
            ("containerPrt", "containerPort"),
            ("valu", "value"),
            ("volume_mount", "volumeMounts"),
            ("initContianers", "initContainers"),
            ("cpus", "cpu"),
            ("Command", "command"),
        ] {
            assert!(is_like(name, known), "{name}");
        }
        for (name, known) in [
            ("subPath", "mountPath"),
            ("containers", "initContainers"),
            ("port", "path"),
            ("host", "port"),
            ("env", "key"),
            ("to", "tt"),
            ("injectContainers", "initContainers"),
            ("f:initContainers", "containers"),
        ] {
            assert!(!is_like(name, known), "{name}");
        }
    }
}
