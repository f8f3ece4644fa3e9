//! What a finding of the analysis says, and where: the command to blame, the labels, the help.
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use initlint::rerun::{Container, Hazard, Lifetime, Mount, Program, Running, Severity, Userland, analyse};
use initlint::shell;
use initlint::shell::options::Options;

fn container(script: shell::ir::Script, text: &str) -> Container {
    let mount = |path: &str, volume, life| {
        let path = path.to_owned();
        Mount { path, volume, sub_path: None, read_only: false, life }
    };
    Container {
        program: Arc::new(Program::Script {
            script: Arc::new(script),
            text: text.to_owned(),
            options: Options { errexit: true, ..Options::default() },
            arguments: Vec::new(),
            bash: true,
        }),
        mounts: vec![mount("/data", 0, Lifetime::Pod), mount("/kept", 1, Lifetime::Persistent)],
        environment: BTreeMap::new().into(),
        unknown_environment: BTreeSet::new().into(),
        working_dir: None,
        userland: Userland::Gnu,
        is_sidecar: false,
        restarts: true,
        root: None,
        host_network: false,
        entries: BTreeMap::new(),
        running: [].into(),
        files: BTreeMap::new().into(),
    }
}

fn hazards(text: &str) -> Vec<Hazard> {
    let script = shell::parse(text).unwrap();
    analyse(&[container(script, text)]).remove(0).hazards
}

/// The only finding on `text`.
fn only(text: &str) -> Hazard {
    let mut found = hazards(text);
    assert_eq!(found.len(), 1, "{text}: {found:#?}");
    found.remove(0)
}

/// Where the only finding stands, and its labels.
fn places(text: &str) -> Vec<&str> {
    let hazard = only(text);
    let sites = std::iter::once(&hazard.site).chain(hazard.labels.iter().map(|(site, _)| site));
    sites.map(|site| &text[site.range.clone()]).collect()
}

#[test]
fn the_guard_over_what_is_missing_is_blamed() {
    let text = "if [ ! -f /data/a ]; then cp /src/a /data/a; fi
        if [ ! -d /data/b ]; then mkdir -p /data/b; cp /src/f /data/b/f; fi";
    assert_eq!(places(text), ["[ ! -d /data/b ]", "mkdir -p /data/b", "cp /src/f /data/b/f"]);
    let text = "[ -f /data/s ] && echo seen
        for d in a b; do [ -d /data/$d ] || { mkdir /data/$d; cp /src/f /data/$d/f; }; done; touch /data/s";
    assert_eq!(places(text)[0], "[ -d /data/$d ]");
}

#[test]
fn what_failed_is_blamed_and_no_test_of_its_status() {
    for test in [
        "if [ $? -ne 0 ]; then exit 1; fi",
        "if [[ \"$?\" != 0 ]]; then echo failed; exit 1; fi",
        "rc=$?\nif [ $rc -ne 0 ]; then exit 1; fi",
        "test $? -eq 0 || exit 1",
    ] {
        let text = format!("cd /data && mkdir 1 && tool 1\n{test}");
        assert_eq!(places(&text), ["mkdir 1"], "{text}");
    }
    let text = "cd /data && touch 1\nif [ \"$(ls | wc -l)\" -gt 1 ]; then exit 1; fi; touch 2";
    assert_eq!(places(text), ["[ \"$(ls | wc -l)\" -gt 1 ]"], "a test of what is there");
}

#[test]
fn the_write_that_turns_the_test_is_labelled() {
    let text = "[ -f /data/a ] || { mkdir -p /data/a.d; curl -o /data/a URL; tar xf /data/a -C /data/a.d; }";
    assert_eq!(places(text), ["[ -f /data/a ]", "curl -o /data/a URL", "tar xf /data/a -C /data/a.d"]);
    let text = "[ -d /data/r ] && exit 0\nrm -rf /data/t; git clone URL /data/t; mv /data/t /data/r; cp /src/f /data/r/f";
    assert_eq!(places(text), ["[ -d /data/r ]", "mv /data/t /data/r", "cp /src/f /data/r/f"]);
}

