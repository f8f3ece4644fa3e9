//! What the README and the pages in `docs/` show is true: commands run, options and inputs exist,
//! examples are read, links lead somewhere.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::generated::compare;
use crate::support::lint::root;
use clap::CommandFactory;
use initlint::cli::Cli;
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};
use serde_yaml::Value;

const READMES: [&str; 2] = ["README.md", "README.ko.md"];

/// The pages that are written by hand: all but those of the rules, which are made from `rules/*/doc.md`.
pub(crate) fn pages() -> Vec<PathBuf> {
    let mut pages: Vec<PathBuf> =
        READMES.iter().chain(&["CONTRIBUTING.md", "SECURITY.md"]).map(|page| root().join(page)).collect();
    let made = root().join("docs/rules");
    let docs = walkdir::WalkDir::new(root().join("docs")).sort_by_file_name().into_iter();
    let docs = docs.map(|entry| entry.unwrap().into_path()).filter(|path| !path.starts_with(&made));
    pages.extend(docs.filter(|path| path.extension().is_some_and(|extension| extension == "md")));
    assert!(pages.len() > 8, "{pages:?}");
    pages
}

/// The fenced blocks of a page that are marked `language`.
fn blocks(page: &Path, language: &str) -> Vec<String> {
    let text = fs::read_to_string(page).unwrap();
    let mut found = Vec::new();
    let mut block: Option<String> = None;
    for event in Parser::new(&text) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) if *info == *language => {
                block = Some(String::new());
            }
            Event::End(TagEnd::CodeBlock) => found.extend(block.take()),
            Event::Text(text) => {
                if let Some(block) = &mut block {
                    block.push_str(&text);
                }
            }
            _ => {}
        }
    }
    found
}

/// The commands in a page's `console` blocks, without comments.
fn commands(page: &Path) -> Vec<String> {
    let blocks = blocks(page, "console");
    let lines = blocks.iter().filter(|block| !block.starts_with("$ ")).flat_map(|block| block.lines());
    lines.map(|line| line.split(" #").next().unwrap().trim().to_owned()).collect()
}

fn initlint(folder: &Path, args: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_initlint"))
        .current_dir(folder)
        .args(args)
        .env_clear()
        .env("LANG", "C.UTF-8")
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(text).unwrap())
}

/// A block that starts with `$ initlint …` goes on with what that prints.
#[test]
fn output_is_what_is_printed() {
    for readme in READMES.map(|name| root().join(name)) {
        let mut text = fs::read_to_string(&readme).unwrap();
        let shown: Vec<String> =
            blocks(&readme, "console").into_iter().filter(|block| block.starts_with("$ ")).collect();
        assert!(!shown.is_empty());
        for block in shown {
            let command = block.lines().next().unwrap();
            let args: Vec<&str> = command.strip_prefix("$ initlint ").unwrap().split(' ').collect();
            let printed = initlint(root(), &args).1;
            text = text.replace(&format!("{block}```"), &format!("{command}\n{printed}```"));
        }
        compare(&readme, &text);
    }
}

/// Commands of others are proved elsewhere or not at all; these are all there are.
#[test]
fn commands_of_others_are_few() {
    let others: BTreeSet<String> = pages()
        .iter()
        .flat_map(|page| commands(page))
        .filter(|command| !command.split(" | ").any(|part| part.starts_with("initlint")))
        .collect();
    let known = [
        // `.ci/run` runs both (`tests/it/docs.rs`).
        "cargo run --release --locked -- --fail-on never examples",
        "cargo test --locked",
        // Compiling takes minutes: `.ci/run` builds what these install.
        "cargo install --locked --git https://github.com/initlint/initlint",
        "cargo install --locked --path .",
    ];
    assert_eq!(others, known.map(str::to_owned).into());
}

