//! What a script means, worked out once for all rules that look at scripts.

pub mod visit;
