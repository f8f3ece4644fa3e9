//! Servers and their tools that are set up once, and refuse to be set up again.

use super::databases::create;
use super::files::make_directories;
use super::world::Node;
use super::world::place::Place;
use super::world::{ChangeKind, FailureCause, SUCCESS, Status, World};
use super::{Call, Record, Remedy, Trait, Trouble, record};

pub(super) const RECORDS: &[Record] = &[
    record(&["elasticsearch-plugin", "opensearch-plugin", "kibana-plugin", "opensearch-dashboards-plugin"])
        .taking("")
        .does(plugin)
        .mended(mend_plugin)
        .is(&[Trait::NeedsNetwork])
        .when(|call| if call.operands().first() == Some(&"install") { &[Trait::Weighty] } else { &[] }),
    record(&["elasticsearch-keystore", "opensearch-keystore"])
        .taking("")
        .does(keystore)
        .mended(mend_keystore),
    record(&["step"]).taking(STEP).does(step).mended(mend_step),
    record(&["hg"]).taking("r rev u updaterev b branch e ssh R repository").does(hg),
    record(&["7z", "7za", "7zr"]).taking("").does(seven_zip).mended(mend_seven_zip),
    record(&["gitea", "forgejo"]).taking("c config w work-path username password email").does(gitea),
    record(&["cockroach"]).taking("host certs-dir").does(cockroach).is(&[Trait::NeedsNetwork]),
    record(&["php"]).taking("d c").does(php).is(&[Trait::Interpreter]),
    record(&["occ"]).taking("").does(occ),
];

const STEP: &str =
    "kty size curve crv password-file ca ca-key profile not-before not-after san template provisioner";

/// Makes a file that must not be there yet, for a reason that the tool gives.
fn make(world: &mut dyn World, place: &Place, cause: FailureCause) -> Status {
    if !matches!(world.look(place), Node::Absent | Node::Unknown { exists: false, .. }) {
        return world.fail(Some(place), cause);
    }
    world.write(place, "", ChangeKind::Write)
}

/// The folder that an installation has beside its `bin`. A relative path is one of the image's working directory, which is
/// the installation's, unless the manifest or the script says another.
fn beside_programs(world: &dyn World, call: &Call<'_>, product: &str, folder: &str) -> String {
    let program = call.words().first().map_or("", String::as_str);
    match program.rsplit_once('/') {
        Some((bin, _)) if bin.starts_with('/') || world.absolute(".") != "/" => format!("{bin}/../{folder}"),
        _ => format!("/usr/share/{product}/{folder}"),
    }
}

fn product<'c>(call: &Call<'c>) -> &'c str {
    call.name().rsplit_once('-').map_or("", |(product, _)| product)
}

/// `install` refuses a plugin that is there ("plugin directory already exists"). It unpacks beside the folder and renames
/// it last, so that a kill leaves all or nothing (`InstallPluginAction`).
fn plugin(world: &mut dyn World, call: &Call<'_>) -> Status {
    let ([verb, plugins @ ..], folder) =
        (call.operands(), beside_programs(world, call, product(call), "plugins"))
    else {
        return world.unknown_command(call.words());
    };
    if *verb == "list" {
        let place = world.place(&folder);
        let (names, open) = world.names_in(&place);
        let is_unlisted = open && world.is_empty(&place) != Some(true) && names.is_empty();
        // What was installed from an address or an archive is listed by a name of its own.
        if is_unlisted || names.iter().any(|name| !is_plugin_name(name)) {
            world.emit_unknown(call.words(), true);
            return SUCCESS;
        }
        world.emit(&names.iter().map(|name| format!("{name}\n")).collect::<String>());
        return SUCCESS;
    }
    for plugin in plugins {
        let name = plugin.rsplit('/').next().unwrap_or(plugin);
        let place = world.place(&format!("{folder}/{name}"));
        match *verb {
            "install"
                if !matches!(world.look(&place), Node::Absent | Node::Unknown { exists: false, .. }) =>
            {
                return world.fail(Some(&place), FailureCause::Exists);
            }
            "install" => {
                make_directories(world, &format!("{folder}/{name}"));
                world.fill(&place, &format!("plugin:{plugin}"), ChangeKind::Write);
            }
            "remove" => world.remove(&place),
            _ => {}
        }
    }
    world.steady_status(call.words())
}

