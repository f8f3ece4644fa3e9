//! `[ … ]`, `test` and `[[ … ]]`.

use super::matching::Pattern;
use super::{FAILURE, Flow, Jump, Machine, SUCCESS, UNFOLLOWED};
use crate::rerun::state::atoms::is_known;
use crate::rerun::state::tree::Node;
use crate::shell::ir::{Condition, ConditionKind, PartKind, Word};

impl Machine<'_, '_> {
    /// The status of a condition as a command.
    pub(super) fn condition_status(&mut self, condition: &Condition) -> Flow {
        Ok(if self.condition(condition)? { SUCCESS } else { FAILURE })
    }

    fn condition(&mut self, condition: &Condition) -> Result<bool, Jump> {
        self.step()?;
        Ok(match &condition.kind {
            ConditionKind::Unary(operator, word) => match self.operand(word)? {
                Some(text) => self.unary(&operator.name, &text),
                None => false,
            },
            ConditionKind::Binary(left, operator, right) => self.binary(left, &operator.name, right)?,
            ConditionKind::Word(word) => {
                let text = self.text_of(word)?;
                !self.is_empty_text(&text)
            }
            ConditionKind::Not(inner) => !self.condition(inner)?,
            ConditionKind::And(left, right) => self.condition(left)? && self.condition(right)?,
            ConditionKind::Or(left, right) => self.condition(left)? || self.condition(right)?,
        })
    }

    /// The text of an operand. A pattern stands for the one path that it matches; several are an
    /// error.
    fn operand(&mut self, word: &Word) -> Result<Option<String>, Jump> {
        if !word.parts.iter().any(|part| matches!(part.kind, PartKind::Glob(_))) {
            return self.text_of(word).map(Some);
        }
        let fields = self.fields(std::slice::from_ref(word))?;
        Ok(match <[String; 1]>::try_from(fields) {
            Ok([only]) => Some(only),
            Err(_) => None,
        })
    }

    /// Whether a text is empty; the assumptions says where nobody can know.
    pub(in crate::rerun) fn is_empty_text(&mut self, text: &str) -> bool {
        if let Some(known) = self.shared.atoms.is_empty(text) {
            return known;
        }
        let question = format!("empty:{text}@{}", self.as_world().state_of(text));
        self.ask(&question, false)
    }

    fn unary(&mut self, operator: &str, text: &str) -> bool {
        match operator {
            "-z" => self.is_empty_text(text),
            "-n" => !self.is_empty_text(text),
            "-L" | "-h" => {
                let place = self.place_of_link(text);
                match self.look(&place) {
                    Node::Link(_) => true,
                    Node::Unknown { key, .. } => self.ask(&format!("link:{key}"), false),
                    _ => false,
                }
            }
            "-v" => self.shell.variables.contains_key(text),
            _ if text.is_empty() => false,
            "-e" | "-a" | "-f" | "-d" | "-s" | "-r" | "-w" | "-x" | "-O" | "-G" | "-p" | "-S" | "-b"
            | "-c" | "-k" | "-u" | "-g" | "-N" => self.file_test(operator, text),
            _ => {
                let state = self.fingerprint();
                self.ask(&format!("test:{operator}:{text}@{state}"), true)
            }
        }
    }

    fn file_test(&mut self, operator: &str, path: &str) -> bool {
        let place = self.place(path);
        let special = matches!(operator, "-p" | "-S" | "-b" | "-c" | "-k" | "-u" | "-g" | "-N");
        match self.look(&place) {
            Node::Absent | Node::Link(_) => false,
            Node::File(content) => match operator {
                "-d" => false,
                "-s" => !self.is_empty_text(&content),
                "-x" => self.permissions(&place).execute != Some(false),
                _ => !special,
            },
            Node::Directory(_) => operator != "-f" && !special,
            Node::Unknown { key, exists } => {
                if !exists && !self.may_exist(&place, &key) {
                    return false;
                }
                match operator {
                    "-e" | "-a" => true,
                    "-d" | "-f" | "-s" if !exists && self.is_unpacked(&place, &key).is_some() => true,
                    _ if key.starts_with("special:") => special,
                    "-d" => self.guess(&format!("directory:{key}"), true),
                    "-f" => !self.guess(&format!("directory:{key}"), false),
                    _ => self.ask(&format!("test:{operator}:{key}"), !special),
                }
            }
        }
    }

    fn binary(&mut self, left: &Word, operator: &str, right: &Word) -> Result<bool, Jump> {
        let left = self.text_of(left)?;
        if matches!(operator, "=" | "==" | "!=") {
            let pattern = self.pattern_of(right)?;
            let right = self.text_of(right)?;
            return Ok(self.are_equal(&left, &right, &pattern) != (operator == "!="));
        }
        let right = self.text_of(right)?;
        let numbers = left.trim().parse::<i64>().ok().zip(right.trim().parse::<i64>().ok());
        if let Some((left, right)) = numbers {
            match operator {
                "-eq" => return Ok(left == right),
                "-ne" => return Ok(left != right),
                "-lt" => return Ok(left < right),
                "-le" => return Ok(left <= right),
                "-gt" => return Ok(left > right),
                "-ge" => return Ok(left >= right),
                _ => {}
            }
        }
        let comparable = matches!(operator, "<" | ">") && is_known(&left) && is_known(&right);
        if comparable {
            return Ok((operator == "<") == (left < right) && left != right);
        }
        let files = matches!(operator, "-nt" | "-ot" | "-ef");
        let state =
            if files { self.fingerprint() } else { self.as_world().state_of(&format!("{left}{right}")) };
        let holds = self.ask(&format!("compare:{left}{operator}{right}@{state}"), true);
        if holds && operator == "=~" {
            let matched = self.unknown(&format!("match:{right}:{left}"), "$BASH_REMATCH");
            self.assign("BASH_REMATCH", &matched);
        }
        Ok(holds)
    }

    fn are_equal(&mut self, left: &str, right: &str, pattern: &str) -> bool {
        if left == right {
            return true;
        }
        let pattern = Pattern::new(pattern);
        self.charge_pattern(&pattern, &[left]);
        match pattern.matches(left) {
            Some(true) => return true,
            Some(false) => {}
            None => return self.ask(&format!("{UNFOLLOWED}equal:{left}={right}"), false),
        }
        if self.shared.atoms.differ(left, right) {
            return false;
        }
        let (first, second) = if left < right { (left, right) } else { (right, left) };
        let state = self.as_world().state_of(&format!("{left}{right}"));
        self.ask(&format!("equal:{first}={second}@{state}"), false)
    }
}
