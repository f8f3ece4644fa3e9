//! What scripts come to, in the notation of `shell_support`.
use crate::shell_support::print;
use initlint::shell::parse;

/// Scripts and their forms: quoted literals in `'…'`, globs in `‹…›`, braces in `«…»`, a `"` before
/// what is expanded in double quotes.
pub(crate) const FORMS: &[(&str, &str)] = &[
    // Lists and terminators.
    ("a; b & c\nd", "a ; b & ; c ; d"),
    ("a && b || c && d", "(((a && b) || c) && d)"),
    ("a && b & c", "(a && b) & ; c"),
    ("a &&\n# why\n b |\n c", "(a && (b | c))"),
    ("! a | b && ! c", "(!((a | b)) && !(c))"),
    ("a |& b", "(a 2>&1 | b)"),
    ("a >f |& b", "(a >f 2>&1 | b)"),
    ("time -p a | b; time", "{ (a | b) } ; {  }"),
    // Compound commands.
    ("if a; then b; elif c; then d; else e; fi >f", "if[a then b elif c then d else e] >f"),
    ("while read -r l; do x; done <f | y", "(while[read -r l do x] <f | y)"),
    ("until a\ndo b\ndone &", "until[a do b] &"),
    ("for i in a \"b\" *.c; do x $i; done", "for[i in a 'b' ‹*›.c do x ${i}]"),
    ("for i; do x; done\nfor i in; do x; done", "for[i in $@ do x] ; for[i in  do x]"),
    ("for ((i=0; i<3; i++)); do x; done; for ((;;)) { y; }", "for[i=0; i<3; i++ do x] ; for[; ;  do { y }]"),
    ("select x in a; do b; done; coproc N { c; }", "select[x in a do b] ; coproc[{ c }]"),
    ("case $x in (a|\"b\"*) c;; [0-9]) ;& *) d; esac", "case[${x} in a|'b'‹*›) c ;; ‹[0-9]›)  ;& ;; ‹*›) d]"),
    ("{ a; b; } 2>&1; (c)", "{ a ; b } 2>&1 ; sub[c]"),
    ("f() { a; } >g; function h { b; }; i() (c)", "fn f { a } >g ; fn h { b } ; fn i sub[c]"),
    ("(( x > 1 )) && a", "(((x > 1)) && a)"),
    ("[[ -f x && ( $a == b* || ! $a =~ ^x$ ) ]]", "[[(-f x && (${a} = b‹*› || !(${a} =~ ^x$)))]]"),
    ("[[ -a f || -h g && $a < $b ]]", "[[(-e f || (-L g && ${a} < ${b}))]]"),
    // Simple commands.
    ("X=1 Y+=$z cmd a", "X=1 Y+=${z} cmd a"),
    ("A=(1 2) B[0]=3 C=", "A=<array> B=<array> C=∅"),
    ("X=1 >f exit 1 2>g", "X=1 exit 1 >f 2>g"),
    ("export A=b$c D -n F=\"a b\"; local x; return", "export A=b${c} D -n F='a b' ; local x ; return"),
    ("declare -a X=(1 2)", "declare -a X=\"${X other (1 2)}"),
    (
        "set -euo pipefail; . /x; [ -f a ]; trap 'b' EXIT",
        "set -euo pipefail ; . /x ; [ -f a ] ; trap 'b' EXIT",
    ),
    ("find . -exec rm \\{} \\;", "find . -exec rm '{'} ';'"),
    ("rsync a \\\n  b \\\n\tc", "rsync a b c"),
    // Words.
    ("a\\ b 'c d' \"e\\\"f\\g\" $'h\\ti\\x41'", "a' 'b 'c d' 'e\\\"f\\\\g' 'h\\tiA'"),
    ("\"\" '' a\"\"b \"$x\"", "'' '' a''b \"${x}"),
    ("~ ~/a ~u/b \"~\" a~ \\~ X=~/d", "tilde(~) tilde(~)/a tilde(~u)/b '~' a~ '~' X=~/d"),
    ("X=~/d", "X=tilde(~)/d"),
    ("*.c a? [a-z]* [ ] x[ '*' \\* [!]a] **/*", "‹*›.c a‹?› ‹[a-z]*› [ ] x[ '*' '*' ‹[!]a]› ‹**›/‹*›"),
    ("a{b,\"c d\",$e}f {1..3} {x} \\{a,b}", "a«{b,\"c d\",$e}»f «{1..3}» {x} '{'a,b}"),
    ("a=@(b|c)", "a=‹@(b|c)›"),
    ("$a ${a} $1 ${10} $@ \"$*\" $# $? $$ $!", "${a} ${a} ${1} ${10} ${@} \"${*} ${#} ${?} ${$} ${!}"),
    (
        "${a:-b c} ${a-} ${a:=b} ${a:?m} ${a?} ${a:+b} ${a+$b}",
        "${a:-b c} ${a-∅} ${a:=b} ${a:?} ${a?} ${a:+b} ${a+${b}}",
    ),
    ("${a#*/} ${a##x} ${a%.*} ${a%%\"$b\"*}", "${a#‹*›/} ${a##x} ${a%.‹*›} ${a%%\"${b}‹*›}"),
    (
        "${#a} ${a/b/c} ${a:1:2} ${!a} ${a[0]} ${a^^}",
        "${a other #a} ${a other a/b/c} ${a other a:1:2} ${a other !a} ${a other a[0]} ${a other a^^}",
    ),
    ("\"${a:-'b'}\" ${a:-'b'} \"${a:-\"b\"}\"", "\"${a:-'\\'b\\''} ${a:-'b'} \"${a:-'b'}"),
    ("$${a} \"$$(b)\" a$ \"$\" $%", "${$}{a} \"${$}'(b)' a$ '$' $%"),
    ("$(a \"$(b 'c')\" | d) `e` \"`f`\" $()", "$((a \"$(b 'c') | d)) $(e) \"$(f) $()"),
    ("`a \\`b\\``", "$(\"${ other `a \\`b\\``})"),
    ("$((1 + $a)) \"$((b))\" $[c]", "$((1 + $a)) $((b)) $((c))"),
    ("diff <(a) >(b) c<(d)", "diff <(a) <(b) c<(d)"),
    ("a#b c # d", "a#b c"),
    // Redirections.
    ("a >b >>c 2>d <e <>f 2>&1 >&2 3<&- >|g", "a >b >>c 2>d <e <>f 2>&1 >&2 3>&- >|g"),
    ("a &>b &>>c >&d >&$e {n}>f 4<<<\"$g\"", "a &>b &>>c &>d >&${e} 10>f 4<<<\"${g}"),
    (">f; <g h >i", " >f ; h <g >i"),
    ("a2>b a 2>c", "a2 a >b 2>c"),
    // Here-documents.
    ("cat <<E >f\na $b `c`\\$d\\e \"\\\"\nE\nx", "cat <<'a '\"${b}' '\"$(c)'$d\\\\e \\\"\\\\\\\"\\n' >f ; x"),
    ("cat <<'E'\na $b \\$\nE", "cat <<'a $b \\\\$\\n'"),
    ("cat <<-E | x\n\ta\n\t\t$b \\\n\tc\n\tE\ny", "(cat <<'a\\n'\"${b}' \\tc\\n' | x) ; y"),
    ("a <<E; b <<F\n1\nE\n2\nF\nc", "a <<'1\\n' ; b <<'2\\n' ; c"),
    ("{ cat <<E; }\n}\nE\n(cat <<E\n)\nE\n)", "{ cat <<'}\\n' } ; sub[cat <<')\\n']"),
    ("x=$(cat <<E\n$(y)\nE\n)", "x=$(cat <<\"$(y)'\\n')"),
    ("cat 3<<E\nE", "cat 3<<''"),
    ("cat << E > \"$d\"/x && a 'b'c\n1\nE\nd", "(cat <<'1\\n' >\"${d}/x && a 'b'c) ; d"),
    ("cat <<'E' | a '/d'.\"e\"f g\n$1\nE\nh", "(cat <<'$1\\n' | a '/d'.'e'f g) ; h"),
    // Text of all kinds.
    ("한글 \"값\" >/데이터/$이름 && 끝 # 주석", "(한글 '값' >/데이터/$이름 && 끝)"),
    ("echo a\r\necho b\r\n", "echo a\\r ; echo b\\r"),
    ("", ""),
    ("\n\t # only a comment\n", ""),
];

