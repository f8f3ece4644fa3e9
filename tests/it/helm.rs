//! What is read of Helm templates, by the kinds of text that charts hold.

use initlint::helm::{Placeholders, Reading, Template, has_placeholder};
use initlint::source::{FileId, Source, Span};
use initlint::yaml::{Document, Kind, Lookup, Node, Problem, split};

const FILE: FileId = FileId(0);

fn document(reading: &Reading) -> Result<Document, Problem> {
    let text = Source::new(FILE, "", reading.text.as_str());
    let range = split(&text.text).into_iter().next().unwrap_or(0..0);
    Document::parse_reading(reading, &text, range)
}

/// Each reading of `template` in a line: maps and lists as YAML writes them in one line, `…` in an open one, `?` before
/// what only Helm knows, with its actions.
fn read(template: &str) -> Vec<String> {
    let parsed = Template::parse(template).unwrap();
    let show = |reading: &Reading| match document(reading) {
        Ok(document) => show(document.root(), parsed.placeholders()),
        Err(problem) => format!("!{}", problem.message()),
    };
    parsed.readings(FILE).iter().map(show).collect()
}

fn only(template: &str) -> String {
    let mut readings = read(template);
    assert_eq!(readings.len(), 1, "{readings:#?}");
    readings.remove(0)
}

fn show(node: Node<'_>, placeholders: &Placeholders) -> String {
    let open = |parts: Vec<String>| {
        let more = node.is_open().then(|| "…".to_owned());
        parts.into_iter().chain(more).collect::<Vec<_>>().join(", ")
    };
    match node.kind() {
        Kind::Mapping => {
            let entry =
                |name: &str, value| format!("{}: {}", placeholders.reveal(name), show(value, placeholders));
            format!("{{{}}}", open(node.entries().map(|e| entry(&e.name(), e.value)).collect()))
        }
        Kind::Sequence => format!("[{}]", open(node.items().map(|item| show(item, placeholders)).collect())),
        Kind::Unknown => format!("?{}", placeholders.reveal(node.text().unwrap_or(""))),
        Kind::Null => "null".to_owned(),
        _ => node.text().unwrap_or("").replace('\n', "⏎"),
    }
}

#[test]
fn what_is_put_out_may_open_a_map_that_goes_on() {
    let affinity = |include: &str, last: &str| only(&format!("a:\n{include}\n    b:\n    - c\n  {last}\n"));
    let include = "{{- include \"x\" . | nindent 2 }}";
    assert_eq!(affinity(include, "d: e"), "{a: {{{ include \"x\" . | nindent 2 }}: {b: [c], …}, d: e, …}}");
    assert_eq!(
        affinity(&format!("  z: 1{include}"), "d: e"),
        "{a: {z: 1, {{ include \"x\" . | nindent 2 }}: {b: [c], …}, d: e, …}}"
    );
    // What belongs to a key before it, or to no key behind it, is more of that.
    assert_eq!(only("a:\n  z:\n  {{ .x }}\n    b: c\n  d: e\n"), "{a: {z: {b: c}, d: e, …}}");
    assert_eq!(only("a:\n  {{ .x }}\n    b: c\nd: e\n"), "{a: {b: c}, d: e}");
}

#[test]
fn a_format_without_a_value_is_a_text() {
    assert_eq!(only("a: {{ printf \"b c\" }}\n"), "{a: b c}");
    assert_eq!(only("- a\n{{- printf \"\\n\" -}}\n- b\n"), "[a, b]");
    assert_eq!(
        only("a: {{ printf \"%s\" .x }}\nb: {{ printf \"100%%\" }}\n"),
        "{a: ?{{ printf \"%s\" .x }}, b: ?{{ printf \"100%%\" }}}"
    );
}

