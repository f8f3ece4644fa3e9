//! Conditions as people are told of them: each thing that has to hold, with all of what would do for it.

use super::condition::{Condition, Literal};

/// Part of a condition, or that it isn't so.
#[derive(Debug, Clone)]
pub(super) enum Said<'c> {
    One {
        literal: &'c Literal,
        is_true: bool,
    },
    /// What several facts come to: each of these is one thing that they say.
    Several(Vec<Thing<'c>>),
}

/// What has to hold: one of these, of which any would do.
pub(super) type Thing<'c> = Vec<Said<'c>>;

impl Condition {
    /// What it says, one thing after another, each with all of what would do. `holds` is whether the condition does.
    pub(super) fn said(&self, holds: bool) -> Vec<Thing<'_>> {
        let (parts, is_all) = self.parts();
        let said = parts.iter().map(|part| Said::of(part, holds));
        if is_all == holds { said.map(Said::alternatives).collect() } else { vec![said.collect()] }
    }
}

impl<'c> Said<'c> {
    fn of(condition: &'c Condition, holds: bool) -> Self {
        match condition {
            Condition::Is(literal) => Self::One { literal, is_true: literal.claim.holds == holds },
            _ => Self::Several(condition.said(holds)),
        }
    }

    /// What would do for it, one of which is said.
    fn alternatives(self) -> Thing<'c> {
        match self {
            Self::Several(mut things) if things.len() == 1 => things.pop().unwrap_or_default(),
            one => vec![one],
        }
    }

    /// The fact as it is written, after a `not` where it doesn't hold.
    fn text(&self) -> String {
        match self {
            Self::One { literal, is_true } => {
                let not = if *is_true == literal.is_opposite { "not " } else { "" };
                format!("{not}`{}`", literal.text)
            }
            Self::Several(things) => {
                format!("({})", things.iter().map(|thing| either(thing)).collect::<Vec<_>>().join(" and "))
            }
        }
    }

    /// Whether `other` goes without saying beside it.
    fn implies(&self, other: &Self) -> bool {
        let (Self::One { literal, is_true }, Self::One { literal: other, is_true: is_other }) = (self, other)
        else {
            return false;
        };
        is_true == is_other && {
            let (from, to) = if *is_true { (literal, other) } else { (other, literal) };
            from.implied.iter().any(|implied| implied.holds && implied.fact == to.claim.fact)
        }
    }

    /// Whether it is so where all of `facts` are.
    fn goes_without_saying(&self, facts: &[Self]) -> bool {
        match self {
            Self::One { .. } => facts.iter().any(|fact| fact == self || fact.implies(self)),
            Self::Several(things) => {
                things.iter().all(|thing| thing.iter().any(|one| one.goes_without_saying(facts)))
            }
        }
    }

    /// What is left to say of it beside `facts`: one of these.
    fn beside(self, facts: &[Self]) -> Thing<'c> {
        let Self::Several(mut things) = self else { return vec![self] };
        things.retain(|thing| !thing.iter().any(|one| one.goes_without_saying(facts)));
        Self::Several(things).alternatives()
    }

    /// Whether one of `facts` says the opposite.
    fn is_against(&self, facts: &[Self]) -> bool {
        match self {
            Self::One { literal, is_true } => facts.iter().any(|fact| {
                matches!(fact, Self::One { literal: own, is_true: is_own }
                    if own.claim.fact == literal.claim.fact && is_own != is_true)
            }),
            Self::Several(things) => things.iter().any(|thing| thing.iter().all(|one| one.is_against(facts))),
        }
    }
}

impl PartialEq for Said<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

/// What is said by one of `alternatives`, of which any would do.
fn either(alternatives: &[Said<'_>]) -> String {
    alternatives.iter().map(Said::text).collect::<Vec<_>>().join(" or ")
}

/// `things`, all of which have to hold, as short as they can be told.
pub(super) fn told<'c>(things: impl IntoIterator<Item = Thing<'c>>) -> Vec<String> {
    let mut all: Vec<Thing<'_>> = Vec::new();
    for thing in things {
        if !all.contains(&thing) {
            all.push(thing);
        }
    }
    while let Some((at, shorter)) =
        all.iter().enumerate().find_map(|(at, thing)| Some((at, shortened(thing, &all)?)))
    {
        all.splice(at..=at, shorter);
    }
    let is_one_of_several = all.len() > 1;
    let join = |thing: &Thing<'_>| {
        let texts = either(thing);
        if is_one_of_several && thing.len() > 1 { format!("({texts})") } else { texts }
    };
    all.iter().map(join).collect()
}

/// `alternatives`, each once, without those that ask for another of them, and more.
fn without_stricter<'c>(alternatives: impl Iterator<Item = Said<'c>>) -> Thing<'c> {
    let mut left: Thing<'c> = Vec::new();
    for one in alternatives {
        if !left.contains(&one) {
            left.push(one);
        }
    }
    let ones: Thing<'c> = left.iter().filter(|one| matches!(one, Said::One { .. })).cloned().collect();
    let asks_for_one = |one: &Said<'_>| match one {
        Said::One { .. } => false,
        Said::Several(things) => things.iter().any(|thing| matches!(&**thing, [only] if ones.contains(only))),
    };
    left.retain(|one| !asks_for_one(one));
    left
}

/// What is left to say of `thing` beside all others of `all`; `None` where it is as short as it can be.
fn shortened<'c>(thing: &Thing<'c>, all: &[Thing<'c>]) -> Option<Vec<Thing<'c>>> {
    let others = || all.iter().filter(|other| !std::ptr::eq(*other, thing));
    let facts: Vec<Said<'_>> = others().filter(|other| other.len() == 1).flatten().cloned().collect();
    let holds = |other: &Thing<'_>| other.iter().all(|one| thing.contains(one));
    if thing.iter().any(|one| one.goes_without_saying(&facts)) || others().any(holds) {
        return Some(Vec::new());
    }
    let possible = thing.iter().filter(|one| !one.is_against(&facts));
    let left = without_stricter(possible.flat_map(|one| one.clone().beside(&facts)));
    match left.as_slice() {
        [] => None,
        [Said::Several(things)] => Some(things.clone()),
        _ => (left != *thing).then(|| vec![left]),
    }
}
