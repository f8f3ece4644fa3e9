//! What commands ask of the kernel that it doesn't allow everyone (capabilities(7)).

use super::{Call, Trait};

/// An operation that needs a right, as a command tries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attempt {
    /// The command that tries it, which another may run: `chown`.
    pub(crate) command: String,
    pub(crate) operation: Operation,
    /// Whether the command that was called fails where it fails.
    pub(crate) counts: bool,
    /// Whether it may not be tried at all, for lack of files.
    pub(crate) conditional: bool,
}

/// What needs a right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Operation {
    /// To give files to another.
    Ownership(Ownership),
    /// To change the mode of these files.
    Mode(Vec<String>),
    /// To set a parameter of the kernel.
    Parameter(String),
    /// To change packet filters, for which a raw socket is opened as well.
    Packets,
    /// To change addresses, routes or queues.
    Network,
    /// To mount, or to take away what is mounted.
    Mount,
    /// To install packages where the image has its own.
    Packages,
}

/// A change of owner or group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ownership {
    /// The new owner; `None` where it stays.
    pub(crate) owner: Option<Id>,
    /// The new group, where one is named.
    pub(crate) group: Option<Id>,
    /// What is written for them: `1000:2000`.
    pub(crate) text: String,
    /// The files, as written.
    pub(crate) paths: Vec<String>,
}

/// A user or a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Id {
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

impl Attempt {
    /// What the command tries that `words` call.
    pub(crate) fn of(words: &[String]) -> Option<Self> {
        let call = Call::of(words);
        call.record()?.tries?(&call)
    }

    fn by(call: &Call<'_>, operation: Operation) -> Self {
        Self { command: call.name().to_owned(), operation, counts: true, conditional: false }
    }
}

/// Whether a word is known: no expansion stands in it.
fn is_known(word: &str) -> bool {
    !word.contains(['$', '`'])
}

/// `chown [OPTION]... OWNER[:[GROUP]] FILE...`, `chgrp [OPTION]... GROUP FILE...`.
pub(super) fn ownership(call: &Call<'_>) -> Option<Attempt> {
    // These compare with what only the container knows.
    let compares = |word: &String| word.starts_with("--ref") || word.starts_with("--fr");
    let (text, files) = call.operands().split_first()?;
    if files.is_empty() || !is_known(text) || call.words().iter().any(compares) {
        return None;
    }
    let (owner, group) = if call.name() == "chgrp" { ("", *text) } else { split(text) };
    let id = |text: &str| (!text.is_empty()).then(|| Id::parse(text));
    let paths = files.iter().filter(|path| is_known(path)).map(|path| (*path).to_owned()).collect();
    let change = Ownership { owner: id(owner), group: id(group), text: (*text).to_owned(), paths };
    Some(Attempt::by(call, Operation::Ownership(change)))
}

/// Owner and group of `1000:2000`, or of the old `1000.2000`; a dot may belong to a name.
fn split(text: &str) -> (&str, &str) {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let by_dot = || text.split_once('.').filter(|(owner, group)| is_number(owner) && is_number(group));
    text.split_once(':').or_else(by_dot).unwrap_or((text, ""))
}

/// `chmod [OPTION]... MODE FILE...`.
pub(super) fn mode(call: &Call<'_>) -> Option<Attempt> {
    if call.has("reference") {
        return None;
    }
    let files = moded(call).iter().map(|path| (*path).to_owned()).collect();
    Some(Attempt::by(call, Operation::Mode(files)))
}

/// The files of a `chmod`. Its mode may look like an option: `-x`.
pub(super) fn moded<'c, 'w>(call: &'c Call<'w>) -> &'c [&'w str] {
    let is_mode = |word: &&String| {
        let letters = word.strip_prefix('-').filter(|letters| !letters.starts_with('-'));
        letters.is_some_and(|letters| letters.chars().any(|letter| !"RfcvhHLP".contains(letter)))
    };
    let names_mode = call.has("reference") || call.words().iter().skip(1).any(|word| is_mode(&word));
    call.operands().get(usize::from(!names_mode)..).unwrap_or_default()
}

/// `sysctl -w NAME=VALUE`; `-w` may be left out.
pub(super) fn parameter(call: &Call<'_>) -> Option<Attempt> {
    let named = call.operands().iter().find_map(|word| word.split_once('='));
    let (name, _) = named.filter(|(name, _)| is_known(name))?;
    Some(Attempt::by(call, Operation::Parameter(name.to_owned())))
}

/// `iptables`, and its like.
pub(super) fn packets(call: &Call<'_>) -> Option<Attempt> {
    let mut arguments = call.words().iter().skip(1);
    let is_asked = |word: &String| matches!(word.as_str(), "-V" | "--version" | "-h" | "--help");
    (!arguments.all(is_asked)).then(|| Attempt::by(call, Operation::Packets))
}

/// `iptables-restore`, which reads what it is to do.
#[expect(clippy::unnecessary_wraps, reason = "a record's column has this type")]
pub(super) fn all_packets(call: &Call<'_>) -> Option<Attempt> {
    Some(Attempt::by(call, Operation::Packets))
}

const CHANGES: [&str; 14] = [
    "add", "del", "delete", "set", "replace", "change", "flush", "append", "insert", "create", "destroy",
    "restore", "prepend", "chg",
];

/// The words of `ip`, `nft` and `tc` that aren't options.
fn verbs<'w>(call: &Call<'w>) -> impl Iterator<Item = &'w str> {
    call.words().iter().skip(1).map(String::as_str).filter(|word| !word.starts_with('-'))
}

