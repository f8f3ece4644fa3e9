//! What fails with a command: what reads the files that it should have written, what has the same source, and what it
//! should have installed.

use std::collections::BTreeSet;

use super::script::{Script, brings, is_in_other_branch, is_same_text, makes, needs};
use super::weight::behind_in_pipeline;
use crate::commands::{self, Call, Touching, Trait, is_at_or_below};
use crate::helm;
use crate::shell::ir::{Command, CommandKind};
use crate::shell::semantics::visit::Node;
use crate::shell::semantics::{Execution, Fate, Reason, Touch};

/// Whether the script fails where the command at `index` does, by what fails with it.
pub(super) fn ends_script(script: &Script<'_, '_>, index: usize, around: &[Node<'_>]) -> bool {
    let Some(mut poison) = Poison::new(script, index, around) else { return true };
    let all = script.facts.executions.len();
    (index + 1..all).any(|later| poison.spreads_to(later) || poison.is_beyond())
        || poison.is_optional()
        || !script.may_succeed(index, &poison.failed, &|path| {
            is_among(&poison.missing, path) || poison.is_unlisted(path, all)
        })
}

/// How many paths are followed that fail with one command. What fails more than that is taken to end the script.
const MAX_PATHS: usize = 64;

struct Poison<'p, 'f, 's> {
    script: &'p Script<'f, 's>,
    index: usize,
    around: &'p [Node<'s>],
    /// What reads its output.
    behind: Vec<&'s Command>,
    /// Files and directories that aren't there.
    missing: Vec<String>,
    /// What isn't there, or hasn't got its contents.
    unfilled: Vec<String>,
    /// Volumes that lack what a pattern stands for, or the contents of a directory.
    unlisted: Vec<String>,
    /// Files that are there, and empty.
    empty: Vec<String>,
    /// What it reads: others fail that read the same.
    sources: Vec<String>,
    /// Objects of the cluster that aren't there, or that it asks for in vain.
    objects: Vec<String>,
    /// The commands that fail with it.
    failed: BTreeSet<usize>,
    /// Whether one of these is unknown: it may be what makes other files.
    tool_fails: bool,
    /// The commands that bring others, and don't.
    uninstalled: Vec<usize>,
    /// What reads nothing, since what it stands behind has nothing to write.
    unfed: Vec<&'s Command>,
    /// Whether the author provides for the failure of each command that wasn't installed; `None` where there is none.
    is_optional: Option<bool>,
    /// A `cd` failed, or led into a directory without its contents.
    is_astray: bool,
}

