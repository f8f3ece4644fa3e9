//! Commands that ask or set the system: packages, users, the kernel, services.

use super::Call;
use super::reading::steady;
use super::record::{Capability, Record, Trait, record};
use super::world::SUCCESS;

const INSTALLS: &[Trait] = &[Trait::InstallsPackages, Trait::NeedsNetwork, Trait::Weighty];
/// What brings packages; the other subcommands of the package managers ask, clean and remove.
const INSTALLATIONS: [&str; 10] =
    ["install", "add", "ci", "i", "update", "upgrade", "dist-upgrade", "sync", "makecache", "groupinstall"];
const ADMIN: &[Trait] = &[Trait::Needs(Capability::SysAdmin)];

/// What neither reads nor writes a volume says the same in every run, unless it varies.
pub(super) const RECORDS: &[Record] = &[
    record(&["date", "uuidgen"]).does(steady).is(&[Trait::Varies, Trait::OnlyPrints]),
    record(&["id"]).does(steady).is(&[Trait::Test, Trait::OnlyPrints]),
    record(&[
        "hostname",
        "whoami",
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
    record(&["sysctl", "mount", "umount", "swapoff", "losetup"]).does(steady).is(ADMIN),
    record(&["modprobe", "insmod"]).does(steady).is(&[Trait::Needs(Capability::SysModule)]),
    record(&["mountpoint", "blkid", "lsblk", "findmnt"]).does(steady),
    record(&["ethtool"]).does(steady).is(&[Trait::Needs(Capability::NetAdmin)]),
    record(&["apk", "apt", "apt-get", "yum", "dnf", "microdnf"]).does(steady).when(installs),
    record(&["pip", "pip3", "npm", "yarn", "gem"]).when(installs),
    record(&["apt-key", "dpkg", "rpm", "ldconfig"]).does(steady),
    record(&["adduser", "addgroup", "useradd", "groupadd", "usermod", "passwd"]).does(steady),
    record(&["kill", "pkill", "killall", "systemctl", "service"]).does(steady),
    record(&["sync", "logger", "clear"]).does(|_, _| SUCCESS).is(&[Trait::OnlyPrints]),
    record(&["nft", "tc"]).is(&[Trait::Needs(Capability::NetAdmin), Trait::ChangesNetwork]),
    record(&["deno", "bun", "lua", "Rscript", "fish", "csh", "tcsh"]).is(&[Trait::Interpreter]),
    record(&["sh", "bash", "ash", "dash", "ksh", "zsh"]).is(&[Trait::AcceptsEmptyInput, Trait::RunsInput]),
];

fn installs(call: &Call<'_>) -> &'static [Trait] {
    let is_one = call.words().iter().skip(1).any(|word| INSTALLATIONS.contains(&word.as_str()));
    if is_one { INSTALLS } else { &[] }
}
