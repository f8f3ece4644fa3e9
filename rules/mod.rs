//! The rules, in the catalogue's order. `README.md` beside this file tells how to add one.

pub mod active_deadline_on_non_job;
pub mod forbidden_probe;
pub mod invalid_field;
pub mod invalid_yaml;
pub mod non_idempotent_write;
pub mod oversized_init_request;

use crate::rule::Rule;

/// Every rule.
pub static ALL: &[&Rule] = &[
    &forbidden_probe::RULE,
    &active_deadline_on_non_job::RULE,
    &oversized_init_request::RULE,
    &non_idempotent_write::RULE,
    &invalid_field::RULE,
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