/// Each command of ours is run by a shell, in a folder that has what it speaks of. Helm and
/// Kustomize are stood in for.
#[test]
#[cfg(unix)]
fn commands_run() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let folder = tempfile::tempdir().unwrap();
    let shop = root().join("examples/shop.yaml");
    let (bin, work) = (folder.path().join("bin"), folder.path().join("work"));
    fs::create_dir_all(&bin).unwrap();
    fs::create_dir_all(work.join("deploy/deep")).unwrap();
    symlink(env!("CARGO_BIN_EXE_initlint"), bin.join("initlint")).unwrap();
    for tool in ["helm", "kustomize"] {
        fs::write(bin.join(tool), format!("#!/bin/sh\ncat '{}'\n", shop.display())).unwrap();
        fs::set_permissions(bin.join(tool), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let ours: Vec<String> = pages()
        .iter()
        .flat_map(|page| commands(page))
        .filter(|command| command.split(" | ").any(|part| part.starts_with("initlint")))
        .collect();
    assert!(ours.len() > 5);
    for command in ours {
        // Some mend what they find.
        fs::copy(&shop, work.join("deploy/deep/shop.yaml")).unwrap();
        fs::copy(&shop, work.join("pod.yaml")).unwrap();
        let output = Command::new("sh")
            .args(["-c", &command])
            .current_dir(&work)
            .env_clear()
            .env("PATH", &path)
            .env("LANG", "C.UTF-8")
            .output()
            .unwrap();
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        let status = output.status.code().unwrap();
        // A baseline that was written, completions and the like succeed; linting finds what is bad.
        let succeeds =
            ["baseline ", "--completions", "--man", "--add-ignore"].iter().any(|word| command.contains(word));
        assert_eq!(status, i32::from(!succeeds), "{command}\n{text}");
    }
}

#[test]
fn options_exist() {
    let mut command = Cli::command();
    command.build();
    let known: BTreeSet<String> =
        command.get_arguments().filter_map(|argument| argument.get_long()).map(str::to_owned).collect();
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for event in Parser::new(&text) {
            let Event::Code(code) = event else { continue };
            let is_option = code.starts_with("--") && !code.starts_with("---");
            if !is_option && !code.starts_with("initlint ") {
                continue;
            }
            for word in code.split([' ', '=', '|']).filter_map(|word| word.strip_prefix("--")) {
                assert!(known.contains(word), "{}: `{code}`: there is no --{word}", page.display());
            }
        }
    }
}

#[test]
fn examples_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let mut kinds = BTreeSet::new();
    for block in READMES.iter().flat_map(|name| blocks(&root().join(name), "yaml")) {
        let value: Value = serde_yaml::from_str(&block).unwrap();
        if value.get("jobs").is_some() {
            kinds.insert("workflow");
            is_workflow(&value);
        } else if value.get("repos").is_some() {
            kinds.insert("hook");
            is_hook(&value);
        } else if value.get("spec").is_some() {
            kinds.insert("manifest");
            let manifest = format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: x}}\n{block}");
            fs::write(folder.path().join("pod.yaml"), manifest).unwrap();
            let (status, text) = initlint(folder.path(), &["--no-config", "pod.yaml"]);
            assert!(status == 0 && text.contains("1 suppressed"), "{block}{text}");
        } else {
            kinds.insert("config");
            fs::write(folder.path().join(".initlint.yaml"), &block).unwrap();
            let (status, text) = initlint(folder.path(), &["--dump-config"]);
            assert_eq!(status, 0, "{block}{text}");
        }
    }
    assert_eq!(kinds, ["config", "hook", "manifest", "workflow"].into());
}

fn is_workflow(workflow: &Value) {
    let text = fs::read_to_string(root().join("action.yml")).unwrap();
    let action: Value = serde_yaml::from_str(&text).unwrap();
    let mut ours = 0;
    for (_, job) in workflow["jobs"].as_mapping().unwrap() {
        for step in job["steps"].as_sequence().unwrap() {
            if !step["uses"].as_str().unwrap().starts_with("initlint/initlint@") {
                continue;
            }
            ours += 1;
            for name in step["with"].as_mapping().unwrap().keys() {
                assert!(action["inputs"].get(name).is_some(), "action.yml has no input {name:?}");
            }
        }
    }
    assert_eq!(ours, 1);
}

fn is_hook(config: &Value) {
    let text = fs::read_to_string(root().join(".pre-commit-hooks.yaml")).unwrap();
    let hooks: Value = serde_yaml::from_str(&text).unwrap();
    let known: Vec<&Value> = hooks.as_sequence().unwrap().iter().map(|hook| &hook["id"]).collect();
    assert_eq!(config["repos"][0]["repo"], env!("CARGO_PKG_REPOSITORY"));
    assert!(known.contains(&&config["repos"][0]["hooks"][0]["id"]));
}

/// What a page's links and pictures lead to.
pub(crate) fn links(page: &Path) -> Vec<String> {
    let text = fs::read_to_string(page).unwrap();
    let destination = |event| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => Some(dest_url.to_string()),
        _ => None,
    };
    Parser::new(&text).filter_map(destination).collect()
}

/// The anchors that GitHub and mdBook give a page's headings: what is a word stays, blanks become hyphens.
pub(crate) fn anchors(page: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(page).unwrap();
    let (mut found, mut heading) = (BTreeSet::new(), None);
    for event in Parser::new(&text) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => found.extend(heading.take()),
            Event::Text(text) | Event::Code(text) => {
                let kept = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
                let words: String = text.to_lowercase().chars().filter(|&c| kept(c)).collect();
                if let Some(heading) = &mut heading {
                    heading.push_str(&words.replace(' ', "-"));
                }
            }
            _ => {}
        }
    }
    found
}

#[test]
fn links_lead_somewhere() {
    for page in pages() {
        for link in links(&page).iter().filter(|link| !link.contains("://") && !link.is_empty()) {
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() { page.clone() } else { page.parent().unwrap().join(path) };
            assert!(target.exists(), "{}: {link}", page.display());
            assert!(anchor.is_empty() || anchors(&target).contains(anchor), "{}: {link}", page.display());
        }
    }
}
