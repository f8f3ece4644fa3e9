//! Permission bits of the files in volumes: `defaultMode`, and `mode` of an item (`validateVolumeSource`).

use super::super::field::Place;
use super::super::pod::Pod;
use crate::yaml::{Kind, Node};

/// Decimal numbers that are within bounds, and that nobody means: they read as the bits that people write.
const READ_AS_OCTAL: [i64; 4] = [400, 440, 444, 500];

/// Whether a decimal number is within bounds, and doesn't read like octal.
#[must_use]
pub fn is_meant(number: i32) -> bool {
    (0..=0o777).contains(&number) && !READ_AS_OCTAL.contains(&i64::from(number))
}

/// Permission bits that are, or seem, written in the wrong base.
#[derive(Debug, Clone)]
pub struct Mode<'d> {
    /// The number.
    pub node: Node<'d>,
    /// The field, from the Pod spec on: `volumes[0].secret.defaultMode`.
    pub field: String,
    /// What is written.
    pub written: i64,
    /// What the same digits say in octal, where they are octal digits of permission bits.
    pub meant: Option<u32>,
    /// Whether the API server rejects it.
    pub is_rejected: bool,
}

/// The permission bits in the volumes of `pod` that are out of bounds, or that read like octal and aren't.
#[must_use]
pub fn modes<'d>(pod: &Pod<'d>) -> Vec<Mode<'d>> {
    let spec = Place::root(pod.spec(), "");
    let mut found = Vec::new();
    for volume in spec.get("volumes").iter().flat_map(Place::items) {
        of_sources(&volume, &mut found);
        let Some(projected) = volume.get("projected") else { continue };
        push(&projected, "defaultMode", &mut found);
        for source in projected.get("sources").iter().flat_map(Place::items) {
            of_sources(&source, &mut found);
        }
    }
    found
}

fn of_sources<'d>(owner: &Place<'_, 'd>, found: &mut Vec<Mode<'d>>) {
    for source in ["secret", "configMap", "downwardAPI"].into_iter().filter_map(|key| owner.get(key)) {
        push(&source, "defaultMode", found);
        for item in source.get("items").iter().flat_map(Place::items) {
            push(&item, "mode", found);
        }
    }
}

fn push<'d>(map: &Place<'_, 'd>, key: &str, found: &mut Vec<Mode<'d>>) {
    let Some(place) = map.get(key) else { return };
    let Kind::Int(written) = place.node.kind() else { return };
    // `0600` is octal already.
    let digits = place.node.text().filter(|text| *text == written.to_string());
    let meant = digits.and_then(|digits| u32::from_str_radix(digits, 8).ok()).filter(|bits| *bits <= 0o777);
    let is_rejected = !(0..=0o777).contains(&written);
    if is_rejected || meant.is_some() && READ_AS_OCTAL.contains(&written) {
        let field = super::dotted(&place.pointer());
        found.push(Mode { node: place.node, field, written, meant, is_rejected });
    }
}
