//! What commands make outside the Pod's volumes: cluster objects, buckets, users, routes.

use super::databases::{create, outside};
use super::options::Options;
use super::{Fact, fact};
use crate::rerun::machine::{ChangeKind, Machine, SUCCESS, Status};
use crate::rerun::state::atoms::{Atom, is_known};
use crate::rerun::state::places::base_name;
use crate::rerun::state::tree::Node;

pub(super) const FACTS: &[Fact] = &[
    fact(&["kubectl", "oc"], kubectl),
    fact(&["helm"], helm),
    fact(&["aws", "gsutil", "mc", "s3cmd"], buckets),
    fact(&["rabbitmqctl"], rabbitmqctl),
    fact(&["vault"], vault),
    fact(&["consul"], consul),
    fact(&["kafka-topics", "kafka-topics.sh"], kafka_topics),
    fact(&["kcadm.sh", "kcadm"], kcadm),
    fact(&["ldapadd"], ldapadd),
    fact(&["influx"], influx),
    fact(&["gcloud"], gcloud),
    fact(&["python", "python3", "django-admin", "manage.py"], django),
    fact(&["ip"], ip),
    fact(&["iptables", "ip6tables", "iptables-nft", "iptables-legacy"], iptables),
];

/// A client whose answers depend on what this script has made before.
fn client(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    machine.emit_unknown(words, true);
    machine.unknown_status(&words.join(" "))
}

/// The operands, options and their values left aside.
fn operands<'w>(words: &'w [String], valued: &str) -> Vec<&'w str> {
    Options::read(words, valued).operands().to_vec()
}

const KUBECTL_VALUED: &str = "n namespace f filename o output context kubeconfig s server l selector from-literal \
    from-file from-env-file type cert key docker-server docker-username docker-password docker-email clusterrole \
    role user group serviceaccount verb resource resource-name image schedule tcp rule class field-manager k kustomize";

fn kubectl(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, KUBECTL_VALUED);
    let creates = options.operands().first() == Some(&"create")
        && !options.has("dry-run save-config")
        && options.operands().get(1) != Some(&"token");
    if !creates {
        if options.operands().first() == Some(&"delete") {
            for kind in options.operands().iter().skip(1) {
                let names = options.operands().iter().skip(2);
                for name in names {
                    machine.remove(&outside(&short(kind), name));
                }
            }
        }
        return client(machine, words);
    }
    machine.emit_unknown(words, true);
    match (options.value("f filename"), options.operands()) {
        (Some(file), _) => {
            let text =
                if file == "-" { machine.input().unwrap_or_default().to_string() } else { file.to_owned() };
            // `generateName` gives every object a name of its own.
            if text.contains("generateName") {
                return SUCCESS;
            }
            let name = if file == "-" { "object" } else { base_name(file) };
            create(machine, "object", name)
        }
        (None, [_, kind, names @ ..]) => match names.last() {
            Some(name) => create(machine, &short(kind), name),
            None => SUCCESS,
        },
        _ => SUCCESS,
    }
}

/// A resource's kind by one name.
fn short(kind: &str) -> String {
    match kind {
        "ns" | "namespaces" => "namespace".to_owned(),
        "cm" | "configmaps" => "configmap".to_owned(),
        "secrets" => "secret".to_owned(),
        "sa" | "serviceaccounts" => "serviceaccount".to_owned(),
        kind => kind.to_owned(),
    }
}

fn helm(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let valued = "n namespace f values set version repo set-string kube-context timeout";
    match operands(words, valued).as_slice() {
        ["install", name, ..] if !words.iter().any(|word| word == "--dry-run" || word == "--replace") => {
            create(machine, "release", name)
        }
        _ => client(machine, words),
    }
}

/// Making a bucket that exists fails; copies into and out of buckets are downloads.
fn buckets(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let valued = "region endpoint-url profile bucket l p c b create-bucket-configuration acl location";
    let options = Options::read(words, valued);
    let makes = match (base_name(words.first().map_or("", String::as_str)), options.operands()) {
        ("aws", ["s3", "mb", bucket, ..]) | ("gsutil", ["mb", bucket, ..]) => Some(*bucket),
        ("aws", ["s3api", "create-bucket", ..]) => options.value("bucket"),
        // BusyBox's `mc` doesn't exist; MinIO's accepts `-p` and `--ignore-existing`.
        ("mc", ["mb", bucket, ..]) => {
            let settles = words.iter().any(|word| matches!(word.as_str(), "-p" | "--ignore-existing"));
            (!settles).then_some(*bucket)
        }
        _ => None,
    };
    match makes {
        Some(bucket) if words.first().is_some_and(|name| base_name(name) == "aws") => {
            s3_bucket(machine, &options, bucket)
        }
        Some(bucket) => create(machine, "bucket", bucket),
        None => super::download::fetch(machine, words),
    }
}

