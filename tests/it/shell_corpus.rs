//! Scripts of published init containers, against bash itself. Needs `INITLINT_SHARED`.
use std::io::Write;
use std::process::{Command as Process, Stdio};

use crate::shell_support::print;
use initlint::shell::ir::{Command, RedirectionKind};
use initlint::shell::parse;
use initlint::shell::semantics::visit;

/// The distinct scripts, with the place of each.
pub(crate) fn scripts() -> Vec<(String, String)> {
    let Ok(shared) = std::env::var("INITLINT_SHARED") else {
        eprintln!("skipped: INITLINT_SHARED is not set");
        return Vec::new();
    };
    let mut scripts: Vec<(String, String)> = Vec::new();
    for name in ["inits.jsonl", "rerun-verdicts.jsonl"] {
        let text = std::fs::read_to_string(format!("{shared}/corpus/{name}")).unwrap();
        let rows = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        scripts.extend(rows.enumerate().filter_map(|(index, row)| {
            Some((row["script"].as_str()?.to_owned(), format!("{name}:{}", index + 1)))
        }));
    }
    scripts.sort();
    scripts.dedup_by(|a, b| a.0 == b.0);
    scripts
}

fn bash_accepts(script: &str) -> bool {
    let mut bash = Process::new("bash")
        .args(["-n", "-O", "extglob"])
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    bash.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    bash.wait().unwrap().success()
}

#[test]
fn what_bash_accepts_is_what_parses() {
    let scripts = scripts();
    let differing: Vec<_> = scripts
        .iter()
        .filter(|(script, _)| bash_accepts(script) != parse(script).is_ok())
        .map(|(script, place)| format!("{place}: {:?}", parse(script).err()))
        .collect();
    eprintln!("{} scripts", scripts.len());
    assert!(differing.is_empty(), "{differing:#?}");
}

/// The text of each command's range is that command, and nothing else.
#[test]
fn ranges_hold_one_command() {
    let mut commands = 0;
    let mut wrong = Vec::new();
    for (script, place) in scripts() {
        let Ok(parsed) = parse(&script) else { continue };
        visit::commands(&parsed.body, |command: &Command| {
            commands += 1;
            let text = &with_documents(&script, command);
            let mut expected = command.clone();
            expected.background = false;
            if let Err(problem) = round_trip(text, &expected) {
                wrong.push(format!("{place}\n{text}\n  {problem}"));
            }
        });
    }
    eprintln!("{commands} commands");
    assert!(wrong.is_empty(), "{} of {commands}\n{}", wrong.len(), wrong.join("\n"));
}

/// The command's text, with the here-documents that lie behind it.
fn with_documents(script: &str, command: &Command) -> String {
    let mut text = script[command.range.clone()].to_owned();
    visit::commands(std::slice::from_ref(command), |inner: &Command| {
        for redirection in &inner.redirections {
            let RedirectionKind::HereDocument(body) = &redirection.kind else { continue };
            if body.range.start >= command.range.end {
                let delimiter = script[body.range.end..].lines().next().unwrap_or("");
                text.push_str(if text.ends_with('\n') { "" } else { "\n" });
                text.push_str(&script[body.range.clone()]);
                text.push_str(delimiter);
                text.push('\n');
            }
        }
    });
    text
}

fn round_trip(text: &str, expected: &Command) -> Result<(), String> {
    let expected = crate::shell_support::command(expected);
    match parse(text) {
        Ok(again) if print(&again) == expected => Ok(()),
        Ok(again) => Err(format!("{}\n  {expected}", print(&again))),
        Err(problem) => Err(format!("{problem:?}")),
    }
}