#[test]
fn a_value_is_unknown_wherever_it_stands() {
    assert_eq!(
        only("a: {{ .x }}\nb: \"{{ .x }}-y\"\nc: '{{ .x | quote }}'\n"),
        "{a: ?{{ .x }}, b: ?{{ .x }}-y, c: ?{{ .x }}}"
    );
    assert_eq!(
        only("a: {{ .r }}/{{ .n }}:{{ .t }}\nb: [x, {{ .y }}]\n"),
        "{a: ?{{ .r }}/{{ .n }}:{{ .t }}, b: [x, ?{{ .y }}]}"
    );
    assert_eq!(only("- {{ .x }}\n- y\n"), "[?{{ .x }}, y]");
    assert_eq!(only("a: \"{{ printf \"%s\" .x }}\"\n"), "{a: ?{{ printf \"%s\" .x }}}");
    assert_eq!(only("a: {{ .x\n  | default `}}`\n}}\n"), "{a: ?{{ .x | default `}}` }}}");
    assert_eq!(only("a: |\n  x\n  {{ .y }}\n  z\n"), "{a: ?x\n{{ .y }}\nz\n}");
    assert_eq!(only("a: x\n"), "{a: x}");
    assert_eq!(only("a: {{ \"x\" }}{{ `{{` }}\n"), "{a: x{{}", "a constant is known");
}

#[test]
fn values_are_equal_by_their_actions() {
    let texts = |template: &str| {
        let parsed = Template::parse(template).unwrap();
        let document = document(&parsed.readings(FILE)[0]).unwrap();
        let text = |key: &str| document.root().get(key).unwrap().text().unwrap().to_owned();
        (text("a"), text("b"))
    };
    let same = |template: &str| {
        let (a, b) = texts(template);
        a == b
    };
    assert!(same("a: {{ .Values.x }}\nb: \"{{  .Values.x }}\"\n"));
    assert!(same("a: {{- $.Values.x }}\nb: {{ .Values.x | quote -}}\n".replace("{{-", "{{").as_str()));
    assert!(!same("a: {{ .Values.x }}\nb: {{ .Values.y }}\n"));
    assert!(!same("{{ range .p }}\na: {{ .name }}\n{{ end }}\n{{ range .q }}\nb: {{ .name }}\n{{ end }}\n"));
    assert!(same("{{ range .p }}\na: {{ .name }}\nb: {{ .name }}\n{{ end }}\n"));
    assert!(same("{{ range .p }}\na: {{ $.Values.x }}\n{{ end }}\nb: {{ .Values.x }}\n"));
}

#[test]
fn what_is_injected_opens_what_is_around() {
    assert_eq!(only("a:\n  b: c\n  {{- toYaml .x | nindent 2 }}\nd: e\n"), "{a: {b: c, …}, d: e}");
    assert_eq!(only("a:\n  {{- toYaml .x | nindent 2 }}\nd: e\n"), "{a: ?, d: e}");
    assert_eq!(only("a: {{- include \"x\" . | nindent 4 }}\nd: e\n"), "{a: ?, d: e}");
    assert_eq!(only("a:\n{{ toYaml .x | indent 2 }}\nd: e\n"), "{a: ?, d: e}");
    assert_eq!(only("a:\n  - b: c\n  {{- toYaml .x | nindent 2 }}\nd: e\n"), "{a: [{b: c}, …], d: e}");
    assert_eq!(only("a:\n  - b: c\n    {{- toYaml .x | nindent 4 }}\nd: e\n"), "{a: [{b: c, …}], d: e}");
    assert_eq!(only("a:\n  {{- toYaml .x | nindent 2 }}\n  b: c\n"), "{a: {b: c, …}}");
    assert_eq!(only("a: b\n{{ include \"x\" . }}\n"), "{a: b, …}");
    assert_eq!(only("a:\n  {{- tpl (toYaml .x | nindent 4) . }}\nd: e\n"), "{a: ?, d: e}");
    assert_eq!(only("a:\n- {{ toYaml .x | nindent 2 | trim }}\n  b: c\n"), "{a: [{b: c, …}]}");
    assert_eq!(only("a: [x,\n  {{ .y }}\n]\nb: c\n"), "{a: [x, …], b: c}");
    assert_eq!(only("{{ .key }}: x\nb: c\n"), "{{{ .key }}: x, b: c, …}");
    assert_eq!(only("a:\n{{- include \"x\" . | indent 2 }}\n  - b: c\n"), "{a: [{b: c}, …]}");
}

