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
