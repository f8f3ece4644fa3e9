//! Checking a Helm template: each of its readings, with the conditions under which something is found.

use foldhash::HashSet;

use super::conditions::conditional;
use super::file_result::place;
use super::linter::FileLinter;
use crate::charts::{Part, Views};
use crate::finding::{Edit, Finding};
use crate::helm;
use crate::yaml::Document;

impl FileLinter<'_> {
    /// Checks each reading of a template. What several have alike is one finding.
    pub(super) fn check_template(&mut self, views: &Views<'_>) {
        let before = std::mem::take(&mut self.result.findings);
        let mut parts: Vec<(&Part, Vec<Finding>)> = Vec::new();
        for part in views.parts() {
            let from = self.result.unchecked.len();
            self.check_document(&part.document);
            if let Some(placeholders) = part.document.placeholders() {
                let unchecked = self.result.unchecked.split_off(from).into_iter();
                self.result.unchecked.extend(unchecked.map(|finding| finding.revealed(placeholders)));
            }
            let found = std::mem::take(&mut self.result.findings);
            parts.push((part, self.own_or_asked(found)));
        }
        self.result.findings = before;
        let check = |document: &Document, rules: &HashSet<&'static str>| {
            let mut work = FileLinter::new(self.linter, self.file, self.linter.budget(self.file));
            work.only = Some(rules);
            work.check_document(document);
            work.result.findings
        };
        let found = conditional(views, &parts, &check);
        let is_unread = views.problems().next().is_some();
        let found = found.into_iter().map(|finding| {
            if is_unread {
                // What a fix would change of the rest can't be told.
                finding.without_fix("part of its template can't be read")
            } else {
                self.fixed_in_text(finding)
            }
        });
        let found: Vec<_> = found.collect();
        self.result.findings.extend(found);
    }

    /// Those of `found` that are told of a template. Of what stands in others' the place is noted.
    fn own_or_asked(&mut self, mut found: Vec<Finding>) -> Vec<Finding> {
        let id = self.file.source.id;
        match self.called {
            Some(places) => found.retain(|finding| places.contains(&place(finding))),
            None => {
                let elsewhere = found.extract_if(.., |finding| finding.span.file != id);
                self.result.in_called.extend(elsewhere.map(|finding| (id, place(&finding))));
            }
        }
        found
    }

    /// A finding in a template, with its fix where that changes nothing but literal text.
    fn fixed_in_text(&self, finding: Finding) -> Finding {
        let is_elsewhere = |edit: &Edit| edit.span.file != self.file.source.id;
        let is_literal = |edit: &Edit| {
            let source = self.linter.inputs.source(edit.span.file);
            let old = source.map_or("{{", |source| source.slice(edit.span));
            !old.contains("{{") && !helm::has_placeholder(&edit.replacement)
        };
        match &finding.fix {
            Some(fix) if fix.edits.iter().any(is_elsewhere) => {
                finding.without_fix("it stands in a named template, which others may include")
            }
            Some(fix) if !fix.edits.iter().all(is_literal) => {
                finding.without_fix("a template's action is part of it")
            }
            _ => finding,
        }
    }
}
