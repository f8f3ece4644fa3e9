//! Which paths a command's words name, and what it does there. What it finds there is another matter: see its effect.

use super::Call;
use super::world::place::{base_name, is_at_or_below};

/// What a command does at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Touching {
    /// It reads what is there, or fetches it, where that is an address.
    Reads,
    /// It writes a file, or files below a directory, over what is there.
    Writes,
    /// It makes a directory, and takes one that is there for success: `mkdir -p`.
    MakesDirectory,
    /// It puts another file in place of the one there: `sed -i`, `mv`.
    Replaces,
    /// It changes the mode or the owner of what is there.
    Changes,
    /// It takes away what is there, and fails where nothing is.
    Removes,
    /// It takes away what is there, if anything is: `rm -f`.
    Clears,
}

impl Touching {
    /// Whether what is there afterwards comes from the command.
    pub(crate) fn brings(self) -> bool {
        matches!(self, Touching::Writes | Touching::Replaces)
    }

    /// Whether the command fails where nothing is there.
    pub(crate) fn needs_it(self) -> bool {
        matches!(self, Touching::Reads | Touching::Changes | Touching::Removes)
    }
}

/// The paths of a call, in no order.
pub(crate) type Paths = Vec<(Touching, String)>;

fn all(touching: Touching, operands: &[&str]) -> Paths {
    operands.iter().map(|path| (touching, (*path).to_owned())).collect()
}

/// All operands are read: `cat`, `head`.
pub(super) fn read(call: &Call<'_>) -> Paths {
    all(Touching::Reads, call.operands())
}

/// All but the first operand, which is a pattern or a program: `grep`, `jq`.
pub(super) fn read_but_first(call: &Call<'_>) -> Paths {
    let files = if call.has("f file from-file e regexp") { call.operands() } else { rest(call) };
    let named = call.value("f file from-file").map(|path| (Touching::Reads, path.to_owned()));
    all(Touching::Reads, files).into_iter().chain(named).collect()
}

/// `awk PROGRAM [FILE…]`, of which a `NAME=VALUE` is no file.
pub(super) fn read_by_program(call: &Call<'_>) -> Paths {
    let mut operands = call.words().get(call.operands_from()..).unwrap_or_default().iter();
    let program = call.value("f file");
    if program.is_none() {
        operands.next();
    }
    let files = operands.map(String::as_str).filter(|operand| !operand.contains('=') && *operand != "-");
    files.chain(program).map(|path| (Touching::Reads, path.to_owned())).collect()
}

/// What `-f` names is read: `psql`.
pub(super) fn read_by_option(call: &Call<'_>) -> Paths {
    call.value("f file").map(|path| (Touching::Reads, path.to_owned())).into_iter().collect()
}

/// What `kubectl apply` reads, and what `kubectl create secret --dry-run` makes entries of, which needs no more than that:
/// `--from-file=[KEY=]FILE`.
pub(super) fn read_by_kubectl(call: &Call<'_>) -> Paths {
    let is_local = call.words().iter().any(|word| matches!(word.as_str(), "--dry-run" | "--dry-run=client"));
    let entries = call.values("from-file").map(|entry| entry.split_once('=').map_or(entry, |(_, file)| file));
    let entries = entries.chain(call.values("from-env-file")).filter(|_| is_local);
    let files = entries.chain(call.value("f filename k kustomize"));
    files.map(|path| (Touching::Reads, path.to_owned())).collect()
}

fn rest<'c, 'w>(call: &'c Call<'w>) -> &'c [&'w str] {
    call.operands().get(1..).unwrap_or_default()
}

/// All operands are written: `tee`, `touch`, `truncate`.
pub(super) fn written(call: &Call<'_>) -> Paths {
    all(Touching::Writes, call.operands())
}

/// `mkdir`.
pub(super) fn made(call: &Call<'_>) -> Paths {
    let touching = if call.has("p parents") { Touching::MakesDirectory } else { Touching::Writes };
    all(touching, call.operands())
}

