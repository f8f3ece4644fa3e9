//! Ports of its own Pod that a container speaks of: all containers of a Pod share one loopback interface.

use std::ops::Range;

use crate::kube::env::EnvValue;
use crate::kube::probe::Probe;
use crate::kube::{Container, Field};
use crate::program::Program;
use crate::shell::semantics::{Execution, Facts};
use crate::source::Span;
use crate::yaml::{Kind, Node};

/// A port on the loopback interface that a container names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalPort {
    /// The port.
    pub port: u16,
    /// Where it is named.
    pub span: Span,
    /// Where that is, and what it tells.
    pub named: Named,
}

/// Where a port is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// By a command.
    InCommand {
        /// Whether it is tried again until it succeeds, or its failure leads elsewhere.
        is_retried: bool,
    },
    /// In the value of the variable of this name.
    InVariable(String),
}

/// The names of the loopback interface, as they stand before a port.
pub const HOSTS: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// What names an address to listen on, in options and variables.
const LISTENS: [&str; 3] = ["listen", "bind", "serve"];

/// What a command is called that writes its words into a configuration.
const SETS: [&str; 4] = ["config", "configure", "set", "set-config"];

/// The ports that an init container names: by the commands of its script that talk to something or that aren't known,
/// and in its variables.
#[must_use]
pub fn of_script(program: &Program<'_, '_>, facts: &Facts<'_>) -> Vec<LocalPort> {
    let talks = facts.executions.iter().filter(|one| one.needs_network() || !one.is_known());
    talks.flat_map(of_execution).chain(of_variables(program.container)).collect()
}

/// The ports that a container names in `command`, `args` and `env`, whatever it runs.
#[must_use]
pub fn of_words(container: &Container<'_>) -> Vec<LocalPort> {
    let words: Vec<Field<'_, &str>> =
        container.command.iter().flatten().chain(container.args.iter().flatten()).copied().collect();
    let before = std::iter::once("").chain(words.iter().map(|word| word.value));
    let named = words.iter().zip(before).filter(|(word, before)| !listens(word.value) && !listens(before));
    let of_words = named.flat_map(|(word, _)| {
        // A script that waits tries again.
        let is_retried = ["until ", "while ", "for "].iter().any(|key| word.value.contains(key));
        let text = word.node.mapped();
        addresses(word.value).into_iter().map(move |(range, port)| LocalPort {
            port,
            span: text.span(range),
            named: Named::InCommand { is_retried },
        })
    });
    of_words.chain(of_variables(container)).collect()
}

/// Whether `container` has the port `port`: in its `ports` or its probes; where that is written.
#[must_use]
pub fn declared(container: &Container<'_>, port: u16) -> Option<Span> {
    let is_it = |node: &Node<'_>| node.kind() == Kind::Int(i64::from(port));
    let of_ports = container.ports.iter().filter_map(|entry| Some(entry.container_port?.node));
    let handlers = container.probes.iter().filter_map(Probe::handler);
    let of_probes = handlers.filter_map(|handler| handler.value.get("port"));
    of_ports.chain(of_probes).find(is_it).map(Node::span)
}

fn of_execution<'s>(execution: &'s Execution<'_>) -> impl Iterator<Item = LocalPort> + 's {
    let words = execution.written();
    let is_retried = execution.in_loop || !execution.fate.is_fatal();
    let is_known = execution.needs_network();
    let in_words = words.iter().enumerate().filter(|(index, _)| is_known || is_talked_to(words, *index));
    let mut ports: Vec<u16> = in_words.flat_map(|(_, word)| addresses(word)).map(|(_, port)| port).collect();
    let names_host = words.iter().any(|word| HOSTS.iter().any(|host| word == host || is_value(word, host)));
    if names_host && is_known {
        ports.extend(words.iter().filter_map(|word| port_of(word)));
    }
    let (span, named) = (execution.span(), Named::InCommand { is_retried });
    ports.into_iter().map(move |port| LocalPort { port, span, named: named.clone() })
}

/// Whether a command of which nothing is known would talk to an address in its word at `index`: the word is one, or an
/// option's value, and neither one to listen on nor a setting that is written down.
fn is_talked_to(words: &[String], index: usize) -> bool {
    let (before, word) = words.split_at_checked(index).unwrap_or((words, &[]));
    let Some(word) = word.first() else { return false };
    // A sentence, or JSON.
    let is_text = word.contains(|c: char| c.is_whitespace() || "\"'`".contains(c));
    let is_listened_on = [before.last(), Some(word)].into_iter().flatten().any(|word| listens(word));
    let is_of_option = word.starts_with('-') || before.last().is_some_and(|option| option.starts_with('-'));
    let is_set = !is_of_option && before.iter().any(|word| SETS.contains(&word.as_str()));
    !is_text && !is_listened_on && !is_set
}

/// `--host=localhost`, `-hlocalhost`.
fn is_value(word: &str, host: &str) -> bool {
    word.strip_suffix(host)
        .is_some_and(|option| option.starts_with('-') && (option.len() == 2 || option.ends_with('=')))
}

/// `5432`, `-p5432`, `--port=5432`.
fn port_of(word: &str) -> Option<u16> {
    let digits = word.rsplit('=').next()?;
    let digits = digits.strip_prefix("-p").or(digits.strip_prefix("-P")).unwrap_or(digits);
    digits.parse().ok().filter(|port| *port > 0)
}