#[test]
fn a_script_keeps_its_actions_in_their_lines() {
    let text = "a: |\n{{ .x | indent 2 }}\nb: c\n";
    assert_eq!(only(text), "{a: ?{{ .x | indent 2 }}\n, b: c}");
    assert_eq!(only("a: |-\n  {{- .x | nindent 2 }}\nb: c\n"), "{a: ?{{ .x | nindent 2 }}, b: c}");
    assert_eq!(only("a: |\n  x\n  {{- if .y }}\n  y\n  {{- end }}\n  z\nb: c\n"), "{a: x⏎y⏎z⏎, b: c}");
    assert_eq!(only("a:\n  - |\n    x\n    {{ .y }}\n"), "{a: [?x\n{{ .y }}\n]}");
}

#[test]
fn branches_are_read_apart_and_conditions_alike() {
    assert_eq!(read("a: {{ if .x }}b{{ else }}c{{ end }}\n"), ["{a: b}", "{a: c}"]);
    let twice = "{{ if .x }}\na: 1\n{{ else }}\na: 2\n{{ end }}\n{{ if not .x }}\nb: 2\n{{ else }}\nb: 1\n{{ end }}\n";
    assert_eq!(read(twice), ["{a: 1, b: 1}", "{a: 2, b: 2}"]);
    let chain = "{{ if eq .x \"p\" }}\na: 1\n{{ else if .y }}\na: 2\n{{ else }}\na: 3\n{{ end }}\n";
    assert_eq!(read(chain), ["{a: 1}", "{a: 2}", "{a: 3}"]);
    let cases = "{{ if eq .x \"p\" }}\na: 1\n{{ end }}\n{{ if eq .x \"q\" }}\na: 2\n{{ end }}\n";
    assert_eq!(read(cases), ["{a: 1, …}", "{a: 2, …}"], "a subject equals one literal");
    assert_eq!(only("{{ range .x }}\n- {{ .y }}\n{{ end }}\n"), "[?{{ .y }}]");
    assert_eq!(only("{{ with .x }}\na: {{ .y }}\n{{ end }}\n"), "{a: ?{{ .y }}}");
    let nested = "{{ if .on }}\nk: v\na: {{ if .x }}b{{ else }}c{{ end }}\n{{ end }}\n";
    assert_eq!(read(nested), ["{k: v, a: b}", "{k: v, a: c}"], "what is around both stays");
}

#[test]
fn a_branch_that_is_not_taken_leaves_its_map_open() {
    let text = "a:\n  b: c\n  {{- if .x }}\n  d: e\n  {{- end }}\n{{- if .x }}{{ else }}\nf: g\n{{- end }}\n";
    assert_eq!(read(text), ["{a: {b: c, d: e}}", "{a: {b: c, …}, f: g}"]);
}

#[test]
fn white_space_is_trimmed_as_helm_does() {
    assert_eq!(only("a:\n  {{ if .x -}}\n  b: c\n  {{- end }}\n"), "{a: {b: c}}");
    assert_eq!(only("a:\n    {{ if .x -}}\nb: c\n    {{- end }}\n"), "{a: {b: c}}", "indented by the action");
    assert_eq!(only("a: {{ .x -}}\n  y\nb: c\n"), "{a: ?{{ .x }}y, b: c}");
    assert_eq!(only("{{ if .x }}a: 1{{ end }}\nb: 2\n"), "{a: 1, b: 2}");
    assert!(only("a: b\n{{- if .x -}}\nc: d\n{{ end }}\n").starts_with('!'), "two lines that Helm joins");
}

#[test]
fn calls_before_a_document_join_nothing() {
    for head in [
        "{{- include \"x.check\" . -}}\n",
        "{{ include \"x\" . -}}\n---\n",
        "---\n\n{{- if .a -}}\n{{- $b := .c -}}\n{{ end }}",
    ] {
        assert_eq!(read(&format!("{head}a: b\nc: d\n")).len(), 1);
        assert!(only(&format!("{head}a: b\nc: d\n")).starts_with("{a: b, c: d"), "{head}");
    }
    assert_eq!(only("a: |\n  {{ .x -}}\n  b\n"), "{a: ?{{ .x }}b\n}", "in a script they do");
    assert_eq!(only("a:\n  - {{ .x -}}\n    b\n"), "{a: [?{{ .x }}b]}");
}