/// `rm`, `rmdir`.
pub(super) fn removed(call: &Call<'_>) -> Paths {
    let touching = if call.has("f force") { Touching::Clears } else { Touching::Removes };
    all(touching, call.operands())
}

/// `chown OWNER FILE…`.
pub(super) fn changed(call: &Call<'_>) -> Paths {
    all(Touching::Changes, if call.has("reference") { call.operands() } else { rest(call) })
}

/// `chmod MODE FILE…`.
pub(super) fn moded(call: &Call<'_>) -> Paths {
    all(Touching::Changes, super::operations::moded(call))
}

/// `ln`: what a symbolic link points to needn't be there.
pub(super) fn linked(call: &Call<'_>) -> Paths {
    let (sources, targets) = transfer(call);
    let links = targets.into_iter().map(|path| (Touching::Writes, path));
    if call.has("s symbolic") { links.collect() } else { sources.into_iter().chain(links).collect() }
}

/// `cp`, `rsync`, `install`.
pub(super) fn copied(call: &Call<'_>) -> Paths {
    if call.name() == "install" && call.has("d directory") {
        return all(Touching::MakesDirectory, call.operands());
    }
    let (sources, targets) = transfer(call);
    sources.into_iter().chain(targets.into_iter().map(|path| (Touching::Writes, path))).collect()
}

/// `mv`.
pub(super) fn moved(call: &Call<'_>) -> Paths {
    let (sources, targets) = transfer(call);
    let sources = sources.into_iter().map(|(_, path)| (Touching::Removes, path));
    sources.chain(targets.into_iter().map(|path| (Touching::Replaces, path))).collect()
}

/// What is taken, and where it goes to: files in a directory where that is certain, else the last operand.
fn transfer(call: &Call<'_>) -> (Paths, Vec<String>) {
    let (sources, target): (&[&str], &str) = match (call.value("t target-directory"), call.operands()) {
        (Some(directory), sources) => (sources, directory),
        (None, [sources @ .., target]) => (sources, target),
        (None, []) => return (Paths::new(), Vec::new()),
    };
    let into = sources.len() > 1 || target.ends_with('/') || call.value("t target-directory").is_some();
    let name = |source| Some(base_name(source)).filter(|name| !matches!(*name, "" | "." | ".."));
    let is_listed = |source: &str| !source.contains(['*', '?', '[', '$', '`']);
    let targets =
        if into && call.name() != "rsync" && sources.iter().all(|it| is_listed(it) && name(it).is_some()) {
            let directory = target.trim_end_matches('/');
            sources.iter().copied().filter_map(name).map(|name| format!("{directory}/{name}")).collect()
        } else {
            vec![target.to_owned()]
        };
    (all(Touching::Reads, sources), targets)
}

/// `dd if=FILE of=FILE`.
pub(super) fn converted(call: &Call<'_>) -> Paths {
    let word = |word: &String| match word.split_once('=')? {
        ("if", path) => Some((Touching::Reads, path.to_owned())),
        ("of", path) => Some((Touching::Writes, path.to_owned())),
        _ => None,
    };
    call.words().iter().filter_map(word).collect()
}

/// `tar`: a member's name isn't known, so that what it brings is all below the directory.
pub(super) fn archived(call: &Call<'_>) -> Paths {
    let directory = call.value("C directory").unwrap_or(".").to_owned();
    let archive = call.value("f file").filter(|path| *path != "-").map(str::to_owned);
    if call.has("x extract get") {
        let archive = archive.map(|path| (Touching::Reads, path));
        return archive.into_iter().chain([(Touching::Writes, directory)]).collect();
    }
    let touching = if call.has("t list") { Touching::Reads } else { Touching::Writes };
    let archive = archive.map(|path| (touching, path));
    let members = if touching == Touching::Reads { Paths::new() } else { read(call) };
    archive.into_iter().chain(members).collect()
}

