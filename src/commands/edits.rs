//! Editing files in place. What matters is whether an edit, made on its own result, changes it again.

use super::files::worse;
use super::lines::{Edit, Plain, Spot, edited};
use super::substitution::{self, substitution, unescaped};
use super::text::read_operands;
use super::world::Node;
use super::world::atoms::Atom;
use super::world::{ChangeKind, FailureCause, SUCCESS, Status, World};
use super::{Call, Record, Remedy, Touching, Trait, Trouble, record};

pub(super) const RECORDS: &[Record] = &[
    record(&["sed", "gsed"])
        .taking("e f l expression file line-length")
        .does(sed)
        .at(sed_paths)
        .is(&[Trait::EditsInPlace, Trait::AcceptsEmptyInput]),
    record(&["patch"])
        .taking("p i d o D F r strip input directory output reject-file")
        .does(patch)
        .mended(mend_patch),
    record(&["ed"]).taking("p prompt").does(ed).is(&[Trait::AcceptsEmptyInput]),
];

/// `sed -i` puts another file in place of each, which has to be there.
fn sed_paths(call: &Call<'_>) -> Vec<(Touching, String)> {
    let (_, files) = sed_scripts(call);
    let at = |touching| files.iter().map(move |path| (touching, (*path).to_owned()));
    let replaced = is_in_place(call).then(|| at(Touching::Replaces));
    at(Touching::Reads).chain(replaced.into_iter().flatten()).collect()
}

/// `-i` takes its suffix attached only; `-e` and `-f` take the next word.
fn is_in_place(call: &Call<'_>) -> bool {
    call.words()
        .iter()
        .skip(1)
        .any(|word| word == "--in-place" || word.starts_with("--in-place=") || is_cluster_with(word, 'i'))
}

fn sed(world: &mut dyn World, call: &Call<'_>) -> Status {
    let in_place = is_in_place(call);
    let (scripts, files) = sed_scripts(call);
    let settles = scripts.iter().all(|script| is_fixed_point(script));
    let how = format!("sed {}", scripts.join("; "));
    let edits: Option<Vec<Edit>> =
        scripts.iter().map(|script| line_edits(script)).collect::<Option<Vec<_>>>().map(|all| all.concat());
    let edits = edits.filter(|_| !call.has("f file n quiet silent z null-data E r"));
    let is_steady = scripts.iter().all(|script| is_fixed_but_for(script, &['a', 'i']));
    let edit = |world: &mut dyn World, old: &str| match &edits {
        Some(edits) => edited(world, old, edits, &how, &|world, atom| {
            is_steady && edits.iter().all(|edit| is_made_room_for(world, atom, edit, edits))
        }),
        // What appended the line when it wasn't there wrote what is set from then on.
        None if settles && scripts.iter().all(|script| sets_lines_of(script, old)) => old.to_owned(),
        None if settles => world.settled(old, &how),
        None => world.altered(old, &how),
    };
    if in_place {
        let suffix = backup_suffix(call.words());
        return files.iter().fold(SUCCESS, |status, path| {
            let place = world.place(path);
            let old = world.read(&place).filter(|_| !suffix.is_empty() && !suffix.contains(['/', '*']));
            if let Some(old) = old {
                let beside = world.place(&format!("{path}{suffix}"));
                world.write(&beside, &old, ChangeKind::Write);
            }
            worse(status, world.edit(&place, edit))
        });
    }
    match (&edits, files.as_slice()) {
        (Some(_), []) if world.input().is_some() => {
            let text = world.input().unwrap_or_default();
            let out = edit(world, &text);
            world.emit(&out);
        }
        (Some(_), [file]) => {
            let place = world.place(file);
            let Some(text) = world.read(&place) else {
                return world.fail(Some(&place), FailureCause::Missing);
            };
            let out = edit(world, &text);
            world.emit(&out);
        }
        _ => {
            let status = read_operands(world, call.words(), false);
            if status != SUCCESS {
                return status;
            }
        }
    }
    world.steady_status(call.words())
}