fn is_plugin_name(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn mend_plugin(trouble: &Trouble<'_>) -> Option<Remedy> {
    let plugin = trouble.call.operands().get(1)?;
    let program = trouble.call.words().first()?;
    let exists = trouble.fails(FailureCause::Exists) && trouble.call.operands().len() == 2;
    if !is_plugin_name(plugin) {
        return Remedy::advice(format!(
            "ask `{program} list` for the plugin first, and pass over it where it is there"
        ));
    }
    exists.then(|| Remedy::line(format!("{program} list | grep -qx {plugin} || {}", trouble.text)))
}

/// `create` asks whether to overwrite a keystore that is there.
fn keystore(world: &mut dyn World, call: &Call<'_>) -> Status {
    let file = format!("{}.keystore", product(call));
    let folder = beside_programs(world, call, product(call), "config");
    let place = world.place(&format!("{folder}/{file}"));
    match call.operands().first() {
        Some(&"create") if world.is_answered() => world.write(&place, "", ChangeKind::Write),
        Some(&"create") => make(world, &place, FailureCause::Asks),
        _ => world.unknown_status(&call.words().join(" ")),
    }
}

fn mend_keystore(trouble: &Trouble<'_>) -> Option<Remedy> {
    trouble
        .fails(FailureCause::Asks)
        .then(|| Remedy::line(format!("[ -f {} ] || {}", trouble.path, trouble.text)))
}

/// `step` asks before it overwrites a key or a certificate, and nobody answers.
fn step(world: &mut dyn World, call: &Call<'_>) -> Status {
    let (["crypto", "keypair", files @ ..] | ["certificate", "create", _, files @ ..]) = call.operands()
    else {
        return world.unknown_command(call.words());
    };
    for path in files {
        let place = world.place(path);
        let status = if call.has("f force") {
            world.write(&place, "", ChangeKind::Write)
        } else {
            make(world, &place, FailureCause::Asks)
        };
        if status != SUCCESS {
            return status;
        }
    }
    SUCCESS
}

fn mend_step(trouble: &Trouble<'_>) -> Option<Remedy> {
    trouble.fails(FailureCause::Asks).then(|| Remedy::line(format!("{} --force", trouble.text)))
}

/// `hg clone` refuses a folder that isn't empty.
fn hg(world: &mut dyn World, call: &Call<'_>) -> Status {
    let (path, url) = match call.operands() {
        ["clone", url, path, ..] => (*path, *url),
        ["clone", url] => (url.trim_end_matches('/').rsplit('/').next().unwrap_or(url), *url),
        _ => return world.unknown_command(call.words()),
    };
    let place = world.place(path);
    if world.is_empty(&place) == Some(false) {
        return world.fail(Some(&place), FailureCause::NotEmpty);
    }
    make_directories(world, path);
    world.fill(&place, &format!("clone:{url}"), ChangeKind::Slow);
    world.steady_status(call.words())
}

/// `7z x` asks before it overwrites, and nobody answers.
fn seven_zip(world: &mut dyn World, call: &Call<'_>) -> Status {
    let (["x" | "e", archive, ..], words) = (call.operands(), call.words()) else {
        return world.unknown_command(call.words());
    };
    let content = match world.needs(archive) {
        Ok(place) => world.read(&place).unwrap_or_default(),
        Err(status) => return status,
    };
    let target = words.iter().find_map(|word| word.strip_prefix("-o")).unwrap_or(".");
    make_directories(world, target);
    let (place, key) = (world.place(target), format!("7z:{content}"));
    let overwrites = words.iter().any(|word| word == "-y" || word.starts_with("-ao")) || world.is_answered();
    if !overwrites && matches!(world.look(&place), Node::Directory(fill) if fill.contains(key.as_str())) {
        return world.fail(Some(&place), FailureCause::Asks);
    }
    world.fill(&place, &key, ChangeKind::Slow);
    SUCCESS
}

fn mend_seven_zip(trouble: &Trouble<'_>) -> Option<Remedy> {
    trouble
        .fails(FailureCause::Asks)
        .then(|| trouble.replaced(" x ", " x -y ").or_else(|| trouble.replaced(" e ", " e -y ")))?
}

/// `gitea admin user create` fails where the user exists.
fn gitea(world: &mut dyn World, call: &Call<'_>) -> Status {
    match (call.operands(), call.value("username")) {
        (["admin", "user", "create", ..], Some(name)) => create(world, "user", name),
        _ => world.unknown_command(call.words()),
    }
}

/// `cockroach init` refuses a cluster that was initialised.
fn cockroach(world: &mut dyn World, call: &Call<'_>) -> Status {
    match call.operands().first() {
        Some(&"init") => create(world, "the", "initialised CockroachDB cluster"),
        _ => world.unknown_command(call.words()),
    }
}

/// `php occ …` and `php bin/console …`.
fn php(world: &mut dyn World, call: &Call<'_>) -> Status {
    let words = call.words();
    let makes = |command: &str| words.iter().any(|word| word == command);
    if makes("maintenance:install") {
        return create(world, "the", "installed Nextcloud");
    }
    if makes("doctrine:database:create") && !makes("--if-not-exists") {
        return create(world, "the", "database of the application");
    }
    world.unknown_command(words)
}

fn occ(world: &mut dyn World, call: &Call<'_>) -> Status {
    php(world, call)
}
