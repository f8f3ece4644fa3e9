//! What a package installs beside the binary: a manual page and completions for shells, made from
//! the command line's definition.

use std::io;

use clap::CommandFactory;
use clap::builder::PossibleValuesParser;
use clap_complete::Shell;
use clap_mangen::Man;

use crate::cli::{Cli, EXIT_STATUS};
use crate::rule::Group;
use crate::rules;

/// The completions for `shell`.
#[must_use]
pub fn completions(shell: Shell) -> Vec<u8> {
    let mut text = Vec::new();
    let rules = || rules::ALL.iter().map(|rule| rule.id);
    let groups = || Group::ALL.iter().map(|group| group.name());
    let mut command = Cli::command()
        .mut_arg("explain", |arg| arg.value_parser(PossibleValuesParser::new(rules())))
        .mut_arg("select", |arg| arg.value_parser(PossibleValuesParser::new(groups().chain(rules()))))
        .mut_arg("ignore", |arg| arg.value_parser(PossibleValuesParser::new(groups().chain(rules()))));
    clap_complete::generate(shell, &mut command, "initlint", &mut text);
    text
}

/// The manual page `initlint(1)`, in roff.
///
/// # Errors
/// Never in practice: it is written to memory.
pub fn page() -> io::Result<Vec<u8>> {
    let man = Man::new(Cli::command());
    let mut text = Vec::new();
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    text.extend(exit_status().into_bytes());
    man.render_version_section(&mut text)?;
    Ok(text)
}

/// [`EXIT_STATUS`] as a section, which clap would call EXTRA.
fn exit_status() -> String {
    let mut section = ".SH \"EXIT STATUS\"\n".to_owned();
    for line in EXIT_STATUS.lines().skip(1) {
        let (status, meaning) = line.trim().split_once("  ").unwrap_or((line.trim(), ""));
        section += &format!(".TP\n\\fB{status}\\fR\n{}\n", meaning.replace('-', "\\-"));
    }
    section
}
