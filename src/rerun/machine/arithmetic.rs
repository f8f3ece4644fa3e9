//! Integer arithmetic (POSIX XCU 2.6.4, with what bash adds to it).

/// The variables that an expression reads and sets.
pub(super) trait Variables {
    /// A variable's value; `None` where it isn't known.
    fn get(&self, name: &str) -> Option<String>;
    /// Sets a variable.
    fn set(&mut self, name: &str, value: i64);
}

/// The deepest nesting of parentheses, signs and assignments.
const MAX_DEPTH: u32 = 64;
/// The operators, the longest first.
const OPERATORS: [&str; 39] = [
    "<<=", ">>=", "**", "<=", ">=", "==", "!=", "&&", "||", "++", "--", "<<", ">>", "+=", "-=", "*=", "/=",
    "%=", "&=", "|=", "^=", "+", "-", "*", "/", "%", "(", ")", "<", ">", "=", "!", "~", "&", "|", "^", "?",
    ":", ",",
];
/// Operators between two operands, each row binding tighter than the one before.
const LEVELS: [&[&str]; 10] = [
    &["||"],
    &["&&"],
    &["|"],
    &["^"],
    &["&"],
    &["==", "!="],
    &["<=", ">=", "<", ">"],
    &["<<", ">>"],
    &["+", "-"],
    &["*", "/", "%"],
];

/// The value of `text`, with what it assigns assigned; `None` where it isn't known, or no such expression.
pub(super) fn evaluate(text: &str, variables: &mut dyn Variables) -> Option<i64> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: &tokens, variables, depth: 0, skipping: 0 };
    let value = parser.list()?;
    parser.tokens.is_empty().then_some(value)
}

/// A constant: decimal, octal (`010`), hexadecimal (`0x10`), or bash's `BASE#DIGITS` up to base 36.
pub(super) fn constant(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (digits, base) = if let Some((base, digits)) = digits.split_once('#') {
        (digits, base.parse().ok().filter(|base| (2..=36).contains(base))?)
    } else if let Some(digits) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        (digits, 16)
    } else if digits.len() > 1 && digits.starts_with('0') {
        (digits, 8)
    } else {
        (digits, 10)
    };
    let value =
        i64::from_str_radix(Some(digits).filter(|digits| !digits.starts_with(['+', '-']))?, base).ok()?;
    Some(if negative { value.checked_neg()? } else { value })
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token<'t> {
    Number(i64),
    Name(&'t str),
    Operator(&'static str),
}

fn tokens(text: &str) -> Option<Vec<Token<'_>>> {
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = |wanted: fn(char) -> bool| rest.find(|c: char| !wanted(c)).unwrap_or(rest.len());
        let (token, length) = if first.is_ascii_digit() {
            let length = length(|c| c.is_ascii_alphanumeric() || c == '#');
            (Token::Number(constant(rest.get(..length)?)?), length)
        } else if first.is_ascii_alphabetic() || first == '_' {
            let length = length(|c| c.is_ascii_alphanumeric() || c == '_');
            (Token::Name(rest.get(..length)?), length)
        } else if first == '$' {
            // A positional parameter isn't a name.
            rest = rest.get(1..)?;
            if rest.starts_with(|c: char| !c.is_ascii_alphabetic() && c != '_') {
                return None;
            }
            continue;
        } else {
            let operator = OPERATORS.iter().find(|operator| rest.starts_with(**operator))?;
            (Token::Operator(operator), operator.len())
        };
        out.push(token);
        rest = rest.get(length..)?.trim_start();
    }
    Some(out)
}

/// A parser by recursive descent that evaluates as it goes.
struct Parser<'t, 'v> {
    tokens: &'t [Token<'t>],
    variables: &'v mut dyn Variables,
    depth: u32,
    /// Within how many operands that aren't evaluated, of `&&`, `||` and `?`.
    skipping: u32,
}

