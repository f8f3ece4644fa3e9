//! Services by the labels that they select. There may be thousands, of which few lead to a Pod that asks: of the others
//! nothing is kept but their selectors.

use super::files::Files;
use super::index::{ObjectId, ObjectIndex};
use crate::kube::Object;
use crate::yaml::Node;

const KIND: &str = "Service";

/// The Services of some files, in their order, each with its selector.
#[derive(Debug, Default)]
pub(super) struct Selectors(Vec<(ObjectId, Selector)>);

/// Labels and their values.
type Selector = Box<[(Box<str>, Box<str>)]>;

impl Selectors {
    pub(super) fn of(index: &ObjectIndex, files: &Files) -> Self {
        let mut all = Vec::new();
        index.visit(files, KIND, |id, object| all.extend(selector_of(object).map(|selector| (id, selector))));
        Self(all)
    }

    /// The Services that select a Pod of these `labels`.
    pub(super) fn selecting(&self, labels: Option<Node<'_>>) -> impl Iterator<Item = ObjectId> {
        self.0.iter().filter(move |(_, selector)| selects(selector, labels)).map(|(id, _)| *id)
    }
}

/// Whether the Service `object` selects a Pod of these `labels`.
pub(super) fn leads_to(object: &Object<'_>, labels: Option<Node<'_>>) -> bool {
    selector_of(object).is_some_and(|selector| selects(&selector, labels))
}

/// The selector of `object`; `None` where it selects nothing, or has a value that no label has.
fn selector_of(object: &Object<'_>) -> Option<Selector> {
    let entries = object.node.at("/spec/selector")?.entries();
    let selector = entries.map(|entry| Some((entry.name().into(), entry.value.as_str()?.into())));
    selector.collect::<Option<Selector>>().filter(|selector| !selector.is_empty())
}

fn selects(selector: &Selector, labels: Option<Node<'_>>) -> bool {
    let value = |name: &str| labels?.get(name)?.as_str();
    selector.iter().all(|(name, wanted)| value(name) == Some(wanted))
}