impl<'p, 'f, 's> Poison<'p, 'f, 's> {
    fn new(script: &'p Script<'f, 's>, index: usize, around: &'p [Node<'s>]) -> Option<Self> {
        let own = script.execution(index)?.command;
        let touches = || script.touches(index);
        let is_source = |path: &String| !matches!(path.as_str(), "." | "-" | "/" | "/dev/stdin");
        let sources =
            touches().filter(|touch| needs(touch)).map(|touch| touch.path.clone()).filter(is_source);
        let mut poison = Self {
            script,
            index,
            around,
            behind: behind_in_pipeline(around, own),
            missing: Vec::new(),
            unfilled: Vec::new(),
            unlisted: Vec::new(),
            empty: Vec::new(),
            sources: sources.collect(),
            objects: commands::needed_objects(&script.call(index)),
            failed: BTreeSet::new(),
            tool_fails: false,
            uninstalled: Vec::new(),
            unfed: Vec::new(),
            is_optional: None,
            is_astray: false,
        };
        poison.take_from(index);
        Some(poison)
    }

    /// What the command at `index` should have brought isn't there.
    fn take_from(&mut self, index: usize) {
        let script = self.script;
        if script.is(index, Trait::InstallsPackages) {
            self.uninstalled.push(index);
        }
        self.objects.extend(commands::made_object(&script.call(index)));
        for touch in script.touches(index) {
            if brings(touch) {
                self.unfilled.push(touch.path.clone());
                if script.is_mount(&touch.path) {
                    let folder = touch.path.trim_end_matches('/');
                    self.missing.extend(script.names_copied(index).map(|name| format!("{folder}/{name}")));
                    if script.copies_unlisted(index) {
                        self.unlisted.push(folder.to_owned());
                    }
                } else {
                    self.missing.push(touch.path.clone());
                }
            } else if makes(touch) && touch.is_redirection {
                self.empty.push(touch.path.clone());
            }
        }
    }

    /// Follows the failure to the command at `later`; whether the script fails by it.
    fn spreads_to(&mut self, later: usize) -> bool {
        let Some(execution) = self.script.execution(later) else { return false };
        if self
            .script
            .execution(self.index)
            .is_some_and(|own| is_in_other_branch(self.around, own, execution))
        {
            return false;
        }
        if self.is_skipped(execution.command, later) {
            self.take_from(later);
            return false;
        }
        let is_behind = |commands: &[&Command]| commands.iter().any(|it| it.holds(execution.command));
        let unread = self.unread(execution.command);
        let reads_pipe = is_behind(&self.behind) && self.shares_text(later) || is_behind(&self.unfed);
        let rejects_empty = self.script.is(later, Trait::RejectsEmptyInput);
        if reads_pipe && !rejects_empty && self.script.is(later, Trait::AcceptsEmptyInput) {
            let written = self.script.touches(later).filter(|touch| touch.touching.brings());
            self.empty.extend(written.map(|touch| touch.path.clone()));
            return false;
        }
        if unread.is_none() && !(reads_pipe || self.fails(later)) {
            self.unfed.extend(self.fed_by(later));
            return false;
        }
        if execution.name() == Some("cd") {
            self.is_astray = true;
        }
        self.failed.insert(later);
        self.tool_fails |= self.script.is_unknown(later);
        self.take_from(later);
        if self.is_installed(later) && execution.fate != Fate::Ignored(Reason::EarlierInPipeline) {
            let is_provided = execution.fate == Fate::Ignored(Reason::LeftOfOr);
            self.is_optional = Some(is_provided && self.is_optional != Some(false));
        }
        unread.unwrap_or(execution.fate).is_fatal() || is_looked_at(execution)
    }

    /// What it comes to that a file isn't there from which `command`, or one around it, reads by redirection: the shell then
    /// runs neither.
    fn unread(&self, command: &Command) -> Option<Fate> {
        let mut inputs = self.script.facts.inputs.iter().filter(|input| input.command.holds(command));
        inputs.find(|input| is_among(&self.missing, &input.path)).map(|input| input.fate)
    }

    /// What reads what the command at `later` writes, where that has nothing to write: all that it reads is empty.
    fn fed_by(&self, later: usize) -> Vec<&'s Command> {
        let mut read =
            self.script.touches(later).filter(|touch| touch.touching == Touching::Reads).peekable();
        let reads_empty = self.script.is(later, Trait::AcceptsEmptyInput)
            && read.peek().is_some()
            && read.all(|touch| is_among(&self.empty, &touch.path));
        match self.script.execution(later).filter(|_| reads_empty) {
            Some(execution) => behind_in_pipeline(&Script::around(execution), execution.command),
            None => Vec::new(),
        }
    }

    /// Whether the author provides for the lack of whatever wasn't installed, wherever it is used.
    fn is_optional(&self) -> bool {
        self.is_optional == Some(true)
    }

    fn is_beyond(&self) -> bool {
        self.missing.len() + self.unfilled.len() + self.unlisted.len() + self.empty.len() > MAX_PATHS
    }

    fn shares_text(&self, later: usize) -> bool {
        let unit = |index| self.script.execution(index).map(|execution| execution.unit);
        unit(self.index).zip(unit(later)).is_some_and(|(one, other)| is_same_text(one, other))
    }

    /// Whether it stands on the right of an `&&` that the failure ends.
    fn is_skipped(&self, command: &Command, later: usize) -> bool {
        self.shares_text(later)
            && self.around.iter().any(|node| match node {
                Node::Command(Command { kind: CommandKind::And(_, right), .. }) => {
                    right.holds(command) && !self.is_around(right)
                }
                _ => false,
            })
    }

    fn is_around(&self, command: &Command) -> bool {
        self.script.execution(self.index).is_some_and(|own| command.holds(own.command))
    }

