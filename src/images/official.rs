//! Docker's official images: the only ones that have a name without a slash on Docker Hub.

use crate::kube::image::Image;

/// Whether `image` is a name alone that isn't Docker's own, as in `image: app`: it can't be pulled. It is built on the
/// machine, or a program puts another one in its place.
#[must_use]
pub fn is_bare_name(image: &Image<'_>) -> bool {
    !image.repository.contains('/') && image.is_latest() && !is_official(image.repository)
}

/// Whether `repository`, written without a registry, is an official image, of today or of earlier times
/// (<https://github.com/docker-library/official-images>, `library/`).
#[must_use]
fn is_official(repository: &str) -> bool {
    NAMES.binary_search(&repository).is_ok()
}

/// Whether `image` is one of the streams that `OpenShift` brings itself: they change only when the cluster is upgraded, and
/// have hardly a tag but `latest`.
#[must_use]
pub fn is_of_cluster(image: &Image<'_>) -> bool {
    const REGISTRIES: [&str; 2] =
        ["image-registry.openshift-image-registry.svc", "docker-registry.default.svc"];
    let (host, path) = image.repository.split_once('/').unwrap_or_default();
    let registry = host.split(':').next().unwrap_or(host);
    path.starts_with("openshift/") && REGISTRIES.contains(&registry.trim_end_matches(".cluster.local"))
}

/// Whether `image` is one that people take for its shell or a tool, so that a container's work says more than its image.
#[must_use]
pub fn holds_tools(image: &Image<'_>) -> bool {
    const TOOLS: [&str; 9] =
        ["alpine", "busybox", "debian", "ubuntu", "fedora", "bash", "curl", "ubi-minimal", "alpine-curl"];
    TOOLS.contains(&image.name())
}

#[rustfmt::skip]
const NAMES: [&str; 172] = [
    "adminer", "adoptopenjdk", "aerospike", "almalinux", "alpine", "alt", "amazoncorretto", "amazonlinux",
    "api-firewall", "arangodb", "archlinux", "backdrop", "bash", "bonita", "buildpack-deps", "busybox",
    "caddy", "cassandra", "celery", "centos", "chronograf", "cirros", "clearlinux", "clefos", "clickhouse",
    "clojure", "composer", "consul", "convertigo", "couchbase", "couchdb", "crate", "dart", "debian",
    "django", "docker", "drupal", "eclipse-mosquitto", "eclipse-temurin", "eggdrop", "elasticsearch",
    "elixir", "emqx", "erlang", "euleros", "express-gateway", "fedora", "flink", "fluentd", "friendica",
    "fsharp", "gazebo", "gcc", "geonetwork", "ghost", "glassfish", "golang", "gradle", "groovy", "haproxy",
    "haskell", "haxe", "hello-world", "hipache", "hitch", "httpd", "hylang", "ibm-semeru-runtimes",
    "ibmjava", "influxdb", "iojs", "irssi", "java", "jenkins", "jetty", "jobber", "joomla", "jruby",
    "julia", "kaazing-gateway", "kapacitor", "kibana", "known", "kong", "krakend", "lightstreamer",
    "liquibase", "logstash", "mageia", "mariadb", "matomo", "maven", "mediawiki", "memcached", "mongo",
    "mongo-express", "monica", "mono", "mysql", "nats", "nats-streaming", "neo4j", "neurodebian",
    "nextcloud", "nginx", "node", "notary", "nuxeo", "odoo", "open-liberty", "openjdk", "opensuse",
    "oraclelinux", "orientdb", "owncloud", "percona", "perl", "photon", "php", "php-zendserver",
    "phpmyadmin", "piwik", "plone", "postfixadmin", "postgres", "pypy", "python", "r-base", "rabbitmq",
    "rails", "rakudo-star", "rapidoid", "redis", "redmine", "registry", "rethinkdb", "rocket.chat",
    "rockylinux", "ros", "ruby", "rust", "sapmachine", "satosa", "scratch", "sentry", "silverpeas", "sl",
    "solr", "sonarqube", "spark", "spiped", "storm", "swarm", "swift", "swipl", "teamspeak", "telegraf",
    "thrift", "tomcat", "tomee", "traefik", "ubuntu", "ubuntu-debootstrap", "unit", "varnish", "vault",
    "websphere-liberty", "wordpress", "xwiki", "yourls", "znc", "zookeeper",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted() {
        assert!(NAMES.is_sorted());
        assert!(is_official("busybox") && !is_official("argocd-job"));
    }
}
