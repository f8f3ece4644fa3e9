//! The baseline's file: path → rule → fingerprint → the object, for people.
//!
//! Paths are relative to the file's own folder, so that it serves from wherever initlint is run. One line for each entry,
//! all sorted: it diffs and merges well.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize, Serializer};

use crate::bounded;
use crate::report::fingerprint::Fingerprint;
use crate::report::text::visible;
use crate::report::{json, output};

/// The largest file (bytes): a hundred thousand findings have a tenth of it.
const MAX_SIZE: u64 = 64 << 20;

/// The version of the form that is written. Version 1 is read too: its fingerprints are shorter.
const SCHEMA: u64 = 2;

/// Fingerprint → object.
pub(super) type Entries = BTreeMap<Fingerprint, String>;

/// Path → rule → fingerprint → object.
pub(super) type Known = BTreeMap<String, BTreeMap<String, Entries>>;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Root {
    schema: Schema,
    findings: Known,
}

/// Reads the file at `path`.
///
/// # Errors
/// A message that names the file, and where it is malformed the line and column (bytes).
pub(super) fn read(path: &Path) -> Result<Known, String> {
    let shown = path.display();
    let bytes = bounded::read_regular(path, MAX_SIZE).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            format!("{shown}: no such baseline; make it with --write-baseline {shown}")
        }
        _ => format!("{shown}: cannot read the baseline: {error}"),
    })?;
    let root: Root = serde_json::from_slice(&bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        format!("{shown}:{line}:{column}: not a baseline: {}", visible(message))
    })?;
    Ok(root.findings)
}

/// Writes the file at `path`, all or nothing.
///
/// # Errors
/// A message that names the file.
pub(super) fn write(known: &Known, path: &Path) -> Result<(), String> {
    let root = Root { schema: Schema, findings: known.clone() };
    let mut bytes = Vec::new();
    json::write_value(&root, &mut bytes)
        .and_then(|()| output::write(path, &bytes))
        .map_err(|error| format!("cannot write {}: {error}", path.display()))
}

/// The number [`SCHEMA`], or an earlier one.
struct Schema;

impl Serialize for Schema {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(SCHEMA)
    }
}

impl<'de> Deserialize<'de> for Schema {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u64::deserialize(deserializer)? {
            1..=SCHEMA => Ok(Self),
            other => {
                Err(D::Error::custom(format!("its schema is {other}; this version reads 1 to {SCHEMA}")))
            }
        }
    }
}
