//! Requests over HTTP, and which of them change nothing.

/// The last parts of the addresses of what answers a `POST`: a search, a login, a query.
const ASKED: [&str; 14] = [
    "_count",
    "_explain",
    "_mget",
    "_msearch",
    "_search",
    "_validate",
    "authenticate",
    "introspect",
    "login",
    "query",
    "query_range",
    "search",
    "signin",
    "token",
];

/// What the methods of JSON-RPC begin with that change something.
const CHANGES: [&str; 18] = [
    "add", "create", "delete", "deploy", "export", "import", "insert", "mint", "new", "put", "register",
    "remove", "send", "set", "start", "stop", "submit", "update",
];

/// Whether a `POST` of `body` to `url` only asks for something.
pub(super) fn only_asks(url: &str, body: Option<&str>) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or(url).trim_end_matches('/');
    let path = path.split_once("://").map_or(path, |(_, path)| path);
    let path = path.split_once('/').map_or("", |(_, path)| path);
    ASKED.contains(&path.rsplit('/').next().unwrap_or(path))
        || path.split('/').any(|part| matches!(part, "oauth" | "oauth2"))
        || body.is_some_and(|body| is_call_that_asks(body) || is_query(body))
}

/// Whether `body` calls a method of JSON-RPC that changes nothing: `net_peerCount`.
fn is_call_that_asks(body: &str) -> bool {
    let method = value_of(body, "method").filter(|_| body.contains("\"jsonrpc\""));
    method.is_some_and(|method| {
        let mut words = method.split(['_', '.', '/', ':']);
        !words.any(|word| CHANGES.iter().any(|change| word.to_ascii_lowercase().starts_with(change)))
    })
}

/// Whether `body` is a query of GraphQL, and no mutation.
fn is_query(body: &str) -> bool {
    value_of(body, "query").is_some_and(|query| {
        let query = query.trim_start();
        query.starts_with('{') || query.starts_with("query")
    })
}

/// The string at `key` of the JSON object `text`, up to its first quote.
fn value_of<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    let (_, after) = text.split_once(&format!("\"{key}\""))?;
    let value = after.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
    value.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::only_asks;

    #[test]
    fn what_only_asks_is_told_by_its_address_or_its_body() {
        for url in [
            "http://es:9200/index/_search?size=1",
            "https://kc/realms/a/protocol/openid-connect/token",
            "http://prometheus:9090/api/v1/query",
            "$URL/oauth2/device",
            "http://a/api/login/",
        ] {
            assert!(only_asks(url, Some("a=b")), "{url}");
        }
        for body in [
            r#"{"jsonrpc":"2.0","method":"net_peerCount","params":[],"id":1}"#,
            r#"{"jsonrpc": "2.0", "id": 1, "method" : "eth_getBalance"}"#,
            r#"{"query": "{ users { id } }"}"#,
            r#"{"query":"query Users { id }"}"#,
        ] {
            assert!(only_asks("http://node:8545", Some(body)), "{body}");
        }
        for body in [
            r#"{"jsonrpc":"2.0","method":"admin_addPeer","params":[]}"#,
            r#"{"jsonrpc":"2.0","method":"eth_sendRawTransaction"}"#,
            r#"{"jsonrpc":"2.0","params":[]}"#,
            r#"{"query":"mutation { addUser }"}"#,
            r#"{"method":"get"}"#,
            r#"{"name":"x"}"#,
        ] {
            assert!(!only_asks("http://grafana:3000/api/datasources", Some(body)), "{body}");
        }
        assert!(!only_asks("http://a/tokens", None));
        assert!(!only_asks("search", None));
    }
}
