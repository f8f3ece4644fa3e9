//! initlint: what goes wrong with Kubernetes init containers and native sidecars.

pub mod kube;
pub mod rerun;
pub mod shell;
pub mod source;
pub mod yaml;
