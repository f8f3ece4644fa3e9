//! The rules, in the catalogue's order. `README.md` beside this file tells how to add one.

pub mod active_deadline_on_non_job;
pub mod duplicate_container_name;
pub mod forbidden_probe;
pub mod init_resize_policy;
pub mod invalid_field;
pub mod invalid_restart_policy;
pub mod invalid_yaml;
pub mod misplaced_init_containers;
pub mod non_idempotent_write;
pub mod oversized_init_request;
pub mod restart_policy_of_kind;
pub mod run_as_non_root_conflict;
pub mod unsupported_sidecar;
pub mod volume_not_found;

use crate::rule::Rule;

/// Every rule.
pub static ALL: &[&Rule] = &[
    &forbidden_probe::RULE,
    &active_deadline_on_non_job::RULE,
    &oversized_init_request::RULE,
    &non_idempotent_write::RULE,
    &duplicate_container_name::RULE,
    &invalid_restart_policy::RULE,
    &unsupported_sidecar::RULE,
    &misplaced_init_containers::RULE,
    &invalid_field::RULE,
    &restart_policy_of_kind::RULE,
    &run_as_non_root_conflict::RULE,
    &volume_not_found::RULE,
    &init_resize_policy::RULE,
    &invalid_yaml::RULE,
];

/// The rule `id`.
///
/// # Errors
/// A message that lists the rules where there is none of that name.
pub fn find(id: &str) -> Result<&'static Rule, String> {
    ALL.iter().copied().find(|rule| rule.id == id).ok_or_else(|| {
        let known: Vec<&str> = ALL.iter().map(|rule| rule.id).collect();
        format!("no rule is called `{id}`; the rules are {}", known.join(", "))
    })
}
