//! A client that says what a test tells it to.

#![allow(clippy::needless_pass_by_value, reason = "what is sent is written where it is sent")]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde_json::{Value, json};

use crate::support::binary::command;

/// A server, and the diagnostics that it has told.
pub(super) struct Client {
    server: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
    requests: i32,
    pub(super) diagnostics: BTreeMap<String, Vec<Value>>,
    /// How often it has told those of each document.
    pub(super) tellings: BTreeMap<String, usize>,
    /// What else it told.
    pub(super) told: Vec<Value>,
}

impl Client {
    /// A server in `folder` that hasn't heard anything.
    pub(super) fn silent(folder: &Path, flags: &[&str]) -> Self {
        let mut command = command(folder, &[&["--lsp"], flags].concat());
        let mut server = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (to, from) = (server.stdin.take(), BufReader::new(server.stdout.take().unwrap()));
        Self {
            server,
            to,
            from,
            requests: 0,
            diagnostics: BTreeMap::new(),
            tellings: BTreeMap::new(),
            told: Vec::new(),
        }
    }

    /// A server for `folder`, whose client can do what `capabilities` say.
    pub(super) fn with(folder: &Path, capabilities: Value, options: Value) -> Self {
        let mut client = Self::silent(folder, &[]);
        let params = json!({ "rootUri": uri(folder, ""), "capabilities": capabilities, "initializationOptions": options });
        client.ask("initialize", params);
        client.tell("initialized", json!({}));
        client
    }

    /// A server for `folder`.
    pub(super) fn new(folder: &Path) -> Self {
        Self::with(folder, json!({}), Value::Null)
    }

    pub(super) fn send(&mut self, body: &[u8]) {
        let to = self.to.as_mut().unwrap();
        write!(to, "Content-Length: {}\r\n\r\n", body.len()).unwrap();
        to.write_all(body).unwrap();
        to.flush().unwrap();
    }

    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.to.as_mut().unwrap().write_all(bytes).unwrap();
    }

    pub(super) fn tell(&mut self, method: &str, params: Value) {
        self.send(json!({ "jsonrpc": "2.0", "method": method, "params": params }).to_string().as_bytes());
    }

    /// The answer to a request: its result, or the error.
    pub(super) fn ask(&mut self, method: &str, params: Value) -> Value {
        self.requests += 1;
        let id = self.requests;
        let request = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        self.send(request.to_string().as_bytes());
        loop {
            let message = self.read().expect("an answer");
            if message["id"] == id && message.get("method").is_none() {
                return message.get("result").unwrap_or(&message["error"]).clone();
            }
            self.keep(message);
        }
    }

    fn keep(&mut self, message: Value) {
        if message["method"] == "textDocument/publishDiagnostics" {
            let uri = message["params"]["uri"].as_str().unwrap().to_owned();
            *self.tellings.entry(uri.clone()).or_default() += 1;
            self.diagnostics.insert(uri, message["params"]["diagnostics"].as_array().unwrap().clone());
        } else {
            self.told.push(message);
        }
    }

    fn read(&mut self) -> Option<Value> {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if self.from.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            match line.trim_end() {
                "" => break,
                field => length = field.strip_prefix("Content-Length: ").unwrap().parse().unwrap(),
            }
        }
        let mut body = vec![0; length];
        self.from.read_exact(&mut body).unwrap();
        Some(serde_json::from_slice(&body).unwrap())
    }

    /// Waits until all that was told is done.
    pub(super) fn settle(&mut self) {
        self.ask("textDocument/hover", json!({}));
    }

    pub(super) fn open(&mut self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "yaml", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
        self.settle();
    }

    /// Puts `text` in place of a document's `range`; all of it where that is null.
    pub(super) fn change(&mut self, uri: &str, version: i32, range: &Value, text: &str) {
        let mut change = json!({ "text": text });
        if !range.is_null() {
            change["range"] = range.clone();
        }
        let document = json!({ "uri": uri, "version": version });
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [change] }));
        self.settle();
    }

    /// Each diagnostic of a document as `line:column-line:column code`, from 0.
    pub(super) fn places(&self, uri: &str) -> Vec<String> {
        let number = |value: &Value| value.as_u64().unwrap();
        let diagnostics = self.diagnostics.get(uri).into_iter().flatten();
        let place = |diagnostic: &Value| {
            let (start, end) = (&diagnostic["range"]["start"], &diagnostic["range"]["end"]);
            let [a, b] =
                [start, end].map(|at| format!("{}:{}", number(&at["line"]), number(&at["character"])));
            format!("{a}-{b} {}", diagnostic["code"].as_str().unwrap_or("none"))
        };
        diagnostics.map(place).collect()
    }

    /// Takes leave; the exit status.
    pub(super) fn leave(mut self) -> i32 {
        self.ask("shutdown", Value::Null);
        self.tell("exit", Value::Null);
        self.server.wait().unwrap().code().unwrap()
    }

    /// Hangs up; what was said till then, and the exit status.
    pub(super) fn hang_up(mut self) -> (Vec<Value>, i32) {
        self.to = None;
        let rest = std::iter::from_fn(|| self.read()).collect();
        (rest, self.server.wait().unwrap().code().unwrap())
    }
}

/// The address of `path` in `folder`.
pub(super) fn uri(folder: &Path, path: &str) -> String {
    format!("file://{}", folder.join(path).display()).trim_end_matches('/').to_owned()
}

/// `{start, end}`, from 0.
pub(super) fn range(start: (u32, u32), end: (u32, u32)) -> Value {
    let at = |(line, character): (u32, u32)| json!({ "line": line, "character": character });
    json!({ "start": at(start), "end": at(end) })
}