#[test]
fn forms() {
    for (script, form) in FORMS {
        match parse(script) {
            Ok(parsed) => assert_eq!(print(&parsed), *form, "{script}"),
            Err(problem) => panic!("{script}\n{problem:?}"),
        }
    }
}

/// Each script's commands, by the text of their ranges.
#[test]
fn ranges() {
    let table: &[(&str, &[&str])] = &[
        ("  a b ;  c&\n# d\n\te >f # g\n", &["a b", "c", "e >f"]),
        (">f a; X=1 b; ! c", &[">f a", "X=1 b", "! c"]),
        ("( # x (\n a # y\n) ; { # }\n b\n}", &["( # x (\n a # y\n)", "{ # }\n b\n}"]),
        ("if a; then b; fi ; while c; do d; done", &["if a; then b; fi", "while c; do d; done"]),
        ("cat <<E | b && c\nE\nd", &["cat <<E | b && c", "d"]),
        ("(cat <<E\nx\nE\n)", &["(cat <<E\nx\nE\n)"]),
        ("f() { a; } ; g()\n(b) >h", &["f() { a; }", "g()\n(b) >h"]),
        ("a \\\n b\\\n", &["a \\\n b"]),
        ("값 > 끝; b", &["값 > 끝", "b"]),
        ("a |& b; {n}>f c; 2>&1 d", &["a |& b", "{n}>f c", "2>&1 d"]),
    ];
    for (script, expected) in table {
        let parsed = parse(script).unwrap();
        let found: Vec<_> = parsed.body.iter().map(|command| &script[command.range.clone()]).collect();
        assert_eq!(found, *expected, "{script}");
    }
}

#[test]
fn comments() {
    let script = "#!/bin/sh\na # b\nif c; then # d\n # e\n f\nfi\ncase x in\n# g\na) ;; # h\nesac\nx=$(y # i\n)\n\
                  cat <<E\n# no\nE\necho '# no' a#no \"#no\" ${#no} # 끝";
    let found: Vec<_> = initlint::shell::comments(script).into_iter().map(|range| &script[range]).collect();
    assert_eq!(found, ["#!/bin/sh", "# b", "# d", "# e", "# g", "# h", "# i", "# 끝"]);
}
