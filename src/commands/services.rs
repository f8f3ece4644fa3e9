//! What commands make outside the Pod: cluster objects, buckets, users.

use super::cluster_objects::short;
use super::databases::{create, outside};
use super::remedy::exists;
use super::servers::only_with;
use super::world::place::{Place, base_name};
use super::world::{SUCCESS, Status, World};
use super::{Call, Elsewhere, Record, Remedy, Trait, Trouble, paths, record};

pub(super) const RECORDS: &[Record] = &[
    record(&["kubectl", "oc"])
        .taking(KUBECTL_VALUED)
        .does(kubectl)
        .at(paths::read_by_kubectl)
        .runs(Elsewhere::With(&["exec", "debug"]))
        .mended(mend_kubectl)
        .is(&[Trait::HasSubcommands, Trait::NeedsNetwork])
        .when(kubectl_traits)
        .asks(super::awaited::object),
    record(&["helm"])
        .taking("n namespace f values set version repo set-string kube-context timeout")
        .does(helm)
        .mended(|trouble| exists(trouble)?.replaced(" install ", " upgrade --install "))
        .is(&[Trait::HasSubcommands, Trait::NeedsNetwork])
        .when(helm_traits),
    record(&["rabbitmqctl"])
        .taking("n node l t")
        .does(rabbitmqctl)
        .mended(|trouble| {
            (trouble.kind == "user").then(|| {
                Remedy::Advice("write `rabbitmqctl add_user … || rabbitmqctl change_password …`".to_owned())
            })
        })
        .is(&[Trait::NeedsNetwork]),
    record(&["vault"])
        .taking("")
        .does(vault)
        .mended(mend_vault)
        .is(&[Trait::HasSubcommands, Trait::NeedsNetwork])
        .when(vault_traits),
    record(&["consul"]).taking("").does(consul).when(|call| only_with(call, &["agent"])),
    record(&["kafka-topics", "kafka-topics.sh"])
        .taking("topic bootstrap-server zookeeper partitions replication-factor config")
        .does(kafka_topics)
        .mended(|trouble| exists(trouble)?.replaced("--create", "--create --if-not-exists"))
        .is(&[Trait::NeedsNetwork]),
    record(&["kcadm.sh", "kcadm"])
        .taking("r s f i q target-realm set file")
        .does(kcadm)
        .mended(|trouble| {
            Remedy::advice(format!("ask for {} first: `{} get …`", trouble.thing, trouble.call.name()))
        })
        .is(&[Trait::NeedsNetwork]),
    record(&["ldapadd"]).taking("f D w y H h p").does(ldapadd),
    record(&["influx"])
        .taking("u p t o b r host username password token org bucket retention name")
        .does(influx),
    record(&["gcloud"]).taking("project topic push-endpoint ack-deadline labels account").does(gcloud),
    record(&["django-admin", "manage.py"]).taking("username email database").does(django),
];

/// Whether a word of `call` says what is to be set in a cluster or a server: `a=$x`, JSON, a statement in SQL.
pub(crate) fn says_what_is_set(call: &Call<'_>, word: &str) -> bool {
    const STATEMENTS: [&str; 5] = ["ALTER ", "CREATE ", "INSERT ", "UPDATE ", "GRANT "];
    if !call.is(Trait::SetsElsewhere) {
        return false;
    }
    if call.is(Trait::RunsInput) {
        let text = word.to_ascii_uppercase();
        return STATEMENTS.iter().any(|statement| text.contains(statement));
    }
    word.starts_with("--from-literal") || !word.starts_with('-') && word.contains(['=', '{'])
}

/// A client whose answers depend on what this script has made before.
pub(super) fn client(world: &mut dyn World, call: &Call<'_>) -> Status {
    world.emit_unknown(call.words(), true);
    world.unknown_status(&call.words().join(" "))
}

const KUBECTL_VALUED: &str = "n namespace f filename o output context kubeconfig s server l selector from-literal \
    from-file from-env-file type cert key docker-server docker-username docker-password docker-email clusterrole \
    role user group serviceaccount verb resource resource-name image schedule tcp rule class field-manager k kustomize \
    timeout for field-selector sort-by c container as cluster token request-timeout replicas grace-period";

fn kubectl(world: &mut dyn World, call: &Call<'_>) -> Status {
    let creates = call.operands().first() == Some(&"create")
        && !call.has("dry-run save-config")
        && call.operands().get(1) != Some(&"token");
    if !creates {
        if let ["delete", objects @ ..] = call.operands() {
            delete(world, objects);
        }
        return client(world, call);
    }
    world.emit_unknown(call.words(), true);
    match (call.value("f filename"), call.operands()) {
        (Some(file), _) => {
            let text =
                if file == "-" { world.input().unwrap_or_default().to_string() } else { file.to_owned() };
            // `generateName` gives every object a name of its own.
            if text.contains("generateName") {
                return SUCCESS;
            }
            create(world, READ, base_name(file))
        }
        (None, [_, kind, names @ ..]) => match names.last() {
            Some(name) => create(world, &short(kind), name),
            None => SUCCESS,
        },
        _ => SUCCESS,
    }
}

