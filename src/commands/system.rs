//! Commands that ask or set the system: packages, users, the kernel, services.

use super::reading::steady;
use super::record::{Record, Trait, record};
use super::world::SUCCESS;
use super::{Call, operations};

const INSTALLS_INTO_SYSTEM: &[Trait] =
    &[Trait::InstallsPackages, Trait::NeedsNetwork, Trait::Weighty, Trait::WritesSystem];
const INSTALLS: &[Trait] = &[Trait::InstallsPackages, Trait::NeedsNetwork, Trait::Weighty];
/// What brings packages; the other subcommands of the package managers ask, clean and remove.
const INSTALLATIONS: [&str; 10] =
    ["install", "add", "ci", "i", "update", "upgrade", "dist-upgrade", "sync", "makecache", "groupinstall"];

/// What neither reads nor writes a volume says the same in every run, unless it varies.
pub(super) const RECORDS: &[Record] = &[
    record(&["date"]).does(steady).is(&[Trait::Varies, Trait::OnlyPrints, Trait::TellsTime]),
    record(&["uuidgen"]).does(steady).is(&[Trait::Varies, Trait::OnlyPrints]),
    record(&["id"]).taking("").does(steady).is(&[Trait::Test, Trait::OnlyPrints]).when(asks_user),
    record(&["whoami"]).does(steady).is(&[Trait::OnlyPrints, Trait::AsksUser]),
    record(&[
        "hostname",
        "uname",
        "nproc",
        "printenv",
        "ps",
        "pgrep",
        "lsmod",
        "lscpu",
        "free",
        "uptime",
        "arch",
        "getconf",
        "locale",
        "tty",
        "lspci",
        "nvidia-smi",
        "df",
    ])
    .does(steady)
    .is(&[Trait::OnlyPrints]),
    record(&["sysctl"]).taking("p pattern").does(steady).tries(operations::parameter),
    record(&["mount", "umount"]).does(steady).tries(operations::mount).when(finds),
    record(&["swapoff", "losetup", "modprobe", "insmod", "rmmod"]).does(steady).when(finds),
    record(&["mountpoint", "blkid", "lsblk", "findmnt"]).does(steady),
    record(&["ethtool"]).does(steady),
    record(&["apk", "apt", "apt-get", "yum", "dnf", "microdnf"])
        .does(steady)
        .when(installs_into_system)
        .tries(super::operations::packages),
    record(&["pip", "pip3", "gem"]).when(installs_into_system),
    record(&["npm", "yarn"]).when(installs),
    record(&["ulimit"]).when(limits),
    record(&["apt-key", "dpkg", "rpm", "ldconfig"]).does(steady),
    record(&["adduser", "addgroup", "useradd", "groupadd", "usermod", "passwd"]).does(steady),
    record(&["kill", "pkill", "killall", "systemctl", "service", "rc-service"]).does(steady).when(finds),
    record(&["sync", "logger", "clear"]).does(|_, _| SUCCESS).is(&[Trait::OnlyPrints]),
    record(&["deno", "bun", "lua", "Rscript", "fish", "csh", "tcsh"])
        .is(&[Trait::Interpreter, Trait::RunsFile]),
    record(&["sh", "bash", "ash", "dash", "ksh", "zsh"])
        .is(&[Trait::AcceptsEmptyInput, Trait::RunsInput, Trait::RunsFile])
        .asks(super::awaited::device),
];

/// `id -u`, and its like; by itself it is there to be read in the log.
fn asks_user(call: &Call<'_>) -> &'static [Trait] {
    if call.has("u g n user group name") { &[Trait::AsksUser] } else { &[] }
}

/// Whether what `call` runs may import libraries that `installation` brings: it is an interpreter, or `npm run build`.
pub(crate) fn may_import_of(call: &Call<'_>, installation: &Call<'_>) -> bool {
    const LIBRARIES: [&str; 5] = ["python", "py3-", "node", "ruby", "perl"];
    let is_library = |word: &String| LIBRARIES.iter().any(|name| word.starts_with(name));
    let is_of_language = matches!(installation.name(), "pip" | "pip3" | "gem" | "npm" | "yarn");
    let verb = call.operands().first().copied().unwrap_or_default();
    let runs = || matches!(verb, "run" | "run-script" | "start" | "test" | "exec");
    let may_import = call.is(Trait::Interpreter) || matches!(call.name(), "npm" | "yarn") && runs();
    may_import && (is_of_language || installation.words().iter().any(is_library))
}

fn installs(call: &Call<'_>) -> &'static [Trait] {
    let is_one = call.words().iter().skip(1).any(|word| INSTALLATIONS.contains(&word.as_str()));
    if is_one { INSTALLS } else { &[] }
}

/// The same, of what puts its packages where the image has its own unless it is told where else.
fn installs_into_system(call: &Call<'_>) -> &'static [Trait] {
    const ELSEWHERE: [&str; 10] = [
        "-t",
        "--target",
        "--prefix",
        "--root",
        "--user",
        "--installroot",
        "-p",
        "--dest",
        "-d",
        "--download",
    ];
    let names_place = |word: &String| {
        ELSEWHERE.iter().any(|option| {
            word.strip_prefix(option).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
        })
    };
    let installs = installs(call);
    let is_elsewhere = call.words().iter().any(names_place);
    if installs.is_empty() || is_elsewhere { installs } else { INSTALLS_INTO_SYSTEM }
}

/// `modprobe`, `umount`, `systemctl restart crio`, `service docker stop`: there may be no such module, mount or service. A
/// service that is enabled or started is meant to be there.
fn finds(call: &Call<'_>) -> &'static [Trait] {
    const COMMANDS: [&str; 7] = ["umount", "modprobe", "insmod", "rmmod", "kill", "pkill", "killall"];
    const VERBS: [&str; 8] =
        ["stop", "restart", "reload", "try-restart", "reload-or-restart", "kill", "disable", "mask"];
    let has_verb = || call.words().iter().skip(1).any(|word| VERBS.contains(&word.as_str()));
    let is_of_services = matches!(call.name(), "systemctl" | "service" | "rc-service");
    let may = COMMANDS.contains(&call.name()) || is_of_services && has_verb();
    if may { &[Trait::MayFindNothing] } else { &[] }
}

/// `ulimit -n 65536`; without a value it prints.
fn limits(call: &Call<'_>) -> &'static [Trait] {
    let sets = call.words().iter().skip(1).any(|word| !word.starts_with('-'));
    if sets { &[Trait::SetsOwnProcess] } else { &[Trait::OnlyPrints] }
}
