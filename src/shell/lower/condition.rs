//! `[[ … ]]`.

use std::ops::Range;

use shuck_ast::{ConditionalBinaryExpr, ConditionalBinaryOp, ConditionalExpr, ConditionalUnaryOp};

use super::super::dialect::Form;
use super::super::ir::{Condition, ConditionKind, Operator, Part, PartKind, Word};
use super::{Lowered, Lowering, range};

impl Lowering<'_> {
    /// An expression; what `&&` and `||` chain is nested to the left and walked by recursion,
    /// within the same bound as all else.
    pub(super) fn conditional(&mut self, expression: &ConditionalExpr) -> Lowered<Condition> {
        self.deeper(1, |lowering| lowering.conditional_here(expression))
    }

    fn conditional_here(&mut self, expression: &ConditionalExpr) -> Lowered<Condition> {
        Ok(match expression {
            ConditionalExpr::Parenthesized(inner) => {
                let condition = self.conditional(&inner.expr)?;
                let (start, end) = (range(inner.left_paren_span).start, range(inner.right_paren_span).end);
                Condition { range: start..end, ..condition }
            }
            ConditionalExpr::Unary(unary) if unary.op == ConditionalUnaryOp::Not => {
                let inner = Box::new(self.conditional(&unary.expr)?);
                let place = range(unary.op_span).start..inner.range.end;
                Condition { range: place, kind: ConditionKind::Not(inner) }
            }
            ConditionalExpr::Unary(unary) => {
                let operator = operator(range(unary.op_span), unary.op.as_str());
                let operand = self.conditional_word(&unary.expr)?;
                let place = operator.range.start..operand.range.end;
                Condition { range: place, kind: ConditionKind::Unary(operator, operand) }
            }
            ConditionalExpr::Binary(binary) => self.conditional_binary(binary)?,
            other => {
                let word = self.conditional_word(other)?;
                Condition { range: word.range.clone(), kind: ConditionKind::Word(word) }
            }
        })
    }

    fn conditional_binary(&mut self, binary: &ConditionalBinaryExpr) -> Lowered<Condition> {
        if let ConditionalBinaryOp::And | ConditionalBinaryOp::Or = binary.op {
            let left = Box::new(self.conditional(&binary.left)?);
            let right = Box::new(self.conditional(&binary.right)?);
            let range = left.range.start..right.range.end;
            let is_and = binary.op == ConditionalBinaryOp::And;
            let kind = if is_and { ConditionKind::And(left, right) } else { ConditionKind::Or(left, right) };
            return Ok(Condition { range, kind });
        }
        let left = self.conditional_word(&binary.left)?;
        let right = self.conditional_word(&binary.right)?;
        let place = range(binary.op_span);
        if binary.op == ConditionalBinaryOp::RegexMatch {
            self.construct(place.clone(), Form::RegexMatch);
        }
        let name = if binary.op.as_str() == "==" { "=" } else { binary.op.as_str() };
        let operator = operator(place, name);
        let range = left.range.start..right.range.end;
        Ok(Condition { range, kind: ConditionKind::Binary(left, operator, right) })
    }

    fn conditional_word(&mut self, expression: &ConditionalExpr) -> Lowered<Word> {
        match expression {
            ConditionalExpr::Word(word) | ConditionalExpr::Regex(word) => self.word(word),
            ConditionalExpr::Pattern(pattern) => self.pattern(pattern),
            ConditionalExpr::VarRef(reference) => {
                let place = range(reference.span);
                let kind = PartKind::Literal { text: self.slice(place.clone()).to_owned(), quoted: false };
                Ok(Word { range: place.clone(), parts: vec![Part { range: place, kind }] })
            }
            ConditionalExpr::Parenthesized(inner) => self.conditional_word(&inner.expr),
            ConditionalExpr::Unary(_) | ConditionalExpr::Binary(_) => super::unread("this condition"),
        }
    }
}

fn operator(range: Range<usize>, name: &str) -> Operator {
    Operator { range, name: name.to_owned() }
}