#[test]
fn what_nobody_sees_is_named_plainly_and_mended_by_name() {
    let git = "git init -q /data/r; cd /data/r; ";
    for (text, thing, help) in [
        (
            format!("{git}git remote add origin URL"),
            "the remote `origin`",
            "write `git remote add origin URL || git remote set-url origin URL`",
        ),
        (format!("{git}git checkout -q -b work"), "the branch `work`", "write `git checkout -q -B work`"),
        (format!("{git}git switch -c work"), "the branch `work`", "write `git switch -C work`"),
        (format!("{git}git branch work"), "the branch `work`", "write `git branch -f work`"),
        (
            "git init /data/r; git -C /data/r tag v1".to_owned(),
            "the tag `v1`",
            "write `git -C /data/r tag -f v1`",
        ),
        (
            "kubectl -n app create namespace x".to_owned(),
            "the namespace `x`",
            "write `kubectl -n app create namespace x --dry-run=client -o yaml | kubectl apply -f -`",
        ),
        (
            "kubectl create -f /src/x.yaml".to_owned(),
            "what `x.yaml` describes",
            "write `kubectl apply -f /src/x.yaml`",
        ),
        (
            "helm install app ./chart".to_owned(),
            "the Helm release `app`",
            "write `helm upgrade --install app ./chart`",
        ),
        ("mc mb minio/b".to_owned(), "the bucket `minio/b`", "write `mc mb --ignore-existing minio/b`"),
        (
            "ip addr add 10.0.0.1/32 dev lo".to_owned(),
            "the address `10.0.0.1/32 dev lo`",
            "write `ip addr replace 10.0.0.1/32 dev lo`",
        ),
        (
            "iptables -N PROXY".to_owned(),
            "the chain `PROXY` of the table `filter`",
            "make it only where there is none: `iptables -nL CHAIN || iptables -N CHAIN`",
        ),
        (
            "iptables -t nat -A PREROUTING -j X".to_owned(),
            "adds to the chain `PREROUTING` of the table `nat`",
            "test for the rule first: `iptables -C … || iptables …`",
        ),
        (
            "vault secrets enable -path=kv kv-v2".to_owned(),
            "the secrets engine at `kv`",
            "test first: `vault secrets list | grep …`",
        ),
        (
            "vault operator init".to_owned(),
            "the initialised Vault",
            "test first: `vault operator init -status`",
        ),
        (
            "kcadm.sh create realms -s realm=x".to_owned(),
            "the Keycloak realm `x`",
            "ask for the Keycloak realm `x` first: `kcadm.sh get …`",
        ),
        (
            "psql -c 'CREATE TABLE t (a int)'".to_owned(),
            "the table `t`",
            "write `CREATE TABLE IF NOT EXISTS`",
        ),
        (
            "psql -c 'INSERT INTO t VALUES (1)'".to_owned(),
            "every run adds to the table `t` again",
            "say what to do about rows that are there: `ON CONFLICT DO NOTHING`, or `WHERE NOT EXISTS (…)`",
        ),
        (
            "sqlite3 /data/db 'CREATE TABLE t (a int)'".to_owned(),
            "what `sqlite3` puts into `/data/db`",
            "write `CREATE … IF NOT EXISTS`",
        ),
    ] {
        let hazard = only(&text);
        assert!(hazard.why.contains(thing), "{text}: {}", hazard.why);
        assert_eq!(hazard.help, help, "{text}");
    }
}

#[test]
fn a_bucket_is_refused_for_sure_outside_of_us_east_1() {
    let said = |text: &str| {
        let found = hazards(text);
        found.first().map(|hazard| (hazard.severity, hazard.assumed))
    };
    for text in ["aws s3 mb s3://b", "aws s3api create-bucket --bucket b", "aws --region $R s3 mb s3://b"] {
        assert_eq!(said(text), Some((Severity::Warning, true)), "{text}");
    }
    for text in [
        "aws s3 mb s3://b --region eu-west-1",
        "aws --region=eu-west-1 s3 mb s3://b",
        "export AWS_DEFAULT_REGION=eu-west-1; aws s3 mb s3://b",
        "aws s3api create-bucket --bucket b --create-bucket-configuration LocationConstraint=eu-west-1",
    ] {
        assert_eq!(said(text), Some((Severity::Error, false)), "{text}");
    }
    assert_eq!(said("aws s3 mb s3://b --region us-east-1"), None);
}

