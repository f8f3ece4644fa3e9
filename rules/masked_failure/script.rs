//! A script as this rule looks at it: its facts, what each command touches, and what stands around each.

use std::cell::Cell;
use std::collections::BTreeSet;

use crate::commands::{self, Call, Touching, Trait};
use crate::images::{Known, Sh};
use crate::kube::volume::VolumeSource;
use crate::kube::{Container, InitStep, Pod};
use crate::shell::ir::{Command, CommandKind, List};
use crate::shell::semantics::visit::{self, Next, Node};
use crate::shell::semantics::{Execution, Facts, Touch, Unit};

/// How many failures of one script are followed through all of it; the scripts of real projects have a dozen at most.
const MAX_WAYS: usize = 100;

pub(super) struct Script<'f, 's> {
    pub(super) pod: &'f Pod<'f>,
    pub(super) container: &'f Container<'f>,
    pub(super) facts: &'f Facts<'s>,
    image: Option<Known<'f>>,
    /// How many failures may still be followed through all of it.
    ways_left: Cell<usize>,
    touches: &'f [Touch],
}

impl<'f, 's> Script<'f, 's> {
    pub(super) fn new(
        pod: &'f Pod<'f>,
        container: &'f Container<'f>,
        facts: &'f Facts<'s>,
        image: Option<Known<'f>>,
    ) -> Self {
        Self { pod, container, facts, image, ways_left: Cell::new(MAX_WAYS), touches: facts.touches() }
    }

    /// Whether the script may succeed where the command at `first` fails, and with it those at `others`; not told of more
    /// than [`MAX_WAYS`].
    pub(super) fn may_succeed(
        &self,
        first: usize,
        others: &BTreeSet<usize>,
        is_missing: &dyn Fn(&str) -> bool,
    ) -> bool {
        let left = self.ways_left.get();
        self.ways_left.set(left.saturating_sub(1));
        left > 0 && self.facts.may_succeed(first, others, is_missing)
    }

    /// What `sh` is in the image, where that is known.
    pub(super) fn sh(&self) -> Option<Sh> {
        self.image.and_then(Known::sh)
    }

