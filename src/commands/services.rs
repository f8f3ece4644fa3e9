//! What commands make outside the Pod's volumes: cluster objects, buckets, users, routes.

use super::databases::{create, outside};
use super::options::Options;
use super::world::Node;
use super::world::atoms::{Atom, is_known};
use super::world::place::base_name;
use super::world::{ChangeKind, FailureCause, SUCCESS, Status, World};
use super::{Call, Fact, fact};

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
fn client(world: &mut dyn World, call: &Call<'_>) -> Status {
    world.emit_unknown(call.words(), true);
    world.unknown_status(&call.words().join(" "))
}

/// The operands, options and their values left aside.
fn operands<'w>(words: &'w [String], valued: &str) -> Vec<&'w str> {
    Options::read(words, valued).operands().to_vec()
}

const KUBECTL_VALUED: &str = "n namespace f filename o output context kubeconfig s server l selector from-literal \
    from-file from-env-file type cert key docker-server docker-username docker-password docker-email clusterrole \
    role user group serviceaccount verb resource resource-name image schedule tcp rule class field-manager k kustomize";

fn kubectl(world: &mut dyn World, call: &Call<'_>) -> Status {
    let options = Options::read(call.words(), KUBECTL_VALUED);
    let creates = options.operands().first() == Some(&"create")
        && !options.has("dry-run save-config")
        && options.operands().get(1) != Some(&"token");
    if !creates {
        if options.operands().first() == Some(&"delete") {
            for kind in options.operands().iter().skip(1) {
                let names = options.operands().iter().skip(2);
                for name in names {
                    world.remove(&outside(&short(kind), name));
                }
            }
        }
        return client(world, call);
    }
    world.emit_unknown(call.words(), true);
    match (options.value("f filename"), options.operands()) {
        (Some(file), _) => {
            let text =
                if file == "-" { world.input().unwrap_or_default().to_string() } else { file.to_owned() };
            // `generateName` gives every object a name of its own.
            if text.contains("generateName") {
                return SUCCESS;
            }
            let name = if file == "-" { "object" } else { base_name(file) };
            create(world, "object", name)
        }
        (None, [_, kind, names @ ..]) => match names.last() {
            Some(name) => create(world, &short(kind), name),
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

fn helm(world: &mut dyn World, call: &Call<'_>) -> Status {
    let valued = "n namespace f values set version repo set-string kube-context timeout";
    match operands(call.words(), valued).as_slice() {
        ["install", name, ..]
            if !call.words().iter().any(|word| word == "--dry-run" || word == "--replace") =>
        {
            create(world, "release", name)
        }
        _ => client(world, call),
    }
}

/// Making a bucket that exists fails; copies into and out of buckets are downloads.
fn buckets(world: &mut dyn World, call: &Call<'_>) -> Status {
    let valued = "region endpoint-url profile bucket l p c b create-bucket-configuration acl location";
    let options = Options::read(call.words(), valued);
    let makes = match (base_name(call.words().first().map_or("", String::as_str)), options.operands()) {
        ("aws", ["s3", "mb", bucket, ..]) | ("gsutil", ["mb", bucket, ..]) => Some(*bucket),
        ("aws", ["s3api", "create-bucket", ..]) => options.value("bucket"),
        // BusyBox's `mc` doesn't exist; MinIO's accepts `-p` and `--ignore-existing`.
        ("mc", ["mb", bucket, ..]) => {
            let settles = call.words().iter().any(|word| matches!(word.as_str(), "-p" | "--ignore-existing"));
            (!settles).then_some(*bucket)
        }
        _ => None,
    };
    match makes {
        Some(bucket) if call.words().first().is_some_and(|name| base_name(name) == "aws") => {
            s3_bucket(world, &options, bucket)
        }
        Some(bucket) => create(world, "bucket", bucket),
        None => super::download::fetch(world, call),
    }
}

/// S3 refuses to make one's own bucket again, but in us-east-1 (S3 API, `CreateBucket`). Where no region is named it may
/// be that one.
fn s3_bucket(world: &mut dyn World, options: &Options<'_>, bucket: &str) -> Status {
    let constraint =
        options.value("create-bucket-configuration").and_then(|it| it.split_once("LocationConstraint="));
    let named = constraint.map(|(_, region)| region).or(options.value("region"));
    let variables = ["AWS_REGION", "AWS_DEFAULT_REGION"].map(|name| world.variable(name));
    let is_named = |region: &&str| !region.is_empty() && is_known(region);
    let region = named.into_iter().chain(variables.iter().map(AsRef::as_ref)).find(is_named);
    if region == Some("us-east-1") {
        return SUCCESS;
    }
    let status = create(world, "bucket", bucket);
    if status != SUCCESS && region.is_none() {
        world.assume();
    }
    status
}

fn rabbitmqctl(world: &mut dyn World, call: &Call<'_>) -> Status {
    match operands(call.words(), "n node l t").as_slice() {
        ["add_user", name, ..] => create(world, "user", name),
        ["delete_user", name, ..] => {
            world.remove(&outside("user", name));
            SUCCESS
        }
        _ => client(world, call),
    }
}

fn vault(world: &mut dyn World, call: &Call<'_>) -> Status {
    let options = Options::read(call.words(), "");
    let path = call.words().iter().find_map(|word| word.strip_prefix("-path="));
    match options.operands() {
        [kind @ ("secrets" | "auth" | "audit"), "enable", engine, ..] => {
            create(world, &format!("vault {kind}"), path.unwrap_or(engine))
        }
        [kind @ ("secrets" | "auth" | "audit"), "disable", path, ..] => {
            world.remove(&outside(&format!("vault {kind}"), path));
            SUCCESS
        }
        ["operator", "init", ..] if !call.words().iter().any(|word| word == "-status") => {
            world.emit_unknown(call.words(), true);
            create(world, "the", "initialised Vault")
        }
        _ => client(world, call),
    }
}

fn consul(world: &mut dyn World, call: &Call<'_>) -> Status {
    match operands(call.words(), "").as_slice() {
        ["acl", "bootstrap", ..] => {
            world.emit_unknown(call.words(), true);
            create(world, "the", "bootstrap token of Consul's ACLs")
        }
        _ => client(world, call),
    }
}

/// `influx setup` refuses an instance that is set up.
fn influx(world: &mut dyn World, call: &Call<'_>) -> Status {
    match operands(call.words(), "u p t o b r host username password token org bucket retention name")
        .as_slice()
    {
        ["setup", ..] => create(world, "the", "first user of InfluxDB"),
        _ => client(world, call),
    }
}

fn gcloud(world: &mut dyn World, call: &Call<'_>) -> Status {
    match operands(call.words(), "project topic push-endpoint ack-deadline labels account").as_slice() {
        ["pubsub", "topics", "create", name, ..] => create(world, "topic", name),
        ["pubsub", "subscriptions", "create", name, ..] => create(world, "subscription", name),
        _ => client(world, call),
    }
}

fn kafka_topics(world: &mut dyn World, call: &Call<'_>) -> Status {
    let options =
        Options::read(call.words(), "topic bootstrap-server zookeeper partitions replication-factor config");
    match options.value("topic") {
        Some(topic) if options.has("create") && !options.has("if-not-exists") => {
            create(world, "topic", topic)
        }
        Some(topic) if options.has("delete") => {
            world.remove(&outside("topic", topic));
            SUCCESS
        }
        _ => client(world, call),
    }
}

fn kcadm(world: &mut dyn World, call: &Call<'_>) -> Status {
    let options = Options::read(call.words(), "r s f i q target-realm set file");
    match options.operands() {
        ["create", path, ..] => {
            let set =
                |name: &str| call.words().iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
            let name = ["realm", "username", "clientId", "name"].into_iter().find_map(set);
            let kind = base_name(path).trim_end_matches('s');
            let realm = options.value("r target-realm").map(|realm| format!("{realm}/")).unwrap_or_default();
            world.emit_unknown(call.words(), true);
            create(world, &format!("Keycloak {kind}"), &format!("{realm}{}", name.unwrap_or("?")))
        }
        _ => client(world, call),
    }
}

fn ldapadd(world: &mut dyn World, call: &Call<'_>) -> Status {
    let options = Options::read(call.words(), "f D w y H h p");
    if options.has("c") {
        return SUCCESS;
    }
    create(world, "LDAP entry", options.value("f").map_or("entry", base_name))
}

/// `manage.py createsuperuser --noinput` fails where the user exists.
fn django(world: &mut dyn World, call: &Call<'_>) -> Status {
    let command = call.words().iter().position(|word| word == "createsuperuser");
    match command {
        Some(at) if call.words().iter().skip(at).any(|word| word.starts_with("--no")) => {
            let options = Options::read(call.words(), "username email database");
            create(world, "superuser", options.value("username").unwrap_or("$DJANGO_SUPERUSER_USERNAME"))
        }
        _ => super::projects::django(world, call),
    }
}

/// What a Pod's network namespace keeps: it outlives a container, not the sandbox.
fn network(world: &dyn World, kind: &str, name: &str) -> super::world::place::Place {
    outside(world.network_kind(), &format!("{kind} {name}"))
}

fn ip(world: &mut dyn World, call: &Call<'_>) -> Status {
    let rest: Vec<&str> =
        call.words().iter().skip(1).map(String::as_str).filter(|word| !word.starts_with('-')).collect();
    let (kind, verb) = (rest.first().copied().unwrap_or_default(), rest.get(1).copied().unwrap_or_default());
    let kind = match kind {
        "a" | "addr" | "address" => "address",
        "r" | "ro" | "route" => "route",
        "l" | "link" => "link",
        _ => return client(world, call),
    };
    let object = rest.get(2..).unwrap_or_default().join(" ");
    match verb {
        "add" | "a" => {
            let place = network(world, kind, &object);
            if world.look(&place) != Node::Absent {
                return world.fail(Some(&place), FailureCause::Exists);
            }
            world.put(&place, Node::directory(), ChangeKind::Write);
            SUCCESS
        }
        "del" | "delete" | "d" | "flush" => {
            let place = network(world, kind, &object);
            world.remove(&place);
            world.unknown_status(&call.words().join(" "))
        }
        _ => client(world, call),
    }
}

/// `iptables -A` and `-I` add a rule each time, `-N` fails on a chain that exists.
fn iptables(world: &mut dyn World, call: &Call<'_>) -> Status {
    let at = |names: &[&str]| call.words().iter().position(|word| names.contains(&word.as_str()));
    let table = at(&["-t", "--table"])
        .and_then(|at| call.words().get(at + 1))
        .map_or("filter", String::as_str)
        .to_owned();
    let chain = |at: usize| call.words().get(at + 1).cloned().unwrap_or_default();
    if let Some(position) = at(&["-N", "--new-chain"]) {
        return create_chain(world, &format!("{table} {}", chain(position)));
    }
    if let Some(position) = at(&["-F", "--flush", "-X", "--delete-chain"]) {
        let chain = chain(position);
        if chain.is_empty() || chain.starts_with('-') {
            for name in ["rules", "chain"] {
                let all = network(world, name, &table);
                let store = outside(world.network_kind(), "");
                for known in world.names_in(&store.parent().unwrap_or(store)).0 {
                    let place = outside(world.network_kind(), &known);
                    if place.path.starts_with(&all.path) {
                        world.remove(&place);
                    }
                }
            }
        } else {
            let rules = network(world, "rules", &format!("{table} {chain}"));
            world.remove(&rules);
            if call.words().iter().any(|word| word == "-X") {
                let chain = network(world, "chain", &format!("{table} {chain}"));
                world.remove(&chain);
            }
        }
        return world.unknown_status(&call.words().join(" "));
    }
    if let Some(position) = at(&["-A", "--append", "-I", "--insert"]) {
        let place = network(world, "rules", &format!("{table} {}", chain(position)));
        let old = match world.look(&place) {
            Node::File(content) => content,
            _ => "".into(),
        };
        let rule = rule(world, call.words(), position);
        world.put(&place, Node::File(format!("{old}{rule}").into()), ChangeKind::Append);
        return SUCCESS;
    }
    if let Some(position) = at(&["-D", "--delete"]) {
        let place = network(world, "rules", &format!("{table} {}", chain(position)));
        let rule = rule(world, call.words(), position);
        if let Node::File(content) = world.look(&place)
            && content.contains(rule)
        {
            let left = content.replacen(rule, "", 1);
            let node = if left.is_empty() { Node::Absent } else { Node::File(left.into()) };
            world.put(&place, node, ChangeKind::Remove);
            return SUCCESS;
        }
        return world.unknown_status(&call.words().join(" "));
    }
    client(world, call)
}

/// A rule by what it matches and does: the words but the one at `verb`, which adds or deletes it.
fn rule(world: &mut dyn World, words: &[String], verb: usize) -> char {
    let specification: Vec<&str> =
        words.iter().enumerate().filter(|(index, _)| *index != verb).map(|(_, word)| word.as_str()).collect();
    world.atom(Atom::new(format!("rule:{}", specification.join(" ")), "a rule"))
}

fn create_chain(world: &mut dyn World, name: &str) -> Status {
    let place = network(world, "chain", name);
    if world.look(&place) != Node::Absent {
        return world.fail(Some(&place), FailureCause::Exists);
    }
    world.put(&place, Node::directory(), ChangeKind::Write);
    SUCCESS
}