#[test]
fn a_lock_that_a_killed_run_left_is_called_that() {
    let hazard = only("[ ! -e /kept/lock ]; touch /kept/lock; echo a > /kept/f; rm /kept/lock");
    assert_eq!(
        hazard.why,
        "a killed run leaves `/kept/lock`, so `[ ! -e /kept/lock ]` fails and the script fails, and the Pod stays in \
         `CrashLoopBackOff`"
    );
    let hazard = only("while ! mkdir /data/lock; do sleep 1; done; echo a > /data/f; rmdir /data/lock");
    assert_eq!(hazard.severity, Severity::Error);
    assert_eq!(hazard.why, "a killed run leaves `/data/lock`, so every later run waits here for ever");
    // A test that finished work turns over isn't a lock.
    let hazard = only("[ ! -e /data/f ]; touch /data/f");
    assert!(hazard.why.contains("fails once the work is done"), "{}", hazard.why);
}

#[test]
fn what_cannot_be_done_is_not_advised() {
    let hazard = only("[ -f /data/PG_VERSION ] || pg_basebackup -D /data");
    assert_eq!(
        hazard.help,
        "write a marker when `pg_basebackup` is done, and test for that instead of `/data/PG_VERSION`"
    );
    let hazard = only("tar xkf /src/a.tar -C /data");
    assert!(hazard.why.starts_with("what `tar` puts into `/data` already exists"), "{}", hazard.why);
    assert_eq!(hazard.help, "write `--skip-old-files` for `-k`");
    let hazard = only("t=$(mktemp /data/x.XXXXXX); curl -o \"$t\" URL; mv \"$t\" /data/f");
    assert_eq!(hazard.severity, Severity::Info);
    assert_eq!(hazard.help, "give it one name, such as `/data/.tmp`, and remove that first");
    let hazard = only("if [ -f /data/c ]; then cp /data/c /data/c.bak; fi; cp /new /data/c");
    assert_eq!(hazard.help, "keep the first backup: `[ -e /data/c.bak ] || cp …`");
}

#[test]
fn what_an_earlier_container_resets_is_said_to_be() {
    for (first, second, why) in [
        (
            "cp /src/a /data/a",
            "cat /src/b >> /data/a",
            "if the container is killed after this, its retry appends to `/data/a` again",
        ),
        (
            "rm -rf /data/r",
            "mkdir /data/r",
            "`/data/r` already exists, so `mkdir` fails when it is killed and runs again alone",
        ),
    ] {
        let sequence = [first, second].map(|text| container(shell::parse(text).unwrap(), text));
        let found = analyse(&sequence).remove(1).hazards;
        let said: Vec<(Severity, &str)> = found.iter().map(|it| (it.severity, it.why.as_str())).collect();
        assert_eq!(said, [(Severity::Info, why)]);
    }
}

#[test]
fn an_item_of_a_list_that_nobody_knows_goes_by_the_loops_variable() {
    for list in ["$(curl http://a)", "${ITEMS}", "$ITEMS"] {
        let hazard = only(&format!("for name in {list}; do echo a >> /data/$name/b; done"));
        assert!(hazard.why.contains("`/data/$name/b`"), "{list}: {}", hazard.why);
    }
    let whole = only("for name in \"$ITEM\"; do echo a >> /data/$name/b; done");
    assert!(whole.why.contains("`/data/$ITEM/b`"), "{}", whole.why);
}

#[test]
fn a_suffix_that_is_meant_for_options_is_no_backup() {
    for script in
        ["sed -iE 's/^a.*/a/' /data/f", "sed -ie 's/^a.*/a/' /data/f", "sed -nir 's/^a.*/a/p' /data/f"]
    {
        let text = format!("cd /data; sed -i 's/^b.*/b/' f; {script}");
        assert!(hazards(&text).is_empty(), "{text}");
    }
    assert!(!hazards("sed -i.bak 's/^a.*/a/' /kept/f; sed -i.bak 's/^b.*/b/' /kept/f").is_empty());
}

#[test]
fn only_what_other_pods_may_run_is_still_running() {
    let text = "cp /src/tool /data/tool; cp /src/tool /kept/tool";
    let script = shell::parse(text).unwrap();
    let running =
        |path: &str| Running { path: path.to_owned(), mounts: container(script.clone(), text).mounts };
    let running = ["/data/tool", "/kept/tool"].map(running);
    let why = |running: &Running| {
        let container = Container { running: [running.clone()].into(), ..container(script.clone(), text) };
        analyse(&[container]).remove(0).hazards.remove(0).why
    };
    assert!(why(&running[0]).starts_with("before Kubernetes 1.20"));
    let kept = why(&running[1]);
    assert!(kept.starts_with("another container still runs"), "{kept}");
}