fn network(call: &Call<'_>, changes: bool) -> Option<Attempt> {
    changes.then(|| Attempt::by(call, Operation::Network))
}

/// `ip`; `ip netns` and `ip -n` belong to another name space.
pub(super) fn addresses(call: &Call<'_>) -> Option<Attempt> {
    const OBJECTS: [&str; 11] =
        ["link", "addr", "address", "a", "route", "r", "rule", "ru", "neigh", "tuntap", "tunnel"];
    let mut words = verbs(call);
    let is_own = words.next().is_some_and(|object| OBJECTS.contains(&object))
        && !call.words().iter().any(|word| word == "-n");
    network(call, is_own && words.next().is_some_and(|verb| CHANGES.contains(&verb)))
}

/// `nft`.
pub(super) fn tables(call: &Call<'_>) -> Option<Attempt> {
    let reads_file = call.words().iter().any(|word| word == "-f");
    network(call, reads_file || verbs(call).next().is_some_and(|verb| CHANGES.contains(&verb)))
}

/// `tc OBJECT VERB`.
pub(super) fn queues(call: &Call<'_>) -> Option<Attempt> {
    network(call, verbs(call).nth(1).is_some_and(|verb| CHANGES.contains(&verb)))
}

/// `mount`, `umount`; without operands they only say what is mounted.
pub(super) fn mount(call: &Call<'_>) -> Option<Attempt> {
    let mounts = call.words().iter().skip(1).any(|word| !word.starts_with('-') && is_known(word));
    mounts.then(|| Attempt::by(call, Operation::Mount))
}

/// A package manager of the system, which locks its database first; apk 3 has `--usermode` for others than root.
pub(super) fn packages(call: &Call<'_>) -> Option<Attempt> {
    let is_for_root = call.is(Trait::WritesSystem) && !call.has("usermode");
    is_for_root.then(|| Attempt::by(call, Operation::Packages))
}

/// What `find -exec` runs.
pub(super) fn found(call: &Call<'_>) -> Option<Attempt> {
    let (words, counts) = super::found_command(call)?;
    Some(Attempt { counts, conditional: true, ..Attempt::of(words)? })
}

/// What `xargs` runs, with what it reads behind its words.
pub(super) fn on_input(call: &Call<'_>) -> Option<Attempt> {
    let mut words = call.words().get(call.operands_from()..)?.to_vec();
    let name = words.first()?;
    // Nobody wraps it in itself, and so nothing is nested without an end.
    if Call::of(std::slice::from_ref(name)).name() == call.name() {
        return None;
    }
    words.push("{}".to_owned());
    Some(Attempt { conditional: true, ..Attempt::of(&words)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(command: &str) -> Option<Attempt> {
        let words: Vec<String> = command.split(' ').map(str::to_owned).collect();
        Attempt::of(&words)
    }

    fn ids(command: &str) -> Option<(Option<Id>, Option<Id>)> {
        match of(command)?.operation {
            Operation::Ownership(change) => Some((change.owner, change.group)),
            _ => None,
        }
    }

    #[test]
    fn reads_owner_and_group() {
        let number = |id| Some(Id::Number(id));
        assert_eq!(ids("chown 1000 /d"), Some((number(1000), None)));
        assert_eq!(ids("chown -R 1000:2000 /d"), Some((number(1000), number(2000))));
        assert_eq!(ids("chown --recursive 1000 /d"), Some((number(1000), None)));
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
            "chown $FLAGS 1000 /d",
            "chown --reference=/a /d",
            "chown --from=0 1000 /d",
            "chown 1000",
            "$TOOL 1000 /d",
            "sysctl -w $NAME=1",
            "sysctl net.core.somaxconn",
            "mount",
            "mount -V",
            "iptables --version",
            "ip addr show",
            "ip netns add x",
            "tc qdisc show",
            "nft list ruleset",
        ] {
            assert_eq!(of(command), None, "{command}");
        }
    }

    #[test]
    fn sees_through_find_and_xargs() {
        let found = of("find /d -exec chown 5 {} +").unwrap();
        assert!(found.counts && found.conditional);
        assert_eq!(found.command, "chown");
        assert!(!of("find /d -exec chown 5 {} ;").unwrap().counts);
        assert!(of("xargs -0 chown 5 {}").unwrap().conditional);
        assert!(of("xargs -r -n 10 chown 5").is_some());
        assert_eq!(of(&format!("{}chown 5 /d", "xargs ".repeat(10_000))), None);
        assert_eq!(of(&format!("{}chown 5 /d", "find -exec ".repeat(10_000))), None);
    }

    #[test]
    fn a_mode_may_look_like_an_option() {
        let files = |command| match of(command).unwrap().operation {
            Operation::Mode(files) => files,
            _ => Vec::new(),
        };
        assert_eq!(files("chmod 700 /a /b"), ["/a", "/b"]);
        assert_eq!(files("chmod -R -f 700 /a"), ["/a"]);
        assert_eq!(files("chmod -x /a"), ["/a"]);
    }

    #[test]
    fn changes_of_the_network_are_told_from_questions() {
        for command in ["ip link set eth0 up", "tc qdisc add dev eth0", "nft -f /rules", "nft add table x"] {
            assert_eq!(of(command).unwrap().operation, Operation::Network, "{command}");
        }
        assert_eq!(of("iptables -t nat -F").unwrap().operation, Operation::Packets);
        assert_eq!(of("iptables-restore").unwrap().operation, Operation::Packets);
    }
}