#[test]
fn what_is_called_under_a_key_starts_a_line() {
    assert_eq!(only("a:\n  {{- include \"x\" . }}\n  b: c\n"), "{a: {b: c, …}}");
    assert_eq!(
        only("a:\n  {{- include \"x\" . }}\n  {{- include \"y\" . }}\n  b: c\nd: e\n"),
        "{a: {b: c, …}, d: e}"
    );
    assert_eq!(
        only("a:\n  {{- if .z }}\n  {{- include \"x\" . }}\n  {{- end }}\n  b: c\n"),
        "{a: {b: c, …}}"
    );
    assert_eq!(only("a:\n  {{- include \"x\" . }}\nb: c\n"), "{a: ?, b: c}", "all of it");
    assert_eq!(only("a: b\n{{- include \"x\" . }}\nc: d\n"), "{a: b, c: d, …}", "beside an entry");
    assert_eq!(
        only("a: {{ .r }}/\n  {{- .n }}:\n  {{- .t }}\nc: d\n"),
        "{a: ?{{ .r }}/{{ .n }}:{{ .t }}, c: d}",
        "a text that ends in a colon"
    );
    assert_eq!(
        only("a: |\n  b\n  {{- include \"x\" . }}\n"),
        "{a: ?b{{ include \"x\" . }}\n}",
        "in a script"
    );
}

#[test]
fn an_item_may_bring_the_space_after_its_dash() {
    let item = "- {{- include \"x\" . | indent 4 | trimPrefix \" \" }}\n";
    let told = "{{ include \"x\" . | indent 4 | trimPrefix \" \" }}";
    assert_eq!(only(&format!("a:\n{item}{item}b: c\n")), format!("{{a: [?{told}, ?{told}], b: c}}"));
    assert_eq!(only(&format!("a:\n  {item}  - b: c\n")), format!("{{a: [?{told}, {{b: c}}]}}"));
    assert_eq!(only(&format!("a:\n  {item}    b: c\n")), "{a: [{b: c, …}]}");
    assert_eq!(only(&format!("a: |\n  {item}b: c\n")), format!("{{a: ?-{told}\n, b: c}}"), "in a script");
    assert_eq!(only("a:\n- -{{ .x }}\n"), "{a: [?-{{ .x }}]}", "a text with a hyphen");
}

#[test]
fn places_are_those_of_the_template() {
    let text = "{{- if .x }}\nimage: \"{{ .Values.repository }}:1.2\"\ncommand:\n  - {{ .y }}\nscript: |\n    {{ .z }} run\n{{- end }}\n";
    let parsed = Template::parse(text).unwrap();
    let document = document(&parsed.readings(FILE)[0]).unwrap();
    let source = Source::new(FILE, "", text);
    let at = |pointer: &str| document.root().at(pointer).unwrap();
    assert_eq!(source.slice(at("/image").span()), "\"{{ .Values.repository }}:1.2\"");
    assert_eq!(source.slice(at("/command/0").span()), "{{ .y }}");
    let script = at("/script").mapped();
    assert!(has_placeholder(script.as_str()));
    let run = script.as_str().find("run").unwrap();
    assert_eq!(source.slice(script.span(run..run + 3)), "run");
    assert_eq!(source.slice(script.span(0..1)), "{{ .z }}");
}

#[test]
fn absence_proves_nothing_in_an_open_map() {
    let parsed = Template::parse("a:\n  b: c\n  {{- toYaml .x | nindent 2 }}\nd: {{ .y }}\ne: {}\n").unwrap();
    let document = document(&parsed.readings(FILE)[0]).unwrap();
    let root = document.root();
    assert_eq!(root.lookup("z"), Lookup::Absent);
    assert_eq!(root.get("a").unwrap().lookup("z"), Lookup::Unknown);
    assert!(matches!(root.get("a").unwrap().lookup("b"), Lookup::Present(_)));
    assert_eq!(root.get("d").unwrap().lookup("z"), Lookup::Unknown);
    assert_eq!(root.get("e").unwrap().lookup("z"), Lookup::Absent);
    assert_eq!(root.get("d").unwrap().as_str(), None, "no rule gets the text of what it can't know");
}

