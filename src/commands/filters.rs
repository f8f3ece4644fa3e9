//! awk, jq and yq: programs over a text. What matters is whether one, run on its own result,
//! changes it again, since people write the result over the file that it came from.

use super::files::worse;
use super::substitution;
use super::text::filter;
use super::world::atoms::Atom;
use super::world::{ChangeKind, FailureCause, SUCCESS, Status, World};
use super::{Call, Record, Trait, looks_like_file, paths, record};

pub(super) const RECORDS: &[Record] = &[
    record(&["awk", "gawk", "mawk", "nawk"])
        .taking_first("F v f")
        .does(awk)
        .at(paths::read_by_program)
        .is(&[Trait::AcceptsEmptyInput])
        .when(|call| if call.words().iter().any(|word| awk_adds(word)) { &[] } else { super::MAY_SETTLE }),
    record(&["jq"]).does(jq).is(&[Trait::AcceptsEmptyInput]).when(traits_of_expression),
    record(&["yq"])
        .taking("p o f from-file input-format output-format s split-exp I indent")
        .does(yq)
        .at(paths::read_but_first)
        .when(traits_of_expression),
];

fn traits_of_expression(call: &Call<'_>) -> &'static [Trait] {
    if call.words().iter().any(|word| grows(word)) { &[] } else { super::MAY_SETTLE }
}

/// Whether an awk program goes by the numbers of lines, or prints some of its own before or behind all others.
fn awk_adds(program: &str) -> bool {
    ["BEGIN", "END", "NR"].iter().any(|word| program.contains(word))
}

/// A program and the text that it is run on.
struct Input<'w> {
    program: &'w str,
    files: &'w [&'w str],
}

impl Input<'_> {
    /// The text of the one file, or of standard input; `None` where it is neither.
    fn text(&self, world: &mut dyn World) -> Result<Option<String>, Status> {
        let [path] = self.files else {
            let piped = world.input().filter(|_| self.files.is_empty());
            return Ok(piped.map(|text| text.to_string()));
        };
        let place = world.needs(path)?;
        Ok(world.read(&place).map(|text| text.to_string()))
    }
}

fn awk(world: &mut dyn World, call: &Call<'_>) -> Status {
    let operands: Vec<&str> =
        call.words().get(call.operands_from()..).unwrap_or_default().iter().map(String::as_str).collect();
    let (false, [program, files @ ..]) = (call.has("f"), operands.as_slice()) else {
        return filter(world, call);
    };
    for (path, appends) in files_written(program) {
        let place = world.place(path);
        let content =
            String::from(world.atom(Atom::new(format!("output:{}", call.words().join(" ")), "awk's output")));
        let status = if appends {
            world.append(&place, &content)
        } else {
            world.write(&place, &content, ChangeKind::Write)
        };
        if status != SUCCESS {
            return status;
        }
    }
    for folder in folders_filled(program) {
        let place = world.place(folder);
        world.fill(&place, &call.words().join(" "), ChangeKind::Write);
    }
    let input = Input { program, files };
    if is_unique_lines(program) {
        return rewritten(world, call, &input, |_, text| unique_lines(text));
    }
    if awk_settles(program) {
        return rewritten(world, call, &input, |world, text| world.settled(text, &call.words().join(" ")));
    }
    filter(world, call)
}

/// The files that an awk program names behind `print >` and `print >>`, and whether it adds to them (POSIX XCU, awk,
/// output statements). `>` empties a file when it is first written.
fn files_written(program: &str) -> Vec<(&str, bool)> {
    let mut out = Vec::new();
    for statement in program.split([';', '}', '{', '\n']).filter(|it| it.trim_start().starts_with("print")) {
        let Some((_, target)) = statement.split_once('>') else { continue };
        let (target, appends) = target.strip_prefix('>').map_or((target, false), |target| (target, true));
        let name = target.trim_start().strip_prefix('"').and_then(|rest| rest.split_once('"'));
        if let Some((name, _)) =
            name.filter(|(name, rest)| rest.trim().is_empty() && !name.starts_with("/dev/"))
        {
            out.push((name, appends));
        }
    }
    out
}

