//! What is told of documents as they are typed.

use std::fs;

use serde_json::{Value, json};

use super::client::{Client, range, uri};
use crate::support::binary::{folder, run};

pub(super) const POD: &str = r#"apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  initContainers:
    - {name: 가🚀, livenessProbe: {exec: {command: [a]}}}
    - name: seed
      image: busybox:1.36
      command: [sh, /scripts/run.sh]
      volumeMounts: [{name: data, mountPath: /data}, {name: scripts, mountPath: /scripts}]
  containers: [{name: app, image: "nginx:1.25"}]
  volumes: [{name: data, emptyDir: {}}, {name: scripts, configMap: {name: scripts}}]
"#;

pub(super) const SCRIPTS: &str =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: scripts}\ndata:\n  run.sh: mkdir /data/a\n";

/// Only these rules, so that the others may learn more.
fn options() -> Value {
    json!({ "select": ["forbidden-probe", "non-idempotent-write", "invalid-yaml"] })
}

#[test]
fn places_count_what_was_agreed_upon() {
    let folder = folder(&[]);
    let pod = uri(folder.path(), "pod.yaml");
    let utf8 = json!({ "general": { "positionEncodings": ["utf-16", "utf-8"] } });
    for (capabilities, encoding, place) in
        [(json!({}), "utf-16", "5:18-5:31 forbidden-probe"), (utf8, "utf-8", "5:22-5:35 forbidden-probe")]
    {
        let mut client = Client::silent(folder.path(), &["--select", "forbidden-probe"]);
        let params = json!({ "rootUri": uri(folder.path(), ""), "capabilities": capabilities });
        let answer = client.ask("initialize", params);
        assert_eq!(answer["capabilities"]["positionEncoding"], encoding);
        client.open(&pod, POD);
        assert_eq!(client.places(&pod), [place]);
        assert_eq!(client.leave(), 0);
    }
}

#[test]
fn diagnostics_follow_what_is_typed() {
    let folder = folder(&[]);
    let pod = uri(folder.path(), "pod.yaml");
    let mut client = Client::with(folder.path(), json!({}), options());
    client.open(&pod, &POD.replace("livenessProbe", "livenesProbe"));
    assert_eq!(client.places(&pod), [""; 0]);
    client.change(&pod, 2, &range((5, 25), (5, 25)), "s");
    assert_eq!(client.places(&pod), ["5:18-5:31 forbidden-probe"]);
    client.change(&pod, 2, &Value::Null, "");
    assert_eq!(client.places(&pod), ["5:18-5:31 forbidden-probe"], "a version that was there before");
    let why = format!("version 2 of {pod} comes after version 2");
    assert!(client.told.iter().any(|told| told.to_string().contains(&why)), "{:?}", client.told);
    client.change(&pod, 3, &range((5, 0), (99, 99)), "  broken: [");
    assert!(client.places(&pod)[0].ends_with(" invalid-yaml"), "{:?}", client.places(&pod));
    client.tell("textDocument/didClose", json!({ "textDocument": { "uri": pod } }));
    client.settle();
    assert_eq!(client.places(&pod), [""; 0]);
}

#[test]
fn a_diagnostic_has_its_rule_its_page_and_its_help() {
    let folder = folder(&[]);
    let pod = uri(folder.path(), "pod.yaml");
    let mut client = Client::with(folder.path(), json!({}), options());
    client.open(&pod, POD);
    let diagnostic = &client.diagnostics[&pod][0];
    assert_eq!((&diagnostic["severity"], &diagnostic["source"]), (&json!(1), &json!("initlint")));
    assert!(diagnostic["codeDescription"]["href"].as_str().unwrap().ends_with("/rules/forbidden-probe.md"));
    assert!(diagnostic["message"].as_str().unwrap().contains("\nremove it"), "{diagnostic}");
}

#[test]
fn files_around_it_are_known_and_read_anew() {
    let folder = folder(&[("maps/scripts.yaml", SCRIPTS)]);
    let (pod, scripts) = (uri(folder.path(), "pod.yaml"), uri(folder.path(), "maps/scripts.yaml"));
    let mut client = Client::with(folder.path(), json!({}), options());
    client.open(&pod, POD);
    assert_eq!(client.places(&scripts), ["4:10-4:23 non-idempotent-write"], "though it isn't open");
    let related = &client.diagnostics[&scripts][0]["relatedInformation"][0]["location"]["uri"];
    assert_eq!(related, &json!(pod));
    // What is typed goes before what is on disk.
    client.open(&scripts, &SCRIPTS.replace("mkdir", "mkdir -p"));
    assert_eq!(client.places(&scripts), [""; 0]);
    client.tell("textDocument/didClose", json!({ "textDocument": { "uri": scripts } }));
    client.settle();
    assert_eq!(client.places(&scripts).len(), 1);
    fs::write(folder.path().join("maps/scripts.yaml"), SCRIPTS.replace("mkdir", "mkdir -p")).unwrap();
    let changed = json!({ "changes": [{ "uri": scripts, "type": 2 }] });
    client.tell("workspace/didChangeWatchedFiles", changed);
    client.settle();
    assert_eq!(client.places(&scripts), [""; 0]);
}

