//! Downloads.

use super::Userland;
use super::files::{make_directories, worse};
use super::paths::name_in;
use super::world::Node;
use super::world::atoms::{Atom, is_known};
use super::world::place::{self, Store};
use super::world::{ChangeKind, FailureCause, SUCCESS, Status, World};
use super::{Call, Record, Remedy, Trait, Trouble, What, paths, record, requests};

pub(super) const RECORDS: &[Record] = &[
    record(&["curl"])
        .taking(CURL_VALUED)
        .does(curl)
        .at(paths::downloaded)
        .is(&[Trait::NeedsNetwork, Trait::Probe])
        .when(curl_traits)
        .asks(super::awaited::url),
    record(&["wget"])
        .taking(WGET_VALUED)
        .does(wget)
        .at(paths::downloaded)
        .mended(mend_wget)
        .is(&[Trait::NeedsNetwork, Trait::Probe])
        .when(download_traits)
        .asks(super::awaited::url),
    record(&["aria2c"])
        .taking("d dir o out x s j k i header max-connection-per-server split")
        .does(aria2c)
        .at(paths::downloaded)
        .is(&[Trait::NeedsNetwork, Trait::Weighty])
        .mended(mend_aria2c),
    record(&["huggingface-cli", "hf", "rclone", "azcopy", "s5cmd", "oras"])
        .does(fetch)
        .is(&[Trait::NeedsNetwork])
        .when(transfer_traits),
];