    /// Whether the image lacks the command, or what it is run by, and nothing in the script installs any: each run of it
    /// fails.
    pub(super) fn lacks(&self, execution: &Execution<'_>) -> bool {
        let is_missing = |one: &Execution<'_>| {
            self.image.is_some_and(|image| one.programs().any(|name| image.has(name) == Some(false)))
        };
        let mut installs = self.facts.executions.iter().filter(|one| one.installs_packages());
        is_missing(execution) && installs.all(is_missing)
    }

    /// Whether the image is known to have the command `name`.
    pub(super) fn is_in_image(&self, name: &str) -> bool {
        self.image.is_some_and(|image| image.has(name) == Some(true))
    }

    pub(super) fn execution(&self, index: usize) -> Option<&'f Execution<'s>> {
        self.facts.executions.get(index)
    }

    /// The words of the command at `index` behind its wrappers.
    pub(super) fn words_of(&self, index: usize) -> &'f [String] {
        self.execution(index).map_or(&[], Execution::written)
    }

    pub(super) fn call(&self, index: usize) -> Call<'_> {
        Call::of(self.words_of(index))
    }

    /// Which execution is of `command` itself.
    pub(super) fn index_of(&self, command: &Command) -> Option<usize> {
        self.facts.executions.iter().position(|execution| std::ptr::eq(execution.command, command))
    }

    /// Where the last `cd` before the command at `index` leads.
    pub(super) fn directory_at(&self, index: usize) -> Option<&'f str> {
        let before = (0..index).rev().map(|before| self.words_of(before));
        let mut led = before.filter_map(|words| match words {
            [name, target] if name == "cd" => Some(target.as_str()),
            _ => None,
        });
        led.next()
    }

    /// What people call the command at `index`; of `find -exec` the one that it runs.
    pub(super) fn title(&self, index: usize) -> String {
        let call = self.call(index);
        match commands::found_command(&call) {
            Some((words, _)) => Call::of(words).title(),
            None => call.title(),
        }
    }

    pub(super) fn is(&self, index: usize, wanted: Trait) -> bool {
        self.call(index).is(wanted)
    }

    /// Whether nothing is known of the command at `index`.
    pub(super) fn is_unknown(&self, index: usize) -> bool {
        self.call(index).record().is_none()
    }

    /// What the command at `index` touches; nothing comes of what goes to `/dev/null`.
    pub(super) fn touches(&self, index: usize) -> impl Iterator<Item = &Touch> + Clone {
        let start = self.touches.partition_point(|touch| touch.by.unwrap_or(usize::MAX) < index);
        let rest = self.touches.get(start..).unwrap_or_default();
        rest.iter().take_while(move |touch| touch.by == Some(index)).filter(|touch| touch.path != "/dev/null")
    }

    /// The files that the command at `index` reads by redirections of its own.
    pub(super) fn inputs(&self, index: usize) -> impl Iterator<Item = &'f String> {
        let own = self.execution(index).map(|execution| execution.command);
        let inputs = self.facts.inputs.iter();
        inputs.filter(move |input| own.is_some_and(|own| std::ptr::eq(own, input.command))).map(|it| &it.path)
    }

    /// The words of the command at `index` after its name, from the root where they are paths.
    pub(super) fn resolved_words(&self, index: usize) -> Vec<String> {
        let Some(execution) = self.execution(index) else { return Vec::new() };
        self.words_of(index).iter().map(|word| execution.resolved(word)).collect()
    }

    /// Whether `touch` lies in one of the container's volumes.
    pub(super) fn is_in_volume(&self, touch: &Touch) -> bool {
        let known = touch.known();
        known.starts_with('/') && self.pod.mount_at(self.container, known).is_some()
            || Pod::is_mounted_by_text(self.container, &touch.path)
    }

    /// Whether `touch` is of a file of a ConfigMap or a Secret that is mounted by itself (`subPath`): without the object the
    /// container doesn't start.
    pub(super) fn is_mounted_file(&self, touch: &Touch) -> bool {
        let mount = self.pod.mount_at(self.container, touch.known());
        let file = mount.filter(|mount| {
            mount.sub_path.is_some() && mount.mount_path.is_some_and(|path| *path == touch.path)
        });
        let volume = file.and_then(|file| self.pod.volume_of(file)).map(|volume| &volume.source);
        matches!(volume, Some(VolumeSource::ConfigMap(map) | VolumeSource::Secret(map)) if !map.optional)
    }

    /// Whether the script itself writes the file of `touch` before the command at `index` runs.
    pub(super) fn is_written_before(&self, index: usize, touch: &Touch) -> bool {
        let before = self.touches.iter().filter(|other| other.by.is_some_and(|by| by < index));
        before.filter(|other| brings(other) || makes(other)).any(|other| other.path == touch.path)
    }

    /// Whether what the command at `index` copies has names that aren't known.
    pub(super) fn copies_unlisted(&self, index: usize) -> bool {
        let mut read = self.touches(index).filter(|touch| touch.touching == Touching::Reads);
        let is_all_of = |index| self.words_of(index).iter().any(|word| word.ends_with("/."));
        read.any(|touch| !touch.is_literal()) || is_all_of(index) || self.is(index, Trait::Unpacks)
    }

    /// The names, as far as they are known, that the command at `index` gives to what it copies into a directory.
    pub(super) fn names_copied(&self, index: usize) -> impl Iterator<Item = String> {
        let read =
            self.touches(index).filter(|touch| touch.touching == Touching::Reads && touch.is_literal());
        read.filter_map(|touch| Some(touch.path.trim_end_matches('/').rsplit_once('/')?.1.to_owned()))
    }

    /// Whether `path` is where a volume is mounted, which is there in any case.
    pub(super) fn is_mount(&self, path: &str) -> bool {
        let mut mounts = self.container.volume_mounts.iter().filter_map(|mount| mount.mount_path);
        mounts.any(|at| at.trim_matches('/') == path.trim_matches('/'))
    }

    /// Whether `path` is where a volume is mounted that is made for this Pod, and that no earlier container has.
    pub(super) fn is_made_empty(&self, path: &str) -> bool {
        let Some(mount) = self.pod.mount_at(self.container, path).filter(|_| self.is_mount(path)) else {
            return false;
        };
        let is_new = self
            .pod
            .volume_of(mount)
            .is_some_and(|volume| matches!(volume.source, VolumeSource::EmptyDir { .. }));
        let steps = self.pod.init_steps.iter().map(InitStep::container);
        let mut before = steps.take_while(|step| step.node != self.container.node);
        let has_it = |step: &Container<'_>| step.volume_mounts.iter().any(|own| own.is_of_volume_of(mount));
        is_new && !before.any(has_it)
    }

    /// The text of the pipeline that the command at `index` stands in, or its own.
    pub(super) fn text_of_pipeline(&self, index: usize) -> &'s str {
        let Some(execution) = self.execution(index) else { return "" };
        let around = Self::around(execution);
        let pipeline = around.iter().rev().find_map(|node| match node {
            Node::Command(command) if matches!(command.kind, CommandKind::Pipeline(_)) => Some(*command),
            _ => None,
        });
        let range = pipeline.unwrap_or(execution.command).range.clone();
        execution.unit.text.as_str().get(range).unwrap_or_default()
    }

    /// What stands around the command of `execution` in its text, the outermost first.
    pub(super) fn around(execution: &Execution<'s>) -> Vec<Node<'s>> {
        let mut found = Vec::new();
        visit::walk(&execution.unit.script.body, &mut |node, above| {
            if matches!(node, Node::Command(command) if std::ptr::eq(command, execution.command)) {
                found = above.to_vec();
            }
            let range = node.range();
            let holds = matches!(node, Node::Word(_) | Node::Part(_) | Node::Redirection(_))
                || range.start <= execution.command.range.start && execution.command.range.end <= range.end;
            // A here-document's text stands behind the command that it belongs to.
            let has_document = matches!(node, Node::Command(command) if !is_plain(command));
            if found.is_empty() && (holds || has_document) { Next::Into } else { Next::Over }
        });
        found
    }
}