#[test]
fn a_document_in_no_folder_is_linted_by_itself() {
    let folder = folder(&[("scripts.yaml", SCRIPTS)]);
    let mut client = Client::silent(folder.path(), &["--select", "forbidden-probe"]);
    client.ask("initialize", json!({ "rootUri": null, "capabilities": {} }));
    for address in [&uri(folder.path(), "pod.yaml"), "untitled:Untitled-1"] {
        client.open(address, POD);
        assert_eq!(client.places(address), ["5:18-5:31 forbidden-probe"], "{address}");
        client.tell("textDocument/didClose", json!({ "textDocument": { "uri": address } }));
        client.settle();
        assert_eq!(client.places(address), [""; 0], "{address}");
    }
}

#[test]
fn clients_that_can_are_asked_to_watch_files() {
    let folder = folder(&[]);
    let able = json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
    for (capabilities, count) in [(able, 1), (json!({}), 0)] {
        let mut client = Client::with(folder.path(), capabilities, Value::Null);
        client.settle();
        let asked = client.told.iter().filter(|told| told["method"] == "client/registerCapability");
        assert_eq!(asked.count(), count);
    }
}

#[test]
fn excluded_and_baselined_findings_are_not_told() {
    let folder = folder(&[(".initlint.yaml", "exclude: [vendor]\n"), ("pod.yaml", POD)]);
    let (pod, vendored) = (uri(folder.path(), "pod.yaml"), uri(folder.path(), "vendor/pod.yaml"));
    let mut client = Client::with(folder.path(), json!({}), options());
    client.open(&vendored, POD);
    assert_eq!(client.places(&vendored), [""; 0]);
    client.open(&pod, POD);
    assert_eq!(client.places(&pod).len(), 1);
    let config = "baseline: known.json\n";
    run(folder.path(), &["--write-baseline", "known.json"]);
    fs::write(folder.path().join(".initlint.yaml"), config).unwrap();
    client.tell("textDocument/didSave", json!({ "textDocument": { "uri": pod } }));
    client.settle();
    assert_eq!(client.places(&pod), [""; 0]);
}

