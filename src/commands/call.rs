//! A command as it is called: its words, taken apart once as its record says.

use super::Record;
use super::record::{Options, Order, Trait};
use super::world::place::base_name;

/// A command's words, with its name, options and operands.
#[derive(Debug, Clone)]
pub struct Call<'w> {
    words: &'w [String],
    name: &'w str,
    record: Option<&'static Record>,
    given: Vec<(&'w str, Option<&'w str>)>,
    operands: Vec<&'w str>,
    /// The index of the first operand among the words.
    operands_from: usize,
}

impl<'w> Call<'w> {
    /// The call that `words` make; the first is the command, perhaps by its path.
    pub(crate) fn of(words: &'w [String]) -> Self {
        let name = base_name(words.first().map_or("", String::as_str));
        let record = super::find(name);
        let mut call = Self::unread(words, name, record);
        if let Some(record) = record {
            call.read(record.options);
        }
        call
    }

    /// What follows the word at `from` as a call of its own: a subcommand with its options, those of `valued` with a
    /// value.
    pub(crate) fn sub(&self, from: usize, valued: &'static str) -> Call<'w> {
        let words = self.words.get(from..).unwrap_or_default();
        let mut call = Call::unread(words, self.name, self.record);
        call.read(Options { valued, order: Order::Mixed });
        call
    }

    fn unread(words: &'w [String], name: &'w str, record: Option<&'static Record>) -> Self {
        let (given, operands) = (Vec::new(), Vec::new());
        Self { words, name, record, given, operands, operands_from: words.len() }
    }

    /// The command's name, without a path: `tar` of `/bin/tar`.
    pub(crate) fn name(&self) -> &'w str {
        self.name
    }

    /// Its name as a message says it, with the subcommand where it has those: `git clone`, `mkdir`.
    pub(crate) fn title(&self) -> String {
        match self.operands.first() {
            Some(subcommand) if self.is(Trait::HasSubcommands) => format!("{} {subcommand}", self.name),
            _ => self.name.to_owned(),
        }
    }

    /// All words as written, or from the subcommand on.
    pub(crate) fn words(&self) -> &'w [String] {
        self.words
    }

    /// What is known of the command.
    pub(crate) fn record(&self) -> Option<&'static Record> {
        self.record
    }

    /// Whether the command, called so, is that.
    pub(crate) fn is(&self, wanted: Trait) -> bool {
        self.record.is_some_and(|record| record.has(wanted, self))
            && !(wanted == Trait::Weighty && self.tells_of_itself())
    }

    /// `pg_dump --version`: it brings nothing.
    fn tells_of_itself(&self) -> bool {
        matches!(self.words, [_, only] if matches!(only.as_str(), "--version" | "-V" | "--help"))
    }

    /// What the command does at the paths that its words name.
    pub(crate) fn paths(&self) -> super::paths::Paths {
        self.record.and_then(|record| record.paths).map_or_else(Vec::new, |paths| paths(self))
    }

    /// Whether it is known what the command does at the paths that its words name.
    pub(crate) fn has_paths(&self) -> bool {
        self.record.is_some_and(|record| record.paths.is_some()) && !self.is(Trait::RunsInput)
    }

    /// Whether one of `names` (separated by spaces) was given.
    pub(crate) fn has(&self, names: &str) -> bool {
        self.given.iter().any(|(given, _)| is_among(given, names))
    }

    /// The value of the last of `names` that was given with one.
    pub(crate) fn value(&self, names: &str) -> Option<&'w str> {
        self.values(names).next_back()
    }

    /// The values of all of `names` that were given with one.
    pub(crate) fn values(&self, names: &str) -> impl DoubleEndedIterator<Item = &'w str> {
        self.given.iter().filter(|(given, _)| is_among(given, names)).filter_map(|(_, value)| *value)
    }

    /// The operands.
    pub(crate) fn operands(&self) -> &[&'w str] {
        &self.operands
    }

    /// The index of the first operand among the words.
    pub(crate) fn operands_from(&self) -> usize {
        self.operands_from
    }

    fn read(&mut self, options: Options) {
        if options.order == Order::Unread {
            return;
        }
        let takes_value = |name: &str| is_among(name, options.valued);
        let mut index = 1;
        if options.order == Order::Bundled
            && let Some(first) = self.words.get(1).filter(|word| is_bundle(word))
        {
            index = self.bundle(first, &takes_value);
        }
        while let Some(word) = self.words.get(index).map(String::as_str) {
            index += 1;
            if word == "--" {
                self.operand_at(index);
                self.operands.extend(self.words.get(index..).unwrap_or_default().iter().map(String::as_str));
                break;
            }
            if let Some(long) = word.strip_prefix("--") {
                let (name, mut value) = match long.split_once('=') {
                    Some((name, value)) => (name, Some(value)),
                    None => (long, None),
                };
                if value.is_none() && takes_value(name) {
                    value = self.words.get(index).map(String::as_str);
                    index += 1;
                }
                self.given.push((name, value));
            } else if word.len() > 1 && word.starts_with('-') {
                index += self.letters(word, self.words.get(index), options.valued);
            } else {
                self.operand_at(index - 1);
                self.operands.push(word);
                if options.order == Order::OptionsFirst {
                    break;
                }
            }
        }
    }

    fn operand_at(&mut self, index: usize) {
        self.operands_from = self.operands_from.min(index);
    }

    /// A cluster without a dash, whose values follow it in turn; the index of the word behind them.
    fn bundle(&mut self, letters: &'w str, takes_value: &dyn Fn(&str) -> bool) -> usize {
        let mut next = 2;
        for (at, letter) in letters.char_indices() {
            let name = letters.get(at..at + letter.len_utf8()).unwrap_or_default();
            let value = takes_value(name).then(|| self.words.get(next)).flatten();
            next += usize::from(value.is_some());
            self.given.push((name, value.map(String::as_str)));
        }
        next
    }

    /// A cluster of one-letter options; how many further words it used up.
    fn letters(&mut self, word: &'w str, next: Option<&'w String>, valued: &str) -> usize {
        for (at, letter) in word.char_indices().skip(1) {
            let end = at + letter.len_utf8();
            let name = word.get(at..end).unwrap_or_default();
            let rest = word.get(end..).filter(|rest| !rest.is_empty());
            match value_of(name, valued) {
                None => self.given.push((name, None)),
                Some(ValueIn::SameWord) => {
                    self.given.push((name, rest));
                    return 0;
                }
                Some(ValueIn::EitherWord) => {
                    self.given.push((name, rest.or(next.map(String::as_str))));
                    return usize::from(rest.is_none());
                }
            }
        }
        0
    }
}

