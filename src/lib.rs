//! initlint: what goes wrong with Kubernetes init containers and native sidecars.
//!
//! The flow of data is the list of modules: [`discover`] finds files, [`source`] holds their
//! text, [`yaml`] parses it, [`kube`] reads Pods out of it, the rules look at those with the help
//! of [`shell`] and [`rerun`], [`suppress`] hears what people say of the findings, and [`report`]
//! shows them. [`pipeline`] ties them together, by the [`settings`] that [`config`] makes of
//! defaults, config file and flags.
//!
//! The face of the library is [`lint`] and what it takes and gives. The modules are public for the program and the
//! tests alone, and change as they like.

#[doc(hidden)]
pub mod apply;
#[doc(hidden)]
pub mod baseline;
#[doc(hidden)]
pub mod bounded;
#[doc(hidden)]
pub mod charts;
#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod commands;
#[doc(hidden)]
pub mod config;
#[doc(hidden)]
pub mod cut_list;
#[doc(hidden)]
pub mod describe;
#[doc(hidden)]
pub mod discover;
#[doc(hidden)]
pub mod encoding;
#[doc(hidden)]
pub mod finding;
#[doc(hidden)]
pub mod fix;
#[doc(hidden)]
pub mod globs;
#[doc(hidden)]
pub mod helm;
#[doc(hidden)]
pub mod images;
#[doc(hidden)]
pub mod inputs;
#[doc(hidden)]
pub mod kube;
#[doc(hidden)]
pub mod kustomize;
#[doc(hidden)]
pub mod local_ports;
#[doc(hidden)]
pub mod lsp;
#[doc(hidden)]
pub mod manual;
#[doc(hidden)]
pub mod options;
#[doc(hidden)]
pub mod path_text;
#[doc(hidden)]
pub mod pipeline;
#[doc(hidden)]
pub mod program;
#[doc(hidden)]
pub mod progress;
#[doc(hidden)]
pub mod provenance;
#[doc(hidden)]
pub mod read;
#[doc(hidden)]
pub mod rendered;
#[doc(hidden)]
pub mod replace;
#[doc(hidden)]
pub mod report;
#[doc(hidden)]
pub mod rerun;
#[doc(hidden)]
pub mod rule;
#[doc(hidden)]
#[path = "../rules/mod.rs"]
pub mod rules;
#[doc(hidden)]
pub mod settings;
#[doc(hidden)]
pub mod shell;
#[doc(hidden)]
pub mod sought;
#[doc(hidden)]
pub mod source;
#[doc(hidden)]
pub mod suppress;
#[doc(hidden)]
pub mod terminal;
#[doc(hidden)]
pub mod unchecked;
#[doc(hidden)]
pub mod yaml;

pub use discover::Input;
pub use finding::Finding;
pub use pipeline::lint;
pub use report::Report;
pub use settings::Settings;
