//! Shell scripts: from text to an intermediate form of our own.
//!
//! Nothing outside this module names a type of the parser behind it.

pub mod ir;