    fn fails(&mut self, later: usize) -> bool {
        let script = self.script;
        // Even `echo` fails that writes into a directory which isn't there.
        if script.is(later, Trait::OnlyPrints) {
            return self.lacks_parent(later);
        }
        let call = script.call(later);
        let words = script.resolved_words(later);
        if call.name() == "cd" {
            let target = words.get(1).map_or("", String::as_str);
            self.is_astray |= is_among(&self.unfilled, target);
        } else if self.is_astray
            && !makes_do(&call)
            && script.touches(later).all(|touch| !touch.path.starts_with('/'))
        {
            return true;
        }
        let is_known = call.has_paths();
        let edits = call.is(Trait::EditsInPlace);
        let mut needed: Vec<&str> = if is_known {
            let is_needed = |touch: &&Touch| needs(touch) || edits && touch.touching == Touching::Replaces;
            script.touches(later).filter(is_needed).map(|touch| touch.path.as_str()).collect()
        } else {
            words.iter().skip(1).filter(|word| word.contains(['/', '.'])).map(String::as_str).collect()
        };
        // A bare name isn't looked for in the working directory.
        let is_path = script.words_of(later).first().is_some_and(|name| name.contains('/'));
        needed.extend(words.first().map(String::as_str).filter(|_| is_path));
        // What removes a file doesn't care what is in it.
        let reads = !commands::only_removes(&call);
        let is_missing = |path: &&str| {
            is_among(&self.missing, path)
                || self.may_be_brought(path)
                || reads && self.sources.iter().any(|own| own == path || self.may_be_called_for(own, path))
                || self.is_unlisted(path, later)
                || self.is_never_put_there(path, later)
        };
        let rejects_empty = call.is(Trait::RejectsEmptyInput);
        let is_unread =
            |path: &&str| is_among(&self.empty, path) && (rejects_empty || call.record().is_none());
        let read = script.touches(later).filter(|touch| touch.touching == Touching::Reads);
        let mut read = read.map(|touch| &touch.path).chain(script.inputs(later));
        if rejects_empty && read.any(|path| is_among(&self.empty, path)) {
            return true;
        }
        let is_packaged = |path: &&str| self.is_packaged(path);
        needed.iter().any(|path| is_missing(path) || is_unread(path) || is_packaged(path))
            || commands::needed_objects(&call).iter().any(|object| self.objects.contains(object))
            || call.is(Trait::ChecksListed) && self.is_checked(later)
            || self.is_brought(call.name())
            || self.lacks_parent(later)
            || self.is_installed(later)
    }

    /// Whether a function means `source` by `path`, `https://example.com/$1`: it is called with what stands there, which isn't
    /// known.
    fn may_be_called_for(&self, source: &str, path: &str) -> bool {
        let is_parameter = |at: &usize| {
            let name = path.get(at + 1..).unwrap_or("").trim_start_matches('{');
            name.starts_with(|c: char| c.is_ascii_digit())
        };
        let Some(at) = path.match_indices('$').map(|(at, _)| at).find(is_parameter) else { return false };
        let (head, rest) = path.split_at_checked(at).unwrap_or_default();
        let tail = rest.trim_start_matches(['$', '{']).strip_prefix(|c: char| c.is_ascii_digit());
        let tail = tail.map(|tail| tail.strip_prefix('}').unwrap_or(tail));
        let argument = tail.and_then(|tail| source.strip_prefix(head)?.strip_suffix(tail));
        let Some(argument) = argument.filter(|argument| argument.contains('$')) else { return false };
        let text = self.script.execution(self.index).map_or("", |own| own.unit.text.as_str());
        let mut words = text.split(|c: char| c.is_whitespace() || "\"';".contains(c));
        let without_braces = |text: &str| text.replace(['{', '}'], "");
        words.any(|word| without_braces(word) == without_braces(argument))
    }

    /// Whether `path` lies in a volume that wasn't filled, and nothing else puts it there before the command at `later`.
    fn is_unlisted(&self, path: &str, later: usize) -> bool {
        let parent = parent_of(path);
        let fills = |by: usize| {
            !self.has_failed(by)
                && self.script.touches(by).any(|touch| {
                    (brings(touch) || makes(touch))
                        && (parent_of(&touch.path) == parent || is_at_or_below(path, &touch.path))
                })
        };
        let is_below = self.unlisted.iter().any(|folder| is_at_or_below(parent, folder))
            || is_pattern(path) && self.script.is_made_empty(parent) && is_among(&self.unfilled, parent);
        is_below && !(0..later).any(fills) || self.is_unmatched(path, later)
    }