#[test]
fn what_cannot_be_checked_is_told_where_it_stands() {
    let folder = folder(&[]);
    let pod = uri(folder.path(), "pod.yaml");
    let mut client = Client::with(folder.path(), json!({}), options());
    // It opens more expansions than are followed.
    client.open(&pod, &POD.replace("sh, /scripts/run.sh", r#"sh, -c, "mkdir /a\n# ${a ${b ${c ${d ${e""#));
    assert!(
        client.places(&pod).iter().any(|place| place.ends_with(" unchecked")),
        "{:?}",
        client.places(&pod)
    );
}

#[test]
fn a_folder_that_is_gone_is_told_and_nothing_ends() {
    let folder = folder(&[]);
    let gone = folder.path().join("gone");
    let mut client = Client::silent(folder.path(), &[]);
    client.ask("initialize", json!({ "rootUri": uri(&gone, ""), "capabilities": {} }));
    client.open(&uri(&gone, "pod.yaml"), POD);
    assert!(client.told.iter().any(|told| told.to_string().contains("no such file or folder")));
    assert_eq!(client.leave(), 0);
}

#[test]
fn a_mistake_in_the_config_file_is_told_as_it_is_typed() {
    let folder = folder(&[(".initlint.yaml", "rules: {forbidden-probe: off}\n")]);
    let (pod, config) = (uri(folder.path(), "pod.yaml"), uri(folder.path(), ".initlint.yaml"));
    let mut client = Client::with(folder.path(), json!({}), options());
    client.open(&pod, POD);
    assert_eq!(client.places(&pod).len(), 1, "`select` goes over the file");
    let mut client = Client::new(folder.path());
    client.open(&pod, POD);
    let has = |client: &Client| client.places(&pod).iter().any(|place| place.ends_with("forbidden-probe"));
    assert!(!has(&client));
    client.open(&config, "rules: {forbidden-prob: off}\n");
    assert_eq!(client.places(&config), ["0:8-0:22 unknown-rule"]);
    assert!(!has(&client), "what was good before still counts");
    client.change(&config, 2, &Value::Null, "rules: {}\n");
    assert_eq!(client.places(&config), [""; 0]);
    assert!(has(&client));
}

#[test]
fn options_may_change() {
    let folder = folder(&[]);
    let pod = uri(folder.path(), "pod.yaml");
    let mut client = Client::with(folder.path(), json!({}), options());
    client.open(&pod, POD);
    let change = |select: Value| json!({ "settings": { "initlint": { "select": select } } });
    client.tell("workspace/didChangeConfiguration", change(json!(["invalid-yaml"])));
    client.settle();
    assert_eq!(client.places(&pod), [""; 0]);
    client.tell("workspace/didChangeConfiguration", change(json!(1)));
    client.tell("workspace/didChangeConfiguration", change(json!(["forbidden-probe", "no-such-rule"])));
    client.settle();
    assert_eq!(client.places(&pod), [""; 0], "what is set wrongly changes nothing");
    for why in ["invalid type", "no-such-rule"] {
        assert!(client.told.iter().any(|told| told.to_string().contains(why)), "{why}: {:?}", client.told);
    }
}

#[test]
fn a_page_is_shown_where_a_rule_found_something_or_is_named() {
    let folder = folder(&[]);
    let (pod, config) = (uri(folder.path(), "pod.yaml"), uri(folder.path(), ".initlint.yaml"));
    let markdown = json!({ "textDocument": { "hover": { "contentFormat": ["markdown", "plaintext"] } } });
    let mut client = Client::with(folder.path(), markdown, options());
    client.open(&pod, &format!("# initlint: ignore-file[masked-failure] none\n{POD}"));
    client.open(&config, "rules:\n  bashism: off\n");
    let mut at = |uri: &str, position: &Value| {
        client.ask("textDocument/hover", json!({ "textDocument": { "uri": uri }, "position": position }))
    };
    for (uri, place, rule) in [
        (&pod, range((6, 18), (6, 31)), "forbidden-probe"),
        (&pod, range((0, 24), (0, 38)), "masked-failure"),
        (&config, range((1, 2), (1, 9)), "bashism"),
    ] {
        let hover = at(uri, &place["start"]);
        assert_eq!(hover["range"], place, "{rule}");
        assert_eq!(hover["contents"]["kind"], "markdown");
        assert!(hover["contents"]["value"].as_str().unwrap().starts_with(&format!("# {rule}\n")), "{hover}");
    }
    let nowhere = |line: u32| json!({ "line": line, "character": 999 });
    for (uri, line) in [(&*pod, 1), (&*pod, 999), ("file:///elsewhere.yaml", 0)] {
        assert_eq!(at(uri, &nowhere(line)), Value::Null, "{uri}:{line}");
    }
}

/// How often diagnostics of a document were told.
fn tellings(client: &Client, uri: &str) -> usize {
    client.tellings.get(uri).copied().unwrap_or_default()
}

#[test]
fn what_is_the_same_is_told_once() {
    let (one, two) = (folder(&[]), folder(&[]));
    let (pod, other) = (uri(one.path(), "pod.yaml"), uri(two.path(), "pod.yaml"));
    let mut client = Client::with(one.path(), json!({}), options());
    let added =
        json!({ "event": { "added": [{ "uri": uri(two.path(), ""), "name": "two" }], "removed": [] } });
    client.tell("workspace/didChangeWorkspaceFolders", added);
    client.open(&pod, POD);
    client.open(&other, POD);
    assert_eq!((tellings(&client, &pod), tellings(&client, &other)), (1, 1));
    client.change(&pod, 2, &range((0, 0), (0, 0)), "# 가\n");
    assert_eq!((tellings(&client, &pod), tellings(&client, &other)), (2, 1));
    assert_eq!(client.places(&pod).len(), 1);
}

#[test]
fn files_of_which_config_maps_are_made_are_read_anew() {
    let kustomization =
        "resources: [pod.yaml]\nconfigMapGenerator: [{name: scripts, files: [run.sh=init.conf]}]\n";
    let folder = folder(&[("kustomization.yaml", kustomization), ("init.conf", "mkdir /data/a\n")]);
    let pod = uri(folder.path(), "pod.yaml");
    let script = uri(folder.path(), "init.conf");
    fs::write(folder.path().join("pod.yaml"), POD).unwrap();
    let mut client = Client::with(folder.path(), json!({}), json!({ "select": ["non-idempotent-write"] }));
    client.open(&pod, POD);
    assert_eq!(client.places(&script), ["0:0-0:13 non-idempotent-write"]);
    fs::write(folder.path().join("init.conf"), "mkdir -p /data/a\n").unwrap();
    client.tell("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": script, "type": 2 }] }));
    client.settle();
    assert_eq!(client.places(&script), [""; 0]);
    fs::remove_file(folder.path().join("init.conf")).unwrap();
    client.tell("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": script, "type": 3 }] }));
    client.settle();
    assert_eq!(client.leave(), 0);
}

#[test]
fn a_document_that_is_in_no_file_has_the_configuration_of_where_the_server_was_started() {
    let (start, other) = (folder(&[]), folder(&[(".initlint.yaml", "rules: {forbidden-probe: off}\n")]));
    let mut client = Client::silent(start.path(), &[]);
    client.ask("initialize", json!({ "rootUri": uri(other.path(), ""), "capabilities": {} }));
    client.open(&uri(other.path(), "pod.yaml"), POD);
    client.open("untitled:Untitled-1", POD);
    let has = |uri: &str| client.places(uri).iter().any(|place| place.ends_with(" forbidden-probe"));
    assert!(!has(&uri(other.path(), "pod.yaml")) && has("untitled:Untitled-1"));
}