/// The ports in the values of `env`: `localhost:6379`, and `DB_HOST` beside `DB_PORT`.
fn of_variables(container: &Container<'_>) -> Vec<LocalPort> {
    let literal = |name: &str| {
        container.env.iter().find_map(|variable| match variable.value {
            EnvValue::Literal(value) if variable.name.is_some_and(|own| *own == name) => Some(value),
            _ => None,
        })
    };
    let mut ports = Vec::new();
    for variable in &container.env {
        let (Some(name), EnvValue::Literal(value)) = (variable.name, variable.value) else { continue };
        if listens(name.value) {
            continue;
        }
        let named = || Named::InVariable(name.value.to_owned());
        let text = value.node.mapped();
        ports.extend(addresses(value.value).into_iter().map(|(range, port)| LocalPort {
            port,
            span: text.span(range),
            named: named(),
        }));
        let pair = name.value.strip_suffix("HOST").filter(|_| HOSTS.contains(&value.value));
        let port = pair.and_then(|prefix| literal(&format!("{prefix}PORT")));
        if let Some(port) = port.and_then(|port| port.value.parse().ok()) {
            ports.push(LocalPort { port, span: value.span(), named: named() });
        }
    }
    ports
}

fn listens(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    // A script or an address isn't the name of an option.
    let name = text.split('=').next().unwrap_or_default();
    let mut words = name.split(|char: char| !char.is_ascii_alphanumeric());
    // A `--server` is what is talked to.
    let is_one = |word: &str| word != "server" && LISTENS.iter().any(|listens| word.starts_with(listens));
    words.any(is_one) && !name.contains([' ', '/'])
}

/// The addresses on the loopback interface in `text`, and their ports; that of a scheme where it says none.
fn addresses(text: &str) -> Vec<(Range<usize>, u16)> {
    let mut found = Vec::new();
    for host in HOSTS {
        for (at, _) in text.match_indices(host) {
            let (before, after) = (text.get(..at).unwrap_or(""), text.get(at + host.len()..).unwrap_or(""));
            let is_part = |char: char| char.is_ascii_alphanumeric() || "-_.".contains(char);
            if before.ends_with(is_part) {
                continue;
            }
            let separator = if before.ends_with("/dev/tcp/") { '/' } else { ':' };
            let length = after.strip_prefix(separator).map_or(0, |rest| {
                rest.len() - rest.trim_start_matches(|char: char| char.is_ascii_digit()).len()
            });
            let end = at + host.len() + 1 + length;
            let port = match length {
                0 if after.starts_with([':', '-', '.', '_'])
                    || after.starts_with(|char: char| char.is_alphanumeric()) =>
                {
                    None
                }
                0 if before.ends_with("http://") => Some((at..at + host.len(), 80)),
                0 if before.ends_with("https://") => Some((at..at + host.len(), 443)),
                0 => None,
                _ => text
                    .get(at + host.len() + 1..end)
                    .and_then(|digits| Some((at..end, digits.parse().ok()?))),
            };
            found.extend(port.filter(|(_, port)| *port > 0));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ports(text: &str) -> Vec<u16> {
        addresses(text).into_iter().map(|(_, port)| port).collect()
    }

    #[test]
    fn addresses_on_the_loopback_interface_are_found() {
        assert_eq!(ports("http://localhost:9901/ready"), [9901]);
        assert_eq!(ports("postgres://u:p@127.0.0.1:5432/db"), [5432]);
        assert_eq!(ports("[::1]:80"), [80]);
        assert_eq!(ports("ws://localhost:3000,ws://localhost:3001"), [3000, 3001]);
        assert_eq!(ports("/dev/tcp/localhost/6379"), [6379]);
        assert_eq!(ports("http://localhost/health"), [80]);
        assert_eq!(ports("https://localhost"), [443]);
    }

    #[test]
    fn other_hosts_and_other_numbers_are_not() {
        for text in [
            "mylocalhost:80",
            "db.localhost:80",
            "localhost",
            "localhost:",
            "localhost:99999",
            "http://localhost.example/",
            "http://localhost:$PORT/",
            "10.127.0.0.1:80",
            "db:5432",
        ] {
            assert_eq!(ports(text), [0_u16; 0], "{text}");
        }
    }

    #[test]
    fn what_a_command_talks_to_is_an_argument_of_its_own() {
        let is_talked_to = |text: &str| {
            let words: Vec<String> = text.split('|').map(str::to_owned).collect();
            super::is_talked_to(&words, words.len() - 1)
        };
        for text in [
            "app|http://localhost:80",
            "migrate|-database|mysql://u:p@tcp(localhost:80)/db",
            "app|jdbc:sqlserver://localhost:80;databaseName=x",
            "app|--url=postgres://u:$(PASSWORD)@localhost:80/db",
            "app|config|import|--server|http://localhost:80",
            "app|migrate|--url=jdbc:postgresql://localhost:5432/db",
            "app|[::1]:80",
        ] {
            assert!(is_talked_to(text), "{text}");
        }
        for text in [
            "app|config|url|http://localhost:80",
            "app|set|base-url|http://localhost:80",
            "app|--header|[\"http://localhost:80\"]",
            "app|url = localhost:80",
            "app|--bind|localhost:80",
        ] {
            assert!(!is_talked_to(text), "{text}");
        }
    }

    #[test]
    fn an_option_to_listen_is_told_from_an_address() {
        assert!(listens("--listen=localhost:80") && listens("LISTEN_ADDRESS") && listens("--bind-address"));
        assert!(!listens("http://localhost:80/listen") && !listens("--server=localhost:80"));
    }
}
