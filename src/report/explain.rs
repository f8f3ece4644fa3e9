//! `--explain`: what a rule finds and why, how to switch it off, and how to suppress what it finds.

use std::io::{self, Write};

use colored::Colorize;
use serde::Serialize;

use super::concise::tinted;
use super::text::linked;
use super::{Format, Look, json, page};
use crate::finding::Safety;
use crate::options::OptionValue;
use crate::rule::{Rule, RuleEntry, docs_url};

/// How to write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For a terminal.
    Pretty,
    /// The page as it is written.
    Markdown,
    /// For scripts.
    Json,
}

impl TryFrom<Format> for Form {
    type Error = String;

    fn try_from(format: Format) -> Result<Self, String> {
        match format {
            Format::Pretty => Ok(Form::Pretty),
            Format::Markdown => Ok(Form::Markdown),
            Format::Json => Ok(Form::Json),
            _ => Err("--explain takes --format pretty, markdown or json".to_owned()),
        }
    }
}

#[derive(Serialize)]
struct Explained {
    #[serde(flatten)]
    entry: RuleEntry,
    options: Vec<OptionOut>,
    page: &'static str,
}

#[derive(Serialize)]
struct OptionOut {
    name: &'static str,
    default: Option<f64>,
    doc: &'static str,
}

/// Writes what is to be said of `rule`.
///
/// # Errors
/// Whatever writing says.
pub fn write(rule: &Rule, form: Form, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    match form {
        Form::Pretty => write_pretty(rule, look, out),
        Form::Markdown => write!(out, "{}", rule.doc),
        Form::Json => {
            let options = rule.options.iter().map(|option| OptionOut {
                name: option.name(),
                default: match option.default() {
                    OptionValue::Number(number) => Some(number),
                    OptionValue::Quantities(_) => None,
                },
                doc: option.doc(),
            });
            let explained = Explained { entry: rule.entry(), options: options.collect(), page: rule.doc };
            json::write_value(&explained, out)
        }
    }
}

fn write_pretty(rule: &Rule, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let Rule { id, group, severity, fix, since, .. } = *rule;
    let fix = match fix {
        Some(Safety::Safe) => "a safe fix",
        Some(Safety::Unsafe) => "a fix to be read",
        None => "no fix",
    };
    writeln!(out, "{}", id.bold())?;
    writeln!(out, "{}, group {}, {fix}, since {since}", tinted(severity, severity.name()), group.name())?;
    page::write(rule.doc, look, out)?;
    writeln!(out, "\n{}\n", "Switch it off".bold())?;
    page::write_paragraph("For a run, or for a project in `.initlint.yaml`:", look, out)?;
    let flag = format!("initlint --ignore {id}");
    let level = format!("rules: {{{id}: off}}");
    page::write_code(&["", &flag, &level], look, out)?;
    writeln!(out, "\n{}\n", "Suppress a finding".bold())?;
    page::write_paragraph("With a comment behind its line or above it, or above the object:", look, out)?;
    page::write_code(&["", &format!("# initlint: ignore[{id}] the reason")], look, out)?;
    let address = docs_url(id);
    let link = if look.links { linked(&address, &address) } else { address };
    writeln!(out, "\n{link}")
}
