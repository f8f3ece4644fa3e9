//! What a reading takes for true.

use super::condition::{Condition, FactId, Literal};

/// What a reading takes for true and for false.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    /// By fact.
    known: Vec<Option<bool>>,
    /// The fact that holds of each subject.
    equal: Vec<Option<FactId>>,
}

impl Facts {
    /// Whether `condition` holds; `None` where nothing says so.
    pub(super) fn holds(&self, condition: &Condition) -> Option<bool> {
        let (literals, decisive) = match condition {
            Condition::All(literals) => (literals, false),
            Condition::Any(literals) => (literals, true),
        };
        let known = || literals.iter().map(|literal| self.literal(literal));
        if known().any(|known| known == Some(decisive)) {
            return Some(decisive);
        }
        known().all(|known| known.is_some()).then_some(!decisive)
    }

    fn literal(&self, literal: &Literal) -> Option<bool> {
        if literal.implied.iter().any(|fact| at(&self.known, fact.0) == Some(false)) {
            return Some(!literal.holds);
        }
        let known = at(&self.known, literal.fact.0).or_else(|| {
            let equal = at(&self.equal, literal.subject?.0)?;
            Some(equal == literal.fact)
        });
        known.map(|known| known == literal.holds)
    }

    /// Takes `condition` for true or for false; what is known already stays as it is.
    ///
    /// Of several literals, one of which decides, the last that is open is taken: it is the most particular.
    pub(super) fn assume(&mut self, condition: &Condition, holds: bool) {
        if self.holds(condition).is_some() {
            return;
        }
        let (literals, is_all) = match condition {
            Condition::All(literals) => (literals, holds),
            Condition::Any(literals) => (literals, !holds),
        };
        let open: Vec<&Literal> = literals.iter().filter(|literal| self.literal(literal).is_none()).collect();
        let taken = if is_all { open.as_slice() } else { open.last().map_or(&[][..], std::slice::from_ref) };
        for literal in taken {
            self.set(literal, holds);
        }
    }

    /// Takes `condition` for true or for false, whatever was taken before; what is so already stays as it is.
    pub(super) fn force(&mut self, condition: &Condition, holds: bool) {
        if self.holds(condition) == Some(holds) {
            return;
        }
        let (Condition::All(literals) | Condition::Any(literals)) = condition;
        for literal in literals {
            put(&mut self.known, literal.fact.0, None);
            if let Some(subject) = literal.subject {
                put(&mut self.equal, subject.0, None);
            }
            for implied in literal.implied.iter().filter(|_| literal.holds == holds) {
                if at(&self.known, implied.0) == Some(false) {
                    put(&mut self.known, implied.0, None);
                }
            }
        }
        self.assume(condition, holds);
    }

    fn set(&mut self, literal: &Literal, holds: bool) {
        let value = holds == literal.holds;
        if let Some(subject) = literal.subject.filter(|_| value) {
            if let Some(before) = at(&self.equal, subject.0) {
                put(&mut self.known, before.0, None);
            }
            put(&mut self.equal, subject.0, Some(literal.fact));
        }
        for implied in literal.implied.iter().filter(|_| value) {
            put(&mut self.known, implied.0, Some(true));
        }
        put(&mut self.known, literal.fact.0, Some(value));
    }
}

fn at<T: Copy>(values: &[Option<T>], index: usize) -> Option<T> {
    values.get(index).copied().flatten()
}

fn put<T: Clone>(values: &mut Vec<Option<T>>, index: usize, value: Option<T>) {
    if values.len() <= index {
        values.resize(index + 1, None);
    }
    if let Some(place) = values.get_mut(index) {
        *place = value;
    }
}
