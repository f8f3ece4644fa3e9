//! Runs scripts for real, twice, stopped at each command, and reads the fixtures that say what
//! should come of it.
//!
//! A fixture file holds cases, each a line `=== name | expectation` and a script. The script's
//! `/data` and `/work` are volumes, `/src` is what an image brings, `/tmp` is the container's own;
//! all are folders of a throw-away directory. `| not run: reason` tells of a case that only the
//! analysis judges, `| gnu` or `| busybox` of whose userland it means,
//! `| user` of one that runs as somebody else than root.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// A script, and what should come of it.
pub(crate) struct Case {
    pub(crate) file: String,
    pub(crate) name: String,
    pub(crate) expected: String,
    pub(crate) script: String,
    pub(crate) busybox: bool,
    /// It runs as a user who isn't root.
    pub(crate) user: bool,
    pub(crate) not_run: Option<String>,
}

/// All cases of `tests/rerun/`.
pub(crate) fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rerun");
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).expect("fixtures").map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "cases"));
    files.sort();
    files.iter().flat_map(|path| parse(path)).collect()
}

fn parse(path: &Path) -> Vec<Case> {
    let text = fs::read_to_string(path).expect("a readable fixture");
    let file = path.file_stem().unwrap().to_string_lossy().into_owned();
    let mut cases: Vec<Case> = Vec::new();
    for line in text.lines() {
        if let Some(header) = line.strip_prefix("=== ") {
            let mut parts = header.split('|').map(str::trim);
            let name = parts.next().unwrap().to_owned();
            let expected = parts.next().expect("an expectation").to_owned();
            let rest: Vec<&str> = parts.collect();
            let not_run = rest.iter().find_map(|part| part.strip_prefix("not run: ")).map(str::to_owned);
            let (busybox, user) = (rest.contains(&"busybox"), rest.contains(&"user"));
            let (file, script) = (file.clone(), String::new());
            cases.push(Case { file, name, expected, script, busybox, user, not_run });
        } else if let Some(case) = cases.last_mut() {
            case.script.push_str(line);
            case.script.push('\n');
        }
    }
    cases
}

/// What execution says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    Idempotent,
    /// A second run fails; after how many commands the first was stopped.
    Fails(Option<u32>),
    /// A second run leaves other volume contents.
    Differs(Option<u32>),
    /// The undisturbed run fails here.
    Inconclusive(String),
}

/// How many commands all stopped runs of a script together may take. A long script is a loop that does the same again and
/// again, and is stopped less often.
const STOPPED_COMMANDS: u32 = 1_600;

/// Runs `script` in a throw-away folder: undisturbed, then again from each state that a kill leaves.
pub(crate) fn execute(script: &str) -> Verdict {
    let folder = tempfile::tempdir().expect("a throw-away folder");
    let root = folder.path();
    let text = rewritten(script, root, image());
    renew(root, &["data", "work"]);
    let (status, commands, said) = run(root, &text, None);
    if status != 0 {
        return Verdict::Inconclusive(format!("exit {status}: {said}"));
    }
    let wanted = snapshot(root);
    let (status, ..) = run(root, &text, None);
    if status != 0 {
        return Verdict::Fails(None);
    }
    if snapshot(root) != wanted {
        return Verdict::Differs(None);
    }
    let stops = (STOPPED_COMMANDS / commands.max(1)).max(1);
    let step = commands.div_ceil(stops);
    for stop in (1..commands).step_by(step.max(1) as usize) {
        renew(root, &["data", "work"]);
        run(root, &text, Some(stop));
        let (status, ..) = run(root, &text, None);
        if status != 0 {
            return Verdict::Fails(Some(stop));
        }
        if snapshot(root) != wanted {
            return Verdict::Differs(Some(stop));
        }
    }
    Verdict::Idempotent
}

/// The script with its places moved into `root`, and what the image brings to `image`.
fn rewritten(script: &str, root: &Path, image: &Path) -> String {
    let mut out = String::new();
    let mut rest = script;
    let mut before = ' ';
    while let Some(c) = rest.chars().next() {
        let place = ["/data", "/work", "/src", "/tmp"].into_iter().find(|place| {
            let ends = |after: &str| {
                !after.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
            };
            rest.strip_prefix(place).is_some_and(ends)
        });
        let apart = !before.is_ascii_alphanumeric() && !matches!(before, '.' | '_' | '}' | '/' | '*');
        let length = if let Some(place) = place.filter(|_| apart) {
            let folder = if place == "/src" { image.to_owned() } else { root.join(&place[1..]) };
            out.push_str(&folder.display().to_string());
            place.len()
        } else {
            out.push(c);
            c.len_utf8()
        };
        before = c;
        rest = &rest[length..];
    }
    out
}

fn renew(root: &Path, names: &[&str]) {
    for name in names {
        let _ = fs::remove_dir_all(root.join(name));
        fs::create_dir_all(root.join(name)).expect("a folder");
    }
}