/// `unzip ARCHIVE -d DIRECTORY`.
pub(super) fn unzipped(call: &Call<'_>) -> Paths {
    let archive = call.operands().first().map(|path| (Touching::Reads, (*path).to_owned()));
    let lists = call.has("l t Z p");
    let directory = (!lists).then(|| (Touching::Writes, call.value("d").unwrap_or(".").to_owned()));
    archive.into_iter().chain(directory).collect()
}

/// `gzip FILE`, and its like.
pub(super) fn compressed(call: &Call<'_>) -> Paths {
    let touching = if call.has("c stdout to-stdout k keep") { Touching::Reads } else { Touching::Removes };
    let files: Vec<&str> = call.operands().iter().copied().filter(|path| *path != "-").collect();
    all(touching, &files)
}

/// `sort -o FILE`.
pub(super) fn sorted(call: &Call<'_>) -> Paths {
    let output = call.value("o output").map(|path| (Touching::Writes, path.to_owned()));
    read(call).into_iter().chain(output).collect()
}

/// The name that a URL gives a file.
pub(super) fn name_in(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    base_name(path).to_owned()
}

/// A download: what its options name is written, or files by the names in the addresses.
pub(super) fn downloaded(call: &Call<'_>) -> Paths {
    let urls = call.operands();
    let mut paths = all(Touching::Reads, urls);
    let directory = call.value("P directory-prefix output-dir d dir");
    let below =
        |name: &str| directory.map_or_else(|| name.to_owned(), |directory| format!("{directory}/{name}"));
    let output = call.value(if call.name() == "wget" { "O output-document" } else { "o output out" });
    let is_file = |path: &str| path != "-" && !path.starts_with("/dev/");
    let by_name = match call.name() {
        "curl" => call.has("O remote-name remote-name-all"),
        "wget" => output.is_none() && !call.has("spider"),
        _ => output.is_none(),
    };
    if let Some(path) = output.filter(|path| is_file(path)) {
        let path = if call.name() == "wget" { path.to_owned() } else { below(path) };
        paths.push((Touching::Writes, path));
    } else if by_name {
        paths.extend(urls.iter().map(|url| (Touching::Writes, below(&name_in(url)))));
    }
    paths
}

/// `openssl … -in FILE -out FILE`.
pub(super) fn keyed(call: &Call<'_>) -> Paths {
    let pairs = call.words().iter().zip(call.words().iter().skip(1));
    let pair = |(option, path): (&String, &String)| match option.as_str() {
        "-out" | "-keyout" => Some((Touching::Writes, path.clone())),
        "-in" | "-inkey" | "-CA" | "-CAkey" | "-CAfile" | "-untrusted" | "-config" | "-certfile"
        | "-signature" => Some((Touching::Reads, path.clone())),
        _ => None,
    };
    let mut paths: Paths = pairs.filter_map(pair).collect();
    // These name what they look at last.
    if let [_, command, .., last] = call.words()
        && matches!(command.as_str(), "verify" | "dgst")
        && !last.starts_with('-')
    {
        paths.push((Touching::Reads, last.clone()));
    }
    paths
}

/// `pg_dump -f FILE`, `mongodump --out DIRECTORY`.
pub(super) fn dumped(call: &Call<'_>) -> Paths {
    let output = call.value("f file result-file out o").map(|path| (Touching::Writes, path.to_owned()));
    output.into_iter().collect()
}

/// Whether a command removes files without a look into them.
pub(crate) fn only_removes(call: &Call<'_>) -> bool {
    matches!(call.name(), "rm" | "unlink")
}

/// What is copied, perhaps a pattern, where `key` tells of a file in a copy of the system's own settings or data in an image,
/// which people add to.
pub(crate) fn copied_of_system(key: &str) -> impl Iterator<Item = &str> {
    let is_of_system = |copied: &&str| ["/etc", "/usr"].iter().any(|folder| is_at_or_below(copied, folder));
    key.split("tree:Container:")
        .skip(1)
        // Several are joined by `+`.
        .map(|copied| copied.split(':').next().unwrap_or_default().trim_end_matches('+'))
        .filter(is_of_system)
}
