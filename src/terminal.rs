//! What a terminal can show, as the environment and the streams tell.

use std::ffi::OsString;
use std::io::{self, IsTerminal};

use crate::cli::ColorChoice;
use crate::report::Look;

/// Running text is hard to read in longer lines (columns).
const MAX_TEXT_WIDTH: usize = 120;

/// How to write to `stream`.
#[must_use]
pub fn look(choice: ColorChoice, stream: &impl IsTerminal) -> Look {
    let color = is_colored(choice, stream);
    let links = color && stream.is_terminal() && supports_hyperlinks::supports_hyperlinks();
    Look { width: columns().min(MAX_TEXT_WIDTH), color, links, unicode: !is_dumb() && is_utf8() }
}

/// Whether what goes to `stream` has colours (<https://no-color.org>, <https://force-color.org>,
/// <https://bixense.com/clicolors>).
#[must_use]
pub fn is_colored(choice: ColorChoice, stream: &impl IsTerminal) -> bool {
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if variable("NO_COLOR").is_some() => false,
        ColorChoice::Auto => {
            let is_set = |name| variable(name).is_some_and(|value| value != "0");
            let is_forced = is_set("CLICOLOR_FORCE") || is_set("FORCE_COLOR");
            is_forced || (stream.is_terminal() && !is_dumb())
        }
    }
}

/// What `COLUMNS` says (POSIX, XBD 8.3), else the terminal's width; 80 where there is neither.
#[must_use]
pub fn columns() -> usize {
    let told =
        variable("COLUMNS").and_then(|value| value.to_str()?.parse().ok()).filter(|&columns| columns > 0);
    let terminal = || io::stdout().is_terminal().then(terminal_size::terminal_size).flatten();
    told.or_else(|| terminal().map(|(width, _)| width.0.into())).unwrap_or(80).clamp(20, 1000)
}

/// Whether the terminal can do no more than a printer.
#[must_use]
pub fn is_dumb() -> bool {
    variable("TERM").is_some_and(|term| term == "dumb")
}

/// Whether the locale says that the terminal reads UTF-8 (POSIX: the first of these that is set). Where none is set, as in
/// containers and CI, logs are read as UTF-8.
fn is_utf8() -> bool {
    match ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable) {
        Some(locale) => locale.to_string_lossy().to_ascii_lowercase().replace('-', "").contains("utf8"),
        None => true,
    }
}

/// An environment variable; one that is empty counts as not set.
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}