/// `rclone copy`, `hf download`: what others wait for. The other subcommands list, ask and sign in.
fn transfer_traits(call: &Call<'_>) -> &'static [Trait] {
    const TRANSFERS: [&str; 16] = [
        "download", "upload", "snapshot", "copy", "copyto", "copyurl", "sync", "move", "moveto", "bisync",
        "cp", "mv", "pull", "push", "fetch", "run",
    ];
    let mut words = call.words().iter().skip(1);
    if words.any(|word| TRANSFERS.contains(&word.as_str())) { &[Trait::Weighty] } else { &[] }
}

/// curl's options that take a value (curl(1)).
const CURL_VALUED: &str = "o H d X u F A b c e E m T U w x y Y z C K D r t output header data request user form \
    user-agent cookie cookie-jar referer cert max-time upload-file proxy-user write-out proxy speed-limit \
    speed-time time-cond continue-at config dump-header range retry retry-delay retry-max-time connect-timeout \
    cacert capath key pass output-dir resolve connect-to limit-rate url data-raw data-binary data-urlencode \
    data-ascii json oauth2-bearer max-redirs interface unix-socket ciphers max-filesize aws-sigv4 form-string \
    netrc-file noproxy proto create-file-mode stderr trace trace-ascii tls-max rate etag-save etag-compare";

/// wget's options that take a value (wget(1); `BusyBox` knows some of them).
const WGET_VALUED: &str = "O P T t U e o a i w Q l A R D I X B output-document directory-prefix timeout tries \
    user-agent execute output-file append-output input-file wait quota level user password http-user \
    http-password header post-data post-file referer load-cookies save-cookies ca-certificate ca-directory \
    certificate private-key bind-address limit-rate dns-timeout connect-timeout read-timeout waitretry \
    default-page cut-dirs proxy-user proxy-password max-redirect progress body-data method";

/// What `url` gives: always the same, as far as a script can know.
fn content_of(world: &mut dyn World, url: &str) -> String {
    let shown = format!("the contents of {}", world.atoms().show(url));
    String::from(world.atom(Atom { never_empty: true, ..Atom::new(format!("url:{url}"), shown) }))
}

fn curl(world: &mut dyn World, call: &Call<'_>) -> Status {
    let status = world.steady_status(call.words());
    if status != SUCCESS {
        return status;
    }
    register(world, call);
    let urls: Vec<&str> = call.operands().iter().copied().chain(call.value("url")).collect();
    let directory = call.value("output-dir");
    let named = call.value("o output").map(str::to_owned);
    let mut status = SUCCESS;
    for url in urls {
        let content = content_of(world, url);
        let name = match &named {
            Some(name) if name == "-" => None,
            Some(name) => Some(name.clone()),
            None => {
                call.has("O remote-name remote-name-all J remote-header-name").then(|| name_of(world, url))
            }
        };
        let Some(name) = name else {
            world.emit(&content);
            continue;
        };
        let path = directory.map_or(name.clone(), |directory| format!("{directory}/{name}"));
        if path.starts_with("/dev/") {
            continue;
        }
        if call.has("create-dirs")
            && let Some((parent, _)) = path.rsplit_once('/')
        {
            make_directories(world, parent);
        }
        let place = world.place(&path);
        status = worse(status, world.write(&place, &content, ChangeKind::Slow));
    }
    write_out(world, call);
    status
}

/// `-w '%{http_code}'`: what curl tells of the answer behind it.
fn write_out(world: &mut dyn World, call: &Call<'_>) {
    let Some(format) = call.value("w write-out") else { return };
    let urls = call.operands().join(" ");
    let shown = format!("{format} of {}", world.atoms().show(&urls));
    let told = world.atom(Atom { never_empty: true, ..Atom::new(format!("told:{format}:{urls}"), shown) });
    world.emit(&String::from(told));
}

/// The name of the file that `url` is saved as. Of an address that isn't known at all, the name isn't either: it is no
/// more than its last part.
fn name_of(world: &mut dyn World, url: &str) -> String {
    if is_known(url) || url.contains('/') {
        return name_in(url);
    }
    let shown = world.atoms().show(url);
    let variable = shown.strip_prefix('$').map(|name| name.trim_matches(['{', '}']));
    let is_name =
        |name: &&str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let shown = match variable.filter(is_name) {
        Some(name) => format!("${{{name}##*/}}"),
        None => "…".to_owned(),
    };
    String::from(world.atom(Atom { never_empty: true, ..Atom::new(format!("name:{url}"), shown) }))
}

/// The options that give the body of a request.
const BODY: &str = "d data data-raw data-binary data-ascii json";

/// A `POST` of data whose answer nobody reads makes something, again each time, unless the server heeds that it has it.
fn register(world: &mut dyn World, call: &Call<'_>) {
    let posts = call.value("X request") == Some("POST") && (call.has(BODY) || call.has("F form"));
    let url = call.operands().first().copied().filter(|url| !requests::only_asks(url, call.value(BODY)));
    if let (true, false, Some(url)) = (posts, world.stdout_is_read(), url) {
        let place = super::databases::outside(place::REQUEST, url);
        let old = match world.look(&place) {
            Node::File(content) => content,
            _ => "".into(),
        };
        let sent = world.atom(Atom::new(format!("request:{}", call.words().join(" ")), "a request"));
        world.put(&place, Node::File(format!("{old}{sent}").into()), ChangeKind::Append);
        world.doubt();
    }
}

fn wget(world: &mut dyn World, call: &Call<'_>) -> Status {
    let status = world.steady_status(call.words());
    if status != SUCCESS || call.has("spider") {
        return status;
    }
    let directory = call.value("P directory-prefix");
    let mut status = SUCCESS;
    for url in call.operands() {
        let content = content_of(world, url);
        status = worse(
            status,
            match call.value("O output-document") {
                Some("-") => {
                    world.emit(&content);
                    SUCCESS
                }
                Some(path) if path.starts_with("/dev/") => SUCCESS,
                Some(path) => wget_to(world, call, path, &content),
                None => wget_by_name(world, call, url, directory, &content),
            },
        );
    }
    status
}

/// `-nc -O FILE`: GNU wget fails where the file exists; `BusyBox` heeds no `-nc` there.
fn wget_to(world: &mut dyn World, call: &Call<'_>, path: &str, content: &str) -> Status {
    let place = world.place(path);
    let exists = !matches!(world.look(&place), Node::Absent | Node::Unknown { exists: false, .. });
    if exists && world.userland() == Userland::Gnu && keeps(call) {
        return world.fail(Some(&place), FailureCause::Exists);
    }
    world.write(&place, content, ChangeKind::Slow)
}

/// `-nc`, which is two letters to those who read one at a time.
fn keeps(call: &Call<'_>) -> bool {
    call.has("no-clobber") || call.words().iter().any(|word| word == "-nc")
}

fn mend_wget(trouble: &Trouble<'_>) -> Option<Remedy> {
    if !trouble.fails(FailureCause::Exists) {
        return None;
    }
    match trouble.call.value("O output-document") {
        Some(_) => trouble.replaced(" -nc", "").or_else(|| trouble.replaced(" --no-clobber", "")),
        // What only Helm knows isn't all of the name.
        None if trouble.path.contains('…') => {
            Remedy::advice("give the file a name, `wget -O FILE …`: it is overwritten then")
        }
        None if trouble.call.operands().len() == 1 && !keeps(trouble.call) => {
            Remedy::advice(format!("name the file, `wget -O {} …`: it is overwritten then", trouble.path))
        }
        None => None,
    }
}

/// Without `-O` the URL names the file. Where that exists GNU wget writes `NAME.1`; `BusyBox` refuses.
fn wget_by_name(
    world: &mut dyn World,
    call: &Call<'_>,
    url: &str,
    directory: Option<&str>,
    content: &str,
) -> Status {
    let name = match name_of(world, url) {
        name if name.is_empty() || url.ends_with('/') => "index.html".to_owned(),
        name => name,
    };
    if let Some(directory) = directory {
        make_directories(world, directory);
    }
    let path = directory.map_or(name.clone(), |directory| format!("{directory}/{name}"));
    let place = world.place(&path);
    let exists = !matches!(world.look(&place), Node::Absent | Node::Unknown { exists: false, .. });
    let overwrites =
        call.has("N timestamping c continue r recursive m mirror p page-requisites x force-directories");
    if !exists || overwrites {
        return world.write(&place, content, ChangeKind::Slow);
    }
    if call.has("nc no-clobber") || call.has("n") {
        return SUCCESS;
    }
    if world.userland() == Userland::Busybox {
        return world.fail(Some(&place), FailureCause::Exists);
    }
    let free = (1..100).find_map(|number| {
        let place = world.place(&format!("{path}.{number}"));
        (world.look(&place) == Node::Absent).then_some(place)
    });
    match free {
        Some(place) => world.write(&place, content, ChangeKind::FreshName),
        None => SUCCESS,
    }
}

/// aria2 names a second download of the same name `NAME.1.EXT` unless told otherwise.
fn aria2c(world: &mut dyn World, call: &Call<'_>) -> Status {
    let status = world.steady_status(call.words());
    let directory = call.value("d dir").unwrap_or(".");
    let Some(url) = call.operands().first().filter(|_| status == SUCCESS) else { return status };
    let name = call.value("o out").map_or_else(|| name_in(url), str::to_owned);
    make_directories(world, directory);
    let place = world.place(&format!("{directory}/{name}"));
    let content = content_of(world, url);
    let settled = call.has("c continue")
        || call.has("allow-overwrite") && call.value("allow-overwrite") != Some("false")
        || call.value("auto-file-renaming") == Some("false");
    let exists = !matches!(world.look(&place), Node::Absent | Node::Unknown { exists: false, .. });
    if exists && !settled {
        let (stem, extension) = name.rsplit_once('.').unwrap_or((&name, ""));
        let dot = if extension.is_empty() { "" } else { "." };
        let other = world.place(&format!("{directory}/{stem}.1{dot}{extension}"));
        return world.write(&other, &content, ChangeKind::FreshName);
    }
    world.write(&place, &content, ChangeKind::Slow)
}

fn mend_aria2c(trouble: &Trouble<'_>) -> Option<Remedy> {
    (trouble.what == What::Drifts(ChangeKind::FreshName))
        .then(|| trouble.with_option("--allow-overwrite=true", "--allow-overwrite=false "))?
}

/// Clients that fetch into what their operands name, the same each time.
pub(super) fn fetch(world: &mut dyn World, call: &Call<'_>) -> Status {
    let status = world.unknown_status(&call.words().join(" "));
    if status == SUCCESS {
        for word in call.words().iter().skip(1) {
            let path = word.rsplit_once('=').map_or(word.as_str(), |(_, path)| path);
            if path.starts_with('-') || path.contains("://") || !path.contains('/') {
                continue;
            }
            let place = world.place(path);
            if place.store == Store::Container {
                continue;
            }
            match world.look(&place) {
                Node::Directory(_) => {
                    world.fill(&place, &format!("fetch:{}", call.words().join(" ")), ChangeKind::Slow);
                }
                Node::Absent => {
                    let key = format!("fetch:{}", call.words().join(" ")).into();
                    world.put(&place, Node::Unknown { key, exists: true }, ChangeKind::Slow);
                }
                _ => {}
            }
        }
    }
    world.emit_unknown(call.words(), true);
    status
}

/// Without `-f`, curl saves the page of an error for the file; the other options tell of the status in their ways.
fn curl_traits(call: &Call<'_>) -> &'static [Trait] {
    const ASKING: &str =
        "f fail fail-with-body fail-early w write-out I head K config i include D dump-header T upload-file";
    let has_status = !call.operands().iter().any(|url| url.starts_with("file:"));
    match (download_traits(call), has_status && !call.has(ASKING)) {
        ([], false) => &[],
        ([], true) => &[Trait::AcceptsErrorPage],
        (_, false) => &[Trait::Weighty],
        (_, true) => &[Trait::Weighty, Trait::AcceptsErrorPage],
    }
}

/// A command that does what `name` does, and how it is called for that.
pub(crate) fn alternative(name: &str, is_read: bool) -> Option<(&'static str, &'static str)> {
    let call = if is_read { "wget -qO- URL" } else { "wget -O FILE URL" };
    (name == "curl").then_some(("wget", call))
}

fn download_traits(call: &Call<'_>) -> &'static [Trait] {
    let fetches = call.has("o output O remote-name output-document P directory-prefix");
    if fetches { &[Trait::Weighty] } else { &[] }
}
