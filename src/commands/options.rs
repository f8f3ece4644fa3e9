//! A command's words, taken apart as `getopt` does (POSIX XBD 12.2, with GNU's long options).

/// Options and operands.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Options<'w> {
    given: Vec<(&'w str, Option<&'w str>)>,
    operands: Vec<&'w str>,
    operands_from: usize,
}

impl<'w> Options<'w> {
    /// Takes `words` apart; the first is the command's name. `valued` names the options that take a
    /// value, letters and long names, separated by spaces. Options may follow operands.
    pub(crate) fn read(words: &'w [String], valued: &str) -> Self {
        Self::take(words, valued, false)
    }

    /// The same, but the first operand ends the options.
    pub(crate) fn until_operand(words: &'w [String], valued: &str) -> Self {
        Self::take(words, valued, true)
    }

    fn take(words: &'w [String], valued: &str, strict: bool) -> Self {
        let takes_value = |name: &str| valued.split(' ').any(|option| option == name);
        let mut out = Self { operands_from: words.len(), ..Self::default() };
        let mut index = 1;
        while let Some(word) = words.get(index).map(String::as_str) {
            index += 1;
            if word == "--" {
                out.operand_at(index);
                out.operands.extend(words.get(index..).unwrap_or_default().iter().map(String::as_str));
                break;
            }
            if let Some(long) = word.strip_prefix("--") {
                let (name, mut value) = match long.split_once('=') {
                    Some((name, value)) => (name, Some(value)),
                    None => (long, None),
                };
                if value.is_none() && takes_value(name) {
                    value = words.get(index).map(String::as_str);
                    index += 1;
                }
                out.given.push((name, value));
            } else if word.len() > 1 && word.starts_with('-') {
                index += out.letters(word, words.get(index), &takes_value);
            } else {
                out.operand_at(index - 1);
                out.operands.push(word);
                if strict {
                    break;
                }
            }
        }
        out
    }

    fn operand_at(&mut self, index: usize) {
        self.operands_from = self.operands_from.min(index);
    }

    /// A cluster of one-letter options; how many further words it used up.
    fn letters(
        &mut self,
        word: &'w str,
        next: Option<&'w String>,
        takes_value: &dyn Fn(&str) -> bool,
    ) -> usize {
        for (at, letter) in word.char_indices().skip(1) {
            let end = at + letter.len_utf8();
            let name = word.get(at..end).unwrap_or_default();
            if !takes_value(name) {
                self.given.push((name, None));
                continue;
            }
            let rest = word.get(end..).filter(|rest| !rest.is_empty());
            self.given.push((name, rest.or(next.map(String::as_str))));
            return usize::from(rest.is_none());
        }
        0
    }

    /// Whether one of `names` (separated by spaces) was given.
    pub(crate) fn has(&self, names: &str) -> bool {
        names.split(' ').any(|name| self.given.iter().any(|(given, _)| *given == name))
    }

    /// The value of the last of `names` that was given with one.
    pub(crate) fn value(&self, names: &str) -> Option<&'w str> {
        let mut given = self.given.iter().rev();
        given.find(|(given, value)| value.is_some() && names.split(' ').any(|name| name == *given))?.1
    }

    /// The operands.
    pub(crate) fn operands(&self) -> &[&'w str] {
        &self.operands
    }

    /// The index of the first operand among the words.
    pub(crate) fn operands_from(&self) -> usize {
        self.operands_from
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn options_are_taken_apart() {
        let words = words("tar -xzf a.tgz --strip-components=1 -C/data --directory /x member -- -y");
        let options = Options::read(&words, "f C directory");
        assert!(options.has("x") && options.has("extract z"));
        assert_eq!(options.value("f file"), Some("a.tgz"));
        assert_eq!(options.value("C"), Some("/data"));
        assert_eq!(options.value("C directory"), Some("/x"));
        assert_eq!(options.operands(), ["member", "-y"]);
    }

    #[test]
    fn the_first_operand_may_end_the_options() {
        let words = words("timeout -k 5 60 sh -c x");
        let options = Options::until_operand(&words, "k s");
        assert_eq!(options.operands_from(), 3);
        let words = self::words("nice --");
        assert_eq!(Options::until_operand(&words, "n").operands_from(), 2);
    }
}
