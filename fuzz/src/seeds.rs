//! What each target starts from: the project's own cases.

use std::fs;
use std::path::{Path, PathBuf};

/// Stands between the files of an input that has several.
pub const SEPARATOR: &str = "\n%%%%\n";

/// The largest case that is a seed (bytes): libFuzzer does best with small ones.
const MAX_SEED: u64 = 8 << 10;

/// The seeds of the target `name`, from the project at `root`.
pub fn of(name: &str, root: &Path) -> Vec<Vec<u8>> {
    let texts = |folder: &str, extension: &str| texts(&root.join(folder), extension);
    match name {
        "lint" => [texts("rules", "yaml"), texts("examples", "yaml"), texts("tests/cases", "yaml")].concat(),
        "script" => [
            texts("tests/rerun", "sh"),
            texts("rules", "yaml").iter().flat_map(|case| scripts(case)).collect(),
        ]
        .concat(),
        "config" => [texts("examples", "yaml"), lines(CONFIGS)].concat(),
        "baseline" => lines(BASELINES),
        "suppressions" => lines(SUPPRESSIONS),
        "quantity" => lines(QUANTITIES),
        "fixes" => [texts("rules", "yaml"), texts("examples", "yaml")].concat(),
        "messages" => lines(MESSAGES),
        "kustomize" => builds(&root.join("tests/kustomize")),
        "template" => [texts("tests/cases", "yaml"), lines(TEMPLATES)]
            .concat()
            .into_iter()
            .filter(|case| contains(case, "{{"))
            .collect(),
        _ => Vec::new(),
    }
}

fn lines(seeds: &[&str]) -> Vec<Vec<u8>> {
    seeds.iter().map(|seed| seed.as_bytes().to_vec()).collect()
}

fn contains(text: &[u8], word: &str) -> bool {
    text.windows(word.len()).any(|window| window == word.as_bytes())
}

/// The files with `extension` below `folder`, sorted.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|own| own == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn texts(folder: &Path, extension: &str) -> Vec<Vec<u8>> {
    let is_small = |path: &PathBuf| fs::metadata(path).is_ok_and(|known| known.len() <= MAX_SEED);
    files(folder, extension).into_iter().filter(is_small).filter_map(|path| fs::read(path).ok()).collect()
}

/// The block scalars of a manifest, which are its scripts.
fn scripts(case: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(case);
    let mut lines = text.lines().peekable();
    let mut found = Vec::new();
    while let Some(line) = lines.next() {
        if !line.trim_end().ends_with('|') {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        let mut script = String::new();
        while let Some(line) =
            lines.next_if(|line| line.trim().is_empty() || line.len() - line.trim_start().len() > indent)
        {
            script.push_str(line.trim_start());
            script.push('\n');
        }
        found.push(script.into_bytes());
    }
    found
}

/// The files of each folder of builds, as one input.
fn builds(folder: &Path) -> Vec<Vec<u8>> {
    let kustomizations =
        files(folder, "yaml").into_iter().filter(|path| path.ends_with("kustomization.yaml"));
    let build = |path: PathBuf| {
        let own = fs::read_to_string(&path).ok()?;
        let beside = files(path.parent()?, "yaml").into_iter().filter(|other| *other != path);
        let texts: Vec<String> = beside.take(4).filter_map(|path| fs::read_to_string(path).ok()).collect();
        Some([vec![own], texts].concat().join(SEPARATOR).into_bytes())
    };
    kustomizations.filter_map(build).collect()
}

const CONFIGS: &[&str] = &[
    "kubernetesVersion: 1.30\nfailOn: warning\nminSeverity: info\npedantic: true\nexclude: [a/, '**/*.x']\nbaseline: b.json\n",
    "rules:\n  hygiene: off\n  unchecked: off\n  oversized-init-request:\n    severity: info\n    ratio: 2\n    min-surplus: {cpu: 100m}\n",
    "overrides:\n- paths: [test/]\n  resources: ['Job/*']\n  namespaces: [a]\n  rules: {forbidden-probe: off}\n",
    "podTemplates: [{group: a.b, kind: W, path: spec.a.*.template, complete: true}]\nimages: [{name: a/b, sh: ash, user: 1, entrypoint: [/e], commands: [c]}]\n",
    "exclude: ['a*b*c*/**/x*y*z?', '[!a]{b,c}']\n",
];

const BASELINES: &[&str] = &[
    "{\"schema\": 2, \"findings\": {\"a.yaml\": {\"unpinned-init-image\": {\"0123456789abcdef0123456789abcdef\": \"Pod p\"}}}}",
    "{\"schema\": 1, \"findings\": {\"a.yaml\": {\"unpinned-init-image\": {\"0123456789abcdef\": \"Pod p\"}}}}",
    "{\"schema\": 2, \"findings\": {}}",
];

const SUPPRESSIONS: &[&str] = &[
    "ignore[unpinned-init-image] why",
    "ignore-file[non-idempotent-write, unchecked]: why\nignore[unknown]\nignore[]\nignore[a",
    "unpinned-init-image: why; non-idempotent-write: no; it is\nx;y;;:",
];

const QUANTITIES: &[&str] = &[
    "1\n100m\n1Gi\n.5\n1e3\n0x10\n-1\n+1.\n1_000",
    "9223372036854775807\n1E6\n1e-9\n12345678901234567890123456789k\nnan",
    "0o17\n1Ki\n1.5M\n''\n~",
];

const TEMPLATES: &[&str] = &[
    "apiVersion: v1\nkind: Pod\nmetadata: {name: {{ .Release.Name }}}\nspec:\n  {{- with .Values.x }}\n  initContainers:\n    {{- toYaml . | nindent 4 }}\n  {{- end }}\n  containers: [{name: a, image: 'b:1'}]\n\n%%%%\n{{- define \"a\" }}\n- name: i\n  image: b\n{{- end }}\n\n%%%%\nx: []\n",
    "{{- if and .Values.a (not .Values.b) }}\nkind: Pod\n{{- else if .Values.c }}\nkind: Job\n{{- end }}\n{{- range $i, $e := .Values.l }}\n- {{ $e | quote }}\n{{- end }}\n{{/* initlint: ignore[unchecked] why */}}\n",
];

const MESSAGES: &[&str] = &[
    r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{"textDocument":{"hover":{"contentFormat":["markdown"]}},"workspace":{"workspaceEdit":{"documentChanges":true}}}}}