/// One run, stopped before command `stop + 1`. Its exit status, how many commands ran, what it said.
fn run(root: &Path, script: &str, stop: Option<u32>) -> (i32, u32, String) {
    renew(root, &["tmp", "home"]);
    let count = root.join("count");
    let kill = stop.map_or(String::new(), |stop| format!("[ $__n -gt {stop} ] && kill -9 0; "));
    // Subshells count on: the number lies in a file.
    fs::write(&count, "0\n").expect("the counter's file");
    let file = count.display();
    let trap =
        format!("set -T; trap 'read -r __n < {file}; __n=$((__n+1)); echo $__n >| {file}; {kill}:' DEBUG; ");
    let file = root.join("script");
    fs::write(&file, script).expect("the script's file");
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rerun/bin");
    let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap_or_default());
    let output = Command::new("bash")
        .args(["-c", &format!("{trap}set -o posix; . {}", file.display())])
        .env_clear()
        .env("PATH", path)
        .env("HOME", root.join("home"))
        .env("TMPDIR", root.join("tmp"))
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("LC_ALL", "C")
        .current_dir(root.join("tmp"))
        // A group of its own: a kill ends subshells too, as the end of a container does.
        .process_group(0)
        .stdin(Stdio::null())
        .output()
        .expect("bash");
    let commands = fs::read_to_string(&count).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().unwrap_or(137), commands, said)
}

/// What the image brings at `/src`. No script changes it, so all share one.
fn image() -> &'static Path {
    static IMAGE: OnceLock<tempfile::TempDir> = OnceLock::new();
    IMAGE.get_or_init(make_image).path()
}

fn make_image() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a throw-away folder");
    for directory in ["app/lib", "conf", "bin"] {
        fs::create_dir_all(folder.path().join(directory)).expect("a folder");
    }
    for (name, text) in [
        ("app/main.txt", "main\n"),
        ("app/lib/util.txt", "util\n"),
        ("conf/a.conf", "a=1\n"),
        ("conf/b.conf", "b=1\n"),
        ("bin/tool", "#!/bin/sh\nexit 0\n"),
        ("file.txt", "listen 80\nname x\n"),
    ] {
        fs::write(folder.path().join(name), text).expect("a file");
    }
    let rest = "cd conf && tar czf ../conf.tgz a.conf b.conf && tar cf ../conf.tar a.conf b.conf \
         && zip -q ../conf.zip a.conf b.conf; cd .. && gzip -c file.txt > text.gz; \
         git init -q -b master repo && cd repo && echo readme > README && git add . \
         && git -c user.name=a -c user.email=a@b -c commit.gpgsign=false commit -qm first";
    Command::new("sh").args(["-c", rest]).current_dir(folder.path()).output().expect("sh");
    folder
}

/// All that the volumes hold.
fn snapshot(root: &Path) -> BTreeMap<PathBuf, String> {
    let mut out = BTreeMap::new();
    for volume in ["data", "work"] {
        for entry in walkdir::WalkDir::new(root.join(volume)).min_depth(1) {
            let entry = entry.expect("a readable entry");
            let kind = entry.file_type();
            let what = if kind.is_symlink() {
                format!("link {}", fs::read_link(entry.path()).unwrap().display())
            } else if kind.is_dir() {
                "directory".to_owned()
            } else if kind.is_file() {
                format!("file {:?}", without_time(fs::read(entry.path()).unwrap()))
            } else {
                "other".to_owned()
            };
            // git and others note times and random names; that a repository is there is enough.
            let path = entry.path().strip_prefix(root).unwrap().to_owned();
            if !path.components().any(|part| part.as_os_str() == ".git") || path.ends_with(".git") {
                out.insert(path, what);
            }
        }
    }
    out
}

/// What is in a file, but for the time that gzip notes in it (RFC 1952, MTIME).
fn without_time(mut content: Vec<u8>) -> Vec<u8> {
    if content.starts_with(&[0x1f, 0x8b])
        && let Some(time) = content.get_mut(4..8)
    {
        time.fill(0);
    }
    content
}

/// Whether the machine has every command that a script's lines start with or pipe to.
pub(crate) fn missing_command(script: &str) -> Option<String> {
    const NEEDED: [&str; 21] = [
        "busybox",
        "git",
        "rsync",
        "unzip",
        "zip",
        "jq",
        "xz",
        "zstd",
        "bzip2",
        "openssl",
        "ssh-keygen",
        "keytool",
        "sqlite3",
        "perl",
        "envsubst",
        "yq",
        "initdb",
        "dpkg-deb",
        "htpasswd",
        "cpio",
        "sponge",
    ];
    let words: Vec<&str> = script.split(|c: char| c.is_whitespace() || "()|;&".contains(c)).collect();
    let have = |name: &str| {
        let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rerun/bin").join(name);
        let folders = std::env::var("PATH").unwrap_or_default();
        tools.exists() || std::env::split_paths(&folders).any(|folder| folder.join(name).exists())
    };
    NEEDED.into_iter().find(|name| words.contains(name) && !have(name)).map(str::to_owned)
}

/// Whether the tests run as root.
pub(crate) fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}