    /// Whether `path` lies in a volume that is empty at first, and comes of the archive that wasn't unpacked, or of a tool
    /// that fails, too: no other command before the one at `later` puts it there.
    fn is_never_put_there(&self, path: &str, later: usize) -> bool {
        let script = self.script;
        if self.unlisted.is_empty() && !self.tool_fails {
            return false;
        }
        let mount = script.pod.mount_at(script.container, path).and_then(|mount| mount.mount_path);
        let is_in_empty = mount.is_some_and(|at| !script.is_mount(path) && script.is_made_empty(*at));
        let puts = |by: usize| {
            script.touches(by).any(|touch| {
                makes(touch) && touch.path == path
                    || brings(touch) && !self.has_failed(by) && is_at_or_below(path, &touch.path)
            })
        };
        let may_put = |by: usize| self.unlisted.is_empty() && script.is_unknown(by) && !self.has_failed(by);
        is_in_empty && !(0..later).any(|by| puts(by) || may_put(by))
    }

    fn has_failed(&self, by: usize) -> bool {
        by == self.index || self.failed.contains(&by)
    }

    /// Whether `path` is a pattern that nothing matches but what the command should have brought: its folder is one that the
    /// script makes, or `/tmp`. Of several commands in a loop one may bring its own.
    fn is_unmatched(&self, path: &str, later: usize) -> bool {
        let script = self.script;
        let is_in_loop = script.execution(self.index).is_none_or(|own| own.in_loop);
        if !name_of(path).contains(['*', '?', '[']) || is_in_loop {
            return false;
        }
        let touches = || (0..later).filter(|by| *by != self.index).flat_map(|by| script.touches(by));
        let is_made = |folder: &str| {
            folder == "/tmp"
                || script.is_made_empty(folder)
                || touches().any(|touch| touch.path == folder && self.makes_folder(touch))
        };
        let folder = folder_of(path);
        let is_own = match folder {
            "" => script.directory_at(later).is_some_and(is_made),
            folder => is_made(folder),
        };
        let fits = |other: &String| {
            is_same_folder(other, folder)
                || folder_of(other) == folder && fits_pattern(name_of(path), name_of(other))
        };
        let comes_from_elsewhere = |touch: &Touch| {
            (brings(touch) || touch.is_redirection)
                && !self.makes_folder(touch)
                && (fits(&touch.path) || is_at_or_below(path, &touch.path))
        };
        is_own
            && self.missing.iter().chain(&self.unfilled).any(fits)
            && !touches().any(|touch| !self.is_of_failed(touch) && comes_from_elsewhere(touch))
    }

    /// Whether `touch` is of a command that makes folders, and brings nothing into them: `mkdir`.
    fn makes_folder(&self, touch: &Touch) -> bool {
        let is_made = |it: &Touch| matches!(it.touching, Touching::MakesDirectory | Touching::Writes);
        touch.by.is_some_and(|by| {
            self.script.touches(by).all(|it| is_made(it) && !it.is_redirection)
                && !self.script.is(by, Trait::Weighty)
                && !self.script.is(by, Trait::AcceptsEmptyInput)
        })
    }

    fn is_of_failed(&self, touch: &Touch) -> bool {
        touch.by.is_some_and(|by| self.failed.contains(&by))
    }

    /// Whether `path`, which only Helm knows, may be one of those that aren't there: all of them are written out.
    fn may_be_brought(&self, path: &str) -> bool {
        let mut brought = self.missing.iter().chain(&self.unlisted).peekable();
        brought.peek().is_some()
            && !brought.any(|path| helm::has_placeholder(path))
            && !self.script.is_mount(path)
            && path.chars().all(helm::is_placeholder)
    }

    /// Whether the command at `later`, which checks files that its words needn't name, checks one that isn't there. Where
    /// none is named of those that the script brings, it may be any of them.
    fn is_checked(&self, later: usize) -> bool {
        let text = self.script.text_of_pipeline(later);
        let lists: Vec<&str> = self.script.touches(later).map(|touch| name_of(&touch.path)).collect();
        let is_named = |path: &str| {
            let name = name_of(path);
            !name.is_empty() && !lists.contains(&name) && text.contains(name)
        };
        let before = (0..later).flat_map(|by| self.script.touches(by));
        let names_any = before.filter(|touch| brings(touch)).any(|touch| is_named(&touch.path));
        self.missing.iter().any(|path| !names_any || is_named(path))
    }

