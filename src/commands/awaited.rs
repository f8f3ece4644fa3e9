//! What a command asks for: the server, the file or the object that someone who calls it again and again waits for.

use std::fmt;

use super::{Call, Trait};

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Awaited {
    /// A port of a host; the host's name alone where no port is named.
    Host {
        /// As written: it may hold a `$NAME`.
        host: String,
        /// A number, or as written.
        port: Option<String>,
    },
    /// A file.
    File(String),
    /// An object of the cluster: `job/migrate`; where none is named, the request for some: `kubectl get pods`.
    Object(String),
    /// That a command succeeds: its first words.
    Command(String),
}

impl fmt::Display for Awaited {
    /// `db:5432`, `/run/ready`, `job/migrate`, `kong migrations list`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host { host, port: Some(port) } => {
                let (host, port) = (without_substitutions(host), without_substitutions(port));
                // `$(echo $a | cut -d: -f1)` and `-f2` are parts of one address.
                if host == port { write!(f, "{host}") } else { write!(f, "{host}:{port}") }
            }
            Self::Host { host: name, port: None }
            | Self::File(name)
            | Self::Object(name)
            | Self::Command(name) => write!(f, "{}", without_substitutions(name)),
        }
    }
}

/// `db.$(…).svc` for `db.$(cat /path/namespace).svc`, and `$a` for `$(echo $a | cut -d: -f1)`. What the kubelet expands,
/// `$(NAME)`, stays.
fn without_substitutions(text: &str) -> String {
    let parts = text.split_once("$(").and_then(|(before, rest)| {
        let (inside, after) = rest.rsplit_once(')')?;
        Some((before, inside, after))
    });
    match parts {
        Some((before, inside, after)) if !is_name(inside) => {
            let shown = only_variable(inside).unwrap_or_else(|| "$(…)".to_owned());
            format!("{before}{shown}{after}")
        }
        _ => text.to_owned(),
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The variable that a command which prints a part of it expands, where it is one.
fn only_variable(command: &str) -> Option<String> {
    let printed =
        command.trim_start().strip_prefix("echo ").or(command.trim_start().strip_prefix("printf "))?;
    let mut names = printed.split('$').skip(1).map(|rest| {
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        rest.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap_or_default()
    });
    let first = names.next().filter(|name| is_name(name))?;
    names.all(|name| name == first).then(|| format!("${first}"))
}

/// Whether `text` is a number, or a variable that may hold one.
fn is_port(text: &str) -> bool {
    text.starts_with('$') || !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// How a record's command line tells what is asked for.
pub(crate) type Asks = fn(&Call<'_>) -> Option<Awaited>;

impl Awaited {
    /// The port `port` of `host`, which may bring one of its own, or be a list of several.
    pub(crate) fn port(host: &str, port: &str) -> Self {
        let (host, port) = match host.rsplit_once(':') {
            _ if host.contains(',') => (host, ""),
            Some((name, own)) if is_port(own) && !name.contains(':') => (name, own),
            _ => (host, port),
        };
        let port = Some(port.to_owned()).filter(|port| !port.is_empty());
        Self::Host { host: host.to_owned(), port }
    }

    /// The port that redirections to `/dev/tcp/HOST/PORT` open (bash(1), REDIRECTION).
    pub(crate) fn of_device(path: &str) -> Option<Self> {
        let (host, port) = path.strip_prefix("/dev/tcp/")?.split_once('/')?;
        Some(Self::port(host, port))
    }

    /// What `call` asks for.
    pub(crate) fn of(call: &Call<'_>) -> Self {
        let known = call.record().and_then(|record| record.asks).and_then(|asks| asks(call));
        known.unwrap_or_else(|| Self::Command(first_words(call)))
    }
}

/// The words before the first option, at most three: `kong migrations list`.
fn first_words(call: &Call<'_>) -> String {
    let rest = call.words().iter().skip(1).map(String::as_str);
    let rest = rest.take_while(|word| {
        word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.' | '/'))
            && !word.starts_with('-')
    });
    std::iter::once(call.name()).chain(rest.take(2)).collect::<Vec<_>>().join(" ")
}

/// The port that the text of a shell opens: `bash -c '</dev/tcp/db/5432'`.
pub(super) fn device(call: &Call<'_>) -> Option<Awaited> {
    let is_end = |c: char| c.is_whitespace() || matches!(c, '\'' | '"' | ';' | ')' | '&' | '|');
    let path = |word: &String| word.find("/dev/tcp/").and_then(|at| word.get(at..)).map(str::to_owned);
    let path = call.words().iter().find_map(path)?;
    Awaited::of_device(path.split(is_end).next()?)
}

/// `HOST PORT`, as `nc` takes it.
pub(super) fn host_and_port(call: &Call<'_>) -> Option<Awaited> {
    let (host, rest) = call.operands().split_first()?;
    Some(Awaited::port(host, rest.first().unwrap_or(&"")))
}

/// The name that is looked up.
pub(super) fn name(call: &Call<'_>) -> Option<Awaited> {
    let operands = call.operands();
    let host = operands.iter().find(|word| !word.starts_with(['+', '@']))?;
    Some(Awaited::port(host, ""))
}

/// `getent hosts NAME`.
pub(super) fn second(call: &Call<'_>) -> Option<Awaited> {
    Some(Awaited::port(call.operands().get(1)?, ""))
}

/// The first operand that is an address, or that has a port behind it: `db:5432`, `tcp://db:5432`.
pub(super) fn address(call: &Call<'_>) -> Option<Awaited> {
    let words = call.words().iter().skip(1).map(String::as_str);
    let mut words = words.filter(|word| !word.starts_with('-'));
    words.find_map(|word| {
        let has_port = |(_, port): (&str, &str)| port.is_empty() || is_port(port);
        let is_address = word.contains("://") || word.rsplit_once(':').is_some_and(has_port);
        if is_address { of_url(word) } else { None }
    })
}

/// The URL of a client that fetches.
pub(super) fn url(call: &Call<'_>) -> Option<Awaited> {
    of_url(call.value("url").or_else(|| call.operands().last().copied())?)
}

/// The host and port in an address.
fn of_url(url: &str) -> Option<Awaited> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let authority = rest.get(..end_of_authority(rest))?;
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let usual = match scheme {
        "https" => "443",
        "http" => "80",
        "postgres" | "postgresql" => "5432",
        "mysql" => "3306",
        "redis" => "6379",
        "mongodb" => "27017",
        "amqp" => "5672",
        _ => "",
    };
    let (host, port) = match authority.rsplit_once(':') {
        // `${HOST:-db}` has a colon, too.
        Some((host, port)) if !port.contains('}') || port.starts_with('$') => (host, port),
        // The port may stand in the variable that the host ends with.
        _ if authority.rsplit('.').next().is_some_and(|last| last.contains('$')) => (authority, ""),
        _ => (authority, usual),
    };
    if is_api_server(host)
        && let Some(object) = of_api(rest)
    {
        return Some(Awaited::Object(object));
    }
    (!host.is_empty()).then(|| Awaited::port(host, port))
}

/// Whether `host` is the API server, as a Pod knows it.
fn is_api_server(host: &str) -> bool {
    host == "kubernetes"
        || host.starts_with("kubernetes.default")
        || host.trim_matches(['$', '{', '}']) == "KUBERNETES_SERVICE_HOST"
}

/// The object that a URL of the API server names: `endpoints/db` of `HOST/api/v1/namespaces/prod/endpoints/db`, or the
/// kind of those that it lists.
fn of_api(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("/namespaces/")?;
    let path = rest.split(['?', '#']).next()?;
    let mut parts = path.split('/').skip(1).filter(|part| !part.is_empty());
    let kind = parts.next()?;
    Some(parts.next().map_or_else(|| kind.to_owned(), |name| format!("{kind}/{name}")))
}

/// Where a path, a query or a fragment begins: not within an expansion.
fn end_of_authority(text: &str) -> usize {
    let (mut depth, mut in_backquotes) = (0_usize, false);
    for (at, character) in text.char_indices() {
        match character {
            '(' | '{' => depth += 1,
            ')' | '}' => depth = depth.saturating_sub(1),
            '`' => in_backquotes = !in_backquotes,
            '/' | '?' | '#' if depth == 0 && !in_backquotes => return at,
            _ => {}
        }
    }
    text.len()
}

/// A client of a database: the host and port of its options, or the address that it is given.
fn client(call: &Call<'_>, ports: &str, usual: &str) -> Option<Awaited> {
    if let Some(address) = call.words().iter().find(|word| word.contains("://")) {
        return of_url(address);
    }
    let host = call.value("h host")?;
    Some(Awaited::port(host, call.value(ports).unwrap_or(usual)))
}

/// The clients of `PostgreSQL`.
pub(super) fn postgres(call: &Call<'_>) -> Option<Awaited> {
    client(call, "p port", "5432")
}

/// The clients of `MySQL`, whose `-p` is the password.
pub(super) fn mysql(call: &Call<'_>) -> Option<Awaited> {
    client(call, "P port", "3306")
}

/// Redis' client.
pub(super) fn redis(call: &Call<'_>) -> Option<Awaited> {
    client(call, "p port", "6379")
}

/// `ClickHouse`'s client.
pub(super) fn clickhouse(call: &Call<'_>) -> Option<Awaited> {
    client(call, "port", "9000")
}

/// `cqlsh HOST PORT`.
pub(super) fn cassandra(call: &Call<'_>) -> Option<Awaited> {
    let (host, rest) = call.operands().split_first()?;
    Some(Awaited::port(host, rest.first().unwrap_or(&"9042")))
}

/// The shells of `MongoDB`.
pub(super) fn mongo(call: &Call<'_>) -> Option<Awaited> {
    client(call, "port", "27017")
}

/// The object behind kubectl's subcommand: `get job migrate`, `wait pod/db`, `rollout status deploy/web`.
pub(super) fn object(call: &Call<'_>) -> Option<Awaited> {
    let (["rollout", "status", rest @ ..] | ["get" | "wait" | "describe", rest @ ..]) = call.operands()
    else {
        return None;
    };
    let listed = || {
        let words = std::iter::once(call.name()).chain(call.operands().iter().take(2).copied());
        Some(Awaited::Object(words.collect::<Vec<_>>().join(" ")))
    };
    named_object(rest, call.value("l selector")).or_else(listed)
}

/// The object of `k8s-wait-for`: `job migrate`, `pod -lapp=db`.
pub(super) fn object_or_selector(call: &Call<'_>) -> Option<Awaited> {
    let words: Vec<&str> = call.words().iter().skip(1).map(String::as_str).collect();
    let (selector, words): (Vec<&str>, Vec<&str>) =
        words.into_iter().partition(|word| word.starts_with("-l"));
    named_object(&words, selector.first().map(|word| word.trim_start_matches("-l")))
}

fn named_object(words: &[&str], selector: Option<&str>) -> Option<Awaited> {
    let object = match (words, selector) {
        ([kind], Some(selector)) => format!("{kind} {selector}"),
        ([object], None) if object.contains('/') => (*object).to_owned(),
        ([] | [_], _) => return None,
        ([kind, name, ..], _) => format!("{kind}/{name}"),
    };
    Some(Awaited::Object(object))
}

/// The last operand that is a path.
pub(super) fn file(call: &Call<'_>) -> Option<Awaited> {
    let path = call.operands().iter().rev().find(|word| word.contains('/'))?;
    Some(Awaited::File((*path).to_owned()))
}

/// The last file that `grep` reads; its first operand may be a pattern.
pub(super) fn searched_file(call: &Call<'_>) -> Option<Awaited> {
    let skipped = usize::from(!call.has("e regexp f file"));
    let mut files = call.operands().iter().skip(skipped).rev();
    Some(Awaited::File((*files.find(|word| word.contains('/'))?).to_owned()))
}

/// What `flock` locks.
pub(super) fn lock(call: &Call<'_>) -> Option<Awaited> {
    let lock = call.words().iter().skip(1).find(|word| !word.starts_with('-'))?;
    let number = lock.bytes().all(|byte| byte.is_ascii_digit());
    (!number).then(|| Awaited::File(lock.clone()))
}

/// `flock` waits for ever unless it is told how long, or not at all (flock(1)).
pub(super) fn waits_for_lock(call: &Call<'_>) -> &'static [Trait] {
    let mut options = call.words().iter().skip(1).take_while(|word| word.starts_with('-'));
    let ends = options.any(|option| {
        let is_long = ["--wait", "--timeout", "--nonblock", "--nb", "--unlock", "--help", "--version"]
            .iter()
            .any(|long| option.starts_with(long));
        is_long || !option.starts_with("--") && option.contains(['w', 'n', 'u', 'h', 'V'])
    });
    if ends { &[] } else { &[Trait::WaitsForEver] }
}

/// `wait-for-it` with a time-out of 0.
pub(super) fn waits_for_it(call: &Call<'_>) -> &'static [Trait] {
    let words: Vec<&str> = call.words().iter().map(String::as_str).collect();
    let is_zero = words.contains(&"--timeout=0") || words.windows(2).any(|pair| pair == ["-t", "0"]);
    if is_zero { &[Trait::WaitsForEver] } else { &[] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(line: &str) -> String {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        match Awaited::of(&Call::of(&words)) {
            Awaited::Host { host, port: Some(port) } => format!("{host}:{port}"),
            Awaited::Host { host, port: None } => host,
            Awaited::File(path) => path,
            Awaited::Object(object) => object,
            Awaited::Command(words) => format!("`{words}`"),
        }
    }

    #[test]
    fn what_a_substitution_takes_apart_is_named_once() {
        let shown = |host: &str, port: &str| Awaited::port(host, port).to_string();
        assert_eq!(shown("$(echo $svc | cut -d: -f1)", "$(echo $svc | cut -d: -f2)"), "$svc");
        assert_eq!(shown("$(echo ${a} | tr -d x)", "80"), "$a:80");
        assert_eq!(shown("$(BACKEND_SERVICE_NAME)", "80"), "$(BACKEND_SERVICE_NAME):80");
        assert_eq!(shown("db.$(cat /namespace).svc", ""), "db.$(…).svc");
        assert_eq!(shown("$(echo $a $b)", "80"), "$(…):80");
    }

    #[test]
    fn a_call_tells_what_it_asks_for() {
        for (line, expected) in [
            ("nc -w 1 -z backend 9000", "backend:9000"),
            ("nc -zv -w1 db 5432", "db:5432"),
            ("nslookup db.prod.svc.cluster.local", "db.prod.svc.cluster.local"),
            ("dig +short db", "db"),
            ("getent hosts db", "db"),
            ("curl -m 1 -s -o /dev/null http://api:9500/v1", "api:9500"),
            ("curl -fsS --connect-timeout 5 https://a.example/ready", "a.example:443"),
            ("wget -q --spider http://api", "api:80"),
            ("curl -sf http://db.$NS.svc/ready", "db.$NS.svc:80"),
            ("curl -sf http://${TARGET}/ready", "${TARGET}"),
            ("curl -sf https://me@db.$DOMAIN", "db.$DOMAIN"),
            ("curl -sf http://$HOST:8080/", "$HOST:8080"),
            ("curl -sS https://kubernetes.default.svc/api/v1/namespaces/a/endpoints/db?x=y", "endpoints/db"),
            ("curl -s https://$KUBERNETES_SERVICE_HOST/api/v1/namespaces/$NS/pods?limit=1", "pods"),
            ("curl -s https://kubernetes.default.svc/healthz", "kubernetes.default.svc:443"),
            ("pg_isready -h db -U me", "db:5432"),
            ("psql postgresql://$U:$P@$HOST:$PORT/db?x=y", "$HOST:$PORT"),
            ("mysqladmin ping -hdb -P3307 -uroot -phunter2 --silent", "db:3307"),
            ("mysql -h db -sNp$PASSWORD -e SELECT", "db:3306"),
            ("mysqladmin ping -h mysql -psecret", "mysql:3306"),
            ("redis-cli -h r -p 6380 ping", "r:6380"),
            ("mongosh --host m --eval x", "m:27017"),
            ("mongosh --host m:27018 --eval x", "m:27018"),
            ("mongosh --host rs0/a:27017,b:27017 --eval x", "rs0/a:27017,b:27017"),
            ("redis-cli -h $HOST:$PORT ping", "$HOST:$PORT"),
            ("pg_isready -h fd00::1", "fd00::1:5432"),
            ("clickhouse-client -h ch --query x", "ch:9000"),
            ("clickhouse-client --host=ch --port 9440 -q x", "ch:9440"),
            ("clickhouse-client -q x", "`clickhouse-client`"),
            ("cqlsh -e x db", "db:9042"),
            ("mongosh --eval x", "`mongosh`"),
            ("kubectl get job migrate -n x", "job/migrate"),
            ("kubectl wait --for=condition=ready pod -l app=db", "pod app=db"),
            ("kubectl rollout status deploy/web", "deploy/web"),
            ("wait_for.sh pod -lapp=db", "pod app=db"),
            ("kubectl get pod -n x", "kubectl get pod"),
            ("kubectl get pods --field-selector status.podIP!= -n x", "kubectl get pods"),
            ("kubectl -n x wait --for=condition=ready pods --all", "kubectl wait pods"),
            ("grep 1/1", "`grep 1/1`"),
            ("grep -q ^/data /proc/mounts", "/proc/mounts"),
            ("grep -e a/b", "`grep`"),
            ("wait-for-it -t 0 db:5432 -- true", "db:5432"),
            ("wait-for-it $HOST:$PORT --timeout=0", "$HOST:$PORT"),
            ("wait-for-it ${HOST:-db} -t 0", "`wait-for-it`"),
            ("dockerize -wait tcp://db:5432", "db:5432"),
            ("cat /run/ready", "/run/ready"),
            ("kong migrations list", "`kong migrations list`"),
            ("redis-cli ping", "`redis-cli ping`"),
        ] {
            assert_eq!(asked(line), expected, "{line}");
        }
    }

    #[test]
    fn some_calls_wait_for_ever() {
        for (line, expected) in [
            ("kubectl rollout status deploy/web", true),
            ("kubectl rollout status deploy/web --timeout=60s", false),
            ("kubectl rollout status deploy/web --timeout 0", true),
            ("kubectl wait pod/a --for=condition=Ready", false),
            ("kubectl wait pod/a --for=condition=Ready --timeout=-1s", true),
            ("wait-for-it -t 0 db:5432", true),
            ("wait-for-it db:5432", false),
            ("flock 9", true),
            ("flock -x /data/lock", true),
            ("flock -w 10 9", false),
            ("flock -xn 9", false),
            ("flock --timeout 10 9", false),
            ("wait_for.sh job migrate", true),
        ] {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            assert_eq!(Call::of(&words).is(Trait::WaitsForEver), expected, "{line}");
        }
    }
}
