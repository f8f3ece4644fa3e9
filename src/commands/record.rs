//! What is known of one command.

use super::awaited::Asks;
use super::operations::Attempt;
use super::paths::Paths;
use super::remedy::{Remedy, Trouble};
use super::world::{Status, World};
use super::{Call, Wrapper};

/// What a command does when it is called: its status, with its changes made on the world.
pub(crate) type Effect = fn(&mut dyn World, &Call<'_>) -> Status;

/// All that is known of a command. What isn't said is taken to be harmless.
#[derive(Debug)]
pub struct Record {
    /// The names by which it is called.
    pub(crate) names: &'static [&'static str],
    pub(crate) options: Options,
    /// What it does to files and to what lies outside; `None` where nothing is known of that.
    pub(crate) effect: Option<Effect>,
    pub(crate) remedy: Option<fn(&Trouble<'_>) -> Option<Remedy>>,
    /// What it does at the paths that its words name.
    pub(crate) paths: Option<fn(&Call<'_>) -> Paths>,
    /// What it is in any case.
    traits: &'static [Trait],
    /// What it is when called so.
    traits_of: Option<fn(&Call<'_>) -> &'static [Trait]>,
    /// What it asks for, where its words tell.
    pub(super) asks: Option<Asks>,
    /// The operation that it tries, where not everyone may.
    pub(super) tries: Option<fn(&Call<'_>) -> Option<Attempt>>,
    /// How the command that it runs follows it.
    pub(crate) wrapper: Option<Wrapper>,
    /// Whether the paths of the command that it runs are another file system's.
    pub(crate) elsewhere: Elsewhere,
}

/// How a command line goes (POSIX XBD 12.2, with GNU's long options).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Options {
    /// Those that take a value, letters and long names, separated by spaces. `p::` takes the rest of its word alone, as in
    /// `getopt`.
    pub(crate) valued: &'static str,
    pub(crate) order: Order,
}

/// What ends the options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// `--` alone: options may follow operands.
    Mixed,
    /// The first operand.
    OptionsFirst,
    /// As `Mixed`, and the first word may be a cluster of options without a dash: `tar xzf`.
    Bundled,
    /// There are none: all words are operands, or the effect reads them itself.
    Unread,
}

/// What a rule may ask of a command, or the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trait {
    /// It asks whether something is there yet, and fails where it isn't.
    Probe,
    /// It waits until something is there.
    Waits,
    /// It waits until something is there, however long that takes.
    WaitsForEver,
    /// It is there to be asked: its status is its result.
    Test,
    /// It asks whether its operands are commands that there are.
    SeeksCommands,
    /// It only prints or passes time: nobody misses it where it isn't run.
    OnlyPrints,
    /// What it says is another thing in every run.
    Varies,
    /// It makes a key or a password, another one in every run.
    MakesSecret,
    /// It looks up a name in the DNS, and in newer versions of busybox without the search list of `resolv.conf`.
    PassesOverSearchList,
    /// It talks to another machine.
    NeedsNetwork,
    /// It asks the Kubernetes API server, with the token of the Pod's service account.
    UsesAccountToken,
    /// It sets up how later commands ask it.
    SetsApiClient,
    /// It reads standard input, and takes an empty one for success.
    AcceptsEmptyInput,
    /// It runs what it reads from standard input: a shell, a client of a database.
    RunsInput,
    /// It reads standard input, and fails on an empty one.
    RejectsEmptyInput,
    /// It checks files that something else names than its words: `sha256sum -c`.
    ChecksListed,
    /// It never ends by itself: a server, `sleep infinity`.
    NeverEnds,
    /// It stops the command behind it after a time.
    LimitsTime,
    /// It adds commands to the container.
    InstallsPackages,
    /// Its failure is missed by whoever comes after: it fetches, dumps, migrates, or brings what the app runs on.
    Weighty,
    /// It puts what its words say into a cluster or a server.
    SetsElsewhere,
    /// It runs a program in another language than the shell's.
    Interpreter,
    /// It is named with its subcommand: `git clone`.
    HasSubcommands,
    /// Run again where its result was taken away, it makes the same.
    MakesAnew,
    /// Where its target exists it fails over something in that.
    FailsOverParts,
    /// It brings files whose names only its archive tells.
    Unpacks,
    /// It changes files where they lie.
    EditsInPlace,
    /// It changes addresses, routes or packet filters.
    ChangesNetwork,
    /// It runs the command behind it as another user.
    ChangesUser,
    /// It copies, and a link becomes a link.
    KeepsLinks,
    /// It says which user runs it.
    AsksUser,
    /// It takes the page of an HTTP error for what it was asked for, and succeeds.
    AcceptsErrorPage,
    /// It runs the file that it is given: a shell, an interpreter.
    RunsFile,
    /// It runs the file that it is given in the shell that calls it.
    Sources,
    /// With `-m` it runs a tool, and no program of its own language.
    RunsModules,
    /// It runs the command that its words name, once or more, on the words that it reads.
    RunsOnInput,
    /// It says what time it is.
    TellsTime,
    /// It calculates.
    Calculates,
    /// It makes a text of a text, and perhaps the same of its own result.
    MaySettle,
    /// It runs another command, whose failure is none of its own: `find -exec … ;` (POSIX XCU, *find*).
    HidesFailure,
    /// It writes where the image has its programs, whatever its working directory is: `apt-get install`.
    WritesSystem,
    /// It writes below `$HOME`.
    WritesHome,
    /// It makes a FIFO, which has no end for its reader before a writer had it open (fifo(7)).
    MakesFifo,
    /// It sets something of its own process alone: `ulimit`.
    SetsOwnProcess,
    /// It stops, restarts, loads or removes something, and fails where that isn't there. Often it needn't be: of two
    /// services that do the same a machine has one.
    MayFindNothing,
}

/// Whether the paths in the rest of a command belong to another file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Elsewhere {
    /// They don't.
    Never,
    /// They do.
    Always,
    /// They do where one of these is among the words.
    With(&'static [&'static str]),
}

