//! What is known of a script: its commands as they run, what they write and what they expand.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;
use std::rc::Rc;

use super::fate::Fate;
use super::unit::Unit;
use super::variables::Binding;
use crate::commands::{self, Attempt, Call, Needs, Trait};
use crate::helm;
use crate::shell::invocation::base_name;
use crate::shell::ir::{Command, PartKind, Redirection, RedirectionKind, Simple, Word};
use crate::source::Span;

/// A simple command, where it runs. One in a function is there for each call.
#[derive(Debug, Clone)]
pub struct Execution<'s> {
    /// The text that it stands in.
    pub unit: &'s Unit,
    /// The command, redirections and all.
    pub command: &'s Command,
    /// Its words as written.
    pub simple: &'s Simple,
    /// Its words as the command gets them, as far as they are known.
    pub words: Vec<Argument>,
    /// How many of the words are wrappers: `timeout 60`. What follows is the command itself.
    pub wrapper: usize,
    /// The working directory, where it is known.
    pub directory: Option<Rc<str>>,
    /// What its failure comes to.
    pub fate: Fate,
    /// Whether it may be passed over: it stands behind a test, in a branch or in a loop that needn't run.
    pub conditional: bool,
    /// Whether nobody waits for it: it stands behind `&`.
    pub in_background: bool,
    /// Whether it stands in a loop.
    pub in_loop: bool,
    /// See [`written`](Self::written); made when it is asked for.
    pub(super) written: OnceCell<Vec<String>>,
}

