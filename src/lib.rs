//! initlint: what goes wrong with Kubernetes init containers and native sidecars.
//!
//! The flow of data is the list of modules: [`discover`] finds files, [`source`] holds their
//! text, [`yaml`] parses it, [`kube`] reads Pods out of it, the rules look at those with the help
//! of [`shell`] and [`rerun`], [`suppress`] hears what people say of the findings, and [`report`]
//! shows them. [`pipeline`] ties them together, by the [`settings`] that [`config`] makes of
//! defaults, config file and flags.

pub mod baseline;
pub mod cli;
pub mod commands;
pub mod config;
pub mod describe;
pub mod discover;
pub mod encoding;
pub mod finding;
pub mod fix;
pub mod globs;
pub mod helm;
pub mod inputs;
pub mod kube;
pub mod kustomize;
pub mod manual;
pub mod options;
pub mod pipeline;
pub mod program;
pub mod progress;
pub mod provenance;
pub mod read;
pub mod report;
pub mod rerun;
pub mod rule;
#[path = "../rules/mod.rs"]
pub mod rules;
pub mod settings;
pub mod shell;
pub mod source;
pub mod suppress;
pub mod terminal;
pub mod yaml;