impl Parser<'_, '_> {
    fn operator(&mut self, wanted: &[&str]) -> Option<&'static str> {
        match self.tokens.split_first()? {
            (Token::Operator(operator), rest) if wanted.contains(operator) => {
                self.tokens = rest;
                Some(operator)
            }
            _ => None,
        }
    }

    /// Goes over an operand, evaluated only where it is `wanted`.
    fn operand(&mut self, wanted: bool, parse: impl FnOnce(&mut Self) -> Option<i64>) -> Option<i64> {
        self.skipping += u32::from(!wanted);
        let value = parse(self);
        self.skipping -= u32::from(!wanted);
        value
    }

    /// `a, b`.
    fn list(&mut self) -> Option<i64> {
        let mut value = self.assignment()?;
        while self.operator(&[","]).is_some() {
            value = self.assignment()?;
        }
        Some(value)
    }

    /// `a = b`, `a += b`…
    fn assignment(&mut self) -> Option<i64> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let value = match self.tokens {
            [Token::Name(name), Token::Operator(operator), rest @ ..] if is_assignment(operator) => {
                self.tokens = rest;
                let right = self.assignment()?;
                let value = match operator.strip_suffix('=') {
                    Some("") | None => right,
                    Some(operator) => {
                        let left = self.value_of(name)?;
                        self.apply(operator, left, right)?
                    }
                };
                self.set(name, value);
                Some(value)
            }
            _ => self.choice(),
        };
        self.depth -= 1;
        value
    }

    /// `a ? b : c`.
    fn choice(&mut self) -> Option<i64> {
        let condition = self.binary(0)?;
        if self.operator(&["?"]).is_none() {
            return Some(condition);
        }
        let then = self.operand(condition != 0, Self::assignment)?;
        self.operator(&[":"])?;
        let otherwise = self.operand(condition == 0, Self::assignment)?;
        Some(if condition != 0 { then } else { otherwise })
    }

    fn binary(&mut self, level: usize) -> Option<i64> {
        let Some(operators) = LEVELS.get(level) else { return self.power() };
        let mut left = self.binary(level + 1)?;
        while let Some(operator) = self.operator(operators) {
            let wanted = match operator {
                "&&" => left != 0,
                "||" => left == 0,
                _ => true,
            };
            let right = self.operand(wanted, |parser| parser.binary(level + 1))?;
            left = self.apply(operator, left, right)?;
        }
        Some(left)
    }

    /// `a ** b`, from the right.
    fn power(&mut self) -> Option<i64> {
        let base = self.unary()?;
        if self.operator(&["**"]).is_none() {
            return Some(base);
        }
        self.depth += 1;
        let exponent = if self.depth > MAX_DEPTH { None } else { self.power() };
        self.depth -= 1;
        base.checked_pow(u32::try_from(exponent?).ok()?)
    }

    fn unary(&mut self) -> Option<i64> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let value = match self.operator(&["-", "+", "!", "~", "++", "--"]) {
            Some("-") => self.unary()?.checked_neg(),
            Some("+") => self.unary(),
            Some("!") => Some(i64::from(self.unary()? == 0)),
            Some("~") => Some(!self.unary()?),
            Some(step) => {
                let (Token::Name(name), rest) = self.tokens.split_first()? else { return None };
                self.tokens = rest;
                self.step(name, step)
            }
            None => self.single(),
        };
        self.depth -= 1;
        value
    }

    fn single(&mut self) -> Option<i64> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        match first {
            Token::Number(number) => Some(*number),
            Token::Name(name) => {
                let old = self.value_of(name)?;
                if let Some(step) = self.operator(&["++", "--"]) {
                    self.step(name, step)?;
                }
                Some(old)
            }
            Token::Operator("(") => {
                let value = self.list()?;
                self.operator(&[")"])?;
                Some(value)
            }
            Token::Operator(_) => None,
        }
    }

    fn step(&mut self, name: &str, step: &str) -> Option<i64> {
        let old = self.value_of(name)?;
        let new = if step == "++" { old.checked_add(1)? } else { old.checked_sub(1)? };
        self.set(name, new);
        Some(new)
    }

    fn set(&mut self, name: &str, value: i64) {
        if self.skipping == 0 {
            self.variables.set(name, value);
        }
    }

    /// A variable's value; what is empty is 0. Where it isn't evaluated, it is anything.
    fn value_of(&self, name: &str) -> Option<i64> {
        if self.skipping > 0 {
            return Some(1);
        }
        let value = self.variables.get(name)?;
        let value = value.trim();
        if value.is_empty() { Some(0) } else { constant(value) }
    }

    fn apply(&self, operator: &str, left: i64, right: i64) -> Option<i64> {
        if self.skipping > 0 {
            return Some(0);
        }
        let shift = || u32::try_from(right).ok().filter(|&by| by < i64::BITS);
        Some(match operator {
            "||" => i64::from(left != 0 || right != 0),
            "&&" => i64::from(left != 0 && right != 0),
            "|" => left | right,
            "^" => left ^ right,
            "&" => left & right,
            "==" => i64::from(left == right),
            "!=" => i64::from(left != right),
            "<=" => i64::from(left <= right),
            ">=" => i64::from(left >= right),
            "<" => i64::from(left < right),
            ">" => i64::from(left > right),
            "<<" => left.wrapping_shl(shift()?),
            ">>" => left.wrapping_shr(shift()?),
            "+" => left.checked_add(right)?,
            "-" => left.checked_sub(right)?,
            "*" => left.checked_mul(right)?,
            "/" => left.checked_div(right)?,
            "%" => left.checked_rem(right)?,
            _ => return None,
        })
    }
}

