//! Lists of resources: what a container or a Pod requests, and its limits.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::field::{Place, Reader};
use super::quantity::Quantity;
use crate::source::Span;
use crate::yaml::{Lookup, Node};

/// `resources` of a container or a Pod.
#[derive(Debug, Clone, Default)]
pub struct Resources<'d> {
    /// `requests`, as they are written.
    pub requests: ResourceList<'d>,
    /// `limits`, as they are written.
    pub limits: ResourceList<'d>,
}

/// A map from resources to amounts.
#[derive(Debug, Clone, Default)]
pub struct ResourceList<'d> {
    /// By name.
    entries: BTreeMap<Cow<'d, str>, Listed<'d>>,
}

/// What a list has of a resource.
#[derive(Debug, Clone)]
enum Listed<'d> {
    /// An amount that can be read.
    Read(ResourceEntry<'d>),
    /// An amount that only Helm knows.
    Told(Node<'d>),
    /// One that can't be read, or that a template may put there.
    Unclear,
}

/// One resource and how much of it.
#[derive(Debug, Clone)]
pub struct ResourceEntry<'d> {
    /// `cpu`, `memory`, `nvidia.com/gpu`…
    pub name: Cow<'d, str>,
    /// The amount as the API server stores it, rounded up to thousandths.
    pub quantity: Quantity,
    /// The name's node.
    pub key: Node<'d>,
    /// The amount's node.
    pub value: Node<'d>,
}

impl ResourceEntry<'_> {
    /// Where the amount is written.
    #[must_use]
    pub fn span(&self) -> Span {
        self.value.span()
    }
}

impl<'d> Resources<'d> {
    pub(super) fn read(reader: &mut Reader, owner: &Place<'_, 'd>) -> Option<Self> {
        let resources = match reader.map(owner, "resources") {
            Some(resources) => resources,
            None if is_injected(owner, "resources") => {
                return Some(Self { requests: ResourceList::unknown(), limits: ResourceList::unknown() });
            }
            None => return None,
        };
        let requests = ResourceList::read(reader, &resources, "requests");
        let limits = ResourceList::read(reader, &resources, "limits");
        Some(Self { requests, limits })
    }

    /// What counts as the request for `name`: the limit, where no request is written
    /// (`core/v1.SetDefaults_Pod`; a template keeps its gap, but the Pods that come of it don't).
    #[must_use]
    pub fn request(&self, name: &str) -> Option<&ResourceEntry<'d>> {
        self.requests_of(name).get(name)
    }

    /// The list that tells the request for `name`, as [`request`](Self::request) does.
    #[must_use]
    pub fn requests_of(&self, name: &str) -> &ResourceList<'d> {
        if self.requests.lists(name) { &self.requests } else { &self.limits }
    }

    /// Every request with the limits filled in, as [`request`](Self::request) does.
    pub fn all_requests(&self) -> impl Iterator<Item = &ResourceEntry<'d>> {
        let from_limits = self.limits.iter().filter(|entry| !self.requests.lists(&entry.name));
        self.requests.iter().chain(from_limits)
    }

    /// The amounts of [`all_requests`](Self::all_requests).
    #[must_use]
    pub fn requested(&self) -> Amounts<'d> {
        Amounts::of(self.all_requests())
    }

    /// The amounts of the limits.
    #[must_use]
    pub fn limited(&self) -> Amounts<'d> {
        Amounts::of(self.limits.iter())
    }

    /// The names whose requests can't be read, nor the limits that stand in for them.
    pub fn unreadable_requests(&self) -> impl Iterator<Item = &str> {
        let from_limits = self.limits.unreadable().filter(|name| !self.requests.lists(name));
        self.requests.unreadable().chain(from_limits)
    }
}

/// Whether a template makes the value of `key`, or may make one.
fn is_injected(owner: &Place<'_, '_>, key: &str) -> bool {
    match owner.node.lookup(key) {
        Lookup::Present(value) => value.is_unknown(),
        Lookup::Unknown => true,
        Lookup::Absent => false,
    }
}

impl<'d> ResourceList<'d> {
    pub(super) fn read(reader: &mut Reader, owner: &Place<'_, 'd>, key: &str) -> Self {
        let Some(list) = reader.map(owner, key) else {
            return if is_injected(owner, key) { Self::unknown() } else { Self::default() };
        };
        let mut entries = if list.node.is_open() { Self::unknown().entries } else { BTreeMap::new() };
        for entry in list.node.entries() {
            let name = entry.name();
            let quantity = reader.quantity(&list.value(&entry, &name));
            let listed = match quantity {
                Some(quantity) => Listed::Read(ResourceEntry {
                    name: name.clone(),
                    quantity: quantity.round_up_to_milli(),
                    key: entry.key,
                    value: entry.value,
                }),
                None if entry.value.is_unknown() => Listed::Told(entry.value),
                None => Listed::Unclear,
            };
            entries.insert(name, listed);
        }
        Self { entries }
    }

