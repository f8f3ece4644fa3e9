//! Answers to what nobody can know.

use std::rc::Rc;

use foldhash::HashMap;

use super::places::Place;

/// Answers unknown questions, always alike: a question is known by what it depends on.
#[derive(Debug, Clone, Default)]
pub(in crate::rerun) struct Assumptions {
    /// What the first run was told, which the second is told too.
    known: Rc<HashMap<String, bool>>,
    /// Answers to the first questions that are new, in order; later ones get their default.
    choices: Vec<bool>,
    asked: Vec<bool>,
    /// The places that questions were about, by the question's number.
    about: Vec<(usize, Place)>,
    answers: HashMap<String, bool>,
    questions: usize,
    unlikely: usize,
    /// A first run: what is only guessed isn't tried the other way.
    first: bool,
}

impl Assumptions {
    /// The assumptions of a first run, which answers by `choices`.
    pub(in crate::rerun) fn first(choices: Vec<bool>) -> Self {
        Self { choices, first: true, ..Self::default() }
    }

    /// The assumptions of a second run: it repeats `known` answers, and answers new questions by `choices`.
    pub(in crate::rerun) fn again(known: Rc<HashMap<String, bool>>, choices: Vec<bool>) -> Self {
        Self { known, choices, ..Self::default() }
    }

    /// The answer to `question`.
    pub(in crate::rerun) fn ask(&mut self, question: &str, default: bool) -> bool {
        self.questions += 1;
        if let Some(&answer) = self.known.get(question).or_else(|| self.answers.get(question)) {
            return answer;
        }
        let answer = self.choices.get(self.asked.len()).copied().unwrap_or(default);
        self.asked.push(answer);
        self.answers.insert(question.to_owned(), answer);
        answer
    }

    /// The answer to whether a file is among those that were unpacked around it.
    pub(in crate::rerun) fn ask_for(&mut self, place: &Place, question: &str, default: bool) -> bool {
        let number = self.asked.len();
        let answer = self.ask(question, default);
        if self.asked.len() > number {
            self.about.push((number, place.clone()));
        }
        answer
    }

    /// The choices that differ from this run's answers in one that it found by default: each keeps the
    /// answers before and turns one over. `settled` says which places leave no other answer.
    pub(in crate::rerun) fn alternatives(&self, settled: impl Fn(&Place) -> bool) -> Vec<Vec<bool>> {
        let is_open =
            |number: &usize| !self.about.iter().any(|(about, place)| about == number && settled(place));
        (self.choices.len()..self.asked.len())
            .filter(is_open)
            .filter_map(|turned| {
                let mut next = self.asked.get(..turned)?.to_vec();
                next.push(!*self.asked.get(turned)?);
                Some(next)
            })
            .collect()
    }

    /// The answer to a question that the analysis asks, not the script: what a name likely stands
    /// for. A first run takes the likely answer, so that nothing is blamed on a wrong guess; a second
    /// run may try the other.
    pub(in crate::rerun) fn guess(&mut self, question: &str, likely: bool) -> bool {
        if !self.first || self.answers.contains_key(question) {
            let answer = self.ask(question, likely);
            self.unlikely += usize::from(answer != likely);
            return answer;
        }
        self.answers.insert(question.to_owned(), likely);
        likely
    }

    /// How many guesses went against what is likely.
    pub(in crate::rerun) fn unlikely(&self) -> usize {
        self.unlikely
    }

    /// Whether a first run has asked `question`.
    pub(in crate::rerun) fn knows(&self, question: &str) -> bool {
        self.known.contains_key(question)
    }

    /// Whether it is a first run's.
    pub(in crate::rerun) fn is_first(&self) -> bool {
        self.first
    }

    /// How many questions were asked, known ones too.
    pub(in crate::rerun) fn questions(&self) -> usize {
        self.questions
    }

    /// The answers to new questions, in order.
    pub(in crate::rerun) fn asked(&self) -> &[bool] {
        &self.asked
    }

    /// All answers, for the next run.
    pub(in crate::rerun) fn all(&self) -> Rc<HashMap<String, bool>> {
        if self.answers.is_empty() {
            return Rc::clone(&self.known);
        }
        let mut all = (*self.known).clone();
        all.extend(self.answers.iter().map(|(question, &answer)| (question.clone(), answer)));
        Rc::new(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternatives_cover_every_combination_once() {
        // Three questions, each asked whatever the answers before.
        let mut pending = vec![Vec::new()];
        let mut seen = Vec::new();
        while let Some(choices) = pending.pop() {
            let mut assumptions = Assumptions::first(choices.clone());
            for question in ["a", "b", "c", "a"] {
                assumptions.ask(question, true);
            }
            seen.push(assumptions.asked().to_vec());
            pending.extend(assumptions.alternatives(|_| false));
        }
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 8);
    }
}