/// The kind of what `kubectl create` reads: nobody knows what it is.
const READ: &str = "object";

/// `kubectl delete KIND NAME...`, `KIND/NAME...`, `KIND -l SELECTOR`, `-f FILE`.
fn delete(world: &mut dyn World, objects: &[&str]) {
    // Any of them may be what a file described.
    remove_all(world, READ);
    let pairs = objects.iter().filter_map(|object| object.split_once('/'));
    for (kind, name) in pairs {
        world.remove(&outside(&short(kind), name));
    }
    let Some((kinds, names)) = objects.split_first().filter(|(kinds, _)| !kinds.contains('/')) else {
        return;
    };
    for kind in kinds.split(',').map(short) {
        if names.is_empty() {
            remove_all(world, &kind);
        }
        for name in names {
            world.remove(&outside(&kind, name));
        }
    }
}

/// Takes away all that is of this kind.
fn remove_all(world: &mut dyn World, kind: &str) {
    let Some(all) = outside(kind, "").parent() else { return };
    for (below, _) in world.listing(&all) {
        world.remove(&Place { store: all.store, path: format!("{}{below}", all.path) });
    }
}

fn helm(world: &mut dyn World, call: &Call<'_>) -> Status {
    match call.operands() {
        ["install", name, ..]
            if !call.words().iter().any(|word| word == "--dry-run" || word == "--replace") =>
        {
            create(world, "release", name)
        }
        _ => client(world, call),
    }
}

fn rabbitmqctl(world: &mut dyn World, call: &Call<'_>) -> Status {
    match call.operands() {
        ["add_user", name, ..] => create(world, "user", name),
        ["delete_user", name, ..] => {
            world.remove(&outside("user", name));
            SUCCESS
        }
        _ => client(world, call),
    }
}

