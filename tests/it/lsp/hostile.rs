//! No message ends the server but `exit`.

use serde_json::{Value, json};

use super::client::{Client, range, uri};
use crate::support::binary::folder;

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: 가🚀}\nspec:\n  initContainers:\n    - name: a\n      \
                   image: busybox\n      command: [sh, -c, mkdir /a]\n      livenessProbe: {} # initlint: ignore[\n";

/// Numbers that look random and are the same each time (xorshift64).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).unwrap()
    }

    fn choose<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len())]
    }
}

/// What an editor sends.
fn messages(pod: &str, config: &str) -> Vec<Value> {
    let opened = |uri: &str, text: &str| {
        let document = json!({ "uri": uri, "languageId": "yaml", "version": 1, "text": text });
        json!({ "method": "textDocument/didOpen", "params": { "textDocument": document } })
    };
    let at = json!({ "textDocument": { "uri": pod }, "position": { "line": 7, "character": 28 } });
    let edits = json!([
        { "range": range((4, 2), (4, 2)), "text": "가🚀" },
        { "range": range((1, 0), (7, 3)), "text": "- a: [" },
        { "text": POD },
    ]);
    let change = json!({ "textDocument": { "uri": pod, "version": 7 }, "contentChanges": edits });
    let actions = json!({ "textDocument": { "uri": pod }, "range": range((0, 0), (9, 0)), "context": { "diagnostics": [] } });
    vec![
        opened(pod, POD),
        opened(config, "rules: {bashism: off}\n"),
        json!({ "method": "textDocument/didChange", "params": change }),
        json!({ "method": "textDocument/didClose", "params": { "textDocument": { "uri": config } } }),
        json!({ "method": "textDocument/didSave", "params": { "textDocument": { "uri": pod } } }),
        json!({ "id": 5, "method": "textDocument/hover", "params": at }),
        json!({ "id": 6, "method": "textDocument/completion", "params": at }),
        json!({ "id": "7", "method": "textDocument/codeAction", "params": actions }),
        json!({ "method": "workspace/didChangeConfiguration", "params": { "settings": { "select": ["api"] } } }),
        json!({ "method": "$/cancelRequest", "params": { "id": 5 } }),
        json!({ "id": 8, "result": null }),
    ]
}

/// Puts something else in place of one value in `value`, itself included.
fn spoil(value: &mut Value, random: &mut Random) {
    let strange = [
        Value::Null,
        json!(-1),
        json!(4_294_967_295_u64),
        json!(1e99),
        json!(""),
        json!("file:///%zz/가 #?"),
        json!("mkdir /a\r\n\u{feff}---\n"),
        json!([]),
        json!({}),
        (0..100).fold(json!(0), |inner, _| json!([inner])),
    ];
    match value {
        Value::Array(items) if !items.is_empty() && random.below(8) > 0 => {
            let at = random.below(items.len());
            spoil(&mut items[at], random);
        }
        Value::Object(entries) if !entries.is_empty() && random.below(8) > 0 => {
            let at = random.below(entries.len());
            spoil(entries.values_mut().nth(at).unwrap(), random);
        }
        value => *value = random.choose(&strange).clone(),
    }
}

#[test]
fn no_message_ends_it() {
    let folder = folder(&[("kustomization.yaml", "resources: [pod.yaml]\n"), ("pod.yaml", POD)]);
    let messages = messages(&uri(folder.path(), "pod.yaml"), &uri(folder.path(), ".initlint.yaml"));
    let mut random = Random(0x5eed);
    let mut client = Client::silent(folder.path(), &[]);
    let mut is_initialized = false;
    for round in 0..600 {
        if round == 100 {
            let answer =
                client.ask("initialize", json!({ "rootUri": uri(folder.path(), ""), "capabilities": {} }));
            is_initialized = answer.get("capabilities").is_some();
        }
        let mut message = random.choose(&messages).clone();
        message["jsonrpc"] = json!("2.0");
        for _ in 0..random.below(4) {
            spoil(&mut message, &mut random);
        }
        let mut body = message.to_string().into_bytes();
        for _ in 0..random.below(20).saturating_sub(17) {
            let at = random.below(body.len());
            body[at] = u8::try_from(random.below(256)).unwrap();
        }
        client.send(&body);
        if round % 10 == 0 {
            // Lets it lint what came so far, and read the answers.
            client.settle();
        }
    }
    assert!(is_initialized);
    client.settle();
    client.told.clear();
    assert_eq!(client.leave(), 0);
}

#[test]
fn requests_out_of_order_are_answered_with_an_error() {
    let folder = folder(&[]);
    let mut client = Client::silent(folder.path(), &[]);
    let params = json!({ "capabilities": {} });
    assert_eq!(client.ask("textDocument/hover", json!({}))["code"], -32002);
    client.tell("textDocument/didOpen", json!({}));
    assert!(client.ask("initialize", params.clone())["capabilities"].is_object());
    assert_eq!(client.ask("initialize", params)["code"], -32601);
    assert_eq!(client.ask("textDocument/hover", json!(3))["code"], -32602);
    assert_eq!(client.ask("shutdown", Value::Null), Value::Null);
    assert_eq!(client.ask("textDocument/hover", json!({}))["code"], -32600);
    client.tell("exit", Value::Null);
    assert_eq!(client.hang_up().1, 0);
}

#[test]
fn what_is_no_message_is_answered_and_passed_over() {
    let folder = folder(&[]);
    let mut client = Client::silent(folder.path(), &[]);
    client.raw(b"Content-Length: 7\r\n\r\nno JSON");
    client.raw("anything\n\u{feff}".as_bytes());
    client.send(b"\xff\xfe");
    client.send("[".repeat(1 << 20).as_bytes());
    assert_eq!(client.ask("x", Value::Null)["code"], -32002);
    let codes: Vec<&Value> = client.told.iter().map(|told| &told["error"]["code"]).collect();
    assert_eq!(codes, [-32700, -32700, -32700]);
    assert!(client.told.iter().all(|told| told["id"].is_null()));
    let (_, status) = client.hang_up();
    assert_eq!(status, 1, "without `shutdown`");
}

#[test]
fn a_message_larger_than_all_memory_reserves_none() {
    let folder = folder(&[]);
    let mut client = Client::silent(folder.path(), &[]);
    client.raw(b"Content-Length: 9999999999999999\r\n\r\n{");
    let (rest, status) = client.hang_up();
    assert_eq!((rest.len(), status), (1, 1), "{rest:?}");
}
