//! The table of images. A row that speaks of some tags comes before the row for the others.

use super::{Confidence, KnownImage, Sh, Source, Tags, User};

/// What busybox doesn't have, nor an alpine image that adds nothing.
pub(super) const NOT_IN_BUSYBOX: &[&str] = &[
    "apt",
    "apt-get",
    "aws",
    "bash",
    "curl",
    "dig",
    "dnf",
    "docker",
    "envsubst",
    "gcloud",
    "git",
    "groupadd",
    "helm",
    "jq",
    "kubectl",
    "mongo",
    "mongosh",
    "mysql",
    "openssl",
    "perl",
    "pg_isready",
    "psql",
    "python",
    "python3",
    "redis-cli",
    "rsync",
    "ssh",
    "sudo",
    "useradd",
    "usermod",
    "yq",
    "yum",
];

/// What Debian's and Ubuntu's base images don't have; nor, with an interpreter added, the `-slim` images.
pub(super) const NOT_IN_DEBIAN: &[&str] = &[
    "apk",
    "aws",
    "curl",
    "dig",
    "dnf",
    "docker",
    "ed",
    "envsubst",
    "gcloud",
    "git",
    "helm",
    "jq",
    "kubectl",
    "mongosh",
    "mysql",
    "nc",
    "nslookup",
    "patch",
    "pg_isready",
    "psql",
    "redis-cli",
    "rsync",
    "sudo",
    "wget",
    "yq",
    "yum",
];

/// What the `-slim` images surely lack: an interpreter's image may bring one or the other of Debian's.
const NOT_IN_SLIM: &[&str] = &["curl", "git", "jq", "kubectl", "psql", "sudo", "wget", "yq"];

/// What the `-alpine` images of an interpreter or a server surely lack.
const NOT_IN_ALPINE: &[&str] = &["apt-get", "bash", "git", "jq", "kubectl", "sudo"];

/// What images on Debian's or Ubuntu's base lack that only add a server with its client.
const NOT_WITH_SERVERS: &[&str] = &["apk", "git", "jq", "kubectl", "nc", "nslookup", "sudo", "wget"];

const ALPINE: Tags = Tags::With(&["alpine"]);
const SLIM: Tags = Tags::With(&["slim"]);

/// Distroless images, of each Debian release.
const DISTROLESS: &[&str] = &[
    "gcr.io/distroless/static",
    "gcr.io/distroless/static-debian11",
    "gcr.io/distroless/static-debian12",
    "gcr.io/distroless/static-debian13",
    "gcr.io/distroless/base",
    "gcr.io/distroless/base-debian11",
    "gcr.io/distroless/base-debian12",
    "gcr.io/distroless/base-debian13",
    "gcr.io/distroless/base-nossl",
    "gcr.io/distroless/base-nossl-debian11",
    "gcr.io/distroless/base-nossl-debian12",
    "gcr.io/distroless/cc",
    "gcr.io/distroless/cc-debian11",
    "gcr.io/distroless/cc-debian12",
    "gcr.io/distroless/cc-debian13",
    "gcr.io/distroless/java",
    "gcr.io/distroless/java-base-debian11",
    "gcr.io/distroless/java-base-debian12",
    "gcr.io/distroless/java11-debian11",
    "gcr.io/distroless/java17-debian11",
    "gcr.io/distroless/java17-debian12",
    "gcr.io/distroless/java21-debian12",
    "gcr.io/distroless/nodejs",
    "gcr.io/distroless/nodejs18-debian11",
    "gcr.io/distroless/nodejs18-debian12",
    "gcr.io/distroless/nodejs20-debian11",
    "gcr.io/distroless/nodejs20-debian12",
    "gcr.io/distroless/nodejs22-debian12",
    "gcr.io/distroless/python3",
    "gcr.io/distroless/python3-debian11",
    "gcr.io/distroless/python3-debian12",
];

