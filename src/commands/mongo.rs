//! What a text for `MongoDB`'s shell makes, and what it drops.

/// A call that a second run trips over, or that keeps it from that; users go by their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Method {
    Initiate,
    CreateUser(String),
    DropUser(String),
}

/// The calls of `text`, in order.
pub(super) fn calls(text: &str) -> Vec<Method> {
    let calls_of = |method: &'static str| {
        let calls = text.match_indices(method);
        calls.map(move |(at, _)| (at, text.get(at + method.len()..).unwrap_or("")))
    };
    let initiate = calls_of("rs.initiate(").map(|(at, _)| (at, Method::Initiate));
    let create = calls_of("createUser(").map(|(at, arguments)| (at, Method::CreateUser(user(arguments))));
    let drop = calls_of("dropUser(").map(|(at, arguments)| (at, Method::DropUser(user(arguments))));
    let mut calls: Vec<_> = initiate.chain(create).chain(drop).collect();
    calls.sort_by_key(|(at, _)| *at);
    calls.into_iter().map(|(_, method)| method).collect()
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
        let named = str::to_owned;
        let expected = [Method::DropUser(named("a")), Method::CreateUser(named("b")), Method::Initiate];
        assert_eq!(calls(text), expected);
        assert_eq!(user("{pwd: p, \"user\": name}"), "name");
        assert_eq!(user("process.env.USER)"), "process.env.USER");
    }
}
