//! Requests over HTTP, and which of them change nothing.

/// The last parts of the addresses of what answers a `POST`: a search, a login.
const ASKED: [&str; 9] =
    ["_count", "_explain", "_mget", "_msearch", "_search", "_validate", "authenticate", "login", "signin"];

/// The same right behind `api` or its version; elsewhere something is made there.
const ASKED_OF_API: [&str; 3] = ["query", "query_range", "search"];

/// The same where a part before is one of [`OAUTH`]; elsewhere a token is made there for good.
const ASKED_OF_OAUTH: [&str; 4] = ["authorize", "device", "introspect", "token"];
const OAUTH: [&str; 4] = ["connect", "oauth", "oauth2", "openid-connect"];

/// What the methods of JSON-RPC begin with, behind their namespace, that change nothing.
const READS: [&str; 8] = ["count", "describe", "estimate", "find", "get", "list", "query", "show"];

/// The same in full.
const READING: [&str; 11] = [
    "accounts",
    "blockNumber",
    "chainId",
    "clientVersion",
    "gasPrice",
    "listening",
    "nodeInfo",
    "peerCount",
    "peers",
    "syncing",
    "version",
];

/// Whether a `POST` of `body` to `url` only asks for something.
pub(super) fn only_asks(url: &str, body: Option<&str>) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or(url).trim_end_matches('/');
    let path = path.split_once("://").map_or(path, |(_, path)| path);
    let path = path.split_once('/').map_or("", |(_, path)| path);
    let (before, last) = path.rsplit_once('/').unwrap_or(("", path));
    ASKED.contains(&last)
        || ASKED_OF_API.contains(&last) && before.rsplit('/').next().is_some_and(is_version)
        || ASKED_OF_OAUTH.contains(&last) && before.split('/').any(|part| OAUTH.contains(&part))
        || body.is_some_and(|body| is_call_that_asks(body) || is_query(body))
}

/// `api`, `v1` or `2`.
fn is_version(part: &str) -> bool {
    let number = part.strip_prefix('v').unwrap_or(part);
    part == "api" || !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether `body` calls one method of JSON-RPC, and that changes nothing: `net_peerCount`.
fn is_call_that_asks(body: &str) -> bool {
    let is_one = body.contains("\"jsonrpc\"") && body.matches("\"method\"").count() == 1;
    let method = value_of(body, "method").filter(|_| is_one);
    method.and_then(|method| method.rsplit(['_', '.', '/', ':']).next()).is_some_and(|name| {
        // `getnewaddress` makes one.
        let reads = |start: &str| {
            name.strip_prefix(start).is_some_and(|rest| !rest.to_ascii_lowercase().starts_with("new"))
        };
        READING.contains(&name) || READS.iter().any(|start| reads(start))
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
            "https://jira/rest/api/2/search",
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
        for method in ["call", "generatetoaddress", "evm_mine", "host.massadd", "tools/call", "getnewaddress"]
        {
            let body = format!(r#"{{"jsonrpc":"2.0","method":"{method}"}}"#);
            assert!(!only_asks("http://node:8545", Some(&body)), "{method}");
        }
        let two = r#"[{"jsonrpc":"2.0","method":"eth_chainId"},{"jsonrpc":"2.0","method":"eth_sendRawTransaction"}]"#;
        assert!(!only_asks("http://node:8545", Some(two)));
        for url in [
            "http://a/tokens",
            "search",
            "http://kong:8001/consumers/alice/oauth2",
            "http://a/api/v3/providers/oauth2/",
            "http://a/api/identity/oauth2/dcr/v1.1/register",
            "http://a/api/users/1/token",
            "http://a/api/saved/search",
            "http://influx:8086/query",
        ] {
            assert!(!only_asks(url, None), "{url}");
        }
    }
}
