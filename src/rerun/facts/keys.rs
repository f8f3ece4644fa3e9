//! Keys, certificates and password files.

use super::options::Options;
use super::{Fact, fact};
use crate::rerun::machine::{ChangeKind, FailureCause, Machine, SUCCESS, Status};
use crate::rerun::state::atoms::{Atom, is_known};
use crate::rerun::state::tree::Node;

pub(super) const FACTS: &[Fact] = &[
    fact(&["ssh-keygen"], ssh_keygen),
    fact(&["keytool"], keytool),
    fact(&["htpasswd"], htpasswd),
    fact(&["openssl"], openssl),
    fact(&["gpg", "gpg2"], gpg),
    fact(&["pass"], pass),
    fact(&["update-ca-certificates"], update_ca_certificates),
];

/// `update-ca-certificates` writes the bundle anew, whatever it held.
fn update_ca_certificates(machine: &mut Machine<'_, '_>, _: &[String]) -> Status {
    let place = machine.place("/etc/ssl/certs/ca-certificates.crt");
    let bundle = String::from(machine.atom(Atom::new("output:update-ca-certificates", "certificates")));
    if machine.has_parent(&place) { machine.write(&place, &bundle, ChangeKind::Write) } else { SUCCESS }
}

/// `ssh-keygen` asks before it overwrites a key; at the end of its input it gives up and fails.
fn ssh_keygen(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "f t b N C m P a R F r O I s n V z");
    let (Some(path), false) = (options.value("f"), options.has("y l R F e i p A D H L Q")) else {
        machine.emit_unknown(words, true);
        return machine.unknown_status(&words.join(" "));
    };
    let place = machine.place(path);
    let exists = !matches!(machine.look(&place), Node::Absent | Node::Unknown { exists: false, .. });
    if exists && !machine.is_answered() {
        return machine.refuse(Some(&place), FailureCause::Asks);
    }
    let key = String::from(machine.atom(Atom::new(format!("key:{path}"), "a key")));
    let status = machine.write(&place, &key, ChangeKind::Write);
    let public = machine.place(&format!("{path}.pub"));
    if status == SUCCESS { machine.write(&public, &key, ChangeKind::Write) } else { status }
}

/// `keytool` refuses an alias that its keystore has.
fn keytool(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let value = |name: &str| {
        words
            .iter()
            .zip(words.iter().skip(1))
            .find(|(option, _)| option.eq_ignore_ascii_case(name))
            .map(|(_, v)| v)
    };
    let has = |names: &[&str]| words.iter().any(|word| names.contains(&word.to_ascii_lowercase().as_str()));
    let adds = has(&["-genkey", "-genkeypair", "-import", "-importcert", "-genseckey"]);
    let store = value("-keystore").cloned();
    let alias = value("-alias").map_or("mykey", String::as_str);
    let Some(path) = store else { return machine.steady_status(words) };
    let place = machine.place(&path);
    let old = machine.read(&place).unwrap_or_default();
    let mark = format!("[{alias}]");
    if has(&["-delete"]) {
        return if old.contains(&mark) {
            machine.write(&place, &old.replace(&mark, ""), ChangeKind::Write)
        } else {
            machine.unknown_status(&words.join(" "))
        };
    }
    if !adds {
        machine.emit_unknown(words, true);
        return if has(&["-importkeystore"]) && machine.look(&place) == Node::Absent {
            machine.write(&place, "", ChangeKind::Write)
        } else {
            machine.unknown_status(&words.join(" "))
        };
    }
    if old.contains(&mark) {
        return machine.refuse(Some(&place), FailureCause::Exists);
    }
    machine.write(&place, &format!("{old}{mark}"), ChangeKind::Write)
}

/// `htpasswd -c` writes the file anew; without it a user's line is replaced.
fn htpasswd(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "C r");
    let ([path, user, ..], false) = (options.operands(), options.has("n")) else {
        machine.emit_unknown(words, false);
        return SUCCESS;
    };
    let place = machine.place(path);
    let line = format!("{user}:");
    if options.has("c") {
        return machine.write(&place, &line, ChangeKind::Write);
    }
    match machine.read(&place) {
        Some(known) if known.contains(&line) => SUCCESS,
        _ => machine.edit_once(&place, &format!("htpasswd {line}")),
    }
}

/// `openssl … -out FILE` writes it anew.
fn openssl(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let named = |name: &str| {
        let pairs = words.iter().zip(words.iter().skip(1));
        pairs.filter(|(option, _)| *option == name).map(|(_, value)| value.clone()).next_back()
    };
    let mut status = SUCCESS;
    let mut wrote = false;
    for option in ["-out", "-keyout"] {
        let Some(path) = named(option).filter(|path| !path.starts_with("/dev/")) else { continue };
        let place = machine.place(&path);
        let text = String::from(machine.atom(Atom::new(format!("openssl:{}", words.join(" ")), "a key")));
        status = status.max(machine.write(&place, &text, ChangeKind::Write));
        wrote = true;
    }
    if !wrote {
        machine.emit_unknown(words, false);
        return machine.steady_status(words);
    }
    status
}

/// `gpg --gen-key` makes another key each time; the quick form refuses a name that has one.
fn gpg(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let quick =
        words.iter().position(|word| matches!(word.as_str(), "--quick-gen-key" | "--quick-generate-key"));
    let makes = ["--gen-key", "--generate-key", "--full-gen-key", "--full-generate-key"];
    if quick.is_none() && !words.iter().any(|word| makes.contains(&word.as_str())) {
        return machine.unknown_command(words);
    }
    let options = Options::read(words, "homedir passphrase passphrase-file pinentry-mode status-fd");
    let variable = machine.variable("GNUPGHOME");
    let home = match options.value("homedir") {
        Some(home) => home.to_owned(),
        None if is_known(&variable) && !variable.is_empty() => variable.to_string(),
        None => format!("{}/.gnupg", machine.variable("HOME")),
    };
    super::files::make_directories(machine, &home);
    let ring = machine.place(&format!("{home}/pubring.kbx"));
    let Some(name) = quick.and_then(|at| words.get(at + 1)) else {
        let key = String::from(machine.atom(Atom::new(format!("gpg:{}", words.join(" ")), "a key")));
        // One key too many hurts nobody but who asks for a key by its name.
        machine.log.doubtful.push(machine.current);
        return machine.append(&ring, &key);
    };
    let mark = format!("[{name}]");
    let old = machine.read(&ring).unwrap_or_default();
    if old.contains(&mark) && !options.has("yes") {
        return machine.refuse(Some(&ring), FailureCause::Exists);
    }
    machine.write(&ring, &format!("{old}{mark}"), ChangeKind::Append)
}

/// `pass init` notes whose key it is in `.gpg-id`, the same each time.
fn pass(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let variable = machine.variable("PASSWORD_STORE_DIR");
    let store = if is_known(&variable) && !variable.is_empty() {
        variable.to_string()
    } else {
        format!("{}/.password-store", machine.variable("HOME"))
    };
    match words.get(1..) {
        Some([command, key, ..]) if command == "init" => {
            super::files::make_directories(machine, &store);
            let place = machine.place(&format!("{store}/.gpg-id"));
            machine.write(&place, &format!("{key}\n"), ChangeKind::Write)
        }
        _ => machine.unknown_command(words),
    }
}
