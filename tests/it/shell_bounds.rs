//! No text makes the reader panic, overflow a thread's stack or take long.
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use initlint::shell::{Unparsed, comments, parse};
use proptest::prelude::*;

/// A guard against a hang, far above what any of these takes; not a measurement.
const GUARD: Duration = Duration::from_mins(1);

/// Parses and drops on a thread with the stack that Rust gives by default.
fn guarded(text: String) -> Result<(), Unparsed> {
    let (sender, receiver) = mpsc::channel();
    let small = thread::Builder::new().stack_size(2 * 1024 * 1024);
    let thread = small.spawn(move || sender.send(parse(&text).map(drop))).unwrap();
    let result = receiver.recv_timeout(GUARD).expect("it ends");
    thread.join().unwrap().unwrap();
    result
}

fn repeated(head: &str, middle: &str, count: usize, tail: &str) -> String {
    format!("{head}{}{tail}", middle.repeat(count))
}

#[test]
fn hostile_texts_are_refused_or_read() {
    let texts = [
        repeated("a", " && a", 10_000, ""),
        repeated("a", " | a", 10_000, ""),
        repeated("a", " || a", 900, ""),
        repeated("", "(", 5_000, ""),
        repeated("", "( ", 5_000, &format!("a{}", " )".repeat(5_000))),
        repeated("", "{ ", 5_000, &format!("a;{}", " };".repeat(5_000))),
        repeated("", "while :; do ", 5_000, &format!("a;{}", " done;".repeat(5_000))),
        repeated("", "if a; then ", 40, &format!("b{}", "; fi".repeat(40))),
        repeated("echo ", "${", 148, ""),
        repeated("echo ", "${a:-$(", 40, ""),
        repeated("cat <<E\n", "$(${a:-", 40, ""),
        repeated("echo ", "\"${a:-", 40, ""),
        repeated("echo ", "$(a ", 60, &")".repeat(60)),
        repeated("echo ", "`", 10_000, ""),
        repeated("a=(#", "${", 40, "\n)"),
        repeated("[[ a == ", "@(", 60, " ]]"),
        repeated("", "[[ ( ", 5_000, ""),
        repeated("echo $((", "(1+", 5_000, ""),
        repeated("echo ", "{", 60_000, ""),
        repeated("echo ", "{a,", 20_000, ""),
        repeated("", "time ", 10_000, "a"),
        repeated("", "<x time ", 5_000, "a"),
        repeated("", "|coproc =", 5_000, ""),
        repeated("", "! ", 10_000, "a"),
        repeated("f() ", "g() ", 5_000, "{ a; }"),
        repeated("", "case x in a) ", 5_000, ""),
        repeated("cat <<E\n", "$(echo a)\n", 6_000, "E\n"),
        repeated("cat", " <<E", 10_000, "\n"),
        repeated("", "a[", 30_000, ""),
        repeated("echo ", "a=(a),", 10_000, ""),
        repeated("echo ", "[", 60_000, "]"),
        repeated("", "# a\n", 16_000, "b"),
        repeated("", "a;", 30_000, ""),
        repeated("", "a\n", 2_000_000, ""),
        repeated("echo \"", "한", 20_000, ""),
        "echo 'a".to_owned(),
        "echo \"a".to_owned(),
        "cat <<E\na".to_owned(),
        "cat <<'E' <<-F".to_owned(),
        (0..=255_u8).map(char::from).collect(),
    ];
    for text in texts {
        let start: String = text.chars().take(40).collect();
        let size = text.len();
        let result = guarded(text);
        assert!(size <= 64 * 1024 || matches!(result, Err(Unparsed::Bound { .. })), "{start}: {result:?}");
    }
}

/// What scripts do has nothing to fear from the bounds.
#[test]
fn ordinary_sizes_are_read() {
    let texts = [
        repeated("a", " && a", 200, ""),
        repeated("a", " | a", 200, ""),
        repeated("", "if a; then ", 15, &format!("b{}", "; fi".repeat(15))),
        repeated("", "( ", 15, &format!("a{}", " )".repeat(15))),
        "echo \"$(a \"${b:-\"$(c \"${d:-$(e)}\")\"}\")\"".to_owned(),
        repeated("cat <<E\n", "a: ${b}\n", 500, "E\n"),
        repeated("", "cat >f <<E\na $b\nE\n", 200, ""),
        repeated("", "x=\"$(a \"$b\")\" # it's\n", 2_000, ""),
        repeated("echo '", "{\"a\": [1, {\"b\": (2)}]}\n", 2_000, "'"),
        repeated("", "[ -f a ] || time b\n", 40, ""),
    ];
    for text in texts {
        let start: String = text.chars().take(40).collect();
        assert_eq!(guarded(text), Ok(()), "{start}");
    }
}

/// Pieces of shell, so that random texts reach deep into the grammar.
const PIECES: [&str; 48] = [
    "a",
    " ",
    "\n",
    ";",
    "&",
    "|",
    "&&",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "[[ ",
    " ]]",
    "$",
    "${",
    "$(",
    "$((",
    "`",
    "\"",
    "'",
    "\\",
    "#",
    "<",
    ">",
    "<<E\n",
    "E\n",
    "<<<",
    "<(",
    "=",
    "a=(",
    "*",
    "?",
    "~",
    "!",
    "if ",
    "then ",
    "fi",
    "while ",
    "do ",
    "done",
    "case a in ",
    "esac",
    "f() ",
    "time ",
    "한",
    "\r\n",
];

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".{0,200}") {
        check(&text);
    }

    #[test]
    fn any_pieces_are_read_or_refused(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..40)) {
        check(&pieces.concat());
    }
}

/// Ranges lie inside the text, at boundaries of characters.
fn check(text: &str) {
    match parse(text) {
        Ok(script) => {
            for command in &script.body {
                assert!(text.get(command.range.clone()).is_some_and(|text| !text.is_empty()), "{text:?}");
            }
        }
        Err(Unparsed::Syntax { range, .. }) => assert!(text.get(range).is_some(), "{text:?}"),
        Err(Unparsed::Bound { .. }) => {}
    }
    for comment in comments(text) {
        assert!(text.get(comment).is_some_and(|comment| comment.starts_with('#')), "{text:?}");
    }
}
