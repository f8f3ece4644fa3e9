//! Keys, certificates and password files.

use super::world::Node;
use super::world::atoms::{Atom, is_known};
use super::world::{ChangeKind, FailureCause, SUCCESS, Status, World};
use super::{Call, Record, Remedy, Trait, Trouble, What, noise, paths, record};

pub(super) const RECORDS: &[Record] = &[
    record(&["ssh-keygen"]).taking("f t b N C m P a R F r O I s n V z").does(ssh_keygen),
    record(&["keytool"]).does(keytool).mended(mend_keytool).is(&[Trait::FailsOverParts]),
    record(&["htpasswd"]).taking("C r").does(htpasswd),
    record(&["openssl"]).does(openssl).at(paths::keyed).when(openssl_traits),
    record(&["gpg", "gpg2"])
        .taking("homedir passphrase passphrase-file pinentry-mode status-fd o output")
        .does(gpg)
        .mended(mend_gpg)
        .is(&[Trait::FailsOverParts])
        .when(|call| if call.has("verify") { &[Trait::ChecksListed] } else { &[] }),
    record(&["pass"]).does(pass),
    record(&["update-ca-certificates"]).does(update_ca_certificates),
];

/// `update-ca-certificates` writes the bundle anew, whatever it held.
fn update_ca_certificates(world: &mut dyn World, _: &Call<'_>) -> Status {
    let place = world.place("/etc/ssl/certs/ca-certificates.crt");
    let bundle = String::from(world.atom(Atom::new("output:update-ca-certificates", "certificates")));
    if world.has_parent(&place) { world.write(&place, &bundle, ChangeKind::Write) } else { SUCCESS }
}

/// `ssh-keygen` asks before it overwrites a key; at the end of its input it gives up and fails.
fn ssh_keygen(world: &mut dyn World, call: &Call<'_>) -> Status {
    let (Some(path), false) = (call.value("f"), call.has("y l R F e i p A D H L Q")) else {
        world.emit_unknown(call.words(), true);
        return world.unknown_status(&call.words().join(" "));
    };
    let place = world.place(path);
    let exists = !matches!(world.look(&place), Node::Absent | Node::Unknown { exists: false, .. });
    if exists && !world.is_answered() {
        return world.fail(Some(&place), FailureCause::Asks);
    }
    let key = String::from(world.atom(Atom::new(format!("key:{path}"), "a key")));
    let status = world.write(&place, &key, ChangeKind::Write);
    let public = world.place(&format!("{path}.pub"));
    if status == SUCCESS { world.write(&public, &key, ChangeKind::Write) } else { status }
}

/// `keytool` refuses an alias that its keystore has.
fn keytool(world: &mut dyn World, call: &Call<'_>) -> Status {
    let value = |name: &str| {
        call.words()
            .iter()
            .zip(call.words().iter().skip(1))
            .find(|(option, _)| option.eq_ignore_ascii_case(name))
            .map(|(_, v)| v)
    };
    let has =
        |names: &[&str]| call.words().iter().any(|word| names.contains(&word.to_ascii_lowercase().as_str()));
    let adds = has(&["-genkey", "-genkeypair", "-import", "-importcert", "-genseckey"]);
    let store = value("-keystore").cloned();
    let alias = value("-alias").map_or("mykey", String::as_str);
    let Some(path) = store else { return world.steady_status(call.words()) };
    let place = world.place(&path);
    let old = world.read(&place).unwrap_or_default();
    let mark = format!("[{alias}]");
    if has(&["-delete"]) {
        return if old.contains(&mark) {
            world.write(&place, &old.replace(&mark, ""), ChangeKind::Write)
        } else {
            world.unknown_status(&call.words().join(" "))
        };
    }
    if !adds {
        world.emit_unknown(call.words(), true);
        return if has(&["-importkeystore"]) && world.look(&place) == Node::Absent {
            world.write(&place, "", ChangeKind::Write)
        } else {
            world.unknown_status(&call.words().join(" "))
        };
    }
    if old.contains(&mark) {
        return world.fail(Some(&place), FailureCause::Exists);
    }
    world.write(&place, &format!("{old}{mark}"), ChangeKind::Write)
}

/// `htpasswd -c` writes the file anew; without it a user's line is replaced.
fn htpasswd(world: &mut dyn World, call: &Call<'_>) -> Status {
    let ([path, user, ..], false) = (call.operands(), call.has("n")) else {
        world.emit_unknown(call.words(), false);
        return SUCCESS;
    };
    let place = world.place(path);
    let line = format!("{user}:");
    if call.has("c") {
        return world.write(&place, &line, ChangeKind::Write);
    }
    match world.read(&place) {
        Some(known) if known.contains(&line) => SUCCESS,
        _ => world.edit_once(&place, &format!("htpasswd {line}")),
    }
}

