//! All integration tests, in one binary: linking one is what a build with tests costs most.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test may fail"
)]

mod action;
mod baseline;
mod baseline_mending;
mod cases;
mod cli;
mod command_names;
mod config;
#[cfg(unix)]
mod config_links;
mod config_schema;
mod dependencies;
mod describe;
mod docs;
mod fixes;
mod foreign;
mod formats;
mod fuzzing;
mod helm;
mod helm_calls;
mod helm_conditions;
mod helm_files;
mod helm_lint;
mod helm_named;
mod helm_open;
mod helm_scripts;
mod hostile;
mod inputs;
mod kube;
mod kustomize;
mod kustomize_builds;
mod kustomize_generators;
mod kustomize_reach;
mod kustomize_refused;
mod kustomize_settings;
mod layers;
mod live_lists;
mod lsp;
mod masked_failure;
mod messages;
mod operation_not_permitted;
mod oracle;
mod oracle_rules;
mod package;
mod picture;
mod portability;
mod prefilter;
mod programs;
mod promises;
mod provenance;
mod quantity;
mod readme;
mod renamed_rules;
mod rerun;
mod rerun_facts;
mod rerun_helps;
mod rerun_messages;
mod rerun_sequence;
mod rerun_support;
mod rerun_verdicts;
mod rules;
mod script_facts;
mod script_verdicts;
mod selected;
mod shell_bounds;
mod shell_condition;
mod shell_corpus;
mod shell_forms;
mod shell_invocation;
mod shell_limits;
mod shell_ranges;
mod shell_support;
mod shell_syntax;
mod shell_words;
mod site;
mod support;
mod suppress;
mod terminal;
mod waits;
mod yaml_changes;
mod yaml_corpus;
mod yaml_documents;
mod yaml_problems;
mod yaml_spans;
mod yaml_suite;
mod yaml_values;
