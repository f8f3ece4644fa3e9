//! Linting text, and finding the cases to lint.

use std::path::{Path, PathBuf};

use initlint::discover::Input;
use initlint::pipeline;
use initlint::report::{Format, Look, Report};
use initlint::rule::Settings;

/// The project's folder.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Lints `text` as a file called `path`.
pub(crate) fn lint(path: &str, text: &str, settings: &Settings) -> Report {
    let input = Input::Text { path: path.to_owned(), text: text.to_owned() };
    pipeline::lint(&[input], "<stdin>", settings)
}

/// The report as a terminal of 100 columns without colours shows it.
pub(crate) fn pretty(report: &Report) -> String {
    let look = Look { width: 100, color: false, links: false, unicode: true };
    let mut out = Vec::new();
    report.write(Format::Pretty, &look, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The ids of the rules that found something, each once, in order.
pub(crate) fn rules_of(report: &Report) -> Vec<&'static str> {
    let mut ids: Vec<_> = report.findings.iter().map(|finding| finding.rule).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The `.yaml` files right in `folder`, sorted, without the mended forms (`x.fixed.yaml`).
pub(crate) fn cases(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .filter(|path| !path.to_string_lossy().ends_with(".fixed.yaml"))
        .collect();
    paths.sort();
    paths
}

/// The fenced `yaml` blocks below the heading `## name` of a page.
pub(crate) fn examples(page: &str, name: &str) -> Vec<String> {
    let heading = format!("## {name}\n");
    let section = page.split_once(&heading).map_or("", |(_, rest)| rest);
    let section = section.split("\n## ").next().unwrap();
    section.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}
