//! Scripts that aren't shell: where, what, and whether every shell refuses them.
use std::process::Command as Process;

use initlint::shell::{Unparsed, parse};

/// A script, the text at fault, the message, and whether it is certain.
const BROKEN: &[(&str, &str, &str, bool)] = &[
    ("if a; then b", "", "expected 'fi'", true),
    ("if a\n b\nfi", "fi", "expected command", true),
    ("while a; do b", "", "expected 'done'", true),
    ("for i in a b; echo; done", "", "expected 'do'", true),
    ("case x in a) b ;;", "", "expected 'esac'", true),
    ("if a; then fi", "", "empty then clause", true),
    ("a && ; b", "", "expected command after &&", true),
    ("a | | b", "", "expected command after |", true),
    ("fi", "", "expected command", true),
    ("a; ;; b", "", "expected command", true),
    ("echo 'it's broken'", "'", "`'` without its `'`", true),
    ("echo \"a\necho b", "\"", "`\"` without its `\"`", true),
    ("x=$(a\nb", "$(", "`$(` without its `)`", true),
    ("x=${a\nb", "${", "`${` without its `}`", true),
    ("x=`a\nb", "`", "``` without its ```", true),
    ("(a; b", "(", "`(` without its `)`", false),
    ("{ a; b", "", "expected '}' to close brace group", false),
    ("a (b) c", "(", "unexpected `(`", true),
    ("echo waiting (up to 5 s)", "(", "unexpected `(`", true),
    ("git clone <the-repository> ;", ">", "`>` without a file", true),
    ("echo a > | cat", ">", "`>` without a file", true),
    ("if a\r\nthen b\r\nfi\r\n", "", "expected 'fi'", true),
];

#[test]
fn broken_scripts() {
    for (script, at, message, certain) in BROKEN {
        let Err(Unparsed::Syntax { range, message: found, certain: sure }) = parse(script) else {
            panic!("{script}: {:?}", parse(script))
        };
        assert_eq!((found.as_str(), sure), (*message, *certain), "{script}");
        if !at.is_empty() {
            assert_eq!(&script[range], *at, "{script}");
        }
    }
}

/// The shells say the same of what is certain.
#[test]
fn shells_refuse_what_is_certain() {
    let shells: [&[&str]; 3] = [&["bash", "-n", "-c"], &["dash", "-n", "-c"], &["busybox", "sh", "-n", "-c"]];
    for (script, ..) in BROKEN.iter().filter(|(.., certain)| *certain) {
        for shell in shells {
            let Ok(output) = Process::new(shell[0]).args(&shell[1..]).arg(script).output() else { continue };
            assert!(!output.status.success(), "{shell:?} accepts {script}");
        }
    }
}

/// Odd, and no error in any shell: never a certain one here.
#[test]
fn odd_scripts_are_no_certain_errors() {
    let scripts = [
        "echo a}b",
        "echo } {",
        "find . -exec rm \\{} \\;",
        "echo \"{\\\"a\\\": \\\"$(b -c)\\\"}\" d",
        "echo \"a\\\nb$(c)\"",
        "echo \"$${a}\" $$(",
        "[[ $a =~ ^(#|$) ]]",
        "cat <<E\nit's \"\nE",
        "cat <<E\nno end",
        "echo it is ]]",
        "f-g ( ) { a; }",
        "case a in (b) c ;; esac; x=$(case a in b) c;; esac)",
        "for x in a; { b; }",
        "echo {a {b",
        "x=$(echo just in case)",
        "x=$(echo case in point; a)",
        "x=`which \"a` b",
        "x=\"${a:-'}'}\"",
        "echo $((1<<2))",
        "! ! a",
        "alias a='b'",
    ];
    for script in scripts {
        let result = parse(script);
        assert!(!matches!(result, Err(Unparsed::Syntax { certain: true, .. })), "{script}: {result:?}");
    }
}