impl Execution<'_> {
    /// The name of the command behind its wrappers, without its folder.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.words.get(self.wrapper)?.text.as_deref().map(base_name)
    }

    /// The words after that name.
    #[must_use]
    pub fn arguments(&self) -> &[Argument] {
        self.words.get(self.wrapper + 1..).unwrap_or_default()
    }

    /// The texts of all words, wrappers too; `None` for one that isn't known.
    #[must_use]
    pub fn texts(&self) -> Vec<Option<&str>> {
        self.words.iter().map(|word| word.text.as_deref()).collect()
    }

    /// Where it stands.
    #[must_use]
    pub fn span(&self) -> Span {
        self.unit.span(&self.command.range)
    }

    /// Whether it talks to another machine.
    #[must_use]
    pub fn needs_network(&self) -> bool {
        self.is(Trait::NeedsNetwork)
    }

    /// Whether it asks the Kubernetes API server as the Pod's service account.
    #[must_use]
    pub fn uses_account_token(&self) -> bool {
        self.is(Trait::UsesAccountToken)
    }

    /// Whether it sets up how later commands ask the API server.
    #[must_use]
    pub fn sets_api_client(&self) -> bool {
        self.is(Trait::SetsApiClient)
    }

    /// Whether it is there to be asked: its status is its result.
    #[must_use]
    pub fn is_test(&self) -> bool {
        self.is(Trait::Test)
    }

    /// Whether it only prints or passes time.
    #[must_use]
    pub fn only_prints(&self) -> bool {
        self.is(Trait::OnlyPrints)
    }

    /// The rights that it needs to do its work for root.
    #[must_use]
    pub fn needs(&self) -> Needs {
        Needs::of(&Call::of(self.written()))
    }

    /// Whether it changes files or their owners, and nothing else.
    #[must_use]
    pub fn changes_files(&self) -> bool {
        commands::changes_files(&Call::of(self.written()))
    }

    /// Whether anything is known of the command.
    #[must_use]
    pub fn is_known(&self) -> bool {
        commands::is_known(&Call::of(self.written()))
    }

    /// Whether it takes little memory and time.
    #[must_use]
    pub fn is_light(&self) -> bool {
        commands::is_light(&Call::of(self.written()))
    }

    /// Whether it is sure to end by itself, and soon.
    #[must_use]
    pub fn ends_soon(&self) -> bool {
        self.wrapper == 0 && commands::ends_soon(&Call::of(self.written()))
    }

    /// Whether it starts a server that runs on when the command has ended.
    #[must_use]
    pub fn starts_server(&self) -> bool {
        commands::starts_server(&Call::of(self.written()))
    }

    /// Whether it only talks to a server through a socket.
    #[must_use]
    pub fn is_socket_client(&self) -> bool {
        commands::is_socket_client(&Call::of(self.written()))
    }

    /// What it tries that not everyone may.
    pub(crate) fn attempt(&self) -> Option<Attempt> {
        Attempt::of(self.written())
    }

    /// Whether it asks which user runs it.
    #[must_use]
    pub fn asks_user(&self) -> bool {
        self.is(Trait::AsksUser)
    }

    /// Whether a wrapper around it runs it as another user.
    #[must_use]
    pub fn changes_user(&self) -> bool {
        self.wrappers().any(|word| commands::is(word, Trait::ChangesUser))
    }

    /// Whether it does nothing to anything but the shell: it prints, or says how the script goes on.
    #[must_use]
    pub fn does_nothing(&self) -> bool {
        let words = self.written();
        let call = Call::of(words);
        call.is(Trait::OnlyPrints) || commands::is_of_the_shell(&call)
    }

    /// Whether it does nothing, and succeeds.
    #[must_use]
    pub fn only_succeeds(&self) -> bool {
        matches!(self.name(), Some("true" | ":"))
    }

    /// Whether it runs its words as commands in the shell that calls it.
    #[must_use]
    pub fn evaluates(&self) -> bool {
        self.name() == Some("eval")
    }

    /// Whether it runs a file's commands in the shell that calls it.
    #[must_use]
    pub fn sources(&self) -> bool {
        self.is(Trait::Sources)
    }

    /// Whether its command, so called, has a trait.
    pub(crate) fn is(&self, wanted: Trait) -> bool {
        // What a command never is needn't be looked for in its words.
        let name = self.words.get(self.wrapper).map(|word| self.written_word(word));
        name.is_some_and(|name| commands::may_be(&name, wanted)) && Call::of(self.written()).is(wanted)
    }

    /// Its words from its own name on, each as the command gets it, or a pattern as it is written.
    #[must_use]
    pub fn written(&self) -> &[String] {
        self.written.get_or_init(|| self.written_from(self.wrapper))
    }

    /// Its words from the one at `from` on.
    pub(super) fn written_from(&self, from: usize) -> Vec<String> {
        let words = self.words.iter().skip(from);
        words.map(|word| self.written_word(word).into_owned()).collect()
    }

    fn written_word<'w>(&self, word: &'w Argument) -> Cow<'w, str> {
        word.text.as_deref().map_or_else(|| self.pattern(word).into(), Cow::Borrowed)
    }

    /// The word that `argument` comes from, without its quotes but with its patterns; what else is expanded in it stands
    /// as it is written.
    pub(super) fn pattern(&self, argument: &Argument) -> String {
        let word = self.simple.words.iter().find(|word| word.range == argument.range);
        let parts = word.into_iter().flat_map(|word| &word.parts).map(|part| match &part.kind {
            PartKind::Literal { text, .. } | PartKind::Glob(text) => text,
            // Within quotes an action has no place of its own.
            PartKind::Variable { name, .. } if helm::has_placeholder(name) => name,
            _ => self.unit.text.as_str().get(part.range.clone()).unwrap_or_default(),
        });
        parts.collect()
    }

    /// Whether it adds commands to the container.
    #[must_use]
    pub fn installs_packages(&self) -> bool {
        self.is(Trait::InstallsPackages)
    }

    /// Whether it adds them where the image has its own.
    #[must_use]
    pub fn installs_into_system(&self) -> bool {
        self.is(Trait::WritesSystem)
    }

    /// Whether it sets something that ends with its own process.
    #[must_use]
    pub fn sets_own_process(&self) -> bool {
        self.is(Trait::SetsOwnProcess)
    }

    /// Whether it writes below `$HOME`.
    #[must_use]
    pub fn writes_home(&self) -> bool {
        self.is(Trait::WritesHome)
    }

    /// What it copies without following links, and where to.
    #[must_use]
    pub fn copied_links(&self) -> Option<LinkCopy> {
        let words = self.written();
        let call = Call::of(words);
        if !call.is(Trait::KeepsLinks) {
            return None;
        }
        let (last, others) = call.operands().split_last()?;
        let (sources, target) = match call.value("t target-directory") {
            Some(target) => (call.operands(), target),
            None => (others, *last),
        };
        let range = |source: &str| {
            let at = words.iter().position(|word| word == source)?;
            Some(self.words.get(self.wrapper + at)?.range.clone())
        };
        let sources = sources.iter().filter_map(|source| Some(((*source).to_owned(), range(source)?)));
        Some(LinkCopy { sources: sources.collect(), target: target.to_owned() })
    }

    /// The name that it looks up in the DNS without the search list, where it is busybox's.
    #[must_use]
    pub fn looked_up_name(&self) -> Option<String> {
        let words = self.written();
        let call = Call::of(words);
        let name = if call.is(Trait::PassesOverSearchList) { call.operands().first() } else { None };
        name.map(|name| (*name).to_owned())
    }

    /// What runs for ever, where it surely does: the command as people call it.
    #[must_use]
    pub fn endless(&self) -> Option<String> {
        if self.wrappers().any(|word| commands::is(word, Trait::LimitsTime)) {
            return None;
        }
        let words = self.written();
        let call = Call::of(words);
        call.is(Trait::NeverEnds).then(|| call.title())
    }

    /// The names of the programs that it starts: its first wrapper's, and its own.
    pub fn programs(&self) -> impl Iterator<Item = &str> {
        let own = (self.wrapper > 0).then_some(self.wrapper);
        [Some(0), own].into_iter().flatten().filter_map(|at| self.words.get(at)?.text.as_deref())
    }

    /// The words of all wrappers around it: of its shells, from the outermost, and its own.
    pub fn wrappers(&self) -> impl Iterator<Item = &str> {
        let own = self.words.iter().take(self.wrapper).filter_map(|word| word.text.as_deref());
        self.unit.wrapper.iter().map(String::as_str).chain(own)
    }
}