    /// Whether `path` is that of a program whose package wasn't installed: `/usr/bin/NAME`.
    fn is_packaged(&self, path: &str) -> bool {
        let Some((folder, name)) = path.rsplit_once('/') else { return false };
        let is_it = |word: &String| word.split('=').next() == Some(name);
        folder.ends_with("bin")
            && !self.script.is_in_image(name)
            && self.uninstalled.iter().any(|by| self.script.words_of(*by).iter().skip(1).any(is_it))
    }

    /// Whether it makes a file or a directory in a directory that isn't there.
    fn lacks_parent(&self, later: usize) -> bool {
        let makes_parents = self.script.call(later).has("p parents");
        let mut made = self.script.touches(later).filter(|touch| makes(touch) || brings(touch));
        !makes_parents
            && made.any(|touch| {
                let parent = parent_of(&touch.path);
                !parent.is_empty() && is_among(&self.missing, parent)
            })
    }

    /// Whether the program called `name` is a file that isn't there: `/usr/local/bin/NAME`.
    fn is_brought(&self, name: &str) -> bool {
        let is_it = |path: &String| {
            path.rsplit_once('/').is_some_and(|(folder, file)| file == name && folder.ends_with("bin"))
        };
        self.missing.iter().any(is_it) && !self.script.is_in_image(name)
    }

    /// Whether the command at `later` is one that was to be installed.
    fn is_installed(&self, later: usize) -> bool {
        let call = self.script.call(later);
        // Which of what is installed a program imports isn't known.
        if self.uninstalled.iter().any(|by| commands::may_import_of(&call, &self.script.call(*by))) {
            return true;
        }
        // `command -v NAME` fails where that isn't there.
        let asked = self.script.words_of(later).last().filter(|_| call.is(Trait::Test));
        let name = asked.filter(|_| !commands::is_everywhere(call.name())).map_or(call.name(), |name| name);
        if self.script.is_in_image(name) {
            return false;
        }
        let named =
            |by: &usize| self.script.words_of(*by).iter().skip(1).any(|package| package.contains(name));
        if self.uninstalled.iter().any(named) {
            return true;
        }
        // A package brings commands of other names, too.
        !self.uninstalled.is_empty() && !commands::is_everywhere(name) && !call.is(Trait::InstallsPackages)
    }
}

/// Whether the author looks at the status of what fails with the command, and so knows of the failure. A loop only tries
/// again, and a test of a file asks for that alone.
fn is_looked_at(execution: &Execution<'_>) -> bool {
    execution.fate == Fate::Ignored(Reason::Tested)
        && execution.wrapper == 0
        && !execution.in_loop
        && !(execution.is_test() && execution.name().is_some_and(commands::is_everywhere))
}

/// Whether a name is one that a pattern with one `*` in it matches.
fn fits_pattern(pattern: &str, name: &str) -> bool {
    pattern.split_once('*').is_some_and(|(head, tail)| name.starts_with(head) && name.ends_with(tail))
}

/// Whether the last part of `path` is a pattern.
fn is_pattern(path: &str) -> bool {
    path.rsplit_once('/').is_some_and(|(_, name)| name.contains(['*', '?', '[']))
}

/// The folder that `path` lies in; empty for the working directory.
fn folder_of(path: &str) -> &str {
    parent_of(path.strip_prefix("./").unwrap_or(path))
}

/// Whether `path` names `folder` itself.
fn is_same_folder(path: &str, folder: &str) -> bool {
    let path = path.trim_end_matches('/');
    path == folder || path == "." && folder.is_empty()
}

fn name_of(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

fn parent_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// Whether a command has nothing to miss in its working directory.
fn makes_do(call: &Call<'_>) -> bool {
    let paths = call.paths();
    call.name() == "exit"
        || call.is(Trait::OnlyPrints)
        || call.record().is_some()
            && !call.is(Trait::NeedsNetwork)
            && !call.is(Trait::InstallsPackages)
            && paths
                .iter()
                .all(|(touching, path)| !touching.needs_it() || path == "." || *touching == Touching::Clears)
}

/// Whether `path` is or lies below one of `paths`. Nobody knows what comes into a directory, so that a pattern in one that
/// isn't filled matches nothing.
fn is_among(paths: &[String], path: &str) -> bool {
    let is_below =
        |own: &String| is_at_or_below(path, own) || own == "." && !path.starts_with(['/', '$', '-']);
    paths.iter().any(is_below)
}