/// Red Hat's base images and what is built like them: `sh` is bash.
const RED_HAT: &[&str] = &[
    "library/fedora",
    "library/rockylinux",
    "library/almalinux",
    "library/centos",
    "library/oraclelinux",
    "quay.io/fedora/fedora",
    "quay.io/centos/centos",
    "registry.fedoraproject.org/fedora",
    "rockylinux/rockylinux",
    "registry.access.redhat.com/ubi8",
    "registry.access.redhat.com/ubi8/ubi",
    "registry.access.redhat.com/ubi8/ubi-minimal",
    "registry.access.redhat.com/ubi9",
    "registry.access.redhat.com/ubi9/ubi",
    "registry.access.redhat.com/ubi9/ubi-minimal",
    "registry.redhat.io/ubi8/ubi",
    "registry.redhat.io/ubi8/ubi-minimal",
    "registry.redhat.io/ubi9/ubi",
    "registry.redhat.io/ubi9/ubi-minimal",
];

const BITNAMI_KUBECTL: &[&str] = &["bitnami/kubectl", "bitnamilegacy/kubectl"];

/// Bitnami's images on minideb, in both of its repositories.
const BITNAMI: &[&str] = &[
    "bitnami/postgresql",
    "bitnami/redis",
    "bitnami/mongodb",
    "bitnami/mariadb",
    "bitnami/mysql",
    "bitnami/rabbitmq",
    "bitnami/kafka",
    "bitnami/zookeeper",
    "bitnami/nginx",
    "bitnami/elasticsearch",
    "bitnami/minio",
    "bitnamilegacy/postgresql",
    "bitnamilegacy/redis",
    "bitnamilegacy/mongodb",
    "bitnamilegacy/mariadb",
    "bitnamilegacy/mysql",
    "bitnamilegacy/rabbitmq",
    "bitnamilegacy/kafka",
    "bitnamilegacy/zookeeper",
    "bitnamilegacy/nginx",
    "bitnamilegacy/elasticsearch",
    "bitnamilegacy/minio",
];

/// A row with nothing but names: each that follows says what else is known.
const fn row(names: &'static [&'static str], tags: Tags, sh: Sh, user: User<'static>) -> KnownImage {
    KnownImage {
        names,
        tags,
        sh,
        user,
        entrypoint: None,
        commands: &[],
        lacks: &[],
        confidence: Confidence::High,
        source: Source::Knowledge,
    }
}

/// An `-alpine` variant: busybox's commands, apk, and `commands`.
const fn alpine(names: &'static [&'static str], commands: &'static [&'static str]) -> KnownImage {
    KnownImage { commands, ..row(names, ALPINE, Sh::Ash, User::Root) }
}

/// A `-slim` variant: Debian's base with an interpreter.
const fn slim(names: &'static [&'static str], commands: &'static [&'static str]) -> KnownImage {
    KnownImage { commands, lacks: NOT_IN_SLIM, ..row(names, SLIM, Sh::Dash, User::Root) }
}

/// An image on Debian's base that starts as root and runs its program as another user.
const fn debian(names: &'static [&'static str], commands: &'static [&'static str]) -> KnownImage {
    KnownImage { commands, ..row(names, Tags::Any, Sh::Dash, User::Root) }
}

/// An interpreter on Debian's base and the tools to build with (`buildpack-deps`).
const fn buildpack(names: &'static [&'static str], commands: &'static [&'static str]) -> KnownImage {
    KnownImage { lacks: &["apk", "jq", "kubectl", "sudo"], ..debian(names, commands) }
}

