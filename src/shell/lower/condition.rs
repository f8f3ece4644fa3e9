//! `[[ … ]]`.

use shuck_ast::{ConditionalBinaryOp, ConditionalExpr, ConditionalUnaryOp};

use super::super::ir::{Condition, Part, Word};
use super::{Lowered, Lowering, range};

impl Lowering<'_> {
    /// An expression; what `&&` and `||` chain is nested to the left and walked by recursion,
    /// within the same bound as all else.
    pub(super) fn conditional(&mut self, expression: &ConditionalExpr) -> Lowered<Condition> {
        self.deeper(1, |lowering| lowering.conditional_here(expression))
    }

    fn conditional_here(&mut self, expression: &ConditionalExpr) -> Lowered<Condition> {
        Ok(match expression {
            ConditionalExpr::Parenthesized(inner) => self.conditional(&inner.expr)?,
            ConditionalExpr::Unary(unary) if unary.op == ConditionalUnaryOp::Not => {
                Condition::Not(Box::new(self.conditional(&unary.expr)?))
            }
            ConditionalExpr::Unary(unary) => {
                Condition::Unary(unary.op.as_str().to_owned(), self.conditional_word(&unary.expr)?)
            }
            ConditionalExpr::Binary(binary) => match binary.op {
                ConditionalBinaryOp::And | ConditionalBinaryOp::Or => {
                    let left = Box::new(self.conditional(&binary.left)?);
                    let right = Box::new(self.conditional(&binary.right)?);
                    if binary.op == ConditionalBinaryOp::And {
                        Condition::And(left, right)
                    } else {
                        Condition::Or(left, right)
                    }
                }
                operator => {
                    let left = self.conditional_word(&binary.left)?;
                    let right = self.conditional_word(&binary.right)?;
                    let operator = if operator.as_str() == "==" { "=" } else { operator.as_str() };
                    Condition::Binary(left, operator.to_owned(), right)
                }
            },
            other => Condition::Word(self.conditional_word(other)?),
        })
    }

    fn conditional_word(&mut self, expression: &ConditionalExpr) -> Lowered<Word> {
        match expression {
            ConditionalExpr::Word(word) | ConditionalExpr::Regex(word) => self.word(word),
            ConditionalExpr::Pattern(pattern) => self.pattern(pattern),
            ConditionalExpr::VarRef(reference) => {
                let place = range(reference.span);
                let text = self.slice(place.clone()).to_owned();
                Ok(Word { range: place, parts: vec![Part::Literal { text, quoted: false }] })
            }
            ConditionalExpr::Parenthesized(inner) => self.conditional_word(&inner.expr),
            ConditionalExpr::Unary(_) | ConditionalExpr::Binary(_) => super::unread("this condition"),
        }
    }
}
