//! Files that aren't what they seem: links, devices, pipes, files without an end.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use crate::support::binary::run;

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers: [{name: a, image: \"b:1\"}]\n  \
                   initContainers: [{name: i, image: busybox}]\n";

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("k8s/app")).unwrap();
    fs::write(folder.path().join("k8s/pod.yaml"), POD).unwrap();
    fs::write(folder.path().join("k8s/app/pod.yaml"), POD).unwrap();
    folder
}

fn fifo(folder: &TempDir, path: &str) {
    assert!(Command::new("mkfifo").arg(folder.path().join(path)).status().unwrap().success());
}

#[test]
fn ignore_files_are_opened_only_where_they_are_plain_and_small() {
    for (name, make) in [".gitignore", ".ignore", ".git/info/exclude"].into_iter().flat_map(|name| {
        let kinds: [fn(&TempDir, &str); 4] = [
            |folder, path| symlink("/dev/zero", folder.path().join(path)).unwrap(),
            |folder, path| symlink("pod.yaml", folder.path().join(path)).unwrap(),
            |folder, path| fifo(folder, path),
            |folder, path| fs::write(folder.path().join(path), "*.x\n".repeat(70_000)).unwrap(),
        ];
        kinds.map(|make| (name, make))
    }) {
        for (place, found) in [("k8s/app", 1), ("k8s", 0), ("", 0)] {
            let folder = folder();
            let path = format!("{place}/{name}").trim_start_matches('/').to_owned();
            fs::create_dir_all(folder.path().join(&path).parent().unwrap()).unwrap();
            make(&folder, &path);
            let (status, out, err) = run(folder.path(), &["--format=concise", "--no-config", "k8s"]);
            assert_eq!(
                (status, out.lines().filter(|line| line.contains("unpinned")).count()),
                (2, found),
                "{out}{err}"
            );
            assert!(out.contains(&path), "{out}");
            let (status, out, _) =
                run(folder.path(), &["--format=concise", "--no-config", "--no-ignore", "k8s"]);
            assert_eq!(
                (status, out.lines().filter(|line| line.contains("unpinned")).count()),
                (1, 2),
                "{out}"
            );
        }
    }
}

#[test]
fn a_link_is_followed_only_within_what_was_named() {
    let folder = folder();
    let path = |path: &str| folder.path().join(path);
    fs::write(path("secret.yaml"), "password: hunter2\n\tx").unwrap();
    symlink("../secret.yaml", path("k8s/link.yaml")).unwrap();
    symlink("app/pod.yaml", path("k8s/inner.yaml")).unwrap();
    symlink("/proc/self/environ", path("env.yaml")).unwrap();
    let (status, out, err) = run(folder.path(), &["--format=concise", "--no-config", "k8s"]);
    assert_eq!(status, 1, "{out}");
    assert!(err.contains("k8s/link.yaml: a link to a file outside the folder is not followed"), "{err}");
    assert!(out.contains("k8s/inner.yaml:6"), "{out}");
    for format in ["pretty", "json", "sarif", "junit", "markdown", "github"] {
        let (status, out, err) = run(folder.path(), &["--no-config", "--format", format, "env.yaml"]);
        assert_eq!(status, 2, "{out}");
        assert!(!(out.clone() + &err).contains("LANG="), "{out}{err}");
        assert!(out.contains("a link to a file outside the working folder is not followed"), "{out}{err}");
    }
    // A link that the working folder has itself is as good as what it leads to.
    assert_eq!(run(folder.path(), &["--no-config", "k8s/link.yaml"]).0, 1);
}

#[test]
fn files_without_an_end_are_refused_by_size() {
    let folder = folder();
    symlink("/dev/zero", folder.path().join(".initlint.yaml")).unwrap();
    assert_eq!(run(folder.path(), &["k8s"]).0, 1, "no config file, but a device");
    for (option, why) in [
        ("--baseline", "not a regular file"),
        ("--config", "the most that is read"),
        ("--files-from", "the most that is read"),
    ] {
        let (status, _, err) = run(folder.path(), &[option, "/dev/zero"]);
        assert_eq!(status, 2, "{option}");
        assert!(err.contains(why), "{err}");
    }
    fs::remove_file(folder.path().join(".initlint.yaml")).unwrap();
    if fs::symlink_metadata("/proc/kmsg").is_ok() {
        symlink("/proc/kmsg", folder.path().join(".initlint.yaml")).unwrap();
        symlink("/proc/kmsg", folder.path().join("k8s/log.yaml")).unwrap();
        assert_eq!(run(folder.path(), &["k8s"]).0, 1);
    }
}