/// Every row.
pub static KNOWN: &[KnownImage] = &[
    KnownImage {
        lacks: NOT_IN_BUSYBOX,
        source: Source::Executed,
        ..row(&["library/busybox"], Tags::Any, Sh::Ash, User::Root)
    },
    KnownImage {
        commands: &["apk"],
        lacks: NOT_IN_BUSYBOX,
        ..row(&["library/alpine"], Tags::Any, Sh::Ash, User::Root)
    },
    KnownImage {
        commands: &["bash", "apt-get", "perl"],
        lacks: NOT_IN_DEBIAN,
        source: Source::Executed,
        ..row(&["library/debian", "library/ubuntu"], Tags::Any, Sh::Dash, User::Root)
    },
    KnownImage {
        lacks: NOT_IN_ALPINE,
        source: Source::Dockerfile,
        ..alpine(&["library/python"], &["apk", "python", "python3", "pip"])
    },
    slim(&["library/python"], &["bash", "python", "python3", "pip"]),
    buildpack(&["library/python"], &["bash", "curl", "wget", "git", "python", "python3", "pip"]),
    KnownImage {
        lacks: NOT_IN_ALPINE,
        source: Source::Dockerfile,
        ..alpine(&["library/node"], &["apk", "node", "npm"])
    },
    slim(&["library/node"], &["bash", "node", "npm"]),
    buildpack(&["library/node"], &["bash", "curl", "wget", "git", "node", "npm"]),
    alpine(&["library/golang"], &["apk", "go"]),
    buildpack(&["library/golang"], &["bash", "curl", "wget", "git", "go"]),
    alpine(&["library/postgres"], &["bash", "psql", "pg_isready", "initdb"]),
    KnownImage {
        lacks: NOT_WITH_SERVERS,
        source: Source::Dockerfile,
        ..debian(&["library/postgres"], &["bash", "psql", "pg_isready", "initdb"])
    },
    alpine(&["library/redis"], &["redis-cli", "redis-server"]),
    KnownImage {
        lacks: NOT_WITH_SERVERS,
        source: Source::Dockerfile,
        ..debian(&["library/redis"], &["bash", "redis-cli", "redis-server"])
    },
    alpine(&["valkey/valkey"], &["valkey-cli", "valkey-server"]),
    debian(&["valkey/valkey"], &["bash", "valkey-cli", "valkey-server"]),
    alpine(&["library/nginx"], &["nginx", "envsubst"]),
    debian(&["library/nginx"], &["bash", "nginx", "envsubst"]),
    // From 11 on, the clients are no more called as those of MySQL.
    KnownImage {
        tags: Tags::Major(&[11, 12]),
        lacks: &["apk", "git", "jq", "kubectl", "mysql", "mysqladmin", "mysqldump", "sudo", "wget"],
        source: Source::Dockerfile,
        ..debian(&["library/mariadb"], &["bash", "mariadb", "mariadb-dump"])
    },
    debian(&["library/mariadb"], &["bash", "mariadb", "mariadb-dump"]),
    KnownImage { commands: &["bash", "php"], ..alpine(&["library/nextcloud"], &[]) },
    debian(&["library/nextcloud"], &["bash", "php"]),
    // From 2.4 on it runs as `haproxy`, before as root.
    KnownImage { user: User::Unknown, ..alpine(&["library/haproxy"], &["haproxy"]) },
    KnownImage { user: User::Unknown, ..debian(&["library/haproxy"], &["bash", "haproxy"]) },
    KnownImage {
        user: User::Name("rootless"),
        tags: Tags::With(&["rootless"]),
        confidence: Confidence::Medium,
        ..alpine(&["library/docker"], &["docker"])
    },
    KnownImage { tags: Tags::Any, ..alpine(&["library/docker"], &["apk", "docker"]) },
    KnownImage {
        commands: &["mysql", "mysqldump", "openssl", "gzip"],
        source: Source::Dockerfile,
        ..row(&["library/mysql"], Tags::Major(&[8, 9]), Sh::Bash, User::Root)
    },
    KnownImage {
        commands: &["mysql", "mysqldump"],
        confidence: Confidence::Medium,
        source: Source::Dockerfile,
        // Oracle Linux or Debian, by its patch.
        ..row(&["library/mysql"], Tags::With(&["oracle"]), Sh::Bash, User::Root)
    },
    KnownImage {
        source: Source::Dockerfile,
        ..row(
            &["library/amazonlinux", "public.ecr.aws/amazonlinux/amazonlinux"],
            Tags::Any,
            Sh::Bash,
            User::Root,
        )
    },
    KnownImage {
        entrypoint: Some(&["aws"]),
        commands: &["aws"],
        source: Source::Dockerfile,
        ..row(&["amazon/aws-cli", "public.ecr.aws/aws-cli/aws-cli"], Tags::Any, Sh::Bash, User::Root)
    },
    row(RED_HAT, Tags::Any, Sh::Bash, User::Root),
    // OpenShift gives each namespace a user of its own.
    KnownImage {
        commands: &["oc", "kubectl"],
        ..row(
            &["quay.io/openshift/origin-cli", "registry.redhat.io/openshift4/ose-cli"],
            Tags::Any,
            Sh::Bash,
            User::Unknown,
        )
    },
    KnownImage {
        entrypoint: Some(&["kubectl"]),
        commands: &["bash", "kubectl", "jq", "git"],
        lacks: &["curl"],
        source: Source::Dockerfile,
        ..row(BITNAMI_KUBECTL, Tags::Since(1, 26), Sh::Dash, User::Id(1001))
    },
    // Until October 2022 `curl` was left in, and once more after that.
    KnownImage {
        entrypoint: Some(&["kubectl"]),
        commands: &["bash", "kubectl", "jq"],
        source: Source::Dockerfile,
        ..row(BITNAMI_KUBECTL, Tags::Any, Sh::Dash, User::Id(1001))
    },
    KnownImage {
        commands: &["bash"],
        source: Source::Dockerfile,
        ..row(BITNAMI, Tags::Any, Sh::Dash, User::Id(1001))
    },
    KnownImage {
        entrypoint: Some(&["/bin/kubectl"]),
        commands: &["kubectl"],
        confidence: Confidence::Medium,
        source: Source::Dockerfile,
        ..row(&["registry.k8s.io/kubectl"], Tags::Any, Sh::None, User::Root)
    },
    KnownImage {
        entrypoint: Some(&["/bin/kubectl"]),
        confidence: Confidence::Medium,
        source: Source::Dockerfile,
        ..row(&["rancher/kubectl"], Tags::Any, Sh::None, User::Name("kubectl"))
    },
    KnownImage {
        entrypoint: Some(&[]),
        commands: &["bash", "curl", "jq", "yq", "helm", "git", "aws", "kubectl"],
        source: Source::Dockerfile,
        ..row(&["alpine/k8s"], Tags::Any, Sh::Ash, User::Root)
    },
    KnownImage {
        entrypoint: Some(&["git"]),
        commands: &["git"],
        source: Source::Dockerfile,
        ..row(&["alpine/git"], Tags::Any, Sh::Ash, User::Root)
    },
    KnownImage {
        entrypoint: Some(&["/entrypoint.sh"]),
        commands: &["curl"],
        lacks: &["bash", "git"],
        source: Source::Issue,
        ..row(&["curlimages/curl", "quay.io/curl/curl"], Tags::Any, Sh::Ash, User::Name("curl_user"))
    },
    // The variants whose tag says `no-root` run as another user.
    KnownImage {
        entrypoint: Some(&["wait_for.sh"]),
        commands: &["kubectl", "jq"],
        source: Source::Dockerfile,
        ..row(&["groundnuty/k8s-wait-for"], Tags::With(&["root"]), Sh::Ash, User::Unknown)
    },
    KnownImage {
        entrypoint: Some(&["wait_for.sh"]),
        commands: &["kubectl", "jq"],
        source: Source::Dockerfile,
        ..row(&["groundnuty/k8s-wait-for"], Tags::Any, Sh::Ash, User::Root)
    },
    KnownImage {
        entrypoint: Some(&["mc"]),
        commands: &["mc"],
        confidence: Confidence::Low,
        ..row(&["minio/mc", "quay.io/minio/mc"], Tags::Any, Sh::Bash, User::Root)
    },
    KnownImage {
        commands: &["bash", "argocd", "git", "helm", "kustomize"],
        confidence: Confidence::Medium,
        ..row(&["quay.io/argoproj/argocd"], Tags::Any, Sh::Dash, User::Id(999))
    },
    KnownImage {
        commands: &["bash", "git", "curl", "python3", "gcloud"],
        confidence: Confidence::Medium,
        ..alpine(&["google/cloud-sdk", "gcr.io/google.com/cloudsdktool/google-cloud-cli"], &[])
    },
    KnownImage {
        confidence: Confidence::Medium,
        ..debian(
            &["google/cloud-sdk", "gcr.io/google.com/cloudsdktool/google-cloud-cli"],
            &["bash", "git", "curl", "python3", "gcloud"],
        )
    },
    KnownImage {
        entrypoint: Some(&["/usr/bin/yq"]),
        commands: &["yq"],
        confidence: Confidence::Medium,
        ..row(&["mikefarah/yq"], Tags::Any, Sh::Ash, User::Name("yq"))
    },
    KnownImage {
        commands: &["tailscale", "tailscaled"],
        confidence: Confidence::Medium,
        ..row(&["tailscale/tailscale", "ghcr.io/tailscale/tailscale"], Tags::Any, Sh::Ash, User::Root)
    },
    KnownImage {
        commands: &["mosquitto", "mosquitto_passwd"],
        confidence: Confidence::Medium,
        ..row(&["library/eclipse-mosquitto"], Tags::Any, Sh::Ash, User::Root)
    },
    row(DISTROLESS, Tags::With(&["debug"]), Sh::Ash, User::Unknown),
    row(DISTROLESS, Tags::With(&["nonroot"]), Sh::None, User::Unknown),
    row(DISTROLESS, Tags::Any, Sh::None, User::Root),
    row(&["registry.k8s.io/pause", "gcr.io/google_containers/pause"], Tags::Any, Sh::None, User::Unknown),
    KnownImage {
        confidence: Confidence::Medium,
        ..row(
            &["registry.k8s.io/etcd", "quay.io/coreos/etcd", "gcr.io/etcd-development/etcd"],
            Tags::Any,
            Sh::None,
            User::Unknown,
        )
    },
    row(&["ghcr.io/jqlang/jq"], Tags::Any, Sh::None, User::Unknown),
    row(&["ghcr.io/siderolabs/talosctl"], Tags::Any, Sh::None, User::Unknown),
    KnownImage { user: User::Unknown, ..alpine(&["ghcr.io/astral-sh/uv"], &["uv"]) },
    KnownImage {
        tags: Tags::With(&["debian", "bookworm", "trixie"]),
        user: User::Unknown,
        ..debian(&["ghcr.io/astral-sh/uv"], &["bash", "uv"])
    },
    row(&["ghcr.io/astral-sh/uv"], Tags::Any, Sh::None, User::Unknown),
];