/// The scripts among sed's words, and the files.
fn sed_scripts<'w>(call: &Call<'w>) -> (Vec<&'w str>, Vec<&'w str>) {
    let words = call.words();
    let is_script =
        |option: &str| (is_cluster_with(option, 'e') && option.ends_with('e')) || option == "--expression";
    let mut scripts: Vec<&str> = words
        .iter()
        .zip(words.iter().skip(1))
        .filter(|(option, _)| is_script(option))
        .map(|(_, script)| script.as_str())
        .collect();
    scripts.extend(words.iter().filter_map(|word| word.strip_prefix("--expression=")));
    let mut files = call.operands().to_vec();
    if scripts.is_empty() && !call.has("f file") && !files.is_empty() {
        scripts.push(files.remove(0));
    }
    (scripts, files)
}

/// Whether what `edit` puts into an unknown text is taken out of it before: by one of `edits`, or an earlier `sed`. Then it
/// is there once.
fn is_made_room_for(world: &dyn World, atom: char, edit: &Edit, edits: &[Edit]) -> bool {
    let Some((at, text)) = edit.inserts() else { return true };
    // What is put in at an end of the text isn't where the same script takes that line away.
    let is_within = matches!(at, Spot::Matching(_)) && edits.iter().any(|edit| edit.deletes(text));
    let earlier = world.atoms().get(atom).and_then(Atom::edits).into_iter().flat_map(|(_, edits)| edits);
    let mut earlier = earlier.filter_map(|how| line_edits(how.strip_prefix("sed ")?)).flatten();
    is_within || earlier.any(|edit| edit.deletes(text))
}

/// The commands of a sed script as edits of lines; `None` where one is more than that.
fn line_edits(script: &str) -> Option<Vec<Edit>> {
    let mut edits = Vec::new();
    let mut rest = script;
    while let Some((command, after)) = next_command(rest) {
        if let ('d', Some((first, last))) = (command.letter, command.address.split_once("/,/")) {
            let (first, last) = (first.strip_prefix('/')?, last.strip_suffix('/')?);
            edits.push(Edit::DeleteRange(Plain::of(first)?, Plain::of(last)?));
            rest = after;
            continue;
        }
        if let Some(insert) = insertion(&command) {
            edits.push(insert);
            rest = after;
            continue;
        }
        let on = match command.address {
            "" => None,
            address => Some(Plain::of(address.strip_prefix('/')?.strip_suffix('/')?)?),
        };
        edits.push(match (command.letter, on) {
            ('d', Some(on)) if command.text.trim().is_empty() => Edit::Delete(on),
            ('s', on) => {
                let (pattern, with, flags) = substitution(command.text)?;
                let plain = matches!(flags.trim(), "" | "g") && !with.contains(['\\', '\n']);
                let pattern = Plain::of(pattern).filter(|_| plain)?;
                Edit::Replace { on, pattern, with: with.to_owned(), all: flags.contains('g') }
            }
            _ => return None,
        });
        rest = after;
    }
    rest.trim_matches([' ', '\n', ';']).is_empty().then_some(edits)
}

/// A command that puts in a line as an edit: GNU's and busybox's form, with the text in the same line.
fn insertion(command: &EditCommand<'_>) -> Option<Edit> {
    let is_after = match command.letter {
        'a' => true,
        'i' => false,
        _ => return None,
    };
    let at = match (command.address, is_after) {
        ("1", false) => Spot::First,
        ("$", true) => Spot::Last,
        (address, _) => Spot::Matching(Plain::of(address.strip_prefix('/')?.strip_suffix('/')?)?),
    };
    let text = command.text.trim_start();
    // `a\` keeps the blanks that the text begins with.
    let text = text.strip_prefix('\\').unwrap_or(text);
    let is_plain = !text.is_empty() && !text.contains(['\\', '\n']);
    is_plain.then(|| Edit::Insert { at, text: format!("{text}\n"), is_after })
}

/// `-i.bak` keeps the old text under the name with this after it. Nobody means that by `-iE`, and nobody reads what it keeps.
fn backup_suffix(words: &[String]) -> &str {
    const OPTIONS: &str = "Eenrszu";
    let suffix = |word: &str| -> Option<usize> {
        match word.strip_prefix("--in-place=") {
            Some(_) => Some("--in-place=".len()),
            None if is_cluster_with(word, 'i') => word.find('i').map(|at| at + 1),
            None => None,
        }
    };
    let suffix = words.iter().skip(1).find_map(|word| word.get(suffix(word)?..)).unwrap_or_default();
    if suffix.chars().all(|letter| OPTIONS.contains(letter)) { "" } else { suffix }
}

