//! What a rule lets its users set.
//!
//! A rule declares its options beside its check, each with its type, its default and a line of
//! documentation. The config file's reader, its schema and `--dump-config` go by that.

use std::collections::BTreeMap;

use crate::kube::Quantity;

/// An option of a rule.
#[derive(Debug, Clone, Copy)]
pub enum RuleOption {
    /// A number.
    Number(NumberOption),
    /// A quantity for each resource.
    Quantities(QuantitiesOption),
}

/// An option whose value is a number.
#[derive(Debug, Clone, Copy)]
pub struct NumberOption {
    /// Its key in the config file.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub doc: &'static str,
    /// Its value where none is set.
    pub default: f64,
    /// The least that it may be.
    pub least: f64,
}

/// An option whose value is a map from resources (`cpu`, `memory`, `nvidia.com/gpu`) to
/// quantities. Nothing is in it where none is set.
#[derive(Debug, Clone, Copy)]
pub struct QuantitiesOption {
    /// Its key in the config file.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub doc: &'static str,
}

impl RuleOption {
    /// Its key in the config file.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            RuleOption::Number(option) => option.name,
            RuleOption::Quantities(option) => option.name,
        }
    }

    /// What it does, in one sentence.
    #[must_use]
    pub fn doc(&self) -> &'static str {
        match self {
            RuleOption::Number(option) => option.doc,
            RuleOption::Quantities(option) => option.doc,
        }
    }

    /// Its value where none is set.
    #[must_use]
    pub fn default(&self) -> OptionValue {
        match self {
            RuleOption::Number(option) => OptionValue::Number(option.default),
            RuleOption::Quantities(_) => OptionValue::Quantities(BTreeMap::new()),
        }
    }
}

/// What an option is set to.
#[derive(Debug, Clone, PartialEq)]
pub enum OptionValue {
    /// A number.
    Number(f64),
    /// Quantities by resource.
    Quantities(BTreeMap<String, Quantity>),
}

/// The options of one rule that are set.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options(BTreeMap<&'static str, OptionValue>);

impl Options {
    /// No option at all.
    pub const NONE: Options = Options(BTreeMap::new());

    /// Sets the option `name`.
    pub fn set(&mut self, name: &'static str, value: OptionValue) {
        self.0.insert(name, value);
    }

    /// Takes over what `later` sets.
    pub fn update(&mut self, later: &Options) {
        self.0.extend(later.0.iter().map(|(name, value)| (*name, value.clone())));
    }

    /// What `option` is set to, or its default.
    #[must_use]
    pub fn number(&self, option: &NumberOption) -> f64 {
        match self.0.get(option.name) {
            Some(OptionValue::Number(value)) => *value,
            _ => option.default,
        }
    }

    /// The quantity that `option` sets for `resource`.
    #[must_use]
    pub fn quantity(&self, option: &QuantitiesOption, resource: &str) -> Option<Quantity> {
        match self.0.get(option.name)? {
            OptionValue::Quantities(quantities) => quantities.get(resource).copied(),
            OptionValue::Number(_) => None,
        }
    }
}
