//! One line for each Pod: `path:line:column: Deployment prod/shop: …`.

use std::io::{self, Write};

use super::super::text::visible;
use super::{title, waits, working};
use crate::describe::{Description, Replicas, Startup};
use crate::kube::Role;

/// Writes the Pods.
///
/// # Errors
/// Whatever writing says.
pub(super) fn write(startups: &[&Startup], description: &Description, out: &mut dyn Write) -> io::Result<()> {
    for startup in startups {
        let Some(source) = description.sources.get(startup.span.file.0 as usize) else { continue };
        let start = source.position(startup.span.start as usize);
        let (path, text) = (visible(&source.path), visible(&line(startup)));
        writeln!(out, "{path}:{}:{}: {text}", start.line, start.column)?;
    }
    Ok(())
}

/// `Deployment prod/shop: fetch, proxy (sidecar), index, then shop: cpu 4 (3.5 unused × 10), memory 8Gi; Burstable`
fn line(startup: &Startup) -> String {
    let names = |wanted: &dyn Fn(Role) -> bool| -> Vec<String> {
        let starts = startup.starts.iter().filter(|start| wanted(start.role));
        let named = starts.map(|start| match start.role {
            Role::Sidecar => format!("{} (sidecar)", start.name),
            Role::Init | Role::App => start.name.clone(),
        });
        named.collect()
    };
    let (steps, apps) = (names(&|role| role != Role::App), names(&|role| role == Role::App));
    let then = if steps.is_empty() || apps.is_empty() { "" } else { ", then " };
    let times = match startup.replicas {
        Replicas::Count(1) | Replicas::AtATime(1) => String::new(),
        Replicas::Count(count) | Replicas::AtATime(count) => format!(" × {count}"),
        Replicas::EachNode => " on each node".to_owned(),
    };
    let requests = &startup.effective.requests;
    let amounts: Vec<String> = working::resources(startup)
        .into_iter()
        .map(|name| {
            let (total, surplus) = (requests.total.amount(name), startup.surplus_of(name));
            let unused = if surplus.is_zero() {
                String::new()
            } else {
                format!(" ({} unused{times})", surplus.short())
            };
            format!("{name} {}{unused}", total.short())
        })
        .collect();
    let amounts = if amounts.is_empty() { "no requests".to_owned() } else { amounts.join(", ") };
    let order = format!("{}{then}{}", steps.join(", "), apps.join(" + "));
    let facts = [format!("{amounts}; {}", startup.qos)].into_iter().chain(waits::unbounded(startup));
    format!("{}: {order}: {}", title(startup), facts.collect::<Vec<_>>().join("; "))
}
