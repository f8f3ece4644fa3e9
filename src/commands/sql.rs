//! SQL: which statements fail, or do their work again, when they are run a second time.

/// What a statement does that a second run trips over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Statement {
    /// `CREATE …` without `IF NOT EXISTS` or `OR REPLACE`: what kind, and its name.
    Create(String, String),
    /// `DROP …`.
    Drop(String, String),
    /// `INSERT INTO table` that doesn't say what to do about a row that is there.
    Insert(String),
}

/// The statements of `text` that matter, in order.
pub(super) fn statements(text: &str) -> Vec<Statement> {
    split(text).iter().filter_map(|statement| understood(statement)).collect()
}

/// The statements, apart at `;` outside of quotes and comments. A dollar-quoted body isn't read.
fn split(text: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut quote: Option<char> = None;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let mut length = c.len_utf8();
        match quote {
            Some(q) => quote = (c != q).then_some(q),
            None if matches!(c, '\'' | '"' | '`') => quote = Some(c),
            None if rest.starts_with("$$") => {
                let end = rest.get(2..).and_then(|body| body.find("$$"));
                length = end.map_or(rest.len(), |end| end + 4);
                rest = rest.get(length..).unwrap_or_default();
                continue;
            }
            None if rest.starts_with("--") => {
                rest = rest.get(rest.find('\n').unwrap_or(rest.len())..).unwrap_or_default();
                continue;
            }
            None if c == ';' => {
                out.push(String::new());
                rest = rest.get(1..).unwrap_or_default();
                continue;
            }
            None => {}
        }
        if let Some(last) = out.last_mut() {
            last.push(c);
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    out
}

fn understood(statement: &str) -> Option<Statement> {
    let upper = statement.to_ascii_uppercase();
    let words: Vec<&str> = upper.split_whitespace().collect();
    let has = |phrase: &str| words.join(" ").contains(phrase);
    match words.as_slice() {
        ["CREATE", ..] if has("IF NOT EXISTS") || has("OR REPLACE") || has("OR ALTER") => None,
        ["CREATE", rest @ ..] => {
            let at = rest.iter().position(|word| KINDS.contains(word))?;
            Some(Statement::Create(kind(rest.get(at)?), name_after(statement, 1 + at)?))
        }
        ["DROP", kind_word, ..] if KINDS.contains(kind_word) => {
            let at = if has("IF EXISTS") { 3 } else { 1 };
            Some(Statement::Drop(kind(kind_word), name_after(statement, at)?))
        }
        ["ALTER", "TABLE", .., "ADD", "COLUMN", _, _] | ["ALTER", "TABLE", _, "ADD", "COLUMN", ..] => {
            let names: Vec<&str> = statement.split_whitespace().collect();
            let (table, column) = (names.get(2)?, names.get(5)?);
            (!has("IF NOT EXISTS")).then(|| Statement::Create("column".into(), format!("{table}.{column}")))
        }
        ["INSERT", "INTO", ..] => {
            let settled = ["ON CONFLICT", "ON DUPLICATE", "NOT EXISTS", "OR IGNORE", "OR REPLACE"];
            (!settled.iter().any(|phrase| has(phrase)))
                .then(|| name_after(statement, 1).map(Statement::Insert))?
        }
        _ => None,
    }
}

const KINDS: [&str; 15] = [
    "TABLE",
    "DATABASE",
    "USER",
    "ROLE",
    "SCHEMA",
    "INDEX",
    "SEQUENCE",
    "TYPE",
    "VIEW",
    "EXTENSION",
    "FUNCTION",
    "TRIGGER",
    "KEYSPACE",
    "PUBLICATION",
    "SUBSCRIPTION",
];

/// In `PostgreSQL` a user is a role.
fn kind(word: &str) -> String {
    match word {
        "USER" => "role".to_owned(),
        word => word.to_ascii_lowercase(),
    }
}

/// The name that follows the word at `index`.
fn name_after(statement: &str, index: usize) -> Option<String> {
    let word = statement.split_whitespace().nth(index + 1)?;
    // In MySQL a user has a host: `'app'@'%'`.
    let name = word.split(['(', ',']).next()?.replace(['"', '`', '\'', ';'], "");
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_that_trip_are_seen() {
        let create = |kind: &str, name: &str| vec![Statement::Create(kind.into(), name.into())];
        assert_eq!(statements("create table t(id int);"), create("table", "t"));
        assert_eq!(statements("CREATE UNIQUE INDEX i ON t (a)"), create("index", "i"));
        assert_eq!(statements("CREATE USER \"app\" WITH PASSWORD 'a;b'"), create("role", "app"));
        assert_eq!(statements("CREATE USER 'app'@'%' IDENTIFIED BY 'x'"), create("role", "app@%"));
        assert_eq!(statements("CREATE USER \"a@b.example\""), create("role", "a@b.example"));
        assert_eq!(statements("ALTER TABLE t ADD COLUMN c int"), create("column", "t.c"));
        assert_eq!(statements("INSERT INTO t VALUES (1)"), [Statement::Insert("t".into())]);
        assert_eq!(statements("DROP TABLE IF EXISTS t; CREATE TABLE t (a int)").len(), 2);
    }

    #[test]
    fn statements_that_pass_are_left_alone() {
        for text in [
            "CREATE TABLE IF NOT EXISTS t (id int)",
            "CREATE OR REPLACE VIEW v AS SELECT 1",
            "INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING",
            "INSERT INTO t SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM t)",
            "SELECT 'CREATE DATABASE x' WHERE NOT EXISTS (SELECT 1)\\gexec",
            "DO $$ BEGIN CREATE ROLE r; EXCEPTION WHEN duplicate_object THEN NULL; END $$;",
            "-- CREATE TABLE t;\nSELECT 1",
            "GRANT ALL ON t TO r",
            "ALTER TABLE t ADD COLUMN IF NOT EXISTS c int",
            "'",
            "$$",
        ] {
            assert_eq!(statements(text), [], "{text}");
        }
    }
}