#[test]
fn named_templates_are_read_by_themselves() {
    let text = "{{ define \"x.pod\" }}\ncontainers:\n  - name: {{ .n }}\n{{ end }}\na: b\n";
    let parsed = Template::parse(text).unwrap();
    assert_eq!(only(text), "{a: b}");
    let (name, readings) = parsed.defines(FILE).next().unwrap();
    assert_eq!(name, "x.pod");
    let document = document(&readings[0]).unwrap();
    let shown = show(document.root(), parsed.placeholders());
    assert_eq!(shown, "{containers: [{name: ?{{ .n }}}, …], …}", "others may add around containers");
}

#[test]
fn a_branch_that_spoils_the_rest_is_left_out() {
    let text = "a:\n- b: c\n{{ if .x }}\n  - d\n{{ end }}\ne: f\n";
    let parsed = Template::parse(text).unwrap();
    let reading = &parsed.readings(FILE)[0];
    let problem = document(reading).unwrap_err();
    let branch = parsed.branch_at(reading, problem.span()).unwrap();
    let without = parsed.without(reading, branch).unwrap();
    assert_eq!(show(document(&without).unwrap().root(), parsed.placeholders()), "{a: [{b: c, …}], e: f}");
    assert!(parsed.branch_at(&without, Span::new(FILE, 20..21)).is_none());
}

#[test]
fn what_helm_refuses_is_named_with_its_place() {
    let unread = |text: &str| Template::parse(text).map(|_| ()).unwrap_err();
    assert_eq!(unread("a: {{ .x\nb: c\n").at, 3);
    assert_eq!(unread("a: {{ .x\nb: {{ .y }}\n").at, 3, "the next one opens before it closes");
    assert_eq!(unread("a: {{ \"x }}\n").at, 3);
    assert_eq!(unread("a: b\n{{/* x\n").reason, "this comment is never closed");
    assert_eq!(unread("a: b\n{{ if .x }}\nc: d\n").at, 5);
    assert_eq!(unread("a: b\n{{ end }}\n").reason, "this `end` belongs to no block");
    assert_eq!(unread("{{ else }}\n").reason, "this `else` belongs to no block");
    assert_eq!(unread("{{ if .x }}{{ else }}{{ else }}{{ end }}\n").at, 21);
    assert_eq!(unread(&"{{ if .x }}".repeat(200)).reason, "blocks nest too deeply here");
    assert_eq!(unread("a: \u{100001}\n").at, 3);
}

#[test]
fn braces_in_quotes_and_comments_are_actions_too() {
    assert_eq!(only("a: '{{ .x }}' # {{ .y }}\n# {{ .z }}\n"), "{a: ?{{ .x }}}");
    assert_eq!(only("{{/* a: {{ b }} */}}\na: b\n"), "{a: b}");
    assert_eq!(only("{{- /* a\nb */ -}}\na: b\n"), "{a: b}");
    assert_eq!(only("{{ $x := \"}}\" }}\na: b\n"), "{a: b}");
}

#[test]
fn many_actions_take_linear_time() {
    let values: String =
        (0..5_000).map(|n| format!("k{n}: {{{{ .v{n} }}}}\n{{{{ toYaml .w{n} }}}}\n")).collect();
    let branches: String = (0..5_000)
        .map(|n| format!("{{{{ if .c{n} }}}}\na{n}: 1\n{{{{ else }}}}\na{n}: 2\n{{{{ end }}}}\n"))
        .collect();
    for text in [values, branches] {
        let parsed = Template::parse(&text).unwrap();
        let readings = parsed.readings(FILE);
        assert!(readings.len() <= 2);
        assert!(readings.iter().all(|reading| document(reading).is_ok()));
    }
}

/// What a template beside an entry puts out starts with the line break that its action trims; in a script it may go on with
/// the line.
#[test]
fn what_is_called_beside_an_entry_is_no_part_of_its_value() {
    let labels =
        "metadata:\n  name: {{ .Release.Name }}-web\n  {{- include \"labels\" (dict \"a\" .) }}\nspec: {}\n";
    assert_eq!(only(labels), "{metadata: {name: ?{{ .Release.Name }}-web, …}, spec: {}}");
    assert_eq!(only("a:\n  b: c\n    {{- include \"d\" . }}\n"), "{a: {b: ?c{{ include \"d\" . }}}}");
    assert_eq!(only("a:\n  b: c\n  {{- .Values.d }}\n"), "{a: {b: ?c{{ .Values.d }}}}");
}