/// Whether nothing of a command stands outside its range.
fn is_plain(command: &Command) -> bool {
    matches!(command.kind, CommandKind::Simple(_)) && command.redirections.is_empty()
}

/// Whether `unit` holds both.
pub(super) fn is_same_text(one: &Unit, other: &Unit) -> bool {
    std::ptr::eq(one, other)
}

/// Whether an `if` or a `case` of those `around` `one` runs either that or `other`. In a loop it may run the other in the
/// next turn.
pub(super) fn is_in_other_branch(around: &[Node<'_>], one: &Execution<'_>, other: &Execution<'_>) -> bool {
    is_same_text(one.unit, other.unit) && is_passed_by(around, one.command, other.command)
}

/// The same of two commands of one text.
pub(super) fn is_passed_by(around: &[Node<'_>], one: &Command, other: &Command) -> bool {
    let is_loop_node = |node: &&Node<'_>| matches!(node, Node::Command(command) if is_loop(command));
    around.iter().take_while(|node| !is_loop_node(node)).any(|node| {
        let Node::Command(command) = node else { return false };
        let branches: Vec<&List> = match &command.kind {
            CommandKind::If { arms, otherwise } => {
                arms.iter().map(|arm| &arm.body).chain(otherwise).collect()
            }
            CommandKind::Case { clauses, .. } if !clauses.iter().any(|clause| clause.falls_through) => {
                clauses.iter().map(|clause| &clause.body).collect()
            }
            _ => return false,
        };
        let has = |list: &&List, own: &Command| list.iter().any(|it| it.holds(own));
        let own = branches.into_iter().find(|list| has(list, one));
        own.is_some_and(|own| !has(&own, other) && command.holds(other))
    })
}

fn is_loop(command: &Command) -> bool {
    matches!(
        command.kind,
        CommandKind::Loop { .. }
            | CommandKind::For { .. }
            | CommandKind::ArithmeticFor { .. }
            | CommandKind::Select { .. }
    )
}

/// Whether a command fails that touches a path so where nothing is.
pub(super) fn needs(touch: &Touch) -> bool {
    touch.touching.needs_it() && !touch.is_redirection
}

/// Whether what is there afterwards is the command's own doing.
pub(super) fn brings(touch: &Touch) -> bool {
    touch.touching.brings() && !touch.is_redirection
}

/// Whether a file is made, or a directory, in which nothing need be.
pub(super) fn makes(touch: &Touch) -> bool {
    touch.is_redirection || touch.touching == Touching::MakesDirectory
}
