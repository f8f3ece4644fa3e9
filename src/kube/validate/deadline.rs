//! The bounds of `activeDeadlineSeconds`: `ValidatePodSpec`, and `validateJobSpec` in `batch/validation`.

use super::super::active_deadline::{ActiveDeadline, BOUNDS, KEY};
use super::super::field::Place;
use super::super::pod::Pod;
use super::super::version::Version;
use super::{Validator, Violation, integer};

/// The `activeDeadlineSeconds` of the Pod, and of the Job that makes it, that are out of bounds.
#[must_use]
pub fn out_of_bounds(pod: &Pod<'_>, version: Version) -> Vec<Violation> {
    let spec = Place::root(pod.spec(), "");
    let mut validator = Validator::new(pod, pod.spec().span(), version);
    let help = match ActiveDeadline::of(&pod.template) {
        ActiveDeadline::Rejected => "take it out: no value of it is allowed here",
        ActiveDeadline::PerTry | ActiveDeadline::KillsPod => {
            "write a number of seconds within these bounds, or take it out"
        }
    };
    if let (Some(place), Some(seconds)) = (spec.get(KEY), integer(&spec, KEY))
        && !BOUNDS.contains(&seconds)
    {
        validator.must(&place, "be between 1 and 2147483647", help);
    }
    if let Some(job) = pod.template.job_spec {
        let job = Place::root(job, "");
        if let (Some(place), Some(..0)) = (job.get(KEY), integer(&job, KEY)) {
            validator.must(&place, "not be negative", help);
        }
    }
    validator.violations
}