/// Images that people take for a command, where another lacks it.
const TOOLS: &[(&str, &str)] = &[
    ("aws", "amazon/aws-cli"),
    ("curl", "curlimages/curl"),
    ("envsubst", "nginx"),
    ("git", "alpine/git"),
    ("helm", "alpine/k8s"),
    ("jq", "alpine/k8s"),
    ("kubectl", "alpine/k8s"),
    ("mysql", "mysql"),
    ("mysqldump", "mysql"),
    ("openssl", "mysql"),
    ("pg_isready", "postgres"),
    ("psql", "postgres"),
    ("python", "python"),
    ("python3", "python"),
    ("redis-cli", "redis"),
    ("wget", "busybox"),
    ("yq", "alpine/k8s"),
];

/// An image that has `command`, and a shell.
#[must_use]
pub fn with(command: &str) -> Option<&'static str> {
    TOOLS.iter().find(|(name, _)| *name == command).map(|(_, image)| *image)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::images::find;
    use crate::kube::image::Image;

    #[test]
    fn images_for_a_command_have_it() {
        for (command, image) in TOOLS {
            let tagged = if *image == "mysql" { "mysql:8.4".to_owned() } else { (*image).to_owned() };
            let known = find(&Image::parse(&tagged)).unwrap_or_else(|| panic!("{image}"));
            assert_eq!(
                (known.has(command), known.has("sh")),
                (Some(true), Some(true)),
                "{command} in {image}"
            );
        }
    }
}
