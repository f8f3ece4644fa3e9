//! What a reading takes for true.

use super::condition::{Claim, Condition, FactId, Literal};

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
        if let Condition::Is(literal) = condition {
            return self.literal(literal);
        }
        let (parts, is_all) = condition.parts();
        let mut all_known = true;
        for part in parts {
            match self.holds(part) {
                Some(holds) if holds != is_all => return Some(holds),
                known => all_known &= known.is_some(),
            }
        }
        all_known.then_some(is_all)
    }

    fn literal(&self, literal: &Literal) -> Option<bool> {
        if literal.implied.iter().any(|implied| self.claim(*implied) == Some(false)) {
            return Some(!literal.claim.holds);
        }
        self.claim(literal.claim)
    }

    fn claim(&self, claim: Claim) -> Option<bool> {
        let known = at(&self.known, claim.fact.0).or_else(|| {
            let equal = at(&self.equal, claim.subject?.0)?;
            Some(equal == claim.fact)
        });
        known.map(|known| known == claim.holds)
    }

    /// Takes `condition` for true or for false; what is known already stays as it is.
    ///
    /// Of several parts, one of which decides, the last that is open is taken: it is the most particular.
    pub(super) fn assume(&mut self, condition: &Condition, holds: bool) {
        if self.holds(condition).is_some() {
            return;
        }
        if let Condition::Is(literal) = condition {
            return self.set(literal, holds);
        }
        let (parts, is_all) = condition.parts();
        if is_all == holds {
            for part in parts {
                self.assume(part, holds);
            }
        } else if let Some(part) = parts.iter().rfind(|part| self.holds(part).is_none()) {
            self.assume(part, holds);
        }
    }

    /// Takes `condition` for true or for false, whatever was taken before; what is so already stays as it is.
    pub(super) fn force(&mut self, condition: &Condition, holds: bool) {
        self.forget_against(condition, holds);
        self.assume(condition, holds);
    }

    /// Takes `condition` for true or for false as `before` does, for the same reason: what else is taken after that goes
    /// against none of it.
    pub(super) fn restore(&mut self, condition: &Condition, holds: bool, before: &Self) {
        if self.holds(condition) == Some(holds) {
            return;
        }
        if let Condition::Is(_) = condition {
            return self.force(condition, holds);
        }
        let (parts, is_all) = condition.parts();
        if is_all == holds {
            for part in parts {
                self.restore(part, holds, before);
            }
        } else if let Some(reason) = parts.iter().rfind(|part| before.holds(part) == Some(holds)) {
            self.restore(reason, holds, before);
        } else {
            self.force(condition, holds);
        }
    }

    /// Forgets what keeps `condition` from being so as `holds` says, and what of it decides on that.
    fn forget_against(&mut self, condition: &Condition, holds: bool) {
        if self.holds(condition) == Some(holds) {
            return;
        }
        let Condition::Is(literal) = condition else {
            return condition.parts().0.iter().for_each(|part| self.forget_against(part, holds));
        };
        self.forget(literal.claim);
        for implied in literal.implied.iter().filter(|_| literal.claim.holds == holds) {
            if self.claim(*implied) == Some(false) {
                self.forget(*implied);
            }
        }
    }

    fn forget(&mut self, claim: Claim) {
        put(&mut self.known, claim.fact.0, None);
        if let Some(subject) = claim.subject {
            put(&mut self.equal, subject.0, None);
        }
    }

    fn set(&mut self, literal: &Literal, holds: bool) {
        let value = holds == literal.claim.holds;
        for implied in literal.implied.iter().filter(|_| value) {
            self.set_claim(*implied, implied.holds);
        }
        self.set_claim(literal.claim, value);
    }

    /// Takes the fact of `claim` for `value`.
    fn set_claim(&mut self, claim: Claim, value: bool) {
        if let Some(subject) = claim.subject.filter(|_| value) {
            if let Some(before) = at(&self.equal, subject.0) {
                put(&mut self.known, before.0, None);
            }
            put(&mut self.equal, subject.0, Some(claim.fact));
        }
        put(&mut self.known, claim.fact.0, Some(value));
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
