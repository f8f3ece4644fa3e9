//! Each node's range is the text that it stands for.
use crate::rerun_support::cases;
use crate::shell_corpus::scripts;
use crate::shell_forms::FORMS;
use crate::shell_support::{condition, print, word};
use initlint::shell::dialect::Form;
use initlint::shell::ir::{CommandKind, Condition, Operation, OperationKind, Part, PartKind, Word};
use initlint::shell::parse;
use initlint::shell::semantics::visit::{Next, Node, walk};

/// What is wrong with the ranges in `script`.
fn wrong_ranges(script: &str) -> Vec<String> {
    let Ok(parsed) = parse(script) else { return Vec::new() };
    let mut wrong = Vec::new();
    walk(&parsed.body, &mut |node, above| {
        let range = node.range().clone();
        let Some(text) = script.get(range.clone()) else {
            wrong.push(format!("{range:?} is no range of the text: {node:?}"));
            return Next::Into;
        };
        // A here-document stands behind its command.
        let in_document = above.iter().chain([&node]).any(|node| matches!(node, Node::Word(_)))
            && above.iter().any(|node| matches!(node, Node::Redirection(_)));
        if let Some(Node::Command(_) | Node::Part(_) | Node::Condition(_)) = above.last()
            && !in_document
            && range.start < above.last().unwrap().range().start
        {
            wrong.push(format!("`{text}` starts before what it stands in"));
        }
        let problem = match node {
            Node::Part(part) => part_is(part, text, in_document),
            Node::Condition(condition) => condition_is(condition, text),
            Node::Arm(_) => {
                (!text.starts_with("if") && !text.starts_with("elif")).then_some("an arm".to_owned())
            }
            Node::Word(one) if !in_document => word_is(one, text),
            _ => None,
        };
        wrong.extend(problem.map(|problem| format!("`{text}` isn't {problem}")));
        Next::Into
    });
    wrong
}

fn part_is(part: &Part, text: &str, in_document: bool) -> Option<String> {
    let as_word = |text: &str| {
        let parsed = parse(&format!("x {text}")).ok()?;
        let CommandKind::Simple(simple) = &parsed.body.first()?.kind else { return None };
        simple.words.get(1).map(word)
    };
    let expected = || word(&Word { range: part.range.clone(), parts: vec![part.clone()] });
    match &part.kind {
        PartKind::Literal { text: literal, .. } => {
            let is_mark = |c: &char| "'\"\\\n\t$".contains(*c);
            let bare = |text: &str| text.chars().filter(|c| !is_mark(c)).collect::<String>();
            // `|&` stands for `2>&1`.
            let has_escapes = text.contains("$'") || text == "|&";
            (bare(text) != bare(literal) && !has_escapes).then(|| format!("the literal {literal:?}"))
        }
        PartKind::Variable { operation, quoted, name } => {
            if name.is_empty() {
                return None;
            }
            if !operation_is(operation, part, text) {
                return Some(format!("{operation:?} at its place"));
            }
            if *quoted && (text.contains(['"', '\'']) || in_document) {
                return (!text.starts_with('$') && !text.starts_with('(')).then(expected);
            }
            let found = if *quoted { as_word(&format!("\"{text}\"")) } else { as_word(text) };
            (found.as_ref() != Some(&expected()) && !text.starts_with('(')).then(expected)
        }
        PartKind::Substitution { .. } => {
            (!text.starts_with(['$', '`']) || !text.ends_with([')', '`'])).then(expected)
        }
        PartKind::Arithmetic(expression) => (!text.contains(&expression.text)).then(expected),
        PartKind::Glob(glob) | PartKind::Braces(glob) | PartKind::Tilde(glob) => {
            (text != glob).then(expected)
        }
        PartKind::ProcessSubstitution(_) => {
            (!text.starts_with(['<', '>']) || !text.ends_with(')')).then(expected)
        }
    }
}

fn operation_is(operation: &Operation, part: &Part, text: &str) -> bool {
    let at = operation.range.start.wrapping_sub(part.range.start)..operation.range.end - part.range.start;
    let Some(own) = text.get(at) else { return false };
    match &operation.kind {
        OperationKind::Plain => own.is_empty(),
        OperationKind::Default { or_empty, .. } => own.starts_with(if *or_empty { ":-" } else { "-" }),
        OperationKind::AssignDefault { or_empty, .. } => own.starts_with(if *or_empty { ":=" } else { "=" }),
        OperationKind::Required { or_empty } => own.starts_with(if *or_empty { ":?" } else { "?" }),
        OperationKind::Alternative { or_empty, .. } => own.starts_with(if *or_empty { ":+" } else { "+" }),
        OperationKind::Trim { suffix, .. } => own.starts_with(if *suffix { '%' } else { '#' }),
        OperationKind::Other(written) => own == written,
    }
}

fn condition_is(expected: &Condition, text: &str) -> Option<String> {
    let parsed = parse(&format!("[[ {text} ]]")).ok();
    let found = parsed.as_ref().and_then(|script| match &script.body.first()?.kind {
        CommandKind::Conditional(found) => Some(condition(found)),
        _ => None,
    });
    (found != Some(condition(expected))).then(|| format!("the condition {}", condition(expected)))
}

