//! A command that shows by its own failure that an earlier one has failed: `mkdir` where nobody brought the folder around.

use crate::commands::{Call, Touching, is_at_or_below};
use crate::finding::{Finding, Fix};
use crate::fix;
use crate::program::Program;
use crate::rerun::{Hazard, Kind};
use crate::rule::PodContext;
use crate::shell::semantics::{Fate, Reason, UnitKind};

/// What keeps an earlier failure in sight where `finding`, which is of `hazard`, is mended: `-p` would make the folders, too.
pub(super) fn kept(
    mut finding: Finding,
    program: &Program<'_, '_>,
    hazard: &Hazard,
    cx: &PodContext<'_>,
) -> Finding {
    let Some(name) = shown(program, hazard, cx) else { return finding };
    let command = &hazard.command;
    finding.help = finding.help.map(|help| {
        format!(
            "{help}, and begin the script with `set -e`: this `{command}` tells so far that `{name}` failed"
        )
    });
    let first = program.text().and_then(|text| fix::put_first(cx.source(text.whole())?, text, "set -e"));
    finding.fix = finding.fix.zip(first).map(|(own, first)| {
        Fix::for_review(format!("{}, and `set -e` first", own.message), [first, own.edits].concat())
    });
    finding
}

/// The name of the earlier command.
fn shown<'a>(program: &Program<'_, '_>, hazard: &Hazard, cx: &PodContext<'a>) -> Option<&'a str> {
    let site = Some(&hazard.site).filter(|site| hazard.kind == Kind::Stuck && site.file.is_none())?;
    let mended: Vec<String> = hazard.mended()?.split_whitespace().map(str::to_owned).collect();
    let mut makes = Call::of(&mended).paths().into_iter();
    makes.find(|(touching, _)| *touching == Touching::MakesDirectory)?;
    let (_, facts) = cx.scripts().find(|(own, _)| own.container.node == program.container.node)?;
    let is_it = |range: &std::ops::Range<usize>| range.start == site.range.start;
    let index = facts.executions.iter().position(|own| {
        is_it(&own.command.range) && matches!(own.unit.kind, UnitKind::Main) && own.fate == Fate::EndsScript
    })?;
    let made = facts.touches().iter().find(|touch| {
        touch.by == Some(index) && touch.touching.brings() && !touch.is_redirection && touch.is_literal()
    })?;
    let (folder, _) = made.path.rsplit_once('/')?;
    let mut mounts = program.container.volume_mounts.iter().filter_map(|mount| mount.mount_path);
    if mounts.any(|at| at.trim_end_matches('/') == folder) {
        return None;
    }
    let brings = facts.touches().iter().find(|touch| {
        touch.by.is_some_and(|by| by < index)
            && touch.touching.brings()
            && touch.fate == Fate::Ignored(Reason::NoErrexit)
            && is_at_or_below(folder, touch.path.trim_end_matches('/'))
    })?;
    facts.executions.get(brings.by?)?.name()
}