fn is_cluster_with(word: &str, letter: char) -> bool {
    let Some(letters) = word.strip_prefix('-').filter(|letters| !letters.starts_with('-')) else {
        return false;
    };
    // What follows `i` in a cluster is the suffix of a backup.
    letters.chars().take_while(|&c| c == letter || c != 'i').any(|c| c == letter)
}

/// Whether a sed script, run on its own result, changes nothing more. Only what surely goes on
/// changing says no: inserted lines, lines deleted by number, replacements that match again and grow.
fn is_fixed_point(script: &str) -> bool {
    is_fixed_but_for(script, &[])
}

/// As [`is_fixed_point`], commands of some letters left aside.
fn is_fixed_but_for(script: &str, letters: &[char]) -> bool {
    let deletes = commands(script).any(|command| command.letter == 'd');
    commands(script).filter(|command| !letters.contains(&command.letter)).all(|command| {
        match command.letter {
            // It goes by what the text lacks.
            _ if command.address.contains('!') => true,
            's' => substitution::settles(command.text),
            'r' => deletes,
            // A line is added each time; deleting it first ends the cycle that would add it.
            'a' | 'i' | 'G' => false,
            'd' => !command.by_number(),
            _ => true,
        }
    })
}

/// Whether a sed script does no more than to put lines in place of others which stand in `text` already.
fn sets_lines_of(script: &str, text: &str) -> bool {
    let sets = |command: EditCommand<'_>| {
        let replaced = substitution(command.text).filter(|_| command.letter == 's');
        replaced.is_some_and(|(pattern, with, _)| {
            let is_whole = pattern.starts_with('^') && pattern.trim_end_matches('$').ends_with(".*");
            is_whole && !with.contains(['&', '\\']) && text.lines().any(|line| line == with)
        })
    };
    commands(script).next().is_some() && commands(script).all(sets)
}

/// A command of a sed script.
struct EditCommand<'s> {
    /// As written.
    address: &'s str,
    letter: char,
    /// What follows the letter.
    text: &'s str,
}

impl EditCommand<'_> {
    /// Whether it names lines by their numbers.
    fn by_number(&self) -> bool {
        !self.address.is_empty() && !self.address.contains('/')
    }
}

/// The commands of `script`. Each takes at least its letter.
fn commands(script: &str) -> impl Iterator<Item = EditCommand<'_>> {
    let mut rest = script;
    std::iter::from_fn(move || {
        let (command, after) = next_command(rest)?;
        rest = after;
        Some(command)
    })
}

/// The first command of `script`, and what follows it.
fn next_command(script: &str) -> Option<(EditCommand<'_>, &str)> {
    let start = script.trim_start_matches([' ', '\t', '\n', ';', '{', '}']);
    let mut rest = start;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\n', ';', '{', '}', ',', '!']);
        if let Some(pattern) = rest.strip_prefix('/') {
            rest = pattern.get(unescaped(pattern, '/')? + 1..)?;
        } else if rest.starts_with(|c: char| c.is_ascii_digit() || c == '$') {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '$');
        } else {
            break;
        }
    }
    let address = start.get(..start.len() - rest.len())?.trim();
    let letter = rest.chars().next()?;
    let text = rest.get(letter.len_utf8()..)?;
    let length = match letter {
        's' | 'y' => {
            let delimiter = text.chars().next()?;
            let pattern = text.get(delimiter.len_utf8()..)?;
            let end = unescaped(pattern, delimiter)? + 2 * delimiter.len_utf8();
            let replacement = text.get(end..)?;
            let flags = end + unescaped(replacement, delimiter)? + delimiter.len_utf8();
            flags + text.get(flags..)?.find([';', '\n', '}']).unwrap_or(text.len() - flags)
        }
        'a' | 'i' | 'c' => text.find('\n').unwrap_or(text.len()),
        _ => text.find([';', '\n', '}']).unwrap_or(text.len()),
    };
    let (text, after) = text.split_at_checked(length)?;
    Some((EditCommand { address, letter, text }, after))
}

/// `perl -pi -e 's/…/…/'` is sed by another name.
pub(super) fn perl(world: &mut dyn World, call: &Call<'_>) -> Status {
    let in_place = call
        .words()
        .iter()
        .any(|word| word.starts_with('-') && word.contains('i') && !word.starts_with("--"));
    let script = call
        .words()
        .iter()
        .zip(call.words().iter().skip(1))
        .find(|(option, _)| option.starts_with('-') && option.ends_with('e'));
    let (Some((_, script)), true) = (script, in_place) else { return world.unknown_command(call.words()) };
    let mut status = SUCCESS;
    let files = call.words().iter().rev().take_while(|word| *word != script);
    for path in files {
        let place = world.place(path);
        let one = if is_fixed_point(script) {
            world.edit_once(&place, script)
        } else {
            world.edit_again(&place, script)
        };
        status = worse(status, one);
    }
    status
}

