//! initlint: what goes wrong with Kubernetes init containers and native sidecars.
//!
//! The flow of data is the list of modules: [`discover`] finds files, [`source`] holds their
//! text, [`yaml`] parses it, [`kube`] reads Pods out of it, the rules look at those with the help
//! of [`shell`] and [`rerun`], and [`report`] shows the findings. [`pipeline`] ties them together.

pub mod baseline;
pub mod cli;
pub mod describe;
pub mod discover;
pub mod finding;
pub mod fix;
pub mod inputs;
pub mod kube;
pub mod pipeline;
pub mod program;
pub mod report;
pub mod rerun;
pub mod rule;
#[path = "../rules/mod.rs"]
pub mod rules;
pub mod shell;
pub mod source;
pub mod yaml;
