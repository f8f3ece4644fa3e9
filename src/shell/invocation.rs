//! What a container's command line, or a command inside a script, comes to: a shell's script, a
//! script's file, a program.

use crate::source::MappedText;

use super::options;
pub use super::options::{Options, Shell};
use super::wrapper::{self, Lead};

/// What a container runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invocation {
    /// `sh -c TEXT`.
    Script {
        /// The script.
        text: MappedText,
        /// Who reads it.
        shell: Shell,
        /// From the command line.
        options: Options,
        /// `$0`, `$1`…
        parameters: Vec<MappedText>,
        /// The words before the shell, such as `timeout 60`.
        wrapper: Vec<MappedText>,
    },
    /// `sh FILE`, or a path that is a script's by its name.
    File {
        /// The script's path. Relative to the working directory; a shell looks for a name without `/`
        /// there, then in `PATH`.
        path: MappedText,
        /// Who reads it; `None`: whom its first line names.
        shell: Option<Shell>,
        /// From the command line.
        options: Options,
        /// `$1`…
        parameters: Vec<MappedText>,
        /// The words before it.
        wrapper: Vec<MappedText>,
    },
    /// A program without a shell. Where its path lies in a mounted `ConfigMap` it is a script after all.
    Exec {
        /// The program and its arguments.
        argv: Vec<MappedText>,
        /// The words before it.
        wrapper: Vec<MappedText>,
    },
    /// It runs in another file system: `nsenter`, `chroot`, `ssh`, `kubectl exec`.
    Elsewhere,
    /// A program in another language: the interpreter's name.
    OtherLanguage(String),
    /// It can't be told: the image's own entrypoint, a script from the input.
    Unknown,
}

/// What a container's `command` and `args` come to, after the kubelet's expansion. Without `command`
/// the image's entrypoint runs, which a manifest doesn't say.
#[must_use]
pub fn of(command: &[MappedText], args: &[MappedText]) -> Invocation {
    if command.is_empty() {
        return Invocation::Unknown;
    }
    let all: Vec<&MappedText> = command.iter().chain(args).collect();
    let words: Vec<Option<&str>> = all.iter().map(|word| Some(word.as_str())).collect();
    let from = |at: usize| all.iter().skip(at).map(|word| (*word).clone()).collect::<Vec<_>>();
    let wrapper = |length: usize| all.iter().take(length).map(|word| (*word).clone()).collect::<Vec<_>>();
    let at = |at: usize| all.get(at).map(|word| (*word).clone());
    let call = call(&words);
    let invocation = match call {
        Call::Script { wrapper: length, shell, options, text } => at(text).map(|script| Invocation::Script {
            text: script,
            shell,
            options,
            parameters: from(text + 1),
            wrapper: wrapper(length),
        }),
        Call::File { wrapper: length, shell, options, path } => at(path).map(|file| Invocation::File {
            path: file,
            shell,
            options,
            parameters: from(path + 1),
            wrapper: wrapper(length),
        }),
        Call::Exec { program } => Some(Invocation::Exec { argv: from(program), wrapper: wrapper(program) }),
        Call::Elsewhere => Some(Invocation::Elsewhere),
        Call::OtherLanguage(name) => Some(Invocation::OtherLanguage(name)),
        Call::Unknown => None,
    };
    invocation.unwrap_or(Invocation::Unknown)
}

/// What a command's words come to; places are indices of words. The words after `text` and `path`
/// are the script's parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
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
pub fn call(words: &[Option<&str>]) -> Call {
    let wrapper = match wrapper::lead(words) {
        Lead::Words(length) => length,
        Lead::Elsewhere => return Call::Elsewhere,
        Lead::Unknown => return Call::Unknown,
    };
    let Some(Some(program)) = words.get(wrapper) else { return Call::Unknown };
    let arguments = words.get(wrapper + 1..).unwrap_or(&[]);
    let name = wrapper::file_name(program);
    if let Some(shell) = Shell::named(name) {
        return shell_call(wrapper, shell, arguments);
    }
    if is_other_language(name, arguments) {
        return Call::OtherLanguage(name.to_owned());
    }
    if program.contains('/') && is_script_name(name) {
        return Call::File { wrapper, shell: None, options: Options::default(), path: wrapper };
    }
    Call::Exec { program: wrapper }
}

fn shell_call(wrapper: usize, shell: Shell, arguments: &[Option<&str>]) -> Call {
    let Some(line) = options::read(arguments) else { return Call::Unknown };
    let (options, operand) = (line.options, wrapper + 1 + line.operand);
    if line.is_text {
        Call::Script { wrapper, shell, options, text: operand }
    } else {
        Call::File { wrapper, shell: Some(shell), options, path: operand }
    }
}

/// Interpreters with a program of their own language to run. `python -m NAME` runs a tool.
fn is_other_language(name: &str, arguments: &[Option<&str>]) -> bool {
    let family = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    match family {
        "python" | "pypy" => !arguments.contains(&Some("-m")),
        "node" | "nodejs" | "deno" | "bun" | "perl" | "ruby" | "php" | "lua" | "pwsh" | "powershell"
        | "Rscript" | "fish" | "csh" | "tcsh" => true,
        _ => false,
    }
}

fn is_script_name(name: &str) -> bool {
    [".sh", ".bash", ".ksh", ".zsh", ".ash"].iter().any(|suffix| name.ends_with(suffix))
}
