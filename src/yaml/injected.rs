//! Into which nodes a template puts more than stands in it.
//!
//! What an action puts on lines of its own is left out of the text that is parsed. By its place and its indentation it
//! belongs to a map, a list or a value; where that isn't certain, to each that it could belong to.

use std::collections::BTreeSet;

use super::tree::{Content, Document, Injected};
use crate::helm::{Injection, Reading};
use crate::source::Source;

/// Where the injections of `reading` go in `document`: of a named template, whose text others may parse and add to, all maps
/// and lists around containers are open as well. `text` is the text that it was parsed from, from `start` on.
pub(super) fn find(document: &Document, text: &Source, start: usize, reading: &Reading) -> Injected {
    let mut search = Search { document, text, open: Vec::new(), next: 0, found: BTreeSet::new() };
    search.keys();
    if reading.is_named() && search.count() > 0 {
        search.around_containers();
    }
    let injections = &reading.injections;
    let first = injections.partition_point(|injection| injection.at < start);
    let mut places = Vec::new();
    for injection in injections.iter().skip(first).take_while(|injection| injection.at <= document.origin.end)
    {
        search.advance(injection.at);
        search.place(injection);
        places.extend(u32::try_from(injection.at));
    }
    Injected { nodes: search.found.into_iter().collect(), places }
}

struct Search<'d> {
    document: &'d Document,
    text: &'d Source,
    /// The maps and lists around the node before `next`, the innermost last.
    open: Vec<u32>,
    /// The first node that starts at or after the injection.
    next: u32,
    found: BTreeSet<u32>,
}

impl Search<'_> {
    /// A map with a key that only Helm knows may have any.
    fn keys(&mut self) {
        for index in 0..self.count() {
            if !matches!(self.document.data(index).content, Content::Mapping) {
                continue;
            }
            let is_unknown = |key: u32| match self.document.data(key).content {
                Content::Scalar(scalar) => crate::helm::has_placeholder(self.document.text_of(scalar.text())),
                _ => false,
            };
            if self.document.children(index).step_by(2).any(is_unknown) {
                self.found.insert(index);
            }
        }
    }

    /// All maps and lists that no container holds.
    fn around_containers(&mut self) {
        let mut waiting = vec![0];
        while let Some(index) = waiting.pop() {
            self.found.insert(index);
            let mut key = None;
            for (position, child) in self.document.children(index).enumerate() {
                let is_mapping = matches!(self.document.data(index).content, Content::Mapping);
                if is_mapping && position % 2 == 0 {
                    key = Some(child);
                } else if self.is_collection(child) && key.is_some_and(|key| self.is_containers(key)) {
                    self.found.insert(child);
                } else if self.is_collection(child) {
                    waiting.push(child);
                }
            }
        }
    }

    fn is_containers(&self, key: u32) -> bool {
        match self.document.data(key).content {
            Content::Scalar(scalar) => {
                matches!(self.document.text_of(scalar.text()), "initContainers" | "containers")
            }
            _ => false,
        }
    }

    fn count(&self) -> u32 {
        u32::try_from(self.document.nodes.len()).unwrap_or(u32::MAX)
    }

    /// Steps over the nodes that start before `at`.
    fn advance(&mut self, at: usize) {
        while self.next < self.count() && (self.document.data(self.next).start as usize) < at {
            while self.open.last().is_some_and(|&open| self.document.data(open).after <= self.next) {
                self.open.pop();
            }
            if self.is_collection(self.next) {
                self.open.push(self.next);
            }
            self.next += 1;
        }
    }

    fn is_collection(&self, index: u32) -> bool {
        matches!(self.document.data(index).content, Content::Mapping | Content::Sequence)
    }

    fn is_nothing_at(&self, index: u32, at: usize) -> bool {
        let data = self.document.data(index);
        !self.is_collection(index) && (data.start as usize, data.end as usize) == (at, at)
    }

    fn is_quoted(&self, index: u32) -> bool {
        let start = self.document.data(index).start as usize;
        matches!(self.document.source_text().as_bytes().get(start), Some(b'"' | b'\''))
    }

    fn is_list(&self, index: u32) -> bool {
        matches!(self.document.data(index).content, Content::Sequence)
    }

    fn place(&mut self, injection: &Injection) {
        let (at, before) = (injection.at, self.next.checked_sub(1));
        let is_inside = |index: u32| at < self.document.data(index).end as usize;
        if let Some(scalar) = before.filter(|&index| !self.is_collection(index) && is_inside(index)) {
            // A branch that isn't taken leaves the text as it is.
            if injection.is_certain {
                self.found.insert(scalar);
            }
            return;
        }
        if let Some(&flow) = self.open.iter().rev().find(|&&open| self.is_flow(open) && is_inside(open)) {
            self.found.insert(flow);
            return;
        }
        let next = Some(self.next).filter(|&next| next < self.count() && self.is_collection(next));
        let belongs = |column| injection.column.is_none_or(|wanted| wanted == column);
        let mut around: Vec<u32> =
            self.open.iter().copied().chain(next).filter(|&open| belongs(self.column(open))).collect();
        // Where the line break before it is trimmed, it stands at the very place of the value that is lacking.
        let here = Some(self.next).filter(|&next| next < self.count() && self.is_nothing_at(next, at));
        let value = here.or(before).filter(|&index| self.takes_value(index, injection));
        let fits = |open: &u32| injection.is_items.is_none_or(|is_items| is_items == self.is_list(*open));
        if value.is_some() || around.iter().any(fits) {
            around.retain(fits);
        }
        self.found.extend(around.iter().copied().chain(value));
        // Behind its last quote no value goes on: the map around it is meant.
        if around.is_empty() && value.is_some_and(|index| self.is_quoted(index)) {
            self.found.extend(self.open.last());
        }
        if around.is_empty() && value.is_none() {
            // It fits nowhere: whatever is open here may be meant.
            self.found.extend(self.open.iter().copied());
        }
    }

    /// Whether what is injected may be the value of the key or the item that the scalar at `index` ends.
    fn takes_value(&self, index: u32, injection: &Injection) -> bool {
        let data = self.document.data(index);
        let parent = self.open.last().map_or(0, |&open| self.column(open));
        let column = injection.column.unwrap_or(parent);
        let is_null = data.start == data.end;
        !self.is_collection(index)
            && if is_null { column >= parent } else { injection.is_certain && column > parent }
    }

    fn is_flow(&self, index: u32) -> bool {
        let start = self.document.data(index).start as usize;
        matches!(self.document.source_text().as_bytes().get(start), Some(b'[' | b'{'))
    }

    /// The column of a block collection's entries.
    fn column(&self, index: u32) -> usize {
        let start = self.document.data(index).start as usize;
        start - self.text.line_range(self.text.line_index(start)).start
    }
}
