//! The Pods that leave most unused, as a table: `--describe --top N`.

use std::collections::BTreeMap;
use std::io::{self, Write};

use colored::Colorize;

use super::super::Look;
use super::super::text::{fill, shown, width};
use super::{replicas, title, total_surplus};
use crate::describe::{Description, Startup};
use crate::kube::Quantity;

/// The Pods that leave most unused, the most first: by the share of what all leave of each resource.
pub(super) fn most_wasteful(description: &Description, most: usize) -> Vec<&Startup> {
    let all: Vec<&Startup> = description.startups.iter().collect();
    let totals = total_surplus(&all);
    let mut shares: Vec<(f64, &Startup)> = all.into_iter().map(|one| (share(one, &totals), one)).collect();
    shares.retain(|(share, _)| *share > 0.0);
    shares.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    shares.into_iter().take(most).map(|(_, startup)| startup).collect()
}

fn share(startup: &Startup, totals: &BTreeMap<String, Quantity>) -> f64 {
    let shares = total_surplus(&[startup]).into_iter().map(|(name, own)| {
        let total = totals.get(&name).copied().unwrap_or_default();
        // An order needs no more than the 15 digits of a float.
        #[expect(clippy::cast_precision_loss)]
        let share = own.nano() as f64 / total.nano().max(1) as f64;
        share
    });
    shares.sum()
}

/// Writes a line for each of `startups`: what all its replicas leave unused, and whose it is.
pub(super) fn write(
    startups: &[&Startup],
    description: &Description,
    look: &Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    let all = total_surplus(startups);
    let mut names: Vec<&str> = all.keys().map(String::as_str).collect();
    names.sort_by_key(|name| !matches!(*name, "cpu" | "memory"));
    let rows: Vec<Vec<String>> = startups
        .iter()
        .map(|startup| {
            let own = total_surplus(&[*startup]);
            names.iter().map(|name| own.get(*name).map_or("-".to_owned(), |it| it.short())).collect()
        })
        .collect();
    let heads: Vec<String> = names.iter().map(|name| shown(name, look)).collect();
    let widths: Vec<usize> = (0..heads.len())
        .map(|at| {
            let cells = rows.iter().chain([&heads]).filter_map(|row| row.get(at));
            cells.map(|cell| width(cell)).max().unwrap_or(0)
        })
        .collect();
    let line = |cells: &[String]| -> String {
        cells.iter().zip(&widths).map(|(cell, columns)| format!("{}{cell}  ", fill(cell, *columns))).collect()
    };
    if !rows.is_empty() {
        writeln!(out, "{}", format!("{}unused after start-up by", line(&heads)).bold())?;
    }
    for (startup, row) in startups.iter().zip(&rows) {
        let Some(source) = description.sources.get(startup.span.file.0 as usize) else { continue };
        let place = format!("{}:{}", source.path, source.position(startup.span.start as usize).line);
        let object = shown(&format!("{}{}", title(startup), times(startup)), look);
        writeln!(out, "{}{object}  {}", line(row), shown(&place, look).dimmed())?;
    }
    Ok(())
}

/// ` × 10`, where there are several.
fn times(startup: &Startup) -> String {
    match replicas(startup) {
        1 => String::new(),
        count => format!(" × {count}"),
    }
}
