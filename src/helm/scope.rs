//! What `.`, `$` and variables mean where an action stands.

use super::action;

/// Two texts in bodies of equal scopes mean the same. Each body that binds `.` anew has a number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct Scope {
    /// What `.` is; `None` is what Helm starts with.
    pub(super) dot: Option<usize>,
    /// What `$` is.
    pub(super) root: Option<usize>,
    /// The call of a named template, which has variables of its own.
    call: Option<usize>,
}

impl Scope {
    /// That of a body which binds `.` to what has the number `dot`.
    pub(super) fn with_dot(self, dot: usize) -> Self {
        Self { dot: Some(dot), ..self }
    }

    /// That of a named template which is called here with `argument`; the call has the number `call`.
    pub(super) fn called(self, argument: &str, call: usize) -> Self {
        let dot = match argument {
            "." => self.dot,
            "$" => self.root,
            _ => Some(call),
        };
        Self { dot, root: dot, call: Some(call) }
    }

    /// Whether `text` hangs on what a named template is called with, or on a variable of its own.
    pub(super) fn is_of_call(self, text: &str) -> bool {
        // Whatever is passed, these can only be those of the root.
        let of_root = [".Values", ".Release", ".Capabilities", ".Chart", ".Files"];
        let is_passed = || of_root.iter().fold(text.to_owned(), |text, name| text.replace(name, "root"));
        self.call.is_some()
            && (action::has_variable(text)
                || self.dot == self.call && action::is_local(&is_passed())
                // What Helm starts with has no other fields, unless a template puts some there.
                || self.dot.is_none() && action::has_field(&is_passed()))
    }

    /// By what equal texts in it are told from those in others; `None` where `text` means the same in all of the chart.
    pub(super) fn of(self, text: &str) -> Option<usize> {
        if action::is_local(text) {
            self.dot.or(self.call.filter(|_| action::has_variable(text)))
        } else {
            self.root.filter(|_| text.contains('$'))
        }
    }
}
