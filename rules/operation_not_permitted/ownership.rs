//! What a `chown` or `chgrp` wants to change.

use crate::shell::invocation::base_name;

/// A change of owner or group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ownership {
    /// `chown` or `chgrp`.
    pub(super) command: &'static str,
    /// The new owner; `None` where it stays.
    pub(super) owner: Option<Id>,
    /// The new group, where one is named.
    pub(super) group: Option<Id>,
    /// What is written for them: `1000:2000`.
    pub(super) text: String,
    /// The files, as far as they are known.
    pub(super) paths: Vec<String>,
    /// Whether the command that runs it fails where it fails.
    pub(super) counts: bool,
    /// Whether it may not run at all, for lack of files.
    pub(super) conditional: bool,
}

/// A user or a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Id {
    /// By number; `root` is 0 in every image.
    Number(i64),
    /// By a name that the image gives a number.
    Name,
}

impl Id {
    fn parse(text: &str) -> Self {
        match text.parse() {
            Ok(number) => Id::Number(number),
            Err(_) if text == "root" => Id::Number(0),
            Err(_) => Id::Name,
        }
    }
}

/// What the words of a command change, name first, also through `xargs` and `find -exec`. A word that isn't known is
/// `None`.
pub(super) fn of_command(words: &[Option<&str>]) -> Option<Ownership> {
    let (name, arguments) = words.split_first()?;
    match base_name((*name)?) {
        "find" => {
            let at = arguments.iter().position(|word| matches!(word, Some("-exec" | "-execdir")))?;
            let run = arguments.get(at + 1..)?;
            let end = run.iter().position(|word| matches!(word, Some(";" | "+")))?;
            // With `;` a failure is no failure of `find` (POSIX XCU, find, `-exec`).
            let counts = run.get(end)? == &Some("+");
            let change = direct(run.get(..end)?)?;
            Some(Ownership { counts, conditional: true, ..change })
        }
        "xargs" => {
            let at =
                arguments.iter().position(|word| matches!(word.map(base_name), Some("chown" | "chgrp")))?;
            Some(Ownership { conditional: true, ..direct(arguments.get(at..)?)? })
        }
        _ => direct(words),
    }
}

/// `chown [OPTION]... OWNER[:[GROUP]] FILE...`, `chgrp [OPTION]... GROUP FILE...`.
fn direct(words: &[Option<&str>]) -> Option<Ownership> {
    let (name, arguments) = words.split_first()?;
    let command = match base_name((*name)?) {
        "chown" => "chown",
        "chgrp" => "chgrp",
        _ => return None,
    };
    let mut operands = arguments.iter().skip_while(|word| {
        // `--reference` and `--from` compare with what only the container knows.
        word.is_some_and(|word| {
            word.starts_with('-') && !word.starts_with("--re") && !word.starts_with("--fr")
        })
    });
    let text = operands.next()?.filter(|text| !text.starts_with('-'))?;
    let first = operands.next()?;
    let paths = std::iter::once(first).chain(operands).flatten().map(|path| (*path).to_owned()).collect();
    let (owner, group) = if command == "chgrp" { ("", text) } else { split(text) };
    let id = |text: &str| (!text.is_empty()).then(|| Id::parse(text));
    let (owner, group, text) = (id(owner), id(group), text.to_owned());
    Some(Ownership { command, owner, group, text, paths, counts: true, conditional: false })
}

/// Owner and group of `1000:2000`, or of the old `1000.2000`; a dot may belong to a name.
fn split(text: &str) -> (&str, &str) {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let by_dot = || text.split_once('.').filter(|(owner, group)| is_number(owner) && is_number(group));
    text.split_once(':').or_else(by_dot).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(command: &str) -> Option<Ownership> {
        let words: Vec<Option<&str>> =
            command.split(' ').map(|word| (!word.starts_with('$')).then_some(word)).collect();
        of_command(&words)
    }

    fn ids(command: &str) -> Option<(Option<Id>, Option<Id>)> {
        of(command).map(|change| (change.owner, change.group))
    }

    #[test]
    fn reads_owner_and_group() {
        let number = |id| Some(Id::Number(id));
        assert_eq!(ids("chown 1000 /d"), Some((number(1000), None)));
        assert_eq!(ids("chown -R 1000:2000 /d"), Some((number(1000), number(2000))));
        assert_eq!(ids("/bin/chown -hR 1000: /d"), Some((number(1000), None)));
        assert_eq!(ids("chown :2000 /d"), Some((None, number(2000))));
        assert_eq!(ids("chown 1000.2000 /d"), Some((number(1000), number(2000))));
        assert_eq!(ids("chown root:www.data /d"), Some((number(0), Some(Id::Name))));
        assert_eq!(ids("chown john.doe /d"), Some((Some(Id::Name), None)));
        assert_eq!(ids("chgrp -R 2000 /d"), Some((None, number(2000))));
    }

    #[test]
    fn leaves_alone_what_it_cannot_read() {
        for command in [
            "chown $OWNER /d",
            "chown --reference=/a /d",
            "chown --from=0 1000 /d",
            "chown 1000",
            "chmod 1000 /d",
            "$TOOL 1000 /d",
        ] {
            assert_eq!(of(command), None, "{command}");
        }
    }

    #[test]
    fn sees_through_find_and_xargs() {
        let found = of("find /d -exec chown 5 {} +").unwrap();
        assert!(found.counts && found.conditional);
        assert!(!of("find /d -exec chown 5 {} ;").unwrap().counts);
        assert!(of("xargs -0 chown 5 {}").unwrap().conditional);
    }
}
