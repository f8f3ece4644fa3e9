//! The rules, in the catalogue's order. `README.md` beside this file tells how to add one.

pub mod active_deadline_on_non_job;
pub mod bashism;
pub mod command_not_in_image;
pub mod command_with_blanks;
pub mod configmap_copied_as_links;
pub mod duplicate_container_name;
pub mod duplicate_key;
pub mod fails_whole_pod;
pub mod forbidden_probe;
pub mod ignored_http_error;
pub mod init_lowers_qos;
pub mod init_resize_policy;
pub mod invalid_field;
pub mod invalid_restart_policy;
pub mod invalid_yaml;
pub mod job_blocked_by_sidecar;
pub mod lost_init_output;
pub mod masked_failure;
pub mod misplaced_init_containers;
pub mod missing_init_resources;
pub mod missing_service_account_token;
pub mod never_ending_init;
pub mod non_idempotent_command;
pub mod non_idempotent_write;
pub mod operation_not_permitted;
pub mod oversized_init_request;
pub mod privileged_init;
pub mod read_before_written;
pub mod restart_policy_of_kind;
pub mod run_as_non_root_conflict;
pub mod script_not_executable;
pub mod script_syntax;
pub mod short_dns_name;
pub mod sidecar_that_ends;
pub mod sidecar_too_late;
pub mod sidecar_without_startup_probe;
pub mod suppression_without_reason;
pub mod suspicious_quantity;
pub mod tight_init_limit;
pub mod unbounded_wait;
pub mod undefined_expansion;
pub mod unknown_rule;
pub mod unpinned_init_image;
pub mod unreachable_init_port;
pub mod unsupported_sidecar;
pub mod unused_suppression;
pub mod volume_not_found;
pub mod write_to_read_only;

use crate::rule::{Group, Rule};
use crate::unchecked::UNCHECKED;

/// Every rule.
pub static ALL: &[&Rule] = &[
    &forbidden_probe::RULE,
    &active_deadline_on_non_job::RULE,
    &oversized_init_request::RULE,
    &non_idempotent_write::RULE,
    &non_idempotent_command::RULE,
    &duplicate_container_name::RULE,
    &invalid_restart_policy::RULE,
    &unsupported_sidecar::RULE,
    &misplaced_init_containers::RULE,
    &invalid_field::RULE,
    &restart_policy_of_kind::RULE,
    &run_as_non_root_conflict::RULE,
    &volume_not_found::RULE,
    &init_resize_policy::RULE,
    &fails_whole_pod::RULE,
    &sidecar_without_startup_probe::RULE,
    &sidecar_that_ends::RULE,
    &sidecar_too_late::RULE,
    &job_blocked_by_sidecar::RULE,
    &unreachable_init_port::RULE,
    &missing_service_account_token::RULE,
    &duplicate_key::RULE,
    &init_lowers_qos::RULE,
    &missing_init_resources::RULE,
    &tight_init_limit::RULE,
    &suspicious_quantity::RULE,
    &unpinned_init_image::RULE,
    &privileged_init::RULE,
    &operation_not_permitted::RULE,
    &command_not_in_image::RULE,
    &script_syntax::RULE,
    &bashism::RULE,
    &undefined_expansion::RULE,
    &unbounded_wait::RULE,
    &never_ending_init::RULE,
    &short_dns_name::RULE,
    &script_not_executable::RULE,
    &command_with_blanks::RULE,
    &configmap_copied_as_links::RULE,
    &masked_failure::RULE,
    &write_to_read_only::RULE,
    &lost_init_output::RULE,
    &read_before_written::RULE,
    &ignored_http_error::RULE,
    &invalid_yaml::RULE,
    &unused_suppression::RULE,
    &suppression_without_reason::RULE,
    &unknown_rule::RULE,
];

/// Where several rules of a list speak of one command, only the first of them does: the rest of what is wrong with it
/// follows from that, or is told when that is mended.
pub static PRECEDENCE: &[&[&str]] = &[
    &[
        script_syntax::RULE.id,
        bashism::RULE.id,
        write_to_read_only::RULE.id,
        operation_not_permitted::RULE.id,
        non_idempotent_write::RULE.id,
        non_idempotent_command::RULE.id,
        masked_failure::RULE.id,
        ignored_http_error::RULE.id,
    ],
    // With another image a command is as unsafe to run again as before: both are told at once.
    &[
        script_syntax::RULE.id,
        command_not_in_image::RULE.id,
        bashism::RULE.id,
        write_to_read_only::RULE.id,
        operation_not_permitted::RULE.id,
        masked_failure::RULE.id,
        ignored_http_error::RULE.id,
    ],
    &[never_ending_init::RULE.id, unbounded_wait::RULE.id],
];

/// Names that rules had before, and what they are called now. They stay good wherever a rule is named.
pub static RENAMED: &[(&str, &str)] = &[("chown-without-root", operation_not_permitted::RULE.id)];

/// What the rule `id` is called now.
#[must_use]
pub fn current(id: &str) -> &str {
    RENAMED.iter().find(|(old, _)| *old == id).map_or(id, |(_, new)| new)
}

/// What to say to someone who names a rule by a name that it had before.
#[must_use]
pub fn renamed(id: &str) -> Option<String> {
    let new = current(id);
    (new != id).then(|| format!("the rule `{id}` is now called `{new}`"))
}

/// The rule `id`, by a name that it had before, too.
///
/// # Errors
/// A message where there is none of that name.
pub fn find(id: &str) -> Result<&'static Rule, String> {
    if id == UNCHECKED {
        return Err(format!(
            "`{UNCHECKED}` is no rule: accept what isn't checked where it stands, or in the config file"
        ));
    }
    let id = current(id);
    let found = ALL.iter().copied().find(|rule| rule.id == id);
    found.ok_or_else(|| format!("no rule is called `{id}`; {}", suggestion(id)))
}

/// The rules that `name` stands for: a rule, or all of a group.
///
/// # Errors
/// A message where there is neither of that name.
pub fn named(name: &str) -> Result<Vec<&'static Rule>, String> {
    match Group::of_name(name) {
        Some(group) => Ok(of_group(group).collect()),
        None => find(name).map(|rule| vec![rule]),
    }
}

/// The rules of a group.
pub fn of_group(group: Group) -> impl Iterator<Item = &'static Rule> {
    ALL.iter().copied().filter(move |rule| rule.group == group)
}

/// What to do about `id`, which is no rule.
#[must_use]
pub fn suggestion(id: &str) -> String {
    match closest(id, ALL.iter().map(|rule| rule.id).chain(Group::ALL.map(Group::name)).chain([UNCHECKED])) {
        Some(name) => format!("did you mean `{name}`?"),
        None => "`initlint --rules` lists the rules and their groups".to_owned(),
    }
}

/// The one of `known` that `name` was most likely meant to be.
#[must_use]
pub fn closest<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let name = name.to_lowercase().replace('_', "-");
    let scored = known.map(|known| (strsim::jaro_winkler(&name, &known.to_lowercase()), known));
    scored.filter(|(score, _)| *score > 0.85).max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, known)| known)
}
