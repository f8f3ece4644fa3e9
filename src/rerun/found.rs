//! The hazards that the ways through a container's runs have, and how they come together.

use super::{Analysis, Bound, Hazard};

/// Hazards, each with the container that it is in.
pub(super) type Found = Vec<(usize, Hazard)>;

/// Adds each to what is known of its container.
pub(super) fn add(found: &mut [Analysis], hazards: Found) {
    for (container, hazard) in hazards {
        if let Some(analysis) = found.get_mut(container) {
            analysis.hazards.push(hazard);
        }
    }
}

/// Notes the bound that kept a container's run from its end.
pub(super) fn unfinished(found: &mut [Analysis], index: usize, bound: Option<Bound>) {
    if let Some(analysis) = found.get_mut(index) {
        analysis.unfinished = bound;
    }
}

/// The hazards that all ways have which hang on what wasn't followed: one of them is the real one.
pub(super) fn in_all(ways: Vec<Found>) -> Found {
    let mut ways = ways.into_iter();
    let mut common = ways.next().unwrap_or_default();
    for way in ways {
        let has = |(container, hazard): &(usize, Hazard)| {
            way.iter().any(|(other, known)| other == container && known.site == hazard.site)
        };
        common.retain(has);
    }
    common
}