/// `openssl … -out FILE` writes it anew.
fn openssl(world: &mut dyn World, call: &Call<'_>) -> Status {
    let named = |name: &str| {
        let pairs = call.words().iter().zip(call.words().iter().skip(1));
        pairs.filter(|(option, _)| *option == name).map(|(_, value)| value.clone()).next_back()
    };
    let mut status = SUCCESS;
    let mut wrote = false;
    let noise = noise::of(world, call);
    for option in ["-out", "-keyout"] {
        let Some(path) = named(option).filter(|path| !path.starts_with("/dev/")) else { continue };
        let place = world.place(&path);
        let is_secret = call.is(Trait::MakesSecret);
        let key = format!("openssl:{}", call.words().join(" "));
        let key = || String::from(world.atom(Atom { is_secret, ..Atom::new(key, "a key") }));
        let text = noise.clone().unwrap_or_else(key);
        status = status.max(world.write(&place, &text, ChangeKind::Write));
        wrote = true;
    }
    if !wrote {
        noise::emit_or_unknown(world, call, noise);
        return world.steady_status(call.words());
    }
    status
}

/// `gpg --gen-key` makes another key each time; the quick form refuses a name that has one.
fn gpg(world: &mut dyn World, call: &Call<'_>) -> Status {
    if call.has("dearmor enarmor") {
        return dearmor(world, call);
    }
    let quick = call
        .words()
        .iter()
        .position(|word| matches!(word.as_str(), "--quick-gen-key" | "--quick-generate-key"));
    let makes = ["--gen-key", "--generate-key", "--full-gen-key", "--full-generate-key"];
    if quick.is_none() && !call.words().iter().any(|word| makes.contains(&word.as_str())) {
        return world.unknown_command(call.words());
    }
    let variable = world.variable("GNUPGHOME");
    let home = match call.value("homedir") {
        Some(home) => home.to_owned(),
        None if is_known(&variable) && !variable.is_empty() => variable.to_string(),
        None => format!("{}/.gnupg", world.variable("HOME")),
    };
    super::files::make_directories(world, &home);
    let ring = world.place(&format!("{home}/pubring.kbx"));
    let Some(name) = quick.and_then(|at| call.words().get(at + 1)) else {
        let key = String::from(world.atom(Atom::new(format!("gpg:{}", call.words().join(" ")), "a key")));
        // One key too many hurts nobody but who asks for a key by its name.
        world.doubt();
        return world.append(&ring, &key);
    };
    let mark = format!("[{name}]");
    let old = world.read(&ring).unwrap_or_default();
    if old.contains(&mark) && !call.has("yes") {
        return world.fail(Some(&ring), FailureCause::Exists);
    }
    world.write(&ring, &format!("{old}{mark}"), ChangeKind::Append)
}

/// `pass init` notes whose key it is in `.gpg-id`, the same each time.
fn pass(world: &mut dyn World, call: &Call<'_>) -> Status {
    let variable = world.variable("PASSWORD_STORE_DIR");
    let store = if is_known(&variable) && !variable.is_empty() {
        variable.to_string()
    } else {
        format!("{}/.password-store", world.variable("HOME"))
    };
    match call.words().get(1..) {
        Some([command, key, ..]) if command == "init" => {
            super::files::make_directories(world, &store);
            let place = world.place(&format!("{store}/.gpg-id"));
            world.write(&place, &format!("{key}\n"), ChangeKind::Write)
        }
        _ => world.unknown_command(call.words()),
    }
}

/// `openssl rand` says something else in every run; what makes a key makes another one.
fn openssl_traits(call: &Call<'_>) -> &'static [Trait] {
    let makes_key = |option: &&str| call.words().iter().any(|word| word == option);
    match call.words().get(1).map(String::as_str) {
        Some("rand") => &[Trait::Varies, Trait::MakesSecret],
        Some("genrsa" | "genpkey" | "gendsa") => &[Trait::MakesSecret],
        Some("req") if ["-newkey", "-keyout"].iter().any(makes_key) => &[Trait::MakesSecret],
        Some("ecparam") if makes_key(&"-genkey") => &[Trait::MakesSecret],
        _ => &[],
    }
}

/// With a password that is made anew nobody can look into the keystore of the last run.
fn mend_keytool(trouble: &Trouble<'_>) -> Option<Remedy> {
    let path = trouble.path;
    if trouble.varies {
        return Remedy::advice(format!("make the keystore anew: `rm -f {path}` before the first `keytool`"));
    }
    Remedy::advice("test for the alias first: `keytool -list -alias … || keytool …`")
}

/// `gpg --dearmor -o FILE` asks whether to overwrite, and nobody answers.
fn dearmor(world: &mut dyn World, call: &Call<'_>) -> Status {
    let Some(path) = call.value("o output") else {
        world.emit_unknown(call.words(), false);
        return world.steady_status(call.words());
    };
    let place = world.place(path);
    let exists = !matches!(world.look(&place), Node::Absent | Node::Unknown { exists: false, .. });
    if exists && !call.has("yes") && !world.is_answered() {
        return world.fail(Some(&place), FailureCause::Asks);
    }
    let key = String::from(world.atom(Atom::new(format!("dearmored:{}", call.words().join(" ")), "a key")));
    world.write(&place, &key, ChangeKind::Write)
}

fn mend_gpg(trouble: &Trouble<'_>) -> Option<Remedy> {
    if trouble.fails(FailureCause::Asks) && trouble.call.has("dearmor") {
        return trouble.replaced(" --dearmor", " --yes --dearmor");
    }
    (trouble.what == What::Drifts(ChangeKind::Append)).then(|| {
        Remedy::Advice("test for the key first: `gpg --list-keys NAME || gpg --gen-key …`".to_owned())
    })
}