/// A command of any kind, where it runs.
#[derive(Debug, Clone, Copy)]
pub struct Step<'s> {
    /// The text that it stands in.
    pub unit: &'s Unit,
    /// The command.
    pub command: &'s Command,
    /// What its failure comes to.
    pub fate: Fate,
    /// Whether it may be passed over.
    pub conditional: bool,
}

/// A copy that takes each link as a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkCopy {
    /// What is copied, patterns as written, and where each stands in the text of its unit.
    pub sources: Vec<(String, Range<usize>)>,
    /// The file or folder that it is copied to.
    pub target: String,
}

/// A word of a command after expansion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// What it is, where that is certain.
    pub text: Option<String>,
    /// The word that it comes from, in the text of its unit.
    pub range: Range<usize>,
}

/// A file that something is written to by redirection.
#[derive(Debug, Clone)]
pub struct Output<'s> {
    /// The text that it stands in.
    pub unit: &'s Unit,
    /// The command that it belongs to, which may be a compound one.
    pub command: &'s Command,
    /// The redirection.
    pub redirection: &'s Redirection,
    /// The file, where it is certain.
    pub path: Option<String>,
    /// The working directory, where it is known.
    pub directory: Option<Rc<str>>,
    /// Whether what it held before stays: `>>`, `<>`.
    pub keeps: bool,
    /// Whether it stands in a loop: `>` empties it at each turn.
    pub in_loop: bool,
    /// Whether it may be passed over.
    pub conditional: bool,
    /// What it comes to that the file can't be written.
    pub fate: Fate,
}

/// A file that something reads by redirection.
#[derive(Debug, Clone)]
pub struct Input<'s> {
    /// The command that it belongs to, which may be a compound one.
    pub command: &'s Command,
    /// The file, from the root where that is known.
    pub path: String,
    /// What it comes to that the file can't be read.
    pub fate: Fate,
}

/// Where a command's standard output and standard error go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination<'s> {
    /// Where the shell's own go, or into the pipe.
    Standard,
    /// Where the shell's standard error goes.
    Error,
    /// Into a file.
    File(&'s Word),
    /// To another descriptor, or nowhere.
    Other,
}

/// The destinations of standard output and standard error, by `redirections` in their order (POSIX XCU 2.7).
#[must_use]
pub fn destinations(redirections: &[Redirection]) -> (Destination<'_>, Destination<'_>) {
    let (mut output, mut error) = (Destination::Standard, Destination::Error);
    for redirection in redirections {
        let to = match &redirection.kind {
            RedirectionKind::WriteBoth { target, .. } => {
                (output, error) = (Destination::File(target), Destination::File(target));
                continue;
            }
            RedirectionKind::Write(target) | RedirectionKind::Append(target) => Destination::File(target),
            RedirectionKind::Duplicate(target) => match target.literal().as_deref() {
                Some("1") => output,
                Some("2") => error,
                _ => Destination::Other,
            },
            _ => continue,
        };
        match redirection.descriptor {
            None | Some(1) => output = to,
            Some(2) => error = to,
            Some(_) => {}
        }
    }
    (output, error)
}

/// A parameter expansion, where it happens.
#[derive(Debug, Clone)]
pub struct Use<'s> {
    /// The text that it stands in.
    pub unit: &'s Unit,
    /// The expansion.
    pub range: Range<usize>,
    /// The variable.
    pub name: &'s str,
    /// Whether it is set there.
    pub binding: Binding,
    /// Whether the expansion provides for its not being set: `${a:-b}`, `${a:?}`.
    pub has_default: bool,
}
