//! Integer arithmetic, as far as counters need it (POSIX XCU 2.6.4).

/// The value of `text`, whose variables have the values that `lookup` says; `None` where it uses
/// more than integers, names, `+ - * / %`, comparisons and parentheses, or isn't known.
pub(super) fn value(text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Option<i64> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: &tokens, lookup, depth: 0 };
    let value = parser.comparison()?;
    parser.tokens.is_empty().then_some(value)
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Number(i64),
    Name(String),
    Operator(String),
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = |wanted: fn(char) -> bool| rest.find(|c: char| !wanted(c)).unwrap_or(rest.len());
        let (token, length) = if first.is_ascii_digit() {
            let length = length(|c| c.is_ascii_digit());
            (Token::Number(rest.get(..length)?.parse().ok()?), length)
        } else if first.is_ascii_alphabetic() || first == '_' {
            let length = length(|c| c.is_ascii_alphanumeric() || c == '_');
            (Token::Name(rest.get(..length)?.to_owned()), length)
        } else if first == '$' {
            rest = rest.get(1..)?;
            continue;
        } else {
            let two = rest.get(..2).filter(|two| matches!(*two, "<=" | ">=" | "==" | "!="));
            let operator = two.or_else(|| rest.get(..1).filter(|one| "+-*/%()<>".contains(*one)))?;
            (Token::Operator(operator.to_owned()), operator.len())
        };
        out.push(token);
        rest = rest.get(length..)?.trim_start();
    }
    Some(out)
}

struct Parser<'t> {
    tokens: &'t [Token],
    lookup: &'t dyn Fn(&str) -> Option<String>,
    depth: u32,
}

impl Parser<'_> {
    fn operator(&mut self, wanted: &[&str]) -> Option<String> {
        let (first, rest) = self.tokens.split_first()?;
        match first {
            Token::Operator(operator) if wanted.contains(&operator.as_str()) => {
                self.tokens = rest;
                Some(operator.clone())
            }
            _ => None,
        }
    }

    fn comparison(&mut self) -> Option<i64> {
        let mut left = self.sum()?;
        while let Some(operator) = self.operator(&["<=", ">=", "==", "!=", "<", ">"]) {
            let right = self.sum()?;
            left = i64::from(match operator.as_str() {
                "<=" => left <= right,
                ">=" => left >= right,
                "==" => left == right,
                "!=" => left != right,
                "<" => left < right,
                _ => left > right,
            });
        }
        Some(left)
    }

    fn sum(&mut self) -> Option<i64> {
        let mut left = self.product()?;
        while let Some(operator) = self.operator(&["+", "-"]) {
            let right = self.product()?;
            left = if operator == "+" { left.checked_add(right)? } else { left.checked_sub(right)? };
        }
        Some(left)
    }

    fn product(&mut self) -> Option<i64> {
        let mut left = self.single()?;
        while let Some(operator) = self.operator(&["*", "/", "%"]) {
            let right = self.single()?;
            left = match operator.as_str() {
                "*" => left.checked_mul(right)?,
                "/" => left.checked_div(right)?,
                _ => left.checked_rem(right)?,
            };
        }
        Some(left)
    }

    fn single(&mut self) -> Option<i64> {
        self.depth += 1;
        if self.depth > 64 {
            return None;
        }
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        let value = match first {
            Token::Number(number) => Some(*number),
            Token::Name(name) => (self.lookup)(name)?.trim().parse().ok(),
            Token::Operator(operator) if operator == "-" => self.single()?.checked_neg(),
            Token::Operator(operator) if operator == "(" => {
                let value = self.comparison()?;
                self.operator(&[")"])?;
                Some(value)
            }
            Token::Operator(_) => None,
        };
        self.depth -= 1;
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_count() {
        let lookup = |name: &str| (name == "i").then(|| "4".to_owned());
        for (text, expected) in [
            ("i+1", Some(5)),
            ("$i * (2 - -1)", Some(12)),
            ("100 * 2 / 3 % 7", Some(3)),
            ("i >= 4", Some(1)),
            ("x + 1", None),
            ("1 / 0", None),
            ("i++", None),
            ("", None),
        ] {
            assert_eq!(value(text, &lookup), expected, "{text}");
        }
        assert_eq!(value(&"(".repeat(1000), &lookup), None);
    }
}