/// The folders into which an awk program may print where it works out the file's name: those of the absolute paths in it.
fn folders_filled(program: &str) -> Vec<&str> {
    let mut statements =
        program.split([';', '}', '{', '\n']).filter(|it| it.trim_start().starts_with("print"));
    let is_worked_out = statements.any(|statement| {
        let target =
            statement.split_once('>').map_or("", |(_, target)| target.trim_start_matches('>').trim());
        !target.is_empty() && !target.starts_with(['"', '='])
    });
    let texts = program.split('"').skip(1).step_by(2).filter(|_| is_worked_out);
    texts.filter(|text| text.starts_with('/')).filter_map(|text| Some(text.rsplit_once('/')?.0)).collect()
}

fn jq(world: &mut dyn World, call: &Call<'_>) -> Status {
    let mut operands: Vec<&str> = Vec::new();
    let mut rest = call.words().iter().skip(1);
    let mut whole = true;
    while let Some(word) = rest.next() {
        let taken = match word.as_str() {
            "--arg" | "--argjson" | "--slurpfile" | "--rawfile" => 2,
            "--indent" | "-L" => 1,
            "-n" | "-s" | "-R" | "-f" | "--null-input" | "--slurp" | "--raw-input" | "--from-file" => {
                whole = false;
                0
            }
            option if option.starts_with('-') => 0,
            operand => {
                operands.push(operand);
                0
            }
        };
        rest.by_ref().take(taken).for_each(drop);
    }
    match operands.as_slice() {
        [program, files @ ..] if whole && sets(program) => {
            let input = Input { program, files };
            rewritten(world, call, &input, |world, text| {
                format!("{}\n", world.settled(text.trim_end_matches('\n'), input.program))
            })
        }
        [program, base, others @ ..] if merges(program) => {
            merged(world, call, &Merge { program, base, others })
        }
        _ => filter(world, call),
    }
}

/// Files laid over one another: `jq -s '.[0] * .[1]' BASE OTHER`.
struct Merge<'w> {
    program: &'w str,
    base: &'w str,
    others: &'w [&'w str],
}

/// Whether an expression lays maps of several files over one another, and nothing in it grows: laid over what it made
/// once, the same makes the same.
fn merges(expression: &str) -> bool {
    const OF_FILES: [&str; 6] = ["fileIndex", "filename", "fi ==", "ireduce", "reduce", ".[0]"];
    let adds_to_lists = ["*+", "*d", "*?+", "*+?"].iter().any(|operator| expression.contains(operator));
    let is_of_files = || OF_FILES.iter().any(|word| expression.contains(word));
    expression.contains(" * ") && !adds_to_lists && is_of_files() && !grows(expression)
}

fn merged(world: &mut dyn World, call: &Call<'_>, merge: &Merge<'_>) -> Status {
    let mut how = merge.program.to_owned();
    for path in merge.others {
        match (Input { program: merge.program, files: &[path] }).text(world) {
            Ok(text) => how.push_str(&text.unwrap_or_default()),
            Err(_) => return filter(world, call),
        }
    }
    let input = Input { program: &how, files: &[merge.base] };
    rewritten(world, call, &input, |world, text| world.settled(text, &how))
}

/// `yq -i`: the same each time, unless the expression adds to a list or a number.
fn yq(world: &mut dyn World, call: &Call<'_>) -> Status {
    if !call.has("i inplace in-place") {
        let operands = call.operands();
        if let ["eval-all" | "ea", program, base, others @ ..] = operands
            && merges(program)
        {
            return merged(world, call, &Merge { program, base, others });
        }
        return match operands.strip_prefix(&["e"]).or(operands.strip_prefix(&["eval"])).unwrap_or(operands) {
            [program, files @ ..] if sets(program) && !call.has("n null-input") => {
                let input = Input { program, files };
                rewritten(world, call, &input, |world, text| world.settled(text, input.program))
            }
            _ => filter(world, call),
        };
    }
    let mut status = SUCCESS;
    for path in call.operands().iter().filter(|word| looks_like_file(word) && !word.starts_with('.')) {
        let place = world.place(path);
        let how = call.words().join(" ");
        let one = if call.words().iter().any(|word| grows(word)) {
            world.edit_again(&place, &how)
        } else {
            world.edit_once(&place, &how)
        };
        status = worse(status, one);
    }
    status
}

/// Emits what `program` makes of its input's text; where that isn't known, it is a filter.
fn rewritten(
    world: &mut dyn World,
    call: &Call<'_>,
    input: &Input<'_>,
    program: impl FnOnce(&mut dyn World, &str) -> String,
) -> Status {
    match input.text(world) {
        Ok(Some(text)) if !text.is_empty() => {
            let out = program(world, &text);
            world.emit(&out);
            world.steady_status(call.words())
        }
        // Of nothing they make nothing.
        Ok(Some(_)) if matches!(call.name(), "jq" | "awk") => SUCCESS,
        Ok(_) => filter(world, call),
        Err(_) => {
            let place = input.files.first().map(|path| world.place(path));
            world.fail(place.as_ref(), FailureCause::Missing)
        }
    }
}

