//! Clients of object stores: buckets, and what is copied into and out of them.

use super::databases::create;
use super::paths::{self, Paths, Touching};
use super::remedy::exists;
use super::world::atoms::is_known;
use super::world::{SUCCESS, Status, World};
use super::{Call, Record, Remedy, Trait, Trouble, record};

pub(super) const RECORDS: &[Record] = &[record(&["aws", "gsutil", "mc", "s3cmd"])
    .taking(VALUED)
    .does(buckets)
    .at(copied)
    .mended(mend_bucket)
    .is(&[Trait::HasSubcommands, Trait::NeedsNetwork])
    .when(bucket_traits)];

const VALUED: &str = "region endpoint-url profile bucket l p c b create-bucket-configuration acl location exclude include \
    output query sse storage-class content-type cache-control metadata-directive page-size source-region \
    cli-connect-timeout cli-read-timeout";

/// What copies, behind the service's name.
const COPIES: [&str; 5] = ["cp", "sync", "mirror", "rsync", "get"];

/// Making a bucket that exists fails; copies into and out of buckets are downloads.
fn buckets(world: &mut dyn World, call: &Call<'_>) -> Status {
    let makes = match (call.name(), call.operands()) {
        ("aws", ["s3", "mb", bucket, ..]) | ("gsutil", ["mb", bucket, ..]) => Some(*bucket),
        ("aws", ["s3api", "create-bucket", ..]) => call.value("bucket"),
        // BusyBox's `mc` doesn't exist; MinIO's accepts `-p` and `--ignore-existing`.
        ("mc", ["mb", bucket, ..]) => {
            let settles = call.words().iter().any(|word| matches!(word.as_str(), "-p" | "--ignore-existing"));
            (!settles).then_some(*bucket)
        }
        _ => None,
    };
    match makes {
        Some(bucket) if call.name() == "aws" => s3_bucket(world, call, bucket),
        Some(bucket) => create(world, "bucket", bucket),
        None => super::download::fetch(world, call),
    }
}

/// S3 refuses to make one's own bucket again, but in us-east-1 (S3 API, `CreateBucket`). Where no region is named it may
/// be that one.
fn s3_bucket(world: &mut dyn World, call: &Call<'_>, bucket: &str) -> Status {
    let constraint =
        call.value("create-bucket-configuration").and_then(|it| it.split_once("LocationConstraint="));
    let named = constraint.map(|(_, region)| region).or(call.value("region"));
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

/// `aws s3 cp SOURCE TARGET`, `gsutil cp`, `mc cp`, `s3cmd get`: which of the two is a path, it tells by its form.
fn copied(call: &Call<'_>) -> Paths {
    let operands = call.operands();
    let verb = operands.iter().take(2).position(|word| COPIES.contains(word));
    let behind = verb.and_then(|at| operands.get(at + 1..)).unwrap_or_default();
    let Some((target, sources)) = behind.split_last() else { return Paths::new() };
    // To MinIO's client, a bucket is a path below a name of its server.
    let is_named = |path: &str| call.name() != "mc" || path.starts_with(['/', '.', '$']);
    let mut paths: Paths = sources
        .iter()
        .filter(|source| is_named(source))
        .map(|source| (Touching::Reads, (*source).to_owned()))
        .collect();
    if !target.contains("://") && *target != "-" && is_named(target) {
        let file = sources.first().map(|source| paths::name_in(source));
        let is_one = sources.len() == 1 && !call.has("r R recursive") && operands.contains(&"cp");
        let path = match file.filter(|file| is_one && target.ends_with(['/', '.']) && !file.is_empty()) {
            Some(file) => format!("{}/{file}", target.trim_end_matches('/')),
            None => (*target).to_owned(),
        };
        paths.push((Touching::Writes, path));
    }
    paths
}

/// `aws s3 cp`, `mc mirror`: copies are what others wait for.
fn bucket_traits(call: &Call<'_>) -> &'static [Trait] {
    let (operands, is_aws) = (call.operands(), call.name() == "aws");
    let copies = if is_aws {
        matches!(operands, ["s3", verb, ..] if COPIES.contains(verb))
    } else {
        operands.iter().take(2).any(|word| COPIES.contains(word))
    };
    let asks = is_aws
        && matches!(operands, [service, verb, ..] if *service != "configure" && verb.starts_with("get-"));
    match (copies, asks) {
        (true, _) => &[Trait::Weighty],
        (false, true) => &[Trait::Probe],
        (false, false) => &[],
    }
}

fn mend_bucket(trouble: &Trouble<'_>) -> Option<Remedy> {
    match trouble.call.name() {
        "mc" => exists(trouble)?.replaced(" mb ", " mb --ignore-existing "),
        "aws" if trouble.kind == "bucket" => {
            Remedy::advice("test first: `aws s3api head-bucket --bucket … || …`")
        }
        _ => None,
    }
}