/// Words of commands are parsed anew; those of patterns and operands have rules of their own.
fn word_is(one: &Word, text: &str) -> Option<String> {
    if one.literal().is_none_or(|literal| literal.is_empty()) {
        return None;
    }
    let bare = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let literal = one.literal().unwrap_or_default();
    (!text.contains("$'") && bare(text) != bare(&literal)).then(|| format!("the word {}", word(one)))
}

#[test]
fn ranges_of_all_nodes() {
    let own = FORMS.iter().map(|(script, _)| (*script).to_owned());
    let cases = cases().into_iter().map(|case| case.script);
    let shared = scripts().into_iter().map(|(script, _)| script);
    let mut count = 0;
    let wrong: Vec<String> = own
        .chain(cases)
        .chain(shared)
        .inspect(|_| count += 1)
        .flat_map(|script| {
            wrong_ranges(&script)
                .into_iter()
                .map(move |problem| format!("{problem}  in  {}", script.lines().next().unwrap_or("")))
        })
        .collect();
    eprintln!("{count} scripts");
    assert!(
        wrong.is_empty(),
        "{}\n{}",
        wrong.len(),
        wrong.iter().take(60).cloned().collect::<Vec<_>>().join("\n")
    );
}

/// Scripts and what POSIX sh doesn't have in them.
#[test]
fn dialect() {
    let table: &[(&str, &[(&str, Form)])] = &[
        ("function f { a; }", &[("function", Form::FunctionKeyword)]),
        ("f() { local x=1; a; }; . /x; [ a = b ]; source x; let y=1; a > f 2>&1", &[]),
        (
            "[[ $a == b && c =~ d ]]",
            &[("[[ $a == b && c =~ d ]]", Form::ConditionalCommand), ("=~", Form::RegexMatch)],
        ),
        (
            "[ a == b ] && test \"$x\" == y; echo ==",
            &[("==", Form::DoubleEquals), ("==", Form::DoubleEquals)],
        ),
        ("((i++)); echo $[1] $((2))", &[("((i++))", Form::ArithmeticCommand), ("$[1]", Form::OldArithmetic)]),
        ("for ((;;)); do a; done; for i in a; do b; done", &[("for ((;;))", Form::ArithmeticFor)]),
        ("select x in a; do b; done; coproc c", &[("select", Form::Select), ("coproc", Form::Coprocess)]),
        ("case a in b) c ;& d) e ;; f) g ;;& esac", &[(";&", Form::FallThrough), (";;&", Form::FallThrough)]),
        (
            "a |& b; a &>f; a >& f; a >&2; a &>>f",
            &[
                ("|&", Form::PipeBoth),
                ("&>f", Form::RedirectBoth),
                (">& f", Form::RedirectBoth),
                ("&>>f", Form::RedirectBoth),
            ],
        ),
        ("a <<< \"$b\" {n}>f", &[("<<< \"$b\"", Form::HereString), ("{n}>f", Form::DescriptorVariable)]),
        (
            "a <(b) $'c' $\"d\"",
            &[
                ("<(b)", Form::ProcessSubstitution),
                ("$'c'", Form::AnsiQuoting),
                ("$\"d\"", Form::LocaleQuoting),
            ],
        ),
        (
            "a {1..3} {b,c} {d} '{e,f}' @(g|h) *",
            &[
                ("{1..3}", Form::BraceExpansion),
                ("{b,c}", Form::BraceExpansion),
                ("@(g|h)", Form::ExtendedGlob),
            ],
        ),
        (
            "a=(1 2); b[0]=3; echo \"${a[@]}\" ${#a[@]}; c+=d; declare -a e=(f)",
            &[
                ("a=(1 2)", Form::Array),
                ("b[0]=3", Form::Array),
                ("${a[@]}", Form::Array),
                ("${#a[@]}", Form::Array),
                ("c+=d", Form::AppendAssignment),
                ("e=(f)", Form::Array),
            ],
        ),
        (
            "${a:1} ${a:1:2} ${a/b/c} ${a//b} ${!a} ${!a*} ${a,,} ${a^} ${a@Q} ${#a} ${a%b} ${a:-b}",
            &[
                ("${a:1}", Form::Substring),
                ("${a:1:2}", Form::Substring),
                ("${a/b/c}", Form::Replacement),
                ("${a//b}", Form::Replacement),
                ("${!a}", Form::Indirection),
                ("${!a*}", Form::PrefixMatch),
                ("${a,,}", Form::CaseModification),
                ("${a^}", Form::CaseModification),
                ("${a@Q}", Form::Transformation),
            ],
        ),
        (
            "cat <<E\n${a:1} $[b]\nE\ncat <<'E'\n${a:1}\nE",
            &[("${a:1}", Form::Substring), ("$[b]", Form::OldArithmetic)],
        ),
    ];
    for (script, expected) in table {
        let parsed = parse(script)
            .unwrap_or_else(|problem| panic!("{script}\n{problem:?}\n{}", print(&parse("").unwrap())));
        let found: Vec<_> = parsed.dialect.iter().map(|it| (&script[it.range.clone()], it.form)).collect();
        assert_eq!(found, *expected, "{script}");
    }
}
