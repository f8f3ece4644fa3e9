//! Shell comments inside scripts.

use std::ops::Range;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use super::directive::{self, Directive, Extent};
use super::{Form, Reader, Suppression, What, mentions_us, scope};
use crate::kube::{objects, texts_key};
use crate::shell;
use crate::source::{MappedText, Source, Span};
use crate::unchecked::UNCHECKED;
use crate::yaml::{Document, Node};

/// Adds the suppressions in the scripts of `document`: the texts of `command` and `args`, and the
/// values of a ConfigMap's `data` or a Secret's `stringData`.
pub(super) fn read(reader: &Reader<'_>, document: &Document, found: &mut Vec<Suppression>) {
    let mut scripts = Vec::new();
    in_commands(document.root(), &mut scripts);
    for object in objects(document.root()) {
        let data = texts_key(object.kind).and_then(|key| object.node.get(key));
        scripts.extend(data.into_iter().flat_map(Node::entries).map(|entry| entry.value));
    }
    let mut seen = HashSet::new();
    // Aliases lead to one script several times.
    scripts.retain(|script| seen.insert(script.span()));
    for script in scripts.iter().filter(|script| script.identity().is_some_and(mentions_us)) {
        in_script(reader, &script.mapped(), found);
    }
}

/// Adds the scripts in `command` and `args` below `node`: texts of several lines, and one that
/// follows a `-c`. The others are a program's own arguments, where `#` means nothing.
fn in_commands<'d>(node: Node<'d>, scripts: &mut Vec<Node<'d>>) {
    for entry in node.written_entries() {
        if matches!(&*entry.name(), "command" | "args") && entry.value.is_sequence() {
            let mut after_flag = false;
            for item in entry.value.items() {
                let text = item.identity().unwrap_or("");
                if mentions_us(text) && (after_flag || text.contains('\n')) {
                    scripts.push(item);
                }
                after_flag = text.starts_with('-') && !text.starts_with("--") && text.ends_with('c');
            }
        } else if entry.span().contains(entry.value.span()) {
            in_commands(entry.value, scripts);
        }
    }
    for item in node.items().filter(|item| node.span().contains(item.span())) {
        in_commands(item, scripts);
    }
}

/// Adds those in the text of a script.
pub(super) fn in_script(reader: &Reader<'_>, script: &MappedText, found: &mut Vec<Suppression>) {
    let (text, source) = (script.as_str(), &reader.file.source);
    let lines = Source::new(source.id, "", text);
    let parsed = shell::comments(text);
    // What no parser reads can still say so itself.
    let is_parsed = !parsed.is_empty();
    let comments = if is_parsed { parsed } else { scope::leading_comments(&lines) };
    let targets = scope::lines(&lines, &comments);
    let first = scope::first_line(&lines);
    let mut commands = HashMap::new();
    for (range, target) in comments.into_iter().zip(targets) {
        let said = text.get(range.clone()).unwrap_or("");
        let Some(directive) = directive::of_comment(said) else { continue };
        let names_unchecked = names_unchecked(&directive, said);
        if !is_parsed && !names_unchecked {
            continue;
        }
        let scope = match (&directive, target) {
            // A text that somebody quotes must not silence the file around it.
            (Ok(Directive { extent: Extent::File, .. }), _) => script.whole(),
            (_, Some(line)) => {
                let command = commands.entry(line).or_insert_with(|| command(&lines, line));
                let scope = script.span(command.clone());
                // What isn't checked is all of the script.
                let is_of_all = names_unchecked && first == Some(line);
                if is_of_all { Span { start: script.whole().start, ..scope } } else { scope }
            }
            (_, None) => script.span(range.clone()),
        };
        let start = range.start;
        found.push(Suppression {
            what: What::new(directive, said, |name| script.span(start + name.start..start + name.end)),
            place: script.span(range),
            scope,
            form: Form::ScriptComment,
            is_decided: true,
            is_meant: true,
        });
    }
}

fn names_unchecked(directive: &Result<Directive, &str>, said: &str) -> bool {
    let names = directive.iter().flat_map(|directive| &directive.names);
    names.filter_map(|name| said.get(name.clone())).any(|name| name == UNCHECKED)
}

/// The command on the line `line` of a script, with the lines that a backslash joins to it.
fn command(script: &Source, line: usize) -> Range<usize> {
    let (mut first, mut last) = (line, line);
    while first > 0 && is_joined(script, first - 1) {
        first -= 1;
    }
    while is_joined(script, last) {
        last += 1;
    }
    scope::content(script, first).start..scope::content(script, last).end
}

/// Whether a backslash at its end joins `line` to the next (POSIX, 2.2.1), which in a comment it
/// doesn't.
fn is_joined(script: &Source, line: usize) -> bool {
    let line = script.text.get(scope::content(script, line)).unwrap_or("");
    line.bytes().rev().take_while(|&byte| byte == b'\\').count() % 2 == 1
        && !line.trim_start().starts_with('#')
}
