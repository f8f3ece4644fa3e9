//! Second opinions on what was written: schemas, and readers that aren't ours.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use boon::{Compiler, Schemas};
use initlint::discover::Input;
use initlint::pipeline;
use initlint::report::{Format, Look, Report};
use initlint::rule::Settings;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use serde_json::Value;

use crate::support::lint::root;

/// Lints `files` (path, text), which needn't be on disk.
pub(crate) fn lint_all(files: &[(&str, &str)]) -> Report {
    let inputs: Vec<Input> = files
        .iter()
        .map(|(path, text)| Input::Text { path: (*path).to_owned(), text: (*text).to_owned() })
        .collect();
    pipeline::lint(&inputs, "<stdin>", &Settings::default())
}

/// Lints the files at `paths`, named by themselves.
pub(crate) fn lint_files(paths: &[PathBuf]) -> Report {
    let inputs: Vec<Input> =
        paths.iter().map(|path| Input::File { path: path.clone(), named: true }).collect();
    pipeline::lint(&inputs, "<stdin>", &Settings::default())
}

/// The report in `format`.
pub(crate) fn written(report: &Report, format: Format) -> String {
    let look = Look { width: 100, color: false, links: false, unicode: true };
    let mut out = Vec::new();
    report.write(format, &look, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The report in a JSON format, held to the schema `tests/schemas/{schema}`.
pub(crate) fn json(report: &Report, format: Format, schema: &str) -> Value {
    let text = written(report, format);
    let value: Value = serde_json::from_str(&text).unwrap();
    let schema: Value =
        serde_json::from_str(&fs::read_to_string(root().join("tests/schemas").join(schema)).unwrap())
            .unwrap();
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.enable_format_assertions();
    compiler.add_resource("schema.json", schema).unwrap();
    let index = compiler.compile("schema.json", &mut schemas).unwrap();
    if let Err(error) = schemas.validate(&value, index) {
        panic!("{error:#}\n{text}");
    }
    value
}

pub(crate) fn sarif(report: &Report) -> Value {
    json(report, Format::Sarif, "sarif-2.1.0.json")
}

/// The results of a SARIF log that no suppression silences.
pub(crate) fn results(log: &Value) -> Vec<&Value> {
    let results = log["runs"][0]["results"].as_array().unwrap().iter();
    results.filter(|result| result.get("suppressions").is_none()).collect()
}

/// A workflow command as GitHub's runner understands it.
#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) name: String,
    pub(crate) properties: BTreeMap<String, String>,
    pub(crate) data: String,
}

/// Reads a line as `ActionCommand.TryParseV2` of github.com/actions/runner does, which takes any
/// line for a command that begins with `::` after white space.
pub(crate) fn command(line: &str) -> Option<Command> {
    let rest = line.trim_start().strip_prefix("::")?;
    let (info, data) = rest.split_once("::")?;
    let (name, properties) = info.split_once(' ').unwrap_or((info, ""));
    let pairs = properties.trim().split(',').filter_map(|pair| pair.split_once('='));
    let data_of = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
    let property_of = |text: &str| {
        let text = text.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":");
        text.replace("%2C", ",").replace("%25", "%")
    };
    Some(Command {
        name: name.to_owned(),
        properties: pairs.map(|(name, value)| (name.to_owned(), property_of(value))).collect(),
        data: data_of(data),
    })
}

/// The annotations of a report, and how many findings it says it leaves out. Fails on a line that
/// is neither, nor one of what isn't judged.
pub(crate) fn annotations(report: &Report) -> (Vec<Command>, usize) {
    let text = written(report, Format::Github);
    let mut omitted = 0;
    let mut commands = Vec::new();
    for line in text.lines() {
        match command(line) {
            Some(command) => commands.push(command),
            None if line.starts_with("skipped ") || line.contains(" base (") => {}
            None => omitted += omitted_in(line).unwrap_or_else(|| panic!("{line:?} in\n{text}")),
        }
    }
    (commands, omitted)
}

fn omitted_in(line: &str) -> Option<usize> {
    line.split_once(" more left out: ")?.0.parse().ok()
}

/// What a Markdown reader makes of a report.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// The cells of each row, their markup taken away.
    pub(crate) rows: Vec<Vec<String>>,
    /// Where links lead.
    pub(crate) links: Vec<String>,
    /// HTML, tag by tag.
    pub(crate) html: Vec<String>,
    /// Findings that the page says it leaves out.
    pub(crate) omitted: usize,
    /// All text.
    pub(crate) text: String,
}

pub(crate) fn page(report: &Report) -> Page {
    let text = written(report, Format::Markdown);
    let options = Options::ENABLE_TABLES | Options::ENABLE_GFM | Options::ENABLE_STRIKETHROUGH;
    let mut page = Page::default();
    let (mut row, mut cell) = (Vec::new(), String::new());
    for event in Parser::new_ext(&text, options) {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                page.links.push(dest_url.into_string());
            }
            Event::Text(part) | Event::Code(part) => {
                cell.push_str(&part);
                page.text.push_str(&part);
            }
            Event::InlineHtml(tag) | Event::Html(tag) => page.html.push(tag.into_string()),
            Event::End(TagEnd::TableCell) => row.push(std::mem::take(&mut cell)),
            Event::End(TagEnd::TableRow) => page.rows.push(std::mem::take(&mut row)),
            Event::End(TagEnd::TableHead) => row.clear(),
            Event::End(TagEnd::Heading(_)) => cell.clear(),
            Event::End(TagEnd::Paragraph) => {
                page.omitted += omitted_in(&std::mem::take(&mut cell)).unwrap_or(0);
            }
            _ => {}
        }
    }
    page
}

/// The elements of a JUnit report and the attributes that each may have, as `junit-10.xsd` of
/// github.com/jenkinsci/xunit-plugin has them.
const JUNIT: [(&str, &[&str]); 6] = [
    ("testsuites", &["name", "tests", "failures", "errors"]),
    ("testsuite", &["name", "tests", "failures", "errors", "skipped"]),
    ("testcase", &["name", "classname"]),
    ("failure", &["type", "message"]),
    ("error", &["type", "message"]),
    ("skipped", &["message"]),
];

/// How many tests of a JUnit report there are, failed, could not run and were skipped. Fails where
/// what the elements say of their number isn't so.
pub(crate) fn tests(report: &Report) -> BTreeMap<&'static str, usize> {
    let text = written(report, Format::Junit);
    let document = roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let mut sums = BTreeMap::new();
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        let known = JUNIT.iter().find(|(name, _)| node.has_tag_name(*name));
        let (name, attributes) = known.unwrap_or_else(|| panic!("{:?}\n{text}", node.tag_name()));
        let strange = node.attributes().find(|attribute| !attributes.contains(&attribute.name()));
        assert!(strange.is_none(), "{strange:?} of {name}\n{text}");
        let outcomes =
            [("failures", "failure"), ("errors", "error"), ("skipped", "skipped"), ("tests", "testcase")];
        for (attribute, element) in outcomes {
            let number = node.descendants().filter(|child| child.has_tag_name(element)).count();
            if attributes.contains(&attribute) {
                assert_eq!(
                    node.attribute(attribute),
                    Some(number.to_string().as_str()),
                    "{attribute}\n{text}"
                );
            }
            if *name == "testsuites" {
                sums.insert(attribute, number);
            }
        }
    }
    sums
}
