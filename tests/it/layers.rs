//! The walls of the house: which module may use which, read from the code.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::support::lint::root;

/// Each module of the crate and those that it may use. These stand above it, so that no arrow leads back.
const LAYERS: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("sought", &[]),
    ("path_text", &[]),
    ("globs", &["path_text"]),
    ("bounded", &[]),
    ("replace", &[]),
    ("helm", &["source"]),
    ("finding", &["helm", "source"]),
    ("yaml", &["helm", "sought", "source"]),
    ("fix", &["finding", "source", "yaml"]),
    ("kube", &["helm", "source", "yaml"]),
    ("images", &["kube"]),
    ("discover", &["bounded", "globs", "path_text", "source"]),
    ("unchecked", &["discover", "finding", "source"]),
    ("charts", &["discover", "helm", "source", "yaml"]),
    ("encoding", &["source"]),
    ("rendered", &["sought"]),
    ("cut_list", &["source", "yaml"]),
    (
        "read",
        &["charts", "cut_list", "discover", "encoding", "helm", "path_text", "rendered", "source", "yaml"],
    ),
    ("provenance", &["charts", "finding", "kube", "read", "source", "yaml"]),
    ("kustomize", &["discover", "kube", "path_text", "read", "source", "yaml"]),
    ("inputs", &["charts", "discover", "helm", "kube", "kustomize", "provenance", "read", "source", "yaml"]),
    ("commands", &[]),
    ("shell", &["commands", "helm", "source"]),
    ("rerun", &["commands", "shell"]),
    ("program", &["helm", "images", "inputs", "kube", "rerun", "shell", "source"]),
    ("local_ports", &["kube", "program", "shell", "source", "yaml"]),
    ("options", &["kube"]),
    ("settings", &["finding", "globs", "images", "kube", "kustomize", "options"]),
    (
        "rule",
        &[
            "finding",
            "images",
            "inputs",
            "kube",
            "options",
            "program",
            "rerun",
            "settings",
            "shell",
            "source",
            "unchecked",
            "yaml",
        ],
    ),
    (
        "suppress",
        &[
            "charts",
            "finding",
            "fix",
            "helm",
            "inputs",
            "kube",
            "read",
            "shell",
            "sought",
            "source",
            "unchecked",
            "yaml",
        ],
    ),
    (
        "rules",
        &[
            "commands",
            "finding",
            "fix",
            "helm",
            "images",
            "inputs",
            "kube",
            "local_ports",
            "options",
            "program",
            "rerun",
            "rule",
            "shell",
            "source",
            "suppress",
            "unchecked",
            "yaml",
        ],
    ),
    (
        "describe",
        &[
            "charts",
            "cut_list",
            "discover",
            "finding",
            "helm",
            "inputs",
            "kube",
            "kustomize",
            "program",
            "provenance",
            "read",
            "rule",
            "settings",
            "shell",
            "source",
            "yaml",
        ],
    ),
    (
        "report",
        &[
            "describe",
            "discover",
            "finding",
            "kube",
            "options",
            "path_text",
            "read",
            "replace",
            "rule",
            "rules",
            "source",
            "unchecked",
            "yaml",
        ],
    ),
    ("baseline", &["bounded", "finding", "path_text", "replace", "report", "settings"]),
    (
        "apply",
        &[
            "bounded", "charts", "discover", "encoding", "finding", "fix", "kube", "replace", "report",
            "source", "suppress", "yaml",
        ],
    ),
    ("progress", &[]),
    (
        "pipeline",
        &[
            "charts",
            "cut_list",
            "discover",
            "finding",
            "helm",
            "inputs",
            "kube",
            "kustomize",
            "path_text",
            "progress",
            "provenance",
            "read",
            "report",
            "rerun",
            "rule",
            "rules",
            "settings",
            "shell",
            "source",
            "suppress",
            "unchecked",
            "yaml",
        ],
    ),
    ("cli", &["finding", "kustomize", "report"]),
    ("terminal", &["cli", "report"]),
    ("manual", &["cli", "rule", "rules"]),
    (
        "config",
        &[
            "bounded",
            "cli",
            "discover",
            "encoding",
            "finding",
            "globs",
            "images",
            "kube",
            "kustomize",
            "options",
            "path_text",
            "report",
            "rule",
            "rules",
            "settings",
            "source",
            "unchecked",
            "yaml",
        ],
    ),
    (
        "lsp",
        &[
            "apply",
            "baseline",
            "cli",
            "config",
            "discover",
            "finding",
            "globs",
            "kube",
            "path_text",
            "pipeline",
            "read",
            "report",
            "rule",
            "rules",
            "settings",
            "source",
            "unchecked",
            "yaml",
        ],
    ),
];

/// A table of the config file's keys, whose rows name the functions that read and describe them; and a builder, whose
/// steps ask it for files.
const CIRCLES: [&str; 8] = [
    "config::keys",
    "config::reader",
    "config::schema",
    "kustomize::builder",
    "kustomize::generate",
    "kustomize::patches",
    "kustomize::remarks",
    "kustomize::replacements",
];

/// A module of the crate, as the names that lead to it.
pub(crate) type Module = Vec<String>;

/// The modules and the paths that each one uses.
fn uses() -> BTreeMap<Module, BTreeSet<Module>> {
    let texts: BTreeMap<Module, String> = ["src", "rules"].into_iter().flat_map(files).collect();
    let known: BTreeSet<&Module> = texts.keys().collect();
    let resolved = texts.iter().map(|(module, text)| {
        let paths = paths(&code(text)).into_iter().filter_map(|path| resolve(module, &path, &known));
        (module.clone(), paths.filter(|used| !module.starts_with(used)).collect())
    });
    resolved.collect()
}