/// Whether a jq or yq expression passes on its whole input with something set in it, the same each
/// time.
fn sets(expression: &str) -> bool {
    let plain = expression.replace("==", "").replace("!=", "").replace("<=", "").replace(">=", "");
    let assigns = plain.contains('=') || plain.starts_with("del(") || plain.starts_with(". * ");
    (assigns || plain.starts_with(". + {")) && !grows(expression)
}

/// Whether an expression adds to a list, a text or a number.
fn grows(expression: &str) -> bool {
    let is_amount = |value: &str| {
        let value = value.trim_start();
        value.starts_with(['[', '"', '\'']) || value.starts_with(|c: char| c.is_ascii_digit())
    };
    let adds = |operator: &str| expression.split(operator).skip(1).any(is_amount);
    (adds("+=") || adds(" + ")) && !expression.contains("unique")
}

/// `awk '!seen[$0]++'`.
fn is_unique_lines(program: &str) -> bool {
    let name = program.trim().strip_prefix('!').and_then(|rest| rest.strip_suffix("[$0]++"));
    name.is_some_and(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
}

/// The lines of `text`, each once, where it came first.
fn unique_lines(text: &str) -> String {
    let mut seen: Vec<&str> = Vec::new();
    for line in text.lines() {
        if !seen.contains(&line) {
            seen.push(line);
        }
    }
    seen.iter().flat_map(|line| [line, "\n"]).collect()
}

/// Whether an awk program passes its lines on, with replacements that match no more in what they
/// make: it prints whole lines only, and adds none.
fn awk_settles(program: &str) -> bool {
    let prints_lines = program.split("print").skip(1).all(|after| {
        let after = after.trim_start();
        after.is_empty() || after.starts_with(['}', ';', '\n']) || after.starts_with("$0")
    });
    let mut passes = program.contains("print") || program.trim_end().ends_with('1');
    passes &= prints_lines && !program.contains("NR") && !program.contains("getline");
    passes && program.split("sub(/").skip(1).all(replacement_settles)
}

/// Whether `PATTERN/, "REPLACEMENT"…` settles.
fn replacement_settles(call: &str) -> bool {
    let Some((pattern, rest)) = call.split_once('/') else { return true };
    match rest.trim_start_matches([',', ' ']).strip_prefix('"').and_then(|rest| rest.split_once('"')) {
        Some((with, _)) => substitution::settles(&format!("/{pattern}/{}/", with.replace('/', "\\/"))),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_that_set_are_told_from_those_that_grow() {
        for expression in [".a = 1", ".a.b |= \"x\"", "del(.a)", ". * {\"a\": 1}", ".a += [1] | .a |= unique"]
        {
            assert!(sets(expression), "{expression}");
        }
        for expression in [".a", ".a == 1", ".a += [1]", ".n = .n + 1", ". + [\"x\"]", "length"] {
            assert!(!sets(expression), "{expression}");
        }
    }

    #[test]
    fn merges_that_settle_are_told_from_those_that_add() {
        for expression in [
            "select(fileIndex == 0) * select(fileIndex == 1)",
            ". as $item ireduce ({}; . * $item)",
            ".[0] * .[1]",
        ] {
            assert!(merges(expression), "{expression}");
        }
        for expression in ["select(fi == 0) *+ select(fi == 1)", ".a * 2", ".[0] + .[1]", ". * {\"a\": 1}"] {
            assert!(!merges(expression), "{expression}");
        }
    }

    #[test]
    fn programs_that_settle_are_told_from_those_that_add() {
        for program in
            ["{gsub(/a/, \"b\"); print}", "/^key/{$0=\"key=\" v} 1", "!/old/ {print $0}", "{sub(/x/, y)}1"]
        {
            assert!(awk_settles(program), "{program}");
        }
        for program in
            ["{print} END{print \"x\"}", "NR==1{next} 1", "{print $2}", "{gsub(/a/, \"aa\"); print}", ""]
        {
            assert!(!awk_settles(program), "{program}");
        }
        assert!(is_unique_lines("!seen[$0]++") && !is_unique_lines("!seen[$1]++"));
        assert_eq!(unique_lines("b\na\nb\n"), "b\na\n");
    }
}
