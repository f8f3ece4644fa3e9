//! What a text for `MongoDB`'s shell makes, and what it drops.

/// A method that a second run trips over, or that keeps it from that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Initiate,
    CreateUser,
    DropUser,
}

const VERBS: [(&str, Verb); 3] =
    [("rs.initiate(", Verb::Initiate), ("createUser(", Verb::CreateUser), ("dropUser(", Verb::DropUser)];

/// The calls of `text` in order, each with the name of its user.
pub(super) fn calls(text: &str) -> Vec<(Verb, String)> {
    let mut calls: Vec<(usize, Verb, String)> = Vec::new();
    for (method, verb) in VERBS {
        for (at, _) in text.match_indices(method) {
            calls.push((at, verb, user(text.get(at + method.len()..).unwrap_or(""))));
        }
    }
    calls.sort_by_key(|(at, ..)| *at);
    calls.into_iter().map(|(_, verb, name)| (verb, name)).collect()
}

/// The user's name among `arguments`, as it is written: the first one, or the field `user` of that.
fn user(arguments: &str) -> String {
    let first = arguments.trim_start();
    let first = match first.strip_prefix('{').and_then(|fields| fields.split_once("user")) {
        Some((_, field)) => field.trim_start_matches(['"', '\'', ' ', ':']),
        None => first.trim_start_matches(['"', '\'']),
    };
    first.split(['"', '\'', ',', ')', '}']).next().unwrap_or("").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_read_in_order_with_their_users() {
        let text = "db.dropUser('a'); db.getSiblingDB(\"x\").createUser({ user: \"b\", pwd: 'c', roles: [] }); rs.initiate()";
        let calls = calls(text);
        let calls: Vec<_> = calls.iter().map(|(verb, name)| (*verb, name.as_str())).collect();
        assert_eq!(calls, [(Verb::DropUser, "a"), (Verb::CreateUser, "b"), (Verb::Initiate, "")]);
        assert_eq!(user("{pwd: p, \"user\": name}"), "name");
        assert_eq!(user("process.env.USER)"), "process.env.USER");
    }
}