/// `patch` fails where what it would change is changed already ("previously applied"), also with `-N`.
fn patch(world: &mut dyn World, call: &Call<'_>) -> Status {
    let text = match call.value("i input").or_else(|| call.operands().get(1).copied()) {
        Some(path) => match world.needs(path) {
            Ok(place) => world.read(&place).unwrap_or_default(),
            Err(status) => return status,
        },
        None => world.input().unwrap_or_default(),
    };
    let how = format!("patch:{text}");
    let target = call.operands().first().copied().filter(|_| call.value("o output").is_none());
    match target {
        Some(path) => patch_file(world, call, path, &how),
        None => patch_folder(world, call, &how),
    }
}

fn patch_file(world: &mut dyn World, call: &Call<'_>, path: &str, how: &str) -> Status {
    let place = match world.needs(path) {
        Ok(place) => place,
        Err(status) => return status,
    };
    let old = world.read(&place).unwrap_or_default();
    let is_applied = world.atoms().mentions(&old, how);
    match (call.has("dry-run"), is_applied == call.has("R reverse")) {
        (true, fits) => Status::from(!fits),
        (false, false) => world.fail(Some(&place), FailureCause::NothingToDo),
        (false, true) => world.edit_again(&place, how),
    }
}

/// The files that a patch names aren't looked for: what is patched is the folder. Where this run has made anything in it
/// before, that may have been brought back to what it was.
fn patch_folder(world: &mut dyn World, call: &Call<'_>, how: &str) -> Status {
    let place = world.place(call.value("d directory").unwrap_or("."));
    let is_applied = matches!(world.look(&place), Node::Directory(fill) if fill.contains(how));
    if call.has("dry-run") {
        return Status::from(is_applied != call.has("R reverse"));
    }
    if call.has("R reverse") || world.has_changed(&place) {
        return world.unknown_command(call.words());
    }
    if is_applied {
        return world.fail(Some(&place), FailureCause::NothingToDo);
    }
    world.fill(&place, how, ChangeKind::Edit);
    SUCCESS
}

fn mend_patch(trouble: &Trouble<'_>) -> Option<Remedy> {
    if !trouble.fails(FailureCause::NothingToDo) {
        return None;
    }
    let test = trouble.text.replacen("patch ", "patch -R --dry-run -s -f ", 1);
    Some(Remedy::line(format!("{test} || {}", trouble.text)))
}

/// `ed` reads its commands from its input: lines that it adds are added again each time.
fn ed(world: &mut dyn World, call: &Call<'_>) -> Status {
    let Some(path) = call.operands().first() else { return world.unknown_command(call.words()) };
    let script = world.input().unwrap_or_default();
    let place = match world.needs(path) {
        Ok(place) => place,
        Err(status) => return status,
    };
    if !script.lines().any(|line| matches!(line, "w" | "wq")) {
        return SUCCESS;
    }
    if is_fixed_point(&script) { world.edit_once(&place, &script) } else { world.edit_again(&place, &script) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_that_grow_are_told_from_those_that_settle() {
        for script in [
            "s/a/b/",
            "s|<<TOKEN>>|x|g",
            "s/^listen.*/listen 80/",
            "s/^listen/#listen/",
            "/^#/d",
            "s/strict/lax/g",
            "s/a\\/b/c/",
            "/x/s/foo/bar/;s/y/z/",
            "s/a;i b/c/",
            "/a/{s/x/y/;d}",
            "/^b$/!{$s/$/\\nb/}",
            "/a/r /x\n/a/d",
            "s",
            "s/a",
            "/a",
            "",
        ] {
            assert!(is_fixed_point(script), "{script}");
        }
        for script in [
            "s/a/aa/",
            "/a/r /x",
            "s/foo/foobar/",
            "s|listen|#&|",
            "$a x",
            "1i x",
            "1d",
            "s/^/#/",
            "s/$/;/",
            "/x/a y",
            "s/q/r/;$d",
            "/a/{s/x/xy/}",
        ] {
            assert!(!is_fixed_point(script), "{script}");
        }
    }
}
