//! The documentation site: `docs/SUMMARY.md` has each page, and each link on a page leads somewhere in the site. With
//! `UPDATE_DOCS=1` this test writes the summary's list of rules; else it holds it to what it would write.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::readme::{anchors, links};
use crate::support::generated::compare;
use crate::support::lint::root;
use initlint::rule::Group;
use initlint::rules;
use walkdir::WalkDir;

fn docs() -> PathBuf {
    root().join("docs")
}

/// All pages but the summary itself.
fn pages() -> BTreeSet<PathBuf> {
    let files = WalkDir::new(docs()).into_iter().map(|entry| entry.unwrap().into_path());
    let pages = files.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    pages.filter(|path| !path.ends_with("SUMMARY.md")).collect()
}

#[test]
fn the_summary_lists_the_rules_by_group() {
    let path = docs().join("SUMMARY.md");
    let text = fs::read_to_string(&path).unwrap();
    let (start, end) = ("cargo test --test it site`. -->\n", "<!-- end of rules -->");
    let (head, rest) = text.split_once(start).unwrap();
    let (_, tail) = rest.split_once(end).unwrap();
    let mut list = String::new();
    for group in Group::ALL {
        writeln!(list, "- [{}]()", group.name()).unwrap();
        for rule in rules::ALL.iter().filter(|rule| rule.group == group) {
            writeln!(list, "  - [{0}](rules/{0}.md)", rule.id).unwrap();
        }
    }
    compare(&path, &format!("{head}{start}{list}{end}{tail}"));
}

#[test]
fn the_summary_has_each_page_once() {
    let listed: Vec<PathBuf> = links(&docs().join("SUMMARY.md"))
        .iter()
        .filter(|link| !link.is_empty())
        .map(|link| docs().join(link))
        .collect();
    assert_eq!(listed.iter().cloned().collect::<BTreeSet<_>>(), pages());
    assert_eq!(listed.len(), pages().len(), "a page is listed twice");
}

/// mdBook copies what is below `docs/` and nothing else.
#[test]
fn links_stay_in_the_site() {
    for page in pages() {
        for link in links(&page).iter().filter(|link| !link.contains("://")) {
            let (target, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if target.is_empty() { page.clone() } else { page.parent().unwrap().join(target) };
            let found = target.canonicalize().unwrap_or_else(|_| panic!("{}: {link}", page.display()));
            assert!(found.starts_with(docs().canonicalize().unwrap()), "{}: {link}", page.display());
            assert!(anchor.is_empty() || anchors(&found).contains(anchor), "{}: {link}", page.display());
        }
    }
}

/// The workflow builds with the version that the book is for.
#[test]
fn the_workflow_builds_the_book() {
    let workflow = fs::read_to_string(root().join(".github/workflows/site.yml")).unwrap();
    let book = fs::read_to_string(root().join("book.toml")).unwrap();
    let folder = book.lines().find_map(|line| line.strip_prefix("build-dir = ")).unwrap().trim_matches('"');
    assert!(workflow.contains(&format!("path: {folder}\n")), "{workflow}");
    assert!(Path::new(folder).starts_with("target"), "{folder} is not ignored by Git");
    let script = book.lines().find_map(|line| line.strip_prefix("additional-js = ")).unwrap();
    assert!(root().join(script.trim_matches(['[', ']', '"'])).is_file(), "{script}");
}