fn vault(world: &mut dyn World, call: &Call<'_>) -> Status {
    let path = call.words().iter().find_map(|word| word.strip_prefix("-path="));
    match call.operands() {
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
    match call.operands() {
        ["acl", "bootstrap", ..] => {
            world.emit_unknown(call.words(), true);
            create(world, "the", "bootstrap token of Consul's ACLs")
        }
        _ => client(world, call),
    }
}

/// `influx setup` refuses an instance that is set up.
fn influx(world: &mut dyn World, call: &Call<'_>) -> Status {
    match call.operands() {
        ["setup", ..] => create(world, "the", "first user of InfluxDB"),
        _ => client(world, call),
    }
}

fn gcloud(world: &mut dyn World, call: &Call<'_>) -> Status {
    match call.operands() {
        ["pubsub", "topics", "create", name, ..] => create(world, "topic", name),
        ["pubsub", "subscriptions", "create", name, ..] => create(world, "subscription", name),
        _ => client(world, call),
    }
}

fn kafka_topics(world: &mut dyn World, call: &Call<'_>) -> Status {
    match call.value("topic") {
        Some(topic) if call.has("create") && !call.has("if-not-exists") => create(world, "topic", topic),
        Some(topic) if call.has("delete") => {
            world.remove(&outside("topic", topic));
            SUCCESS
        }
        _ => client(world, call),
    }
}

fn kcadm(world: &mut dyn World, call: &Call<'_>) -> Status {
    match call.operands() {
        ["create", path, ..] => {
            let set =
                |name: &str| call.words().iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
            let name = ["realm", "username", "clientId", "name"].into_iter().find_map(set);
            let kind = base_name(path).trim_end_matches('s');
            let realm = call.value("r target-realm").map(|realm| format!("{realm}/")).unwrap_or_default();
            world.emit_unknown(call.words(), true);
            create(world, &format!("Keycloak {kind}"), &format!("{realm}{}", name.unwrap_or("?")))
        }
        _ => client(world, call),
    }
}

fn ldapadd(world: &mut dyn World, call: &Call<'_>) -> Status {
    if call.has("c") {
        return SUCCESS;
    }
    create(world, "LDAP entry", call.value("f").map_or("entry", base_name))
}

/// `manage.py createsuperuser --noinput` fails where the user exists.
pub(super) fn django(world: &mut dyn World, call: &Call<'_>) -> Status {
    let command = call.words().iter().position(|word| word == "createsuperuser");
    match command {
        Some(at) if call.words().iter().skip(at).any(|word| word.starts_with("--no")) => {
            create(world, "superuser", call.value("username").unwrap_or("$DJANGO_SUPERUSER_USERNAME"))
        }
        _ => super::projects::django(world, call),
    }
}

fn kubectl_traits(call: &Call<'_>) -> &'static [Trait] {
    // Their first is left out where it asks as another, or nobody.
    const ASKS: &[Trait] = &[Trait::UsesAccountToken, Trait::Probe];
    const SERVES: &[Trait] = &[Trait::UsesAccountToken, Trait::NeverEnds];
    const WAITS: &[Trait] = &[Trait::UsesAccountToken, Trait::Waits];
    const WAITS_FOR_EVER: &[Trait] = &[Trait::UsesAccountToken, Trait::Waits, Trait::WaitsForEver];
    const CHANGES: &[Trait] =
        &[Trait::UsesAccountToken, Trait::Weighty, Trait::RejectsEmptyInput, Trait::SetsElsewhere];
    const SETS: &[Trait] = &[Trait::UsesAccountToken, Trait::SetsElsewhere];
    const ANY: &[Trait] = &[Trait::UsesAccountToken];
    const REMOVES: &[Trait] = &[Trait::UsesAccountToken, Trait::MayFindNothing];
    let traits = match call.operands() {
        ["get" | "describe" | "version" | "cluster-info", ..] => ASKS,
        ["proxy" | "port-forward", ..] => SERVES,
        ["config" | "login", ..] => return &[Trait::SetsApiClient],
        // A negative time-out is a week, and none is no end (kubectl's help).
        ["wait", ..] if call.value("timeout").is_some_and(|time| time.starts_with('-')) => WAITS_FOR_EVER,
        ["rollout", "status", ..]
            if call.value("timeout").is_none_or(|time| time.trim_end_matches('s') == "0") =>
        {
            WAITS_FOR_EVER
        }
        ["wait", ..] | ["rollout", "status", ..] => WAITS,
        ["apply" | "create" | "replace", ..] => CHANGES,
        ["patch" | "set" | "annotate" | "label", ..] => SETS,
        ["delete", ..] if !call.has("ignore-not-found") => REMOVES,
        _ => ANY,
    };
    if uses_account_token(call) { traits } else { traits.get(1..).unwrap_or_default() }
}

/// Whether `kubectl` asks the API server as the Pod's service account: it isn't told of another, and has to ask.
fn uses_account_token(call: &Call<'_>) -> bool {
    let asks = match call.operands() {
        [] | ["completion" | "kustomize" | "options" | "help" | "plugin", ..] => false,
        ["version", ..] => !call.has("client"),
        ["create" | "run" | "apply" | "annotate" | "label" | "patch" | "set", ..] => {
            !(call.has("local") || call.value("dry-run") == Some("client"))
        }
        _ => true,
    };
    asks && !call.has("kubeconfig token s server client-certificate username")
}

/// What brings something is missed; what only asks isn't.
fn helm_traits(call: &Call<'_>) -> &'static [Trait] {
    match call.operands() {
        ["get" | "list" | "ls" | "status" | "history" | "show" | "template" | "search", ..] => {
            &[Trait::Probe]
        }
        []
        | ["version" | "env" | "help" | "completion" | "lint" | "verify", ..]
        | ["repo" | "plugin" | "dependency" | "dep", "list" | "ls", ..] => &[],
        _ => &[Trait::Weighty, Trait::SetsElsewhere],
    }
}

fn vault_traits(call: &Call<'_>) -> &'static [Trait] {
    match call.operands() {
        ["read" | "status", ..] | ["kv", "get", ..] => &[Trait::Probe],
        ["write", ..] | ["kv", "put" | "patch", ..] => &[Trait::SetsElsewhere],
        _ => only_with(call, &["server"]),
    }
}

fn mend_kubectl(trouble: &Trouble<'_>) -> Option<Remedy> {
    let (text, name) = (exists(trouble)?.text, trouble.call.name());
    match trouble.call.operands().first() {
        Some(&"create") if trouble.call.has("f filename") => trouble.replaced(" create ", " apply "),
        // A redirection would take what the pipe is to carry.
        Some(&"create") if !text.contains('>') => {
            Some(Remedy::line(format!("{text} --dry-run=client -o yaml | {name} apply -f -")))
        }
        _ => None,
    }
}

fn mend_vault(trouble: &Trouble<'_>) -> Option<Remedy> {
    match *trouble.call.operands().first()? {
        "secrets" => Remedy::advice("test first: `vault secrets list | grep …`"),
        "auth" => Remedy::advice("test first: `vault auth list | grep …`"),
        "operator" => Remedy::advice("test first: `vault operator init -status`"),
        _ => None,
    }
}