%%%%
{"jsonrpc":"2.0","method":"initialized","params":{}}
%%%%
{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":"pod.yaml","languageId":"yaml","version":1,"text":"apiVersion: v1\nkind: Pod\nmetadata: {name: 가🚀}\nspec:\n  initContainers:\n  - name: a\n    image: busybox\n    command: [sh, -c, mkdir /a]\n    livenessProbe: {} # initlint: ignore[\n"}}}
%%%%
{"jsonrpc":"2.0","id":"2","method":"textDocument/codeAction","params":{"textDocument":{"uri":"pod.yaml"},"range":{"start":{"line":0,"character":0},"end":{"line":99,"character":99}},"context":{"diagnostics":[]}}}
%%%%
{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":"pod.yaml","version":7},"contentChanges":[{"range":{"start":{"line":2,"character":17},"end":{"line":2,"character":19}},"text":"나"},{"range":{"start":{"line":4294967295,"character":4294967295},"end":{"line":0,"character":0}},"text":"- a: ["}]}}
%%%%
{"jsonrpc":"2.0","id":3,"method":"textDocument/hover","params":{"textDocument":{"uri":"pod.yaml"},"position":{"line":6,"character":12}}}
%%%%
{"jsonrpc":"2.0","id":4,"method":"textDocument/completion","params":{"textDocument":{"uri":"pod.yaml"},"position":{"line":8,"character":41}}}
%%%%
{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":"pod.yaml","version":3},"contentChanges":[{"text":"kind: Pod\n"}]}}
%%%%
{"jsonrpc":"2.0","method":"textDocument/didSave","params":{"textDocument":{"uri":"pod.yaml"}}}
%%%%
{"jsonrpc":"2.0","id":5,"method":"shutdown"}
%%%%
{"jsonrpc":"2.0","method":"exit"}"#,
    r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{"general":{"positionEncodings":["utf-8"]}},"initializationOptions":{"select":["all"],"ignore":["bashism"],"pedantic":true}}}
%%%%
{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":"kustomization.yaml","languageId":"yaml","version":1,"text":"resources: [pod.yaml]\nnamePrefix: x-\n"}}}
%%%%
{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":"pod.yaml","languageId":"yaml","version":1,"text":"apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  volumes: [{name: d, emptyDir: {}}]\n  initContainers:\n  - {name: a, image: 'b:1', volumeMounts: [{name: d, mountPath: /d}], command: [sh, -c, 'mkdir /d/x']}\n"}}}
%%%%
{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":".initlint.yaml","languageId":"yaml","version":1,"text":"rules:\n  bashism: off\n  \n"}}}
%%%%
{"jsonrpc":"2.0","id":2,"method":"textDocument/completion","params":{"textDocument":{"uri":".initlint.yaml"},"position":{"line":2,"character":2}}}
%%%%
{"jsonrpc":"2.0","method":"workspace/didChangeConfiguration","params":{"settings":{"initlint":{"select":["api"]}}}}
%%%%
{"jsonrpc":"2.0","id":3,"method":"textDocument/codeAction","params":{"textDocument":{"uri":"pod.yaml"},"range":{"start":{"line":6,"character":4},"end":{"line":6,"character":0}},"context":{"diagnostics":[],"only":["quickfix"]}}}
%%%%
{"jsonrpc":"2.0","method":"textDocument/didClose","params":{"textDocument":{"uri":"kustomization.yaml"}}}
%%%%
{"jsonrpc":"2.0","id":4,"method":"textDocument/hover","params":{"textDocument":{"uri":"pod.yaml"},"position":{"line":6,"character":90}}}"#,
    "Content-Length: 3\r\n\r\n{}x\n%%%%\n{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"capabilities\":{}}}\n%%%%\nContent-Length: 99999999\r\n\r\n",
];
