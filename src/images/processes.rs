//! What images start by themselves: their entrypoint, and what it is given.
//!
//! Apart from the other table, since nothing else is known of most of these images.

use super::reference;
use crate::kube::image::Image;

/// What the images of some names start.
struct Process {
    names: &'static [&'static str],
    start: Start,
    /// The variables, with their values, that make it end where it would run for ever.
    ends_with: &'static [(&'static str, &'static str)],
}

/// How an image starts its program.
#[derive(Clone, Copy)]
enum Start {
    /// The entrypoint is the program, and `args` are its arguments.
    Program(&'static str),
    /// The entrypoint runs `args` as a command; without any, or with options alone, it runs this.
    Default(&'static [&'static str]),
}

/// From their Dockerfiles.
const PROCESSES: &[Process] = &[
    through(&["library/nginx"], &["nginx", "-g", "daemon off;"]),
    through(&["library/redis"], &["redis-server"]),
    through(&["valkey/valkey"], &["valkey-server"]),
    through(&["library/postgres"], &["postgres"]),
    through(&["library/mysql"], &["mysqld"]),
    through(&["library/mariadb"], &["mariadbd"]),
    through(&["library/mongo"], &["mongod"]),
    through(&["library/memcached"], &["memcached"]),
    through(&["library/rabbitmq"], &["rabbitmq-server"]),
    through(&["library/haproxy"], &["haproxy", "-f", "/usr/local/etc/haproxy/haproxy.cfg"]),
    through(&["library/httpd"], &["httpd-foreground"]),
    through(&["envoyproxy/envoy"], &["envoy", "-c", "/etc/envoy/envoy.yaml"]),
    program(&["fluent/fluent-bit"], "/fluent-bit/bin/fluent-bit"),
    program(&["gcr.io/cloud-sql-connectors/cloud-sql-proxy"], "/cloud-sql-proxy"),
    program(&["quay.io/oauth2-proxy/oauth2-proxy"], "/bin/oauth2-proxy"),
    program(&["istio/proxyv2", "gcr.io/istio-release/proxyv2"], "/usr/local/bin/pilot-agent"),
    program(&["registry.k8s.io/pause", "k8s.gcr.io/pause"], "/pause"),
    program(&["prom/prometheus", "quay.io/prometheus/prometheus"], "/bin/prometheus"),
    Process {
        // `METHOD` is `WATCH` unless it is set; `SLEEP` polls for ever. Its program is a Python file.
        ends_with: &[("METHOD", "LIST")],
        ..through(&["kiwigrid/k8s-sidecar", "quay.io/kiwigrid/k8s-sidecar"], &["k8s-sidecar"])
    },
    Process {
        ends_with: &[("GITSYNC_ONE_TIME", "true"), ("GIT_SYNC_ONE_TIME", "true")],
        ..program(&["registry.k8s.io/git-sync/git-sync", "k8s.gcr.io/git-sync/git-sync"], "/git-sync")
    },
];

const fn through(names: &'static [&'static str], command: &'static [&'static str]) -> Process {
    Process { names, start: Start::Default(command), ends_with: &[] }
}

const fn program(names: &'static [&'static str], entrypoint: &'static str) -> Process {
    Process { names, start: Start::Program(entrypoint), ends_with: &[] }
}

/// The words of the process that `image` starts with `args`, by this table: see [`Images::process`](super::Images::process).
pub(super) fn process(
    image: &Image<'_>,
    args: &[&str],
    may_be: &dyn Fn(&str, &str) -> bool,
) -> Option<Vec<String>> {
    let args = || args.iter().copied();
    let owned = |words: &mut dyn Iterator<Item = &str>| words.map(str::to_owned).collect();
    let process = PROCESSES.iter().find(|process| reference::names(process.names, image))?;
    if process.ends_with.iter().any(|(name, value)| may_be(name, value)) {
        return None;
    }
    Some(match process.start {
        Start::Program(entrypoint) => owned(&mut std::iter::once(entrypoint).chain(args())),
        Start::Default(command) if args().next().is_none() => owned(&mut command.iter().copied()),
        Start::Default([program, ..]) if args().next().is_some_and(|word| word.starts_with('-')) => {
            owned(&mut std::iter::once(*program).chain(args()))
        }
        Start::Default(_) => owned(&mut args()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::images::Images;

    fn started(image: &str, args: &[&str], environment: &[(&str, &str)]) -> Option<String> {
        let may_be = |name: &str, value: &str| environment.contains(&(name, value));
        Images::default().process(&Image::parse(image), args, &may_be).map(|words| words.join(" "))
    }

    #[test]
    fn images_start_what_their_dockerfiles_say() {
        assert_eq!(started("nginx:1.27", &[], &[]).as_deref(), Some("nginx -g daemon off;"));
        assert_eq!(started("redis:7", &["--port", "1"], &[]).as_deref(), Some("redis-server --port 1"));
        assert_eq!(started("redis:7", &["sh", "-c", "true"], &[]).as_deref(), Some("sh -c true"));
        let proxy = "gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.8.0";
        assert_eq!(started(proxy, &["a:b:c"], &[]).as_deref(), Some("/cloud-sql-proxy a:b:c"));
        assert_eq!(started("alpine/git:2", &["clone", "u"], &[]).as_deref(), Some("git clone u"));
        assert_eq!(started("quay.io/kiwigrid/k8s-sidecar:1", &[], &[("METHOD", "LIST")]), None);
        // Without a terminal their shell ends at once.
        assert_eq!(started("debian:12", &[], &[]), None);
        assert_eq!(started("my/nginx:1", &[], &[]), None);
    }
}