    /// What a template makes: it may list what most lists do.
    fn unknown() -> Self {
        let names = ["cpu", "memory", "ephemeral-storage"];
        Self { entries: names.into_iter().map(|name| (Cow::Borrowed(name), Listed::Unclear)).collect() }
    }

    /// The names whose amounts can't be read: malformed ones, and placeholders that another tool fills in.
    pub fn unreadable(&self) -> impl Iterator<Item = &str> {
        let is_unread = |listed: &Listed<'_>| !matches!(listed, Listed::Read(_));
        self.entries.iter().filter(move |(_, listed)| is_unread(listed)).map(|(name, _)| &**name)
    }

    /// The entry of `name`, where its amount can be read.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&ResourceEntry<'d>> {
        match self.entries.get(name)? {
            Listed::Read(entry) => Some(entry),
            Listed::Told(_) | Listed::Unclear => None,
        }
    }

    /// Whether some of `name` is listed: an amount that isn't 0, or one that values tell, as `is_told` says of it.
    #[must_use]
    pub fn lists_some(&self, name: &str, is_told: impl Fn(Node<'d>) -> bool) -> bool {
        match self.entries.get(name) {
            Some(Listed::Read(entry)) => !entry.quantity.is_zero(),
            Some(Listed::Told(amount)) => is_told(*amount),
            Some(Listed::Unclear) | None => false,
        }
    }

    /// Whether `name` is listed, be its amount readable or not.
    #[must_use]
    pub fn lists(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }

    /// The entries whose amounts can be read, by name.
    pub fn iter(&self) -> impl Iterator<Item = &ResourceEntry<'d>> {
        self.entries.values().filter_map(|listed| match listed {
            Listed::Read(entry) => Some(entry),
            Listed::Told(_) | Listed::Unclear => None,
        })
    }

    /// Whether nothing is listed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// Amounts by resource, as sums and maxima of lists; a resource that nobody names is absent, which isn't 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Amounts<'d> {
    by_name: BTreeMap<Cow<'d, str>, Quantity>,
}

impl<'d> Amounts<'d> {
    pub(super) fn of<'a>(entries: impl Iterator<Item = &'a ResourceEntry<'d>>) -> Self
    where
        'd: 'a,
    {
        Self { by_name: entries.map(|entry| (entry.name.clone(), entry.quantity)).collect() }
    }

    /// The amount of `name`, where somebody names it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Quantity> {
        self.by_name.get(name).copied()
    }

    /// The amount of `name`; 0 where nobody names it.
    #[must_use]
    pub fn amount(&self, name: &str) -> Quantity {
        self.get(name).unwrap_or_default()
    }

    /// Names and amounts, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Quantity)> {
        self.by_name.iter().map(|(name, quantity)| (&**name, *quantity))
    }

    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(|name| &**name)
    }

    /// Whether nobody names anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// The same without the manifest's text.
    #[must_use]
    pub fn into_owned(self) -> Amounts<'static> {
        let by_name = self.by_name.into_iter();
        Amounts {
            by_name: by_name.map(|(name, quantity)| (Cow::Owned(name.into_owned()), quantity)).collect(),
        }
    }

    pub(super) fn set(&mut self, name: Cow<'d, str>, quantity: Quantity) {
        self.by_name.insert(name, quantity);
    }

    /// `addResourceList`.
    pub(super) fn add(&mut self, other: &Self) {
        for (name, quantity) in &other.by_name {
            self.by_name.entry(name.clone()).and_modify(|sum| *sum = *sum + *quantity).or_insert(*quantity);
        }
    }

    /// `maxResourceList`.
    pub(super) fn raise(&mut self, other: &Self) {
        for (name, quantity) in &other.by_name {
            let held = self.by_name.entry(name.clone()).or_insert(*quantity);
            if *quantity > *held {
                *held = *quantity;
            }
        }
    }

    /// Adds to what is named here the amounts of `other`.
    pub(super) fn add_known(&mut self, other: &Self) {
        for (name, sum) in &mut self.by_name {
            *sum = *sum + other.amount(name);
        }
    }

    /// Puts the amounts of `other` in place of what is named here.
    pub(super) fn replace_from(&mut self, other: &Self) {
        for (name, quantity) in &mut self.by_name {
            *quantity = other.amount(name);
        }
    }

    /// Adds the entries of `other` that are missing here.
    pub(super) fn fill(&mut self, other: &Self) {
        for (name, quantity) in &other.by_name {
            self.by_name.entry(name.clone()).or_insert(*quantity);
        }
    }

    /// The entries whose names `keep` accepts.
    pub(super) fn only(&self, keep: impl Fn(&str) -> bool) -> Self {
        let kept = self.by_name.iter().filter(|(name, _)| keep(name));
        Self { by_name: kept.map(|(name, quantity)| (name.clone(), *quantity)).collect() }
    }
}