/// A link to a device, a link to a pipe, a pipe.
const NO_FILES: [fn(&TempDir, &str); 3] = [
    |folder, path| symlink("/dev/zero", folder.path().join(path)).unwrap(),
    |folder, path| {
        fifo(folder, &format!("{path}.pipe"));
        symlink(folder.path().join(format!("{path}.pipe")), folder.path().join(path)).unwrap();
    },
    fifo,
];

#[test]
fn what_has_a_manifests_name_and_is_no_file_is_told() {
    for name in ["a.yaml", "app/b.yml", "c.json", "kustomization.yaml", "x/templates/_h.tpl", "x/values.yaml"]
    {
        for make in NO_FILES {
            let folder = folder();
            fs::create_dir_all(folder.path().join("k8s/x/templates")).unwrap();
            fs::write(folder.path().join("k8s/x/Chart.yaml"), "name: x\nversion: 1.0.0\n").unwrap();
            make(&folder, &format!("k8s/{name}"));
            for format in ["concise", "json", "sarif", "gitlab", "junit", "github", "markdown"] {
                let (status, out, err) =
                    run(folder.path(), &["--no-config", "-q", "--format", format, "k8s"]);
                assert_eq!(status, 2, "{name} {format}: {out}{err}");
                assert!((out + &err).contains("not a regular file"), "{name} {format}");
            }
        }
    }
    // Neither has this a manifest's name, nor is that read.
    let folder = folder();
    fifo(&folder, "k8s/socket");
    fs::write(folder.path().join("k8s/.gitignore"), "p.yaml\n").unwrap();
    fifo(&folder, "k8s/p.yaml");
    assert_eq!(run(folder.path(), &["--no-config", "k8s"]).0, 1);
}

#[test]
fn ignore_files_have_a_bound_together() {
    let lines = |count: usize| "**/*a*b*/**\n".repeat(count);
    // Below one another they are held at once.
    let nested = folder();
    let deep = nested.path().join("k8s/1/2/3");
    fs::create_dir_all(&deep).unwrap();
    for above in deep.ancestors().take(4) {
        fs::write(above.join(".ignore"), lines(6000)).unwrap();
    }
    fs::write(deep.join("pod.yaml"), POD).unwrap();
    let (status, out, _) = run(nested.path(), &["--no-config", "--format=concise", "k8s"]);
    assert!(status == 2 && out.contains("k8s/1/2/3: its ignore files"), "{out}");
    assert!(out.contains("k8s/pod.yaml:6"), "{out}");
    // Beside one another they are read one after another.
    for (count, expected) in [(20, 1), (40, 2)] {
        let wide = folder();
        for number in 0..count {
            let below = wide.path().join(format!("k8s/{number}"));
            fs::create_dir(&below).unwrap();
            fs::write(below.join(".gitignore"), lines(6000)).unwrap();
        }
        let (status, out, _) = run(wide.path(), &["--no-config", "--format=concise", "k8s"]);
        assert_eq!(status, expected, "{out}");
        assert_eq!(out.contains("error: k8s: the ignore files below it have more than 2 MiB"), expected == 2);
        assert_eq!(run(wide.path(), &["--no-config", "--no-ignore", "k8s"]).0, 1);
    }
}

#[test]
fn a_file_of_git_leads_to_no_device() {
    let folder = folder();
    let path = |path: &str| folder.path().join(path);
    fs::create_dir_all(path("git/worktrees/w")).unwrap();
    fs::create_dir_all(path("git/info")).unwrap();
    fs::write(path("k8s/.git"), format!("gitdir: {}\n", path("git/worktrees/w").display())).unwrap();
    let status = || run(folder.path(), &["--no-config", "--format=concise", "k8s"]);
    for make in NO_FILES {
        for name in ["git/worktrees/w/commondir", "git/info/exclude"] {
            fs::write(path("git/worktrees/w/commondir"), "../..\n").unwrap();
            _ = fs::remove_file(path(name));
            make(&folder, name);
            let (status, out, _) = status();
            assert!(status == 2 && out.contains("--no-ignore walks the folder without it"), "{name}: {out}");
            for rest in [path(name), path(&format!("{name}.pipe"))] {
                _ = fs::remove_file(rest);
            }
        }
    }
    fs::write(path("git/worktrees/w/commondir"), "../..\n").unwrap();
    assert_eq!(status().0, 1);
    fs::write(path("git/info/exclude"), "*.yaml\n").unwrap();
    assert_eq!(status().0, 0, "as git has it");
}

