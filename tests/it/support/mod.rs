//! What several test files share.
#![allow(dead_code, reason = "each test file uses its own part")]
pub(crate) mod binary;
pub(crate) mod corpus;
pub(crate) mod generated;
pub(crate) mod lint;
pub(crate) mod oracle;
pub(crate) mod repository;
pub(crate) mod svg;
pub(crate) mod yaml;
