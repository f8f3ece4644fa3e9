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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
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
    /// Sets or clears the option of a letter of `set`; other letters change nothing here.
    pub fn set_letter(&mut self, letter: char, on: bool) {
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

    /// Sets or clears the option of a name of `set -o`; other names change nothing here.
    pub fn set_name(&mut self, name: &str, on: bool) {
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
        at += 1;
        if word == "--" || word == "-" {
            break;
        } else if let Some(long) = word.strip_prefix("--") {
            at += usize::from(matches!(long, "rcfile" | "init-file"));
        } else if let Some((on, letters)) = cluster(word) {
            at = line.letters(letters, on, words, at)?;
        } else {
            at -= 1;
            break;
        }
    }
    line.operand = at;
    words.get(at).map(|_| line)
}

fn cluster(word: &str) -> Option<(bool, &str)> {
    let on = word.strip_prefix('-').map(|letters| (true, letters));
    on.or_else(|| word.strip_prefix('+').map(|letters| (false, letters)))
}

impl Line {
    /// A cluster such as `-euo`; gives where the words go on after the values that it takes.
    fn letters(&mut self, letters: &str, on: bool, words: &[Option<&str>], from: usize) -> Option<usize> {
        let mut at = from;
        for letter in letters.chars() {
            match letter {
                'c' => self.is_text = true,
                // Reads its script from its input.
                's' => return None,
                'o' => {
                    self.options.set_name((*words.get(at)?)?, on);
                    at += 1;
                }
                'O' => at += 1,
                _ => self.options.set_letter(letter, on),
            }
        }
        Some(at)
    }
}
