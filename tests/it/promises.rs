//! What `SECURITY.md` promises and no run can show: the code has no way to do otherwise.

use std::collections::BTreeSet;
use std::fs;

use crate::layers::{code, files};
use crate::support::lint::root;

/// The modules of the crate and of the program whose code names one of `words`.
fn modules_with(words: &[&str]) -> BTreeSet<String> {
    let main = fs::read_to_string(root().join("src/main.rs")).unwrap();
    let modules =
        ["src", "rules"].into_iter().flat_map(files).map(|(module, text)| (module.join("::"), text));
    let named = modules.chain([("main".to_owned(), main)]);
    named
        .filter(|(_, text)| words.iter().any(|word| code(text).contains(word)))
        .map(|(name, _)| name)
        .collect()
}

#[test]
fn no_code_reaches_for_a_network_or_another_program() {
    assert_eq!(
        modules_with(&["std::net", "net::Tcp", "TcpStream", "UdpSocket", "UnixStream"]),
        BTreeSet::new()
    );
    assert_eq!(modules_with(&["process::Command", "Command::new", "libloading"]), BTreeSet::new());
}

#[test]
fn one_place_writes_files() {
    let writers =
        ["fs::write", "File::create", "OpenOptions", ".persist(", "fs::remove", "fs::rename", "create_dir"];
    let found = modules_with(&writers);
    let ours = BTreeSet::from(["replace".to_owned()]);
    assert_eq!(found, ours, "reports and baselines, and manifests that are mended");
}

#[test]
fn no_code_is_unsafe() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(manifest.contains("unsafe_code = \"forbid\""));
    assert!(modules_with(&["unsafe {", "unsafe fn", "unsafe impl"]).is_empty());
}

/// The tests that the page names are there.
#[test]
fn each_promise_names_its_tests() {
    let page = fs::read_to_string(root().join("SECURITY.md")).unwrap();
    let promises = page.split("\n## ").nth(1).unwrap();
    let items: Vec<&str> = promises.split("\n- **").skip(1).collect();
    assert!(items.len() >= 6, "{}", items.len());
    for item in items {
        let tests: Vec<&str> = item.split('`').filter(|word| word.starts_with("tests/it/")).collect();
        assert!(!tests.is_empty(), "no test is named: {item}");
        for test in tests {
            assert!(root().join(test).exists(), "{test}");
        }
    }
}
