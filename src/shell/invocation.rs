//! What a container's command line, or a command inside a script, comes to: a shell's script, a
//! script's file, a program.

use super::options::{self, Options, Shell};
pub use super::wrapper::base_name;
use super::wrapper::{self, WrapperPrefix};
use crate::commands::{self, Call, Trait};

/// What a command's words come to; places are indices of words. The words after `text` and `path`
/// are the script's parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invocation {
    /// `sh -c TEXT`.
    Script {
        /// How many leading words are wrappers.
        wrapper: usize,
        /// Who reads it.
        shell: Shell,
        /// From the command line.
        options: Options,
        /// The script.
        text: usize,
    },
    /// `sh FILE`, or a path that is a script's by its name.
    File {
        /// How many leading words are wrappers.
        wrapper: usize,
        /// Who reads it; `None`: whom its first line names.
        shell: Option<Shell>,
        /// From the command line.
        options: Options,
        /// The script's path.
        path: usize,
    },
    /// A program. All words before it are wrappers.
    Exec {
        /// Its name.
        program: usize,
    },
    /// It runs in another file system.
    Elsewhere,
    /// A program in another language: the interpreter's name.
    OtherLanguage(String),
    /// It can't be told.
    Unknown,
}

/// Reads a command inside a script, or of a container; `None` stands for a word whose text isn't
/// known. Assignments before the command are no words.
#[must_use]
pub fn of(words: &[Option<&str>]) -> Invocation {
    let wrapper = match wrapper::lead(words) {
        WrapperPrefix::Words(length) => length,
        WrapperPrefix::Elsewhere => return Invocation::Elsewhere,
        WrapperPrefix::Unknown => return Invocation::Unknown,
    };
    let Some(Some(program)) = words.get(wrapper) else { return Invocation::Unknown };
    let arguments = words.get(wrapper + 1..).unwrap_or(&[]);
    let name = wrapper::base_name(program);
    if let Some(shell) = Shell::named(name) {
        return shell_call(wrapper, shell, arguments);
    }
    if is_other_language(name, arguments) {
        return Invocation::OtherLanguage(name.to_owned());
    }
    if program.contains('/') && is_script_name(name) {
        return Invocation::File { wrapper, shell: None, options: Options::default(), path: wrapper };
    }
    Invocation::Exec { program: wrapper }
}

/// What runs for ever where these words, which no shell reads, are run: the command as people call it. `None` where it
/// ends, or that isn't known.
#[must_use]
pub fn runs_for_ever(words: &[Option<&str>]) -> Option<String> {
    let Invocation::Exec { program } = of(words) else { return None };
    let (wrappers, command) = words.split_at_checked(program)?;
    let limits = |word: &&str| commands::is(word, Trait::LimitsTime);
    if wrappers.iter().flatten().any(limits) {
        return None;
    }
    let command: Vec<String> = command.iter().map(|word| word.map(str::to_owned)).collect::<Option<_>>()?;
    let call = Call::of(&command);
    call.is(Trait::NeverEnds).then(|| call.title())
}

fn shell_call(wrapper: usize, shell: Shell, arguments: &[Option<&str>]) -> Invocation {
    let Some(line) = options::read(arguments) else { return Invocation::Unknown };
    let (options, operand) = (line.options, wrapper + 1 + line.operand);
    if line.is_text {
        Invocation::Script { wrapper, shell, options, text: operand }
    } else {
        Invocation::File { wrapper, shell: Some(shell), options, path: operand }
    }
}

/// Interpreters with a program of their own language to run. `python -m NAME` runs a tool.
fn is_other_language(name: &str, arguments: &[Option<&str>]) -> bool {
    let family = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    commands::is(family, Trait::Interpreter)
        && !(commands::is(family, Trait::RunsModules) && arguments.contains(&Some("-m")))
}

/// Whether `program` is known, and takes a `$` in its words for no more than that.
#[must_use]
pub fn takes_plain_words(program: &str) -> bool {
    let name = base_name(program);
    let has_language = commands::is(name, Trait::Interpreter) || commands::is(name, Trait::AcceptsEmptyInput);
    commands::find(name).is_some() && !has_language && Shell::named(name).is_none()
}

/// The shell that a script's first line names, with its options; `None` where it is another language.
#[must_use]
pub fn of_first_line(text: &str) -> Option<(Shell, Options)> {
    let Some(line) = text.lines().next().and_then(|line| line.strip_prefix("#!")) else {
        // Without `#!` the kernel refuses, and whoever runs it hands it to `sh`.
        return Some((Shell::Sh, Options::default()));
    };
    let words: Vec<Option<&str>> = line.split_whitespace().chain(["FILE"]).map(Some).collect();
    match of(&words) {
        Invocation::File { shell: Some(shell), options, .. } => Some((shell, options)),
        _ => None,
    }
}

fn is_script_name(name: &str) -> bool {
    [".sh", ".bash", ".ksh", ".zsh", ".ash"].iter().any(|suffix| name.ends_with(suffix))
}

/// The words of `texts`, a command line or scripts, that stand where a command does, or behind a shell that is to read them.
#[must_use]
pub fn words_run<'d>(texts: &[&'d str]) -> Vec<&'d str> {
    const BEFORE: [&str; 12] = [".", "source", "exec", "&&", "||", "|", "then", "else", "do", "{", "(", "!"];
    let (mut found, mut before) = (Vec::new(), None::<&str>);
    for text in texts {
        for line in text.lines() {
            // A script's lines are no words of one command.
            before = before.filter(|_| !text.contains(char::is_whitespace));
            for word in line.split_whitespace().filter(|word| !word.starts_with('-')) {
                let is_shell = |word: &str| word.rsplit('/').next().and_then(Shell::named).is_some();
                if before.is_none_or(|word| BEFORE.contains(&word) || word.ends_with(';') || is_shell(word)) {
                    found.push(word);
                }
                before = Some(word);
            }
        }
    }
    found
}
