//! Integer arithmetic, as far as counters need it (POSIX XCU 2.6.4).

/// The value of `text`, whose variables have the values that `lookup` says, and what it assigns to
/// variables; `None` where it uses more than integers, names, `+ - * / %`, comparisons, `&& || !`,
/// parentheses, one assignment or one `++` or `--`, or isn't known.
pub(super) fn evaluate(
    text: &str,
    lookup: &dyn Fn(&str) -> Option<String>,
) -> Option<(i64, Option<(String, i64)>)> {
    let tokens = tokens(text)?;
    let number = |name: &str| lookup(name)?.trim().parse::<i64>().ok();
    let operator = |token: &Token| match token {
        Token::Operator(operator) => operator.clone(),
        _ => String::new(),
    };
    let step = |operator: &str| if operator == "++" { 1 } else { -1 };
    match tokens.as_slice() {
        [Token::Name(name), sign] if matches!(operator(sign).as_str(), "++" | "--") => {
            let old = number(name)?;
            Some((old, Some((name.clone(), old.checked_add(step(&operator(sign)))?))))
        }
        [sign, Token::Name(name)] if matches!(operator(sign).as_str(), "++" | "--") => {
            let new = number(name)?.checked_add(step(&operator(sign)))?;
            Some((new, Some((name.clone(), new))))
        }
        [Token::Name(name), sign, rest @ ..] if matches!(operator(sign).as_str(), "=" | "+=" | "-=") => {
            let right = whole(rest, lookup)?;
            let new = match operator(sign).as_str() {
                "=" => right,
                "+=" => number(name)?.checked_add(right)?,
                _ => number(name)?.checked_sub(right)?,
            };
            Some((new, Some((name.clone(), new))))
        }
        tokens => Some((whole(tokens, lookup)?, None)),
    }
}

fn whole(tokens: &[Token], lookup: &dyn Fn(&str) -> Option<String>) -> Option<i64> {
    let mut parser = Parser { tokens, lookup, depth: 0 };
    let value = parser.either()?;
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
            const LONG: [&str; 10] = ["<=", ">=", "==", "!=", "&&", "||", "++", "--", "+=", "-="];
            let two = rest.get(..2).filter(|two| LONG.contains(two));
            let operator = two.or_else(|| rest.get(..1).filter(|one| "+-*/%()<>=!".contains(*one)))?;
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

    fn either(&mut self) -> Option<i64> {
        let mut left = self.both()?;
        while self.operator(&["||"]).is_some() {
            let right = self.both()?;
            left = i64::from(left != 0 || right != 0);
        }
        Some(left)
    }

    fn both(&mut self) -> Option<i64> {
        let mut left = self.comparison()?;
        while self.operator(&["&&"]).is_some() {
            let right = self.comparison()?;
            left = i64::from(left != 0 && right != 0);
        }
        Some(left)
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
            Token::Operator(operator) if operator == "!" => Some(i64::from(self.single()? == 0)),
            Token::Operator(operator) if operator == "(" => {
                let value = self.either()?;
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
            ("i > 3 && !(i > 5)", Some(1)),
            ("i == 1 || i == 2", Some(0)),
            ("i+++1", None),
            ("", None),
        ] {
            assert_eq!(evaluate(text, &lookup).map(|(value, _)| value), expected, "{text}");
        }
        assert_eq!(evaluate(&"(".repeat(1000), &lookup), None);
    }

    #[test]
    fn counters_are_assigned() {
        let lookup = |name: &str| (name == "i").then(|| "4".to_owned());
        for (text, value, name, new) in
            [("i++", 4, "i", 5), ("--i", 3, "i", 3), ("j = i * 2", 8, "j", 8), ("i += 3", 7, "i", 7)]
        {
            assert_eq!(evaluate(text, &lookup), Some((value, Some((name.to_owned(), new)))), "{text}");
        }
    }
}