#[test]
fn what_a_found_configuration_names_is_not_waited_for_and_shows_no_foreign_text() {
    let folder = folder();
    let path = |path: &str| folder.path().join(path);
    for make in NO_FILES {
        fs::write(path("k8s/.initlint.yaml"), "baseline: known.json\n").unwrap();
        make(&folder, "k8s/known.json");
        let (status, _, err) = run(&path("k8s"), &["."]);
        assert!(status == 2 && err.contains("cannot read the baseline: not a regular file"), "{err}");
        for rest in ["k8s/known.json", "k8s/known.json.pipe"] {
            _ = fs::remove_file(path(rest));
        }
    }
    fs::remove_file(path("k8s/.initlint.yaml")).unwrap();
    symlink("../secret", path("k8s/.initlint.yaml")).unwrap();
    for secret in ["password: hunter2\n", "hunter2:\n\tx", "exclude: {hunter2: 1}\n", "select: [hunter2]\n"] {
        fs::write(path("secret"), secret).unwrap();
        for option in ["--format=pretty", "--format=json", "--dump-config", "--describe"] {
            let (status, out, err) = run(&path("k8s"), &[option]);
            assert!(status == 2 && !(out.clone() + &err).contains("hunter2"), "{secret}: {out}{err}");
        }
    }
    fs::write(path("secret"), "rules: {unpinned-init-image: off}\n").unwrap();
    assert_eq!(run(&path("k8s"), &["."]).0, 0, "a shared configuration is followed");
}

/// What a run of `k8s` writes to both streams; it has to end by itself.
fn ended(folder: &TempDir) -> String {
    let out = fs::File::create(folder.path().join("out")).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_initlint"))
        .args(["--no-config", "k8s"])
        .current_dir(folder.path())
        .stdout(out.try_clone().unwrap())
        .stderr(out)
        .spawn()
        .unwrap();
    let ended = (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        child.try_wait().unwrap().is_some()
    });
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(ended);
    fs::read_to_string(folder.path().join("out")).unwrap()
}

#[test]
fn what_a_kustomization_names_is_not_waited_for() {
    let build = "resources: [pod.yaml]\ncomponents: [c]\npatches: [{path: patch.yaml}]\n\
                 configMapGenerator:\n- {name: s, files: [run.sh], envs: [a.env]}\n";
    for name in ["run.sh", "a.env", "patch.yaml", "c/kustomization.yaml", "kustomization.yaml"] {
        let kinds: [fn(&TempDir, &str); 3] = [
            fifo,
            |folder, path| symlink("/proc/kmsg", folder.path().join(path)).unwrap(),
            |folder, path| symlink("/dev/zero", folder.path().join(path)).unwrap(),
        ];
        for make in kinds {
            let folder = folder();
            fs::create_dir(folder.path().join("k8s/c")).unwrap();
            let path = format!("k8s/{name}");
            fs::write(folder.path().join("k8s/kustomization.yaml"), build).unwrap();
            _ = fs::remove_file(folder.path().join(&path));
            make(&folder, &path);
            let text = ended(&folder);
            assert!(
                text.contains("k8s/pod.yaml:6") && text.contains("unpinned-init-image"),
                "{name}: {text}"
            );
        }
    }
}

#[test]
fn a_kustomization_that_a_link_leads_to_elsewhere_is_told_of() {
    let folder = folder();
    let path = |path: &str| folder.path().join(path);
    fs::create_dir_all(path("k8s/c")).unwrap();
    fs::write(path("k8s/kustomization.yaml"), "resources: [pod.yaml]\ncomponents: [c]\n").unwrap();
    symlink("/proc/version", path("k8s/c/kustomization.yaml")).unwrap();
    let text = ended(&folder);
    assert!(text.contains("a link leads out of the work tree, which is not followed"), "{text}");
}

#[test]
fn a_name_of_a_file_is_no_option_under_pre_commit() {
    let folder = folder();
    for name in ["--write-baseline=x.json", "--output-file=json=x.json", "--config=x.yaml", "-q"] {
        fs::write(folder.path().join(name), "").unwrap();
        let hook = |args: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_initlint"));
            command.args(["--no-config", "--force-exclude"]).args(args).env("PRE_COMMIT", "1");
            command.current_dir(folder.path()).output().unwrap()
        };
        let output = hook(&[name, "k8s/pod.yaml"]);
        assert_eq!(output.status.code(), Some(2), "{name}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("is the name of a file"), "{name}");
        assert_eq!(hook(&["--", "k8s/pod.yaml", name]).status.code(), Some(1), "{name}");
        assert!(!folder.path().join("x.json").exists());
    }
}