/// S3 refuses to make one's own bucket again, but in us-east-1 (S3 API, `CreateBucket`). Where no region is named it may
/// be that one.
fn s3_bucket(machine: &mut Machine<'_, '_>, options: &Options<'_>, bucket: &str) -> Status {
    let constraint =
        options.value("create-bucket-configuration").and_then(|it| it.split_once("LocationConstraint="));
    let named = constraint.map(|(_, region)| region).or(options.value("region"));
    let variables = ["AWS_REGION", "AWS_DEFAULT_REGION"].map(|name| machine.variable(name));
    let is_named = |region: &&str| !region.is_empty() && is_known(region);
    let region = named.into_iter().chain(variables.iter().map(AsRef::as_ref)).find(is_named);
    if region == Some("us-east-1") {
        return SUCCESS;
    }
    let status = create(machine, "bucket", bucket);
    if status != SUCCESS && region.is_none() {
        machine.log.assumed.push(machine.current);
    }
    status
}

fn rabbitmqctl(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    match operands(words, "n node l t").as_slice() {
        ["add_user", name, ..] => create(machine, "user", name),
        ["delete_user", name, ..] => {
            machine.remove(&outside("user", name));
            SUCCESS
        }
        _ => client(machine, words),
    }
}

fn vault(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "");
    let path = words.iter().find_map(|word| word.strip_prefix("-path="));
    match options.operands() {
        [kind @ ("secrets" | "auth" | "audit"), "enable", engine, ..] => {
            create(machine, &format!("vault {kind}"), path.unwrap_or(engine))
        }
        [kind @ ("secrets" | "auth" | "audit"), "disable", path, ..] => {
            machine.remove(&outside(&format!("vault {kind}"), path));
            SUCCESS
        }
        ["operator", "init", ..] if !words.iter().any(|word| word == "-status") => {
            machine.emit_unknown(words, true);
            create(machine, "the", "initialised Vault")
        }
        _ => client(machine, words),
    }
}

fn consul(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    match operands(words, "").as_slice() {
        ["acl", "bootstrap", ..] => {
            machine.emit_unknown(words, true);
            create(machine, "the", "bootstrap token of Consul's ACLs")
        }
        _ => client(machine, words),
    }
}

/// `influx setup` refuses an instance that is set up.
fn influx(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    match operands(words, "u p t o b r host username password token org bucket retention name").as_slice() {
        ["setup", ..] => create(machine, "the", "first user of InfluxDB"),
        _ => client(machine, words),
    }
}

fn gcloud(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    match operands(words, "project topic push-endpoint ack-deadline labels account").as_slice() {
        ["pubsub", "topics", "create", name, ..] => create(machine, "topic", name),
        ["pubsub", "subscriptions", "create", name, ..] => create(machine, "subscription", name),
        _ => client(machine, words),
    }
}

fn kafka_topics(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options =
        Options::read(words, "topic bootstrap-server zookeeper partitions replication-factor config");
    match options.value("topic") {
        Some(topic) if options.has("create") && !options.has("if-not-exists") => {
            create(machine, "topic", topic)
        }
        Some(topic) if options.has("delete") => {
            machine.remove(&outside("topic", topic));
            SUCCESS
        }
        _ => client(machine, words),
    }
}

fn kcadm(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "r s f i q target-realm set file");
    match options.operands() {
        ["create", path, ..] => {
            let set = |name: &str| words.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
            let name = ["realm", "username", "clientId", "name"].into_iter().find_map(set);
            let kind = base_name(path).trim_end_matches('s');
            let realm = options.value("r target-realm").map(|realm| format!("{realm}/")).unwrap_or_default();
            machine.emit_unknown(words, true);
            create(machine, &format!("Keycloak {kind}"), &format!("{realm}{}", name.unwrap_or("?")))
        }
        _ => client(machine, words),
    }
}

fn ldapadd(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let options = Options::read(words, "f D w y H h p");
    if options.has("c") {
        return SUCCESS;
    }
    create(machine, "LDAP entry", options.value("f").map_or("entry", base_name))
}

/// `manage.py createsuperuser --noinput` fails where the user exists.
fn django(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let command = words.iter().position(|word| word == "createsuperuser");
    match command {
        Some(at) if words.iter().skip(at).any(|word| word.starts_with("--no")) => {
            let options = Options::read(words, "username email database");
            create(machine, "superuser", options.value("username").unwrap_or("$DJANGO_SUPERUSER_USERNAME"))
        }
        _ => super::projects::django(machine, words),
    }
}