fn is_assignment(operator: &str) -> bool {
    operator.ends_with('=') && !matches!(operator, "==" | "!=" | "<=" | ">=")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    impl Variables for BTreeMap<String, String> {
        fn get(&self, name: &str) -> Option<String> {
            BTreeMap::get(self, name).cloned()
        }

        fn set(&mut self, name: &str, value: i64) {
            self.insert(name.to_owned(), value.to_string());
        }
    }

    fn variables() -> BTreeMap<String, String> {
        [("i", "4"), ("eight", "010"), ("empty", "")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into()
    }

    #[test]
    fn expressions_have_the_values_that_bash_gives_them() {
        for (text, expected) in [
            ("i+1", Some(5)),
            ("$i * (2 - -1)", Some(12)),
            ("100 * 2 / 3 % 7", Some(3)),
            ("i >= 4", Some(1)),
            ("x + 1", None),
            ("1 / 0", None),
            ("0 && 1 / 0", Some(0)),
            ("i > 3 && !(i > 5)", Some(1)),
            ("i == 1 || i == 2", Some(0)),
            ("i+++1", Some(5)),
            ("010", Some(8)),
            ("08", None),
            ("eight + 1", Some(9)),
            ("empty + 1", Some(1)),
            ("0x1F", Some(31)),
            ("10#08", Some(8)),
            ("2#101", Some(5)),
            ("36#z", Some(35)),
            ("1 << 4 | 1", Some(17)),
            ("~0", Some(-1)),
            ("2 ** 3 ** 2", Some(512)),
            ("7 & 3 ^ 1", Some(2)),
            ("i > 3 ? 10 : 20", Some(10)),
            ("1, 2", Some(2)),
            ("$1 + 1", None),
            ("1 << 64", None),
            ("9223372036854775807 + 1", None),
            ("", None),
            ("1 2", None),
        ] {
            assert_eq!(evaluate(text, &mut variables()), expected, "{text}");
        }
        assert_eq!(evaluate(&"(".repeat(1000), &mut variables()), None);
        assert_eq!(evaluate(&"-".repeat(1001), &mut variables()), None);
        assert_eq!(evaluate(&format!("{}1", "2**".repeat(1000)), &mut variables()), None);
    }

    #[test]
    fn what_is_assigned_is_set() {
        for (text, value, name, new) in [
            ("i++", 4, "i", "5"),
            ("--i", 3, "i", "3"),
            ("j = i * 2", 8, "j", "8"),
            ("i += 3", 7, "i", "7"),
            ("i <<= 1", 8, "i", "8"),
            ("j = k = 2", 2, "j", "2"),
            ("i = 1, i++, i", 2, "i", "2"),
            ("0 && i++", 0, "i", "4"),
            ("1 ? i : i++", 4, "i", "4"),
        ] {
            let mut variables = variables();
            assert_eq!(evaluate(text, &mut variables), Some(value), "{text}");
            assert_eq!(BTreeMap::get(&variables, name).map(String::as_str), Some(new), "{text}");
        }
    }
}