/// Whether the table lets `module` use `other`.
pub(crate) fn may_use(module: &str, other: &str) -> bool {
    LAYERS.iter().any(|(name, allowed)| *name == module && allowed.contains(&other))
}

/// The modules below `folder`, with their text.
pub(crate) fn files(folder: &str) -> Vec<(Module, String)> {
    let base = if folder == "src" { root().join("src") } else { root().to_owned() };
    let entries =
        walkdir::WalkDir::new(root().join(folder)).into_iter().map(|entry| entry.unwrap().into_path());
    let files = entries.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    let named =
        files.map(|path| (module_of(path.strip_prefix(&base).unwrap()), fs::read_to_string(&path).unwrap()));
    named.filter(|(module, _)| *module != ["lib"] && *module != ["main"]).collect()
}

fn module_of(path: &Path) -> Module {
    let path = path.with_extension("");
    let names = path.iter().map(|name| name.to_string_lossy().into_owned());
    names.filter(|name| name != "mod").collect()
}

/// The text without comments and unit tests.
pub(crate) fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]").next().unwrap();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")).collect()
}

/// The paths in it that start with `crate` or `super`, those in braces one by one.
fn paths(code: &str) -> Vec<Module> {
    let mut found = Vec::new();
    for start in ["crate::", "super::"] {
        for (at, _) in code.match_indices(start) {
            let is_start = !code[..at].ends_with(|c: char| c == ':' || c == '_' || c.is_alphanumeric());
            if is_start {
                expand(&code[at..], &mut Vec::new(), &mut found);
            }
        }
    }
    found
}

/// Reads one path, or a group of them, behind `before`; what is left of the text.
fn expand<'t>(text: &'t str, before: &mut Module, found: &mut Vec<Module>) -> &'t str {
    let depth = before.len();
    let mut text = text.trim_start();
    loop {
        if let Some(group) = text.strip_prefix('{') {
            text = group;
            while !text.trim_start().starts_with('}') && !text.is_empty() {
                text = expand(text, before, found).trim_start();
                text = text.strip_prefix(',').unwrap_or(text);
            }
            text = text.trim_start().strip_prefix('}').unwrap_or("");
            break;
        }
        let end = text.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(text.len());
        before.push(text[..end].to_owned());
        text = &text[end..];
        match text.strip_prefix("::") {
            Some(rest) => text = rest,
            None => {
                found.push(before.clone());
                // As `x as y`, up to the next name.
                text = &text[text.find([',', '}', ';', '\n']).unwrap_or(text.len())..];
                break;
            }
        }
    }
    before.truncate(depth);
    text
}

/// The module that `path` leads to from `module`.
fn resolve(module: &Module, path: &[String], known: &BTreeSet<&Module>) -> Option<Module> {
    let (mut at, mut rest) = (module.clone(), path);
    if let Some(("crate", after)) = rest.split_first().map(|(first, after)| (first.as_str(), after)) {
        (at, rest) = (Vec::new(), after);
    }
    while let Some(("super", after)) = rest.split_first().map(|(first, after)| (first.as_str(), after)) {
        at.pop();
        rest = after;
    }
    for name in rest {
        at.push(name.clone());
        // `rules` has its own list in `rules/mod.rs`; of any other path as much counts as is a module.
        if !known.contains(&at) {
            at.pop();
            break;
        }
    }
    (!at.is_empty() && at != *module).then_some(at)
}

#[test]
fn every_arrow_between_modules_is_allowed() {
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (module, used) in uses() {
        let used = used.into_iter().map(|used| used[0].clone()).filter(|used| *used != module[0]);
        arrows.entry(module[0].clone()).or_default().extend(used);
    }
    for (module, used) in &arrows {
        let row = LAYERS.iter().find(|(name, _)| name == module);
        let (_, allowed) = row.unwrap_or_else(|| panic!("`{module}` has no row in LAYERS"));
        for used in used {
            assert!(allowed.contains(&used.as_str()), "`{module}` uses `{used}`, which LAYERS doesn't allow");
        }
    }
    assert!(arrows["rules"].contains("rule") && arrows["pipeline"].contains("rules"), "the code is read");
}

#[test]
fn the_table_has_no_circle() {
    for (at, (module, allowed)) in LAYERS.iter().enumerate() {
        for used in *allowed {
            assert!(
                LAYERS[..at].iter().any(|(above, _)| above == used),
                "`{used}` must stand above `{module}`"
            );
        }
    }
}

/// Within a module, too; an arrow to the module around it leads to its face.
#[test]
fn no_files_use_each_other_in_a_circle() {
    let mut left = uses();
    // What uses nothing that is left is in no circle.
    loop {
        let names: BTreeSet<Module> = left.keys().cloned().collect();
        let before = left.len();
        left.retain(|_, used| used.iter().any(|used| names.contains(used)));
        if left.len() == before {
            break;
        }
    }
    // Nor is what nothing uses that is left.
    loop {
        let used: BTreeSet<Module> = left.values().flatten().cloned().collect();
        let before = left.len();
        left.retain(|module, _| used.contains(module));
        if left.len() == before {
            break;
        }
    }
    let circle: Vec<String> = left.keys().map(|module| module.join("::")).collect();
    assert_eq!(circle, CIRCLES);
}
