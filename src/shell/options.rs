//! Which shell, and what its command line asks of it.

/// A shell that reads POSIX scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shell {
    /// Whatever the image calls `sh`.
    Sh,
    /// GNU bash.
    Bash,
    /// busybox's.
    Ash,
    /// Debian's.
    Dash,
    /// ksh93, mksh, pdksh.
    Ksh,
    /// zsh.
    Zsh,
}

impl Shell {
    /// The file name that people know it by.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sh => "sh",
            Self::Bash => "bash",
            Self::Ash => "ash",
            Self::Dash => "dash",
            Self::Ksh => "ksh",
            Self::Zsh => "zsh",
        }
    }

    /// The shell of that file name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "sh" => Some(Self::Sh),
            "bash" => Some(Self::Bash),
            "ash" => Some(Self::Ash),
            "dash" => Some(Self::Dash),
            "ksh" | "ksh93" | "mksh" | "pdksh" => Some(Self::Ksh),
            "zsh" => Some(Self::Zsh),
            _ => None,
        }
    }
}

/// What `sh -e`, `set -e` and `set -o errexit` set (POSIX XCU 2.14, *set*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[expect(clippy::struct_excessive_bools, reason = "that is what a shell has")]
pub struct Options {
    /// `-e`: a failure that nothing looks at ends the shell.
    pub errexit: bool,
    /// `-u`: expanding an unset variable ends the shell.
    pub nounset: bool,
    /// `-o pipefail`: a pipeline fails with any of its commands.
    pub pipefail: bool,
    /// `-x`.
    pub xtrace: bool,
    /// `-f`: no globbing.
    pub noglob: bool,
    /// `-C`: `>` refuses an existing file.
    pub noclobber: bool,
    /// `-n`: nothing runs.
    pub noexec: bool,
}

impl Options {
    /// Applies the arguments of the builtin `set`. How many of them are options; `--` and a lone `-`
    /// are, and end them. A word that isn't known is none.
    pub fn set(&mut self, arguments: &[Option<&str>]) -> usize {
        let mut at = 0;
        while let Some(Some(word)) = arguments.get(at) {
            if let Some((on, letters)) = cluster(word) {
                at += 1 + self.cluster(letters, on, arguments.get(at + 1..).unwrap_or_default());
            } else {
                return at + usize::from(matches!(*word, "-" | "--"));
            }
        }
        at.min(arguments.len())
    }

    /// A cluster such as `-euo`; how many of the words after it are values of its letters.
    fn cluster(&mut self, letters: &str, on: bool, after: &[Option<&str>]) -> usize {
        let mut taken = 0;
        for letter in letters.chars() {
            if let 'o' | 'O' = letter {
                if let (Some(Some(name)), 'o') = (after.get(taken), letter) {
                    self.set_name(name, on);
                }
                taken += 1;
            } else {
                self.set_letter(letter, on);
            }
        }
        taken
    }

    fn set_letter(&mut self, letter: char, on: bool) {
        match letter {
            'e' => self.errexit = on,
            'u' => self.nounset = on,
            'x' => self.xtrace = on,
            'f' => self.noglob = on,
            'C' => self.noclobber = on,
            'n' => self.noexec = on,
            _ => {}
        }
    }

    fn set_name(&mut self, name: &str, on: bool) {
        match name {
            "errexit" => self.errexit = on,
            "nounset" => self.nounset = on,
            "pipefail" => self.pipefail = on,
            "xtrace" => self.xtrace = on,
            "noglob" => self.noglob = on,
            "noclobber" => self.noclobber = on,
            "noexec" => self.noexec = on,
            _ => {}
        }
    }
}

/// A shell's command line, after its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) options: Options,
    /// `-c`: the first operand is a script, not a file's name.
    pub(super) is_text: bool,
    /// The index of the first operand.
    pub(super) operand: usize,
}

/// Reads the arguments of a shell (POSIX XCU, *sh*; bash(1)). `None` without an operand, when it reads
/// a script from its input, and where a word isn't known that decides.
pub(super) fn read(words: &[Option<&str>]) -> Option<Line> {
    let mut line = Line { options: Options::default(), is_text: false, operand: 0 };
    let mut at = 0;
    loop {
        let Some(word) = *words.get(at)? else {
            // After `-c` it is the script, whatever it holds.
            if line.is_text {
                break;
            }
            return None;
        };
        if let Some((on, letters)) = cluster(word) {
            at += 1 + line.options.cluster(letters, on, words.get(at + 1..)?);
            line.is_text |= letters.contains('c');
            // Reads its script from its input.
            if letters.contains('s') {
                return None;
            }
        } else if matches!(word, "--rcfile" | "--init-file") {
            at += 2;
        } else if word.starts_with("--") && word != "--" {
            at += 1;
        } else {
            at += usize::from(matches!(word, "-" | "--"));
            break;
        }
    }
    line.operand = at;
    words.get(at).map(|_| line)
}

/// The letters of `-euo` or `+e`, and whether they are set.
fn cluster(word: &str) -> Option<(bool, &str)> {
    let letters = word.strip_prefix(['-', '+'])?;
    (!letters.is_empty() && !letters.starts_with('-')).then(|| (word.starts_with('-'), letters))
}
