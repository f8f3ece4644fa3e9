//! Servers and other commands that never end by themselves, and how each is called so that it does.

use super::record::{Record, Trait, record};
use super::{Call, NEVER_ENDS};

/// Options with which any server only says something, and ends.
const ASKS: [&str; 8] = ["-v", "-V", "-version", "--version", "version", "-h", "-help", "--help"];

/// Whether `word` of another process may end the server `name`: by the endpoint that proxies have for it (`/quitquitquit`),
/// or by a signal, where it `sees` the server's process. A script may be given the name of what it is to end.
pub(crate) fn may_end_server(word: &str, name: &str, sees: bool) -> bool {
    word.contains("quitquitquit") || sees && (word.contains("kill") || word.contains(name))
}

/// Those of which nothing else is known. Databases stand in a file of their own.
pub(super) const RECORDS: &[Record] = &[
    record(&["nginx"]).when(nginx),
    record(&["redis-server", "valkey-server"]).when(|call| unless(call, &["--daemonize yes"])),
    record(&["mongos"]).when(|call| unless(call, &["--fork"])),
    record(&["memcached"]).when(|call| unless(call, &["-d"])),
    record(&["envoy"]).when(|call| unless(call, &["--mode validate", "--mode=validate"])),
    record(&["fluent-bit"]).when(|call| unless(call, &["-D", "--dry-run"])),
    record(&["fluentd"]).when(|call| unless(call, &["-d", "--daemon", "--dry-run", "-s", "--setup"])),
    record(&["haproxy"]).when(|call| unless(call, &["-c", "-D", "-vv"])),
    record(&["dockerd", "containerd"]).when(|call| unless(call, &["--validate", "config"])),
    record(&["sshd"]).when(|call| only_with(call, &["-D", "-De", "-eD"])),
    record(&["crond", "cron"]).when(|call| only_with(call, &["-f", "-n", "-foreground"])),
    // busybox's and Apache's: both go to the background by themselves.
    record(&["httpd", "apache2", "apache2ctl", "apachectl"])
        .when(|call| only_with(call, &["-f", "-fv", "-vf", "-DFOREGROUND", "-D FOREGROUND"])),
    record(&["httpd-foreground", "apache2-foreground"]).is(NEVER_ENDS),
    record(&["dnsmasq"]).when(|call| only_with(call, &["-k", "-d", "--keep-in-foreground", "--no-daemon"])),
    record(&["supervisord"]).when(|call| only_with(call, &["-n", "--nodaemon"])),
    record(&["php-fpm"]).when(|call| only_with(call, &["-F", "--nodaemonize"])),
    record(&["rabbitmq-server"]).when(|call| unless(call, &["-detached"])),
    record(&["kafka-server-start", "kafka-server-start.sh"]).when(|call| unless(call, &["-daemon"])),
    record(&["zkServer.sh"]).when(|call| only_with(call, &["start-foreground"])),
    record(&["gunicorn"]).when(|call| unless(call, &["-D", "--daemon", "--check-config", "--print-config"])),
    record(&["caddy", "flask"]).when(|call| only_with(call, &["run"])),
    record(&["k8s-sidecar"]).is(NEVER_ENDS),
    record(&["git-sync"]).when(|call| {
        unless(call, &["--one-time", "--one-time=true", "-one-time", "-one-time=true", "-one-time true"])
    }),
    record(&["linkerd2-proxy", "tailscaled", "prometheus", "alertmanager", "promtail", "node_exporter"])
        .when(serves),
    record(&["cloud-sql-proxy", "cloud_sql_proxy", "oauth2-proxy", "uvicorn", "traefik"]).when(serves),
    record(&["filebeat", "metricbeat", "heartbeat", "packetbeat", "auditbeat"])
        .when(|call| unless(call, &["setup", "export", "test", "keystore", "modules", "enroll", "help"])),
    record(&["pilot-agent"]).when(|call| only_with(call, &["proxy"])),
    record(&["inotifywait"]).when(|call| only_with(call, &["-m", "--monitor"])),
    record(&["journalctl"]).when(|call| only_with(call, &["-f", "--follow"])),
    record(&["pause"]).is(NEVER_ENDS),
];

/// A server, unless it is asked for its version.
fn serves(call: &Call<'_>) -> &'static [Trait] {
    unless(call, &[])
}

/// Without `daemon off` in the command line it goes to the background, but for a file that says so.
fn nginx(call: &Call<'_>) -> &'static [Trait] {
    let stays = call.words().iter().any(|word| word.contains("daemon off"));
    if stays { unless(call, &["-t", "-T", "-s", "-tq"]) } else { &[] }
}

/// A server, unless one of `ends` is among its words.
pub(super) fn unless(call: &Call<'_>, ends: &[&str]) -> &'static [Trait] {
    if given(call, &ASKS) || given(call, ends) { &[] } else { NEVER_ENDS }
}

/// A server only where one of `stays` is among its words.
pub(super) fn only_with(call: &Call<'_>, stays: &[&str]) -> &'static [Trait] {
    if given(call, stays) { NEVER_ENDS } else { &[] }
}

/// Whether one of `options`, of one word or of two, is among the words.
fn given(call: &Call<'_>, options: &[&str]) -> bool {
    let words: Vec<&str> = call.words().iter().skip(1).map(String::as_str).collect();
    options.iter().any(|option| {
        let option: Vec<&str> = option.split(' ').collect();
        words.windows(option.len()).any(|window| window == option)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn never_ends(line: &str) -> bool {
        let words: Vec<String> = line.split(' ').map(|word| word.replace('_', " ")).collect();
        Call::of(&words).is(Trait::NeverEnds)
    }

    #[test]
    fn servers_run_for_ever_in_the_foreground() {
        for line in [
            "nginx -g daemon_off;",
            "redis-server /etc/redis.conf",
            "/usr/sbin/sshd -D -e",
            "httpd -f -p 8080",
            "httpd -D FOREGROUND",
            "mysqld --user=mysql",
            "postgres -D /data",
            "python3 -m http.server 8000",
            "/cloud-sql-proxy --port 5432 a:b:c",
            "sleep infinity",
            "sleep inf",
            "tail -f /dev/null",
            "tail -n 0 -F /a.log",
            "crond -f -l 8",
            "kubectl proxy --port 8001",
            "vault server -dev",
        ] {
            assert!(never_ends(line), "{line}");
        }
    }

    #[test]
    fn called_otherwise_they_end() {
        for line in [
            "nginx",
            "nginx -t -g daemon_off;",
            "redis-server --daemonize yes",
            "redis-server --version",
            "sshd",
            "httpd -p 8080",
            "mysqld --initialize-insecure",
            "mysqld --bootstrap",
            "mongod --fork --logpath /l",
            "git-sync --one-time",
            "python3 -m venv /v",
            "python3 a.py",
            "sleep 360",
            "sleep 30",
            "tail -n 5 /a.log",
            "tail -5 /f",
            "crond",
            "kubectl get pods",
            "vault status",
            "postgres -C port",
        ] {
            assert!(!never_ends(line), "{line}");
        }
    }
}