/// Where the value of an option stands.
#[derive(PartialEq, Eq)]
enum ValueIn {
    /// It is the rest of the option's word, or else the next word.
    EitherWord,
    /// It is the rest of the option's word, where there is any.
    SameWord,
}

/// Whether `name` is one of `names`, which blanks stand between.
fn is_among(name: &str, names: &str) -> bool {
    value_of(name, names) == Some(ValueIn::EitherWord)
}

/// Where the value of the option `name` stands, where it is one of `names`. Asked so often that a search for each blank
/// counts.
fn value_of(name: &str, names: &str) -> Option<ValueIn> {
    let (name, names) = (name.as_bytes(), names.as_bytes());
    let is_start =
        |at: usize| at.checked_sub(1).and_then(|before| names.get(before)).is_none_or(|b| *b == b' ');
    let read = |at: usize| match names.get(at..)?.strip_prefix(name)? {
        [] | [b' ', ..] => Some(ValueIn::EitherWord),
        [b':', b':'] | [b':', b':', b' ', ..] => Some(ValueIn::SameWord),
        _ => None,
    };
    memchr::memchr_iter(*name.first()?, names).filter(|at| is_start(*at)).find_map(read)
}

/// A cluster of `tar`'s options without a dash.
fn is_bundle(word: &str) -> bool {
    word.starts_with(|c: char| "cxtrudA".contains(c)) && word.chars().all(|c| c.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    fn read(words: &[String], options: Options) -> Call<'_> {
        let mut call = Call::unread(words, "", None);
        call.read(options);
        call
    }

    #[test]
    fn options_are_taken_apart() {
        let words = words("tar -xzf a.tgz --strip-components=1 -C/data --directory /x member -- -y");
        let call = read(&words, Options { valued: "f C directory", order: Order::Mixed });
        assert!(call.has("x") && call.has("extract z"));
        assert_eq!(call.value("f file"), Some("a.tgz"));
        assert_eq!(call.value("C"), Some("/data"));
        assert_eq!(call.value("C directory"), Some("/x"));
        assert_eq!(call.operands(), ["member", "-y"]);
    }

    #[test]
    fn the_first_operand_may_end_the_options() {
        let valued = |valued| Options { valued, order: Order::OptionsFirst };
        assert_eq!(read(&words("timeout -k 5 60 sh -c x"), valued("k s")).operands_from(), 3);
        assert_eq!(read(&words("nice --"), valued("n")).operands_from(), 2);
    }

    #[test]
    fn options_of_old_take_their_values_in_turn() {
        let words = words("tar xfC a.tgz /data -v member");
        let call = read(&words, Options { valued: "f C", order: Order::Bundled });
        assert_eq!((call.value("f"), call.value("C")), (Some("a.tgz"), Some("/data")));
        assert!(call.has("x") && call.has("v"));
        assert_eq!(call.operands(), ["member"]);
    }
}
