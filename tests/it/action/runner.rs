//! As much of the runner of GitHub Actions as a composite action sees of it
//! (<https://docs.github.com/en/actions/reference/workflows-and-actions>): the steps' environment,
//! `shell: bash`, `if`, the files through which a step speaks, and the cache.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_yaml::Value;
use tempfile::TempDir;

/// A job that has checked out some files.
pub(crate) struct Job {
    folder: TempDir,
    /// Set for every step.
    pub(crate) env: BTreeMap<String, String>,
    /// Inputs that each run is given.
    pub(crate) inputs: BTreeMap<String, String>,
}

/// What came of the action.
pub(crate) struct Outcome {
    /// The exit status of the last step that was run.
    pub(crate) status: i32,
    /// All steps' standard output and error.
    pub(crate) log: String,
    /// The job's summary.
    pub(crate) summary: String,
    /// The action's outputs.
    pub(crate) outputs: BTreeMap<String, String>,
}

impl Job {
    /// A job whose workspace holds `files`.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let job =
            Self { folder: tempfile::tempdir().unwrap(), env: BTreeMap::new(), inputs: BTreeMap::new() };
        for folder in ["work", "temp", "tools", "built", "cache"] {
            fs::create_dir(job.folder.path().join(folder)).unwrap();
        }
        let log = format!("printf '%s\\n' \"$@\" '' >>'{}'", job.folder.path().join("runs").display());
        write_tool(&job.binary(), &format!("{log}\nexec '{}' \"$@\"", env!("CARGO_BIN_EXE_initlint")));
        for (path, text) in files {
            fs::write(job.workspace().join(path), text).unwrap();
        }
        job
    }

    /// The folder that the steps start in.
    pub(crate) fn workspace(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    /// `RUNNER_TEMP`.
    pub(crate) fn temp(&self) -> PathBuf {
        self.folder.path().join("temp")
    }

    /// Another job of the same workflow begins: what the steps have left is gone, but for the cache.
    pub(crate) fn begin_again(&self) {
        fs::remove_dir_all(self.temp()).unwrap();
        fs::create_dir(self.temp()).unwrap();
    }

    /// The binary under test, in a wrapping that notes each run.
    pub(crate) fn binary(&self) -> PathBuf {
        self.folder.path().join("built/initlint")
    }

    /// The arguments of each run of the binary.
    pub(crate) fn runs(&self) -> Vec<Vec<String>> {
        let log = fs::read_to_string(self.folder.path().join("runs")).unwrap_or_default();
        let runs = log.split_terminator("\n\n");
        runs.map(|run| run.lines().map(str::to_owned).collect()).collect()
    }

    /// Has a `cargo` that builds the binary, and notes its arguments in the file `cargo`.
    pub(crate) fn add_cargo(&self) {
        let log = self.temp().join("cargo");
        let (from, to) = (self.binary(), self.temp().join("initlint/bin"));
        let script = format!("echo \"$@\" >'{}'\ncp '{}' '{}'", log.display(), from.display(), to.display());
        self.add_tool("cargo", &script);
    }

    /// Puts a program before all others on the PATH. It is a script of `bash`.
    pub(crate) fn add_tool(&self, name: &str, script: &str) {
        write_tool(&self.folder.path().join("tools").join(name), script);
    }

    /// Runs the action with `inputs`, up to the first step that fails.
    pub(crate) fn run(&self, inputs: &[(&str, &str)]) -> Outcome {
        let text = fs::read_to_string(root().join("action.yml")).unwrap();
        let action: Value = serde_yaml::from_str(&text).unwrap();
        let mut values = BTreeMap::new();
        for (name, input) in action["inputs"].as_mapping().unwrap() {
            let default = input["default"].as_str().unwrap().to_owned();
            values.insert(format!("inputs.{}", name.as_str().unwrap()), default);
        }
        let own = self.inputs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in own.chain(inputs.iter().copied()) {
            let known = values.insert(format!("inputs.{name}"), value.to_owned());
            assert!(known.is_some(), "action.yml has no input {name}");
        }
        let temp = self.temp().display().to_string();
        for (name, value) in [("temp", temp.as_str()), ("os", "Linux"), ("arch", "X64")] {
            values.insert(format!("runner.{name}"), value.to_owned());
        }
        let mut outcome =
            Outcome { status: 0, log: String::new(), summary: String::new(), outputs: BTreeMap::new() };
        let mut path = format!("{}:{}", self.folder.path().join("tools").display(), env("PATH"));
        for step in action["runs"]["steps"].as_sequence().unwrap() {
            if !step["if"].as_str().is_none_or(|condition| holds(condition, &values)) {
                continue;
            }
            match step["uses"].as_str() {
                Some(action) => self.cache(action, step, &mut values),
                None => self.step(step, &mut values, &mut path, &mut outcome),
            }
            if outcome.status != 0 {
                break;
            }
        }
        for (name, output) in action["outputs"].as_mapping().unwrap() {
            let value = substitute(output["value"].as_str().unwrap(), &values);
            outcome.outputs.insert(name.as_str().unwrap().to_owned(), value);
        }
        outcome
    }

    /// `actions/cache/restore` and `actions/cache/save`, with a folder for each key.
    fn cache(&self, action: &str, step: &Value, values: &mut BTreeMap<String, String>) {
        let input = |name: &str| substitute(step["with"][name].as_str().unwrap(), values);
        let (path, kept) =
            (PathBuf::from(input("path")), self.folder.path().join("cache").join(input("key")));
        let copy = |from: &Path, to: &Path| {
            let status = Command::new("cp").arg("-rT").args([from, to]).status().unwrap();
            assert!(status.success(), "{} to {}", from.display(), to.display());
        };
        if action.starts_with("actions/cache/save@") {
            copy(&path, &kept);
        } else {
            assert!(action.starts_with("actions/cache/restore@"), "{action}");
            if kept.exists() {
                copy(&kept, &path);
                values.insert("steps.cache.outputs.cache-hit".to_owned(), "true".to_owned());
            }
        }
    }

    fn step(
        &self,
        step: &Value,
        values: &mut BTreeMap<String, String>,
        path: &mut String,
        outcome: &mut Outcome,
    ) {
        let file = |name: &str| self.folder.path().join(name);
        for name in ["script", "path", "output", "summary"] {
            fs::write(file(name), "").unwrap();
        }
        let script = step["run"].as_str().unwrap();
        assert!(!script.contains("${{"), "what a user gives is no part of a script: {script}");
        fs::write(file("script"), script).unwrap();
        assert_eq!(step["shell"], "bash");
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-e", "-o", "pipefail"]).arg(file("script"));
        command.current_dir(self.workspace()).env_clear();
        command.env("PATH", &*path).env("HOME", self.temp()).env("LANG", "C.UTF-8");
        command.env("GITHUB_ACTION_PATH", root()).env("RUNNER_TEMP", self.temp());
        command.env("RUNNER_OS", "Linux").env("RUNNER_ARCH", "X64").env("CI", "true").envs(&self.env);
        for (name, file_name) in
            [("GITHUB_PATH", "path"), ("GITHUB_OUTPUT", "output"), ("GITHUB_STEP_SUMMARY", "summary")]
        {
            command.env(name, file(file_name));
        }
        for (name, value) in step["env"].as_mapping().into_iter().flatten() {
            command.env(name.as_str().unwrap(), substitute(value.as_str().unwrap(), values));
        }
        let output = command.output().unwrap();
        outcome.status = output.status.code().unwrap();
        outcome.log += &String::from_utf8(output.stdout).unwrap();
        outcome.log += &String::from_utf8(output.stderr).unwrap();
        let read = |name: &str| fs::read_to_string(file(name)).unwrap();
        outcome.summary += &read("summary");
        for line in read("path").lines() {
            *path = format!("{line}:{path}");
        }
        let id = step["id"].as_str().unwrap_or("");
        for line in read("output").lines() {
            let (name, value) = line.split_once('=').unwrap();
            values.insert(format!("steps.{id}.outputs.{name}"), value.to_owned());
        }
    }
}

/// Whether a step's `if` holds: comparisons with a text, joined by `&&`.
fn holds(condition: &str, values: &BTreeMap<String, String>) -> bool {
    condition.split(" && ").all(|comparison| {
        let (name, operator, text) = match comparison.split_once(" != ") {
            Some((name, text)) => (name, false, text),
            None => comparison.split_once(" == ").map(|(name, text)| (name, true, text)).unwrap(),
        };
        let value = values.get(name).map_or("", String::as_str);
        (value == text.trim_matches('\'')) == operator
    })
}

/// Writes an executable script.
pub(crate) fn write_tool(path: &Path, script: &str) {
    fs::write(path, format!("#!/usr/bin/env bash\nset -eu\n{script}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// The project's folder.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn env(name: &str) -> String {
    std::env::var(name).unwrap()
}

/// Puts the values of `${{ … }}` in; what isn't known is empty.
fn substitute(text: &str, values: &BTreeMap<String, String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${{") {
        let (name, after) = after.split_once("}}").unwrap();
        out += before;
        out += values.get(name.trim()).map_or("", String::as_str);
        rest = after;
    }
    out + rest
}