/// A record of which only the names are known yet.
pub(crate) const fn record(names: &'static [&'static str]) -> Record {
    Record {
        names,
        options: Options { valued: "", order: Order::Unread },
        effect: None,
        remedy: None,
        paths: None,
        traits: &[],
        traits_of: None,
        asks: None,
        tries: None,
        wrapper: None,
        elsewhere: Elsewhere::Never,
    }
}

impl Record {
    /// Its options, those named with a value; they may follow operands.
    pub(crate) const fn taking(self, valued: &'static str) -> Self {
        Self { options: Options { valued, order: Order::Mixed }, ..self }
    }

    /// Its options, those named with a value; the first operand ends them.
    pub(crate) const fn taking_first(self, valued: &'static str) -> Self {
        Self { options: Options { valued, order: Order::OptionsFirst }, ..self }
    }

    /// Its options as `tar` takes them.
    pub(crate) const fn taking_bundled(self, valued: &'static str) -> Self {
        Self { options: Options { valued, order: Order::Bundled }, ..self }
    }

    /// What it does.
    pub(crate) const fn does(self, effect: Effect) -> Self {
        Self { effect: Some(effect), ..self }
    }

    /// What it does at the paths that its words name.
    pub(crate) const fn at(self, paths: fn(&Call<'_>) -> Paths) -> Self {
        Self { paths: Some(paths), ..self }
    }

    /// What helps where a second run of it goes wrong.
    pub(crate) const fn mended(self, remedy: fn(&Trouble<'_>) -> Option<Remedy>) -> Self {
        Self { remedy: Some(remedy), ..self }
    }

    /// What it is in any case.
    pub(crate) const fn is(self, traits: &'static [Trait]) -> Self {
        Self { traits, ..self }
    }

    /// What it is besides when it is called in a certain way.
    pub(crate) const fn when(self, traits_of: fn(&Call<'_>) -> &'static [Trait]) -> Self {
        Self { traits_of: Some(traits_of), ..self }
    }

    /// What it asks for.
    pub(crate) const fn asks(self, asks: Asks) -> Self {
        Self { asks: Some(asks), ..self }
    }

    /// What it tries that needs a right.
    pub(crate) const fn tries(self, tries: fn(&Call<'_>) -> Option<Attempt>) -> Self {
        Self { tries: Some(tries), ..self }
    }

    /// It runs the command that follows it.
    pub(crate) const fn wraps(self, wrapper: Wrapper) -> Self {
        Self { wrapper: Some(wrapper), ..self }
    }

    /// The command that it runs has another file system.
    pub(crate) const fn runs(self, elsewhere: Elsewhere) -> Self {
        Self { elsewhere, ..self }
    }

    /// Whether it is `wanted` when called in some way.
    pub(crate) fn may_have(&self, wanted: Trait) -> bool {
        self.traits_of.is_some() || self.always_has(wanted)
    }

    /// Whether it is `wanted` when called by `call`.
    pub(crate) fn has(&self, wanted: Trait, call: &Call<'_>) -> bool {
        self.always_has(wanted) || self.traits_of.is_some_and(|traits| traits(call).contains(&wanted))
    }

    /// Whether it is `wanted` however it is called.
    pub(crate) fn always_has(&self, wanted: Trait) -> bool {
        self.traits.contains(&wanted)
    }

    /// The names by which it is called.
    #[must_use]
    pub fn names(&self) -> &'static [&'static str] {
        self.names
    }

    /// Whether it is known what it does to what exists.
    #[must_use]
    pub fn has_effect(&self) -> bool {
        self.effect.is_some()
    }
}
