//! What is offered to be done, and what completes a name.

#![allow(clippy::needless_pass_by_value, reason = "what is sent is written where it is sent")]

use std::path::Path;

use serde_json::{Value, json};

use super::client::{Client, range, uri};
use crate::support::binary::folder;

const POD: &str = "apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  initContainers:
    - {name: 가🚀, image: busybox:1.36, livenessProbe: {exec: {command: [a]}}}
  containers: [{name: app, image: nginx:1.25}]
";

/// The text of `before` with what a server wants changed in the document `uri`; positions are of UTF-16.
fn edited(before: &str, edits: &Value) -> String {
    let offset = |at: &Value| {
        let number = |name: &str| usize::try_from(at[name].as_u64().unwrap()).unwrap();
        let start: usize = before.split_inclusive('\n').take(number("line")).map(str::len).sum();
        let mut units = 0;
        let of_line = before[start..].char_indices().find(|(_, char)| {
            let is_there = units >= number("character");
            units += char.len_utf16();
            is_there
        });
        start + of_line.map_or(before[start..].len(), |(at, _)| at)
    };
    let mut edits: Vec<_> = edits.as_array().unwrap().iter().collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(offset(&edit["range"]["start"])));
    let mut text = before.to_owned();
    for edit in edits {
        let bytes = offset(&edit["range"]["start"])..offset(&edit["range"]["end"]);
        text.replace_range(bytes, edit["newText"].as_str().unwrap());
    }
    text
}

fn actions(client: &mut Client, uri: &str, range: Value, context: &Value) -> Vec<Value> {
    let params = json!({ "textDocument": { "uri": uri }, "range": range, "context": context });
    client.ask("textDocument/codeAction", params).as_array().unwrap().clone()
}

fn opened(folder: &Path, capabilities: Value) -> (Client, String) {
    let pod = uri(folder, "pod.yaml");
    let mut client = Client::with(folder, capabilities, json!({ "select": ["forbidden-probe"] }));
    client.open(&pod, POD);
    (client, pod)
}

#[test]
fn a_fix_mends_what_is_found() {
    let folder = folder(&[]);
    let (mut client, pod) = opened(folder.path(), json!({}));
    let told = client.diagnostics[&pod].clone();
    let found = actions(&mut client, &pod, range((5, 40), (5, 40)), &json!({ "diagnostics": told }));
    let fix = &found[0];
    assert_eq!(fix["title"], "remove `livenessProbe`");
    assert_eq!((&fix["kind"], &fix["isPreferred"]), (&json!("quickfix"), &json!(true)));
    assert_eq!(fix["diagnostics"], json!(told));
    let text = edited(POD, &fix["edit"]["changes"][&pod]);
    assert_eq!(text, POD.replace(", livenessProbe: {exec: {command: [a]}}", ""));
    client.change(&pod, 2, &Value::Null, &text);
    assert_eq!(client.places(&pod), [""; 0]);
}

#[test]
fn a_finding_can_be_ignored_with_a_reason() {
    let folder = folder(&[]);
    let (mut client, pod) = opened(folder.path(), json!({}));
    let found = actions(&mut client, &pod, range((5, 40), (5, 40)), &json!({ "diagnostics": [] }));
    let ignore = &found[1];
    assert_eq!(ignore["title"], "ignore `forbidden-probe` here, with a reason");
    assert_eq!(ignore["isPreferred"], false);
    let text = edited(POD, &ignore["edit"]["changes"][&pod]);
    let comment = "    # initlint: ignore[forbidden-probe] TODO: say why\n";
    assert_eq!(text, POD.replace("    - {name: 가", &format!("{comment}    - {{name: 가")));
    client.change(&pod, 2, &Value::Null, &text);
    assert_eq!(client.places(&pod), [""; 0]);
}

#[test]
fn edits_are_of_a_version_where_the_client_knows_versions() {
    let folder = folder(&[]);
    let able = json!({ "workspace": { "workspaceEdit": { "documentChanges": true } } });
    let (mut client, pod) = opened(folder.path(), able);
    client.change(&pod, 5, &range((0, 0), (0, 0)), "# 가\n");
    let found = actions(&mut client, &pod, range((6, 0), (6, 99)), &json!({ "diagnostics": [] }));
    let document = &found[0]["edit"]["documentChanges"][0]["textDocument"];
    assert_eq!(document, &json!({ "uri": pod, "version": 5 }));
}

