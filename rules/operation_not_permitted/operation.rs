//! What an init container tries that its user or its capabilities may not allow.

use crate::commands::Ownership;

/// An operation that needs a right.
pub(super) enum Operation {
    /// `chown`, `chgrp`.
    Owner { command: String, change: Ownership },
    /// `chmod` of a volume's root, which root owns, with `fsGroup` too.
    ModeOfMount {
        path: String,
        /// The volume is made for this Pod: nobody has given it away before.
        certain: bool,
    },
    /// `chmod` of what the script gave away before.
    ModeOfGiven { path: String },
    /// A write below `/proc/sys`, which only a privileged container has writable.
    Sysctl {
        name: String,
        /// It belongs to the Pod: `securityContext.sysctls` may set it.
        is_namespaced: bool,
    },
    /// `iptables` and its like, which also open a raw socket.
    Packets { command: String },
    /// `ip`, `nft` and `tc` that change something.
    Network { command: String },
    /// `mount`, `umount`.
    Mount { command: String },
    /// `apk add`, `apt-get install`.
    Packages { command: String },
}

impl Operation {
    /// What may not be done.
    pub(super) fn describe(&self) -> String {
        match self {
            Operation::Owner { command, change } => format!("`{command}` to `{}`", change.text),
            Operation::ModeOfMount { path, .. } => format!("`chmod` the volume at `{path}`, which root owns"),
            Operation::ModeOfGiven { path } => format!("`chmod` `{path}`, which it gave away"),
            Operation::Sysctl { name, .. } => format!("set `{name}`"),
            Operation::Packets { command } | Operation::Network { command } => {
                format!("change the network with `{command}`")
            }
            Operation::Mount { command } => format!("`{command}`"),
            Operation::Packages { command } => format!("install packages with `{command}`"),
        }
    }

    /// What comes of a failure that goes unnoticed.
    pub(super) fn left_undone(&self) -> &'static str {
        match self {
            Operation::Owner { change, .. } if change.owner.is_some() => {
                "the files keep their owner, unnoticed"
            }
            Operation::Owner { .. } => "the files keep their group, unnoticed",
            Operation::ModeOfMount { .. } | Operation::ModeOfGiven { .. } => {
                "the mode stays as it was, unnoticed"
            }
            Operation::Sysctl { .. } => "the value stays as it was, unnoticed",
            Operation::Packets { .. } | Operation::Network { .. } => "the network stays as it was, unnoticed",
            Operation::Mount { .. } => "nothing is mounted, unnoticed",
            Operation::Packages { .. } => "nothing is installed, unnoticed",
        }
    }

    /// What the kernel says.
    pub(super) fn error(&self) -> &'static str {
        match self {
            Operation::Sysctl { .. } => "Read-only file system, or Permission denied",
            Operation::Packages { .. } => "Permission denied",
            _ => "Operation not permitted",
        }
    }

    /// The capability that root needs for it (capabilities(7)).
    pub(super) fn capability(&self) -> Option<&'static str> {
        match self {
            Operation::Owner { .. } => Some("CHOWN"),
            Operation::ModeOfMount { .. } | Operation::ModeOfGiven { .. } => Some("FOWNER"),
            Operation::Sysctl { .. } | Operation::Packages { .. } => None,
            Operation::Packets { .. } | Operation::Network { .. } => Some("NET_ADMIN"),
            Operation::Mount { .. } => Some("SYS_ADMIN"),
        }
    }
}
