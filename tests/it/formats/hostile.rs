//! Manifests that try to speak through the reports.

use clap::ValueEnum;
use initlint::report::text::visible;
use initlint::report::{Format, Report};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::readers::{annotations, json, lint_all, page, sarif, tests, written};

/// What each place of a manifest where text can stand holds in turn.
const HOSTILE: [&str; 22] = [
    "\u{1b}[2J\u{1b}]0;title\u{7}",
    "a\n::error file=x,line=1::injected",
    "a\r\n::stop-commands::token",
    "%0A::error::injected",
    "%25%0D%0A,line=9::x",
    "a,line=9,title=b::c",
    "##[add-mask]secret",
    "]]>",
    "</failure><testcase name=\"x\"/>",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "&lt;&#60;&amp;",
    "\"quotes\" 'single' \\ back\\\\slash",
    "| cell | cell |\n| --- | --- |",
    "`code` ``more`` `",
    "[link](http://evil.example) ![image](http://evil.example)",
    "<http://evil.example> http://evil.example www.evil.example",
    "**bold** _it_ ~~gone~~ # head",
    "\u{0}\u{1}\u{b}\u{7f}\u{85}\u{9b}31m",
    "\u{fffe}\u{ffff}\u{fdd0}",
    "\u{202e}desrever\u{2066}\u{200b}\u{2028}x",
    "{0} {{1}} ${HOME} $(id)",
];

/// `text` as a scalar of YAML, with all that isn't plain ASCII escaped.
fn quoted(text: &str) -> String {
    let escape = |c: char| match c {
        '"' | '\\' => format!("\\{c}"),
        ' '..='~' => c.to_string(),
        _ => format!("\\U{:08x}", c as u32),
    };
    format!("\"{}\"", text.chars().map(escape).collect::<String>())
}

/// Two findings whose messages, objects and scripts all hold `text`, in a file of that name.
fn report_on(text: &str) -> Report {
    let name = quoted(text);
    let manifest = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: {name}}}\nspec:\n  activeDeadlineSeconds: 5\n  \
         initContainers:\n  - name: {name}\n    image: {name}\n    command: [sh, -c, {name}]\n    livenessProbe: {{exec: \
         {{command: [{name}]}}}}\n  containers:\n  - {{name: c, image: \"x:1\"}}\n"
    );
    let report = lint_all(&[(text, &manifest), (&format!("{text}/bad"), "initContainers: 'x\n")]);
    let rules: Vec<&str> = report.findings.iter().map(|finding| finding.rule).collect();
    for rule in ["active-deadline-on-non-job", "forbidden-probe", "invalid-yaml"] {
        assert!(rules.contains(&rule), "{rules:?} {:?}\n{manifest}", report.errors);
    }
    let says_it = |finding: &&initlint::finding::Finding| finding.message.contains(text);
    assert!(report.findings.iter().any(|finding| says_it(&finding)), "{text:?}");
    report
}

#[test]
fn no_format_lets_control_characters_through() {
    for text in HOSTILE {
        let report = report_on(text);
        for &format in Format::value_variants() {
            let out = written(&report, format);
            let control = |c: char| c != '\n' && c.is_control();
            assert!(!out.contains(control), "{format:?}: {out:?}");
        }
    }
}

#[test]
fn github_sees_our_commands_only() {
    for text in HOSTILE {
        let report = report_on(text);
        let (commands, omitted) = annotations(&report);
        // Some of the texts are scripts that can't be parsed.
        let told = report.findings.len() + report.errors.len();
        // A runner that knows no `::error` may know `##[`.
        let shown = visible(text).replace("##[", "## [");
        assert_eq!((commands.len(), omitted), (told, 0), "{text:?}");
        for command in commands {
            assert!(["error", "warning", "notice"].contains(&command.name.as_str()), "{command:?}");
            let known = ["file", "line", "endLine", "col", "endColumn", "title"];
            assert!(command.properties.keys().all(|name| known.contains(&name.as_str())), "{command:?}");
            let file = command.properties["file"].trim_end_matches("/bad");
            assert_eq!(file, shown, "{command:?}");
            assert!(command.properties["title"].starts_with("initlint: "), "{command:?}");
            assert!(command.data.contains(&shown), "{command:?}");
        }
    }
}

#[test]
fn junit_holds_our_elements_only() {
    for text in HOSTILE {
        let report = report_on(text);
        let outcomes = tests(&report);
        let told = report.findings.len() + report.errors.len();
        assert_eq!((outcomes["tests"], outcomes["failures"]), (told, report.findings.len()));
    }
}

/// Every string of a JSON value.
fn strings<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(items) => items.iter().for_each(|item| strings(item, found)),
        Value::Object(members) => members.values().for_each(|member| strings(member, found)),
        _ => {}
    }
}

#[test]
fn json_forms_hold_the_text_as_it_is() {
    for text in HOSTILE {
        let report = report_on(text);
        let plain = json(&report, Format::Json, "report-1.json");
        let container =
            plain["findings"].as_array().unwrap().iter().filter_map(|f| f["resource"]["container"].as_str());
        // Other rules may take offence at the name too.
        assert!(container.clone().count() > 0 && container.clone().all(|name| name == text));
        assert_eq!(plain["findings"][0]["path"], *text);
        let issues = json(&report, Format::Gitlab, "gitlab-code-quality.json");
        assert_eq!(issues[0]["location"]["path"], *text);

        let log = sarif(&report);
        let mut found = Vec::new();
        strings(&log["runs"][0]["results"], &mut found);
        let location = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
        let uri = location["uri"].as_str().unwrap();
        assert_eq!(percent_decode_str(uri).decode_utf8().unwrap(), text);
        for result in log["runs"][0]["results"].as_array().unwrap() {
            let message = result["message"]["text"].as_str().unwrap();
            assert!(!message.contains("]("), "a link in {message}");
        }
    }
}

#[test]
fn markdown_holds_our_table_only() {
    for text in HOSTILE {
        let report = report_on(text);
        let page = page(&report);
        assert_eq!(page.rows.len(), report.findings.len(), "{page:?}");
        assert!(page.rows.iter().all(|row| row.len() == 4), "{page:?}");
        let docs = |link: &String| link.starts_with(env!("CARGO_PKG_REPOSITORY"));
        assert!(page.links.len() == report.findings.len() && page.links.iter().all(docs), "{page:?}");
        assert!(
            page.html.iter().all(|tag| ["<code>", "</code>", "<br>"].contains(&tag.as_str())),
            "{page:?}"
        );
        // What is shown is what was written, but for backquotes, which make code of it.
        let shown = page.text.replace('`', "");
        assert!(shown.contains(&visible(text).replace('`', "")), "{text:?} in {page:?}");
    }
}