#[test]
fn elsewhere_and_for_other_kinds_nothing_is_offered() {
    let folder = folder(&[]);
    let (mut client, pod) = opened(folder.path(), json!({}));
    let context = |only: &str| json!({ "diagnostics": [], "only": [only] });
    let here = || range((5, 40), (5, 40));
    assert!(!actions(&mut client, &pod, here(), &context("quickfix")).is_empty());
    assert!(actions(&mut client, &pod, here(), &context("refactor")).is_empty());
    assert!(actions(&mut client, &pod, range((0, 0), (1, 3)), &json!({ "diagnostics": [] })).is_empty());
    assert!(actions(&mut client, "file:///elsewhere.yaml", here(), &json!({ "diagnostics": [] })).is_empty());
}

/// The labels of what completes the text at a position, and the first of their edits.
fn completions(client: &mut Client, uri: &str, position: (u32, u32)) -> (Vec<String>, Value) {
    let position = &range(position, position)["start"];
    let params = json!({ "textDocument": { "uri": uri }, "position": position });
    let items = client.ask("textDocument/completion", params);
    let labels = items.as_array().unwrap().iter().map(|item| item["label"].as_str().unwrap().to_owned());
    (labels.collect(), items[0]["textEdit"]["range"].clone())
}

#[test]
fn names_are_completed_where_they_belong() {
    let folder = folder(&[]);
    let (pod, config) = (uri(folder.path(), "pod.yaml"), uri(folder.path(), ".initlint.yaml"));
    let mut client = Client::new(folder.path());
    client.open(&pod, "a: 가 # initlint: ignore[bash\n");
    client.open(&config, "rules:\n  \n  bashism: o\n");
    let has = |labels: &[String], label: &str| labels.iter().any(|known| known == label);
    let (labels, edit) = completions(&mut client, &pod, (0, 28));
    assert_eq!(edit, range((0, 24), (0, 28)));
    assert!(has(&labels, "bashism") && has(&labels, "unchecked") && !has(&labels, "rerun"), "{labels:?}");
    let (labels, _) = completions(&mut client, &config, (1, 2));
    assert!(has(&labels, "bashism") && has(&labels, "unchecked") && has(&labels, "rerun"), "{labels:?}");
    let (labels, _) = completions(&mut client, &config, (2, 12));
    assert_eq!(labels, ["off", "on", "info", "warning", "error"]);
    assert!(completions(&mut client, &pod, (0, 2)).0.is_empty());
}

#[test]
fn what_cannot_be_checked_can_be_accepted() {
    let folder = folder(&[]);
    let pod = uri(folder.path(), "pod.yaml");
    // It opens more expansions than are followed.
    let script = "      command: [sh, -c, \"echo 가\\n# ${a ${b ${c ${d ${e\"]\n";
    let text = format!(
        "{}    - name: seed\n      image: busybox:1.36\n{script}  containers: [{{name: app, image: nginx:1.25}}]\n",
        &POD[..POD.find("    - {").unwrap()]
    );
    let mut client = Client::with(folder.path(), json!({}), json!({ "select": ["masked-failure"] }));
    client.open(&pod, &text);
    let places = client.places(&pod);
    assert!(places.len() == 1 && places[0].ends_with(" unchecked"), "{places:?}");
    let told = client.diagnostics[&pod].clone();
    let found = actions(&mut client, &pod, range((7, 10), (7, 10)), &json!({ "diagnostics": told }));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["title"], "ignore `unchecked` here, with a reason");
    assert_eq!(found[0]["diagnostics"], json!(told));
    let now = edited(&text, &found[0]["edit"]["changes"][&pod]);
    assert!(now.contains("      # initlint: ignore[unchecked] TODO: say why\n      command:"), "{now}");
    client.change(&pod, 2, &Value::Null, &now);
    assert_eq!(client.places(&pod), [""; 0]);
}

#[test]
fn what_the_command_line_refuses_is_not_offered() {
    let folder = folder(&[]);
    let pod = uri(folder.path(), "pod.yaml");
    let text = "apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  initContainers:
  - name: seed
    image: busybox:1.36
    command: [sh, -c, mkdir -p /data/a]
    securityContext: &all {privileged: true}
  containers: [{name: app, image: nginx:1.25, securityContext: *all}]
";
    let mut client = Client::with(folder.path(), json!({}), json!({ "select": ["privileged-init"] }));
    let titles = |client: &mut Client| -> Vec<String> {
        let found = actions(client, &pod, range((8, 30), (8, 30)), &json!({ "diagnostics": [] }));
        found.iter().map(|action| action["title"].as_str().unwrap().to_owned()).collect()
    };
    client.open(&pod, text);
    assert_eq!(titles(&mut client), ["ignore `privileged-init` here, with a reason"]);
    client.change(&pod, 2, &Value::Null, &text.replace("*all", "{}"));
    assert_eq!(titles(&mut client).len(), 2);
}