/// What a Pod's network namespace keeps: it outlives a container, not the sandbox.
fn network(machine: &Machine<'_, '_>, kind: &str, name: &str) -> crate::rerun::state::places::Place {
    outside(machine.network_kind(), &format!("{kind} {name}"))
}

fn ip(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let rest: Vec<&str> =
        words.iter().skip(1).map(String::as_str).filter(|word| !word.starts_with('-')).collect();
    let (kind, verb) = (rest.first().copied().unwrap_or_default(), rest.get(1).copied().unwrap_or_default());
    let kind = match kind {
        "a" | "addr" | "address" => "address",
        "r" | "ro" | "route" => "route",
        "l" | "link" => "link",
        _ => return client(machine, words),
    };
    let object = rest.get(2..).unwrap_or_default().join(" ");
    match verb {
        "add" | "a" => {
            let place = network(machine, kind, &object);
            if machine.look(&place) != Node::Absent {
                return machine.refuse(Some(&place), crate::rerun::machine::FailureCause::Exists);
            }
            machine.put(&place, Node::directory(), ChangeKind::Write);
            SUCCESS
        }
        "del" | "delete" | "d" | "flush" => {
            let place = network(machine, kind, &object);
            machine.remove(&place);
            machine.unknown_status(&words.join(" "))
        }
        _ => client(machine, words),
    }
}

/// `iptables -A` and `-I` add a rule each time, `-N` fails on a chain that exists.
fn iptables(machine: &mut Machine<'_, '_>, words: &[String]) -> Status {
    let at = |names: &[&str]| words.iter().position(|word| names.contains(&word.as_str()));
    let table =
        at(&["-t", "--table"]).and_then(|at| words.get(at + 1)).map_or("filter", String::as_str).to_owned();
    let chain = |at: usize| words.get(at + 1).cloned().unwrap_or_default();
    if let Some(position) = at(&["-N", "--new-chain"]) {
        return create_chain(machine, &format!("{table} {}", chain(position)));
    }
    if let Some(position) = at(&["-F", "--flush", "-X", "--delete-chain"]) {
        let chain = chain(position);
        if chain.is_empty() || chain.starts_with('-') {
            for name in ["rules", "chain"] {
                let all = network(machine, name, &table);
                let store = outside(machine.network_kind(), "");
                for known in machine.names_in(&store.parent().unwrap_or(store)).0 {
                    let place = outside(machine.network_kind(), &known);
                    if place.path.starts_with(&all.path) {
                        machine.remove(&place);
                    }
                }
            }
        } else {
            let rules = network(machine, "rules", &format!("{table} {chain}"));
            machine.remove(&rules);
            if words.iter().any(|word| word == "-X") {
                let chain = network(machine, "chain", &format!("{table} {chain}"));
                machine.remove(&chain);
            }
        }
        return machine.unknown_status(&words.join(" "));
    }
    if let Some(position) = at(&["-A", "--append", "-I", "--insert"]) {
        let place = network(machine, "rules", &format!("{table} {}", chain(position)));
        let old = match machine.look(&place) {
            Node::File(content) => content,
            _ => "".into(),
        };
        let rule = rule(machine, words, position);
        machine.put(&place, Node::File(format!("{old}{rule}").into()), ChangeKind::Append);
        return SUCCESS;
    }
    if let Some(position) = at(&["-D", "--delete"]) {
        let place = network(machine, "rules", &format!("{table} {}", chain(position)));
        let rule = rule(machine, words, position);
        if let Node::File(content) = machine.look(&place)
            && content.contains(rule)
        {
            let left = content.replacen(rule, "", 1);
            let node = if left.is_empty() { Node::Absent } else { Node::File(left.into()) };
            machine.put(&place, node, ChangeKind::Remove);
            return SUCCESS;
        }
        return machine.unknown_status(&words.join(" "));
    }
    client(machine, words)
}

/// A rule by what it matches and does: the words but the one at `verb`, which adds or deletes it.
fn rule(machine: &mut Machine<'_, '_>, words: &[String], verb: usize) -> char {
    let specification: Vec<&str> =
        words.iter().enumerate().filter(|(index, _)| *index != verb).map(|(_, word)| word.as_str()).collect();
    machine.atom(Atom::new(format!("rule:{}", specification.join(" ")), "a rule"))
}

fn create_chain(machine: &mut Machine<'_, '_>, name: &str) -> Status {
    let place = network(machine, "chain", name);
    if machine.look(&place) != Node::Absent {
        return machine.refuse(Some(&place), crate::rerun::machine::FailureCause::Exists);
    }
    machine.put(&place, Node::directory(), ChangeKind::Write);
    SUCCESS
}
