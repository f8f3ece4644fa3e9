//! Rows in columns, one for each resource; side by side as far as the terminal is wide enough.

use std::fmt::Write as _;
use std::ops::Range;

use colored::{ColoredString, Colorize};

use super::super::Look;
use super::super::text::{cut, fill, shown, width};
use super::working::{Label, Row};
use crate::kube::Role;

/// What every line starts with.
pub(super) const INDENT: &str = "  ";
/// What stands between columns.
const GAP: &str = "  ";
/// Between a formula and its result.
const EQUALS: &str = " = ";
/// Longer names are cut where they would push the figures aside (columns).
const LABEL: usize = 28;

/// How wide a resource's column is.
struct Column {
    header: String,
    formula: usize,
    result: usize,
}

impl Column {
    fn of(header: &str, index: usize, rows: &[Row], look: &Look) -> Self {
        let cells = || rows.iter().filter_map(|row| row.cells.get(index));
        Self {
            header: cut(shown(header, look), LABEL, look),
            formula: cells().map(|cell| width(&cell.formula)).max().unwrap_or(0),
            result: cells().map(|cell| width(&cell.result)).max().unwrap_or(0),
        }
    }

    fn width(&self) -> usize {
        let equals = if self.formula > 0 { EQUALS.len() } else { 0 };
        (self.formula + equals + self.result).max(width(&self.header))
    }
}

/// The lines of one table over all resources, or of several below each other.
pub(super) fn lines(rows: &[Row], resources: &[&str], look: &Look) -> Vec<String> {
    let columns: Vec<Column> =
        resources.iter().enumerate().map(|(index, name)| Column::of(name, index, rows, look)).collect();
    let widest = columns.iter().map(Column::width).max().unwrap_or(0);
    let room = look.width.saturating_sub(INDENT.len());
    let most = room.saturating_sub(GAP.len() + widest).max(LABEL);
    let labels: Vec<String> = labels(rows, look).into_iter().map(|label| cut(label, most, look)).collect();
    let label_width = labels.iter().map(|label| width(label)).max().unwrap_or(0);
    let mut lines = Vec::new();
    for group in groups(&columns, room.saturating_sub(label_width)) {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.push(header(columns.get(group.clone()).unwrap_or(&[]), label_width));
        for (row, label) in rows.iter().zip(&labels) {
            let mut line = format!("{INDENT}{}", tinted(&row.label, label));
            let cells = columns.iter().zip(&row.cells).take(group.end).skip(group.start);
            for (index, (column, cell)) in cells.enumerate() {
                let before = if index == 0 { fill(label, label_width) } else { String::new() };
                let sign = if cell.formula.is_empty() { "" } else { EQUALS };
                let left = format!("{}{sign}", cell.formula);
                let padding = fill(&left, column.width() - column.result);
                let result = fill(&cell.result, column.result) + &cell.result;
                let _ = write!(line, "{before}{GAP}{padding}{left}{}", tinted(&row.label, &result));
            }
            lines.push(line);
        }
    }
    lines
}

fn header(columns: &[Column], label_width: usize) -> String {
    let title = "Start-up";
    let mut line = format!("{INDENT}{}", title.bold());
    for (index, column) in columns.iter().enumerate() {
        let before = if index == 0 { fill(title, label_width) } else { String::new() };
        let padding = fill(&column.header, column.width());
        let _ = write!(line, "{before}{GAP}{padding}{}", column.header.bold());
    }
    line
}

/// Ranges of columns that fit beside each other into `room`; a column that is too wide stands alone.
fn groups(columns: &[Column], room: usize) -> Vec<Range<usize>> {
    let mut groups: Vec<Range<usize>> = Vec::new();
    let mut free = 0;
    for (index, column) in columns.iter().enumerate() {
        let wanted = GAP.len() + column.width();
        if let Some(group) = groups.last_mut().filter(|_| wanted <= free) {
            group.end = index + 1;
            free -= wanted;
        } else {
            groups.push(index..index + 1);
            free = room.saturating_sub(wanted);
        }
    }
    // Where nobody asks for anything the order is still worth a table.
    if groups.is_empty() {
        groups.push(0..0);
    }
    groups
}

/// The rows' labels. What starts together has its number once.
fn labels(rows: &[Row], look: &Look) -> Vec<String> {
    let mut last = 0;
    let of_row = |row: &Row| match &row.label {
        Label::Start { number, role, name } => {
            let repeated = std::mem::replace(&mut last, *number) == *number;
            label((!repeated).then_some(*number), *role, name, look)
        }
        Label::Sum(text) | Label::Surplus(text) => text.clone(),
    };
    rows.iter().map(of_row).collect()
}

/// ` 1 init    wait`.
pub(super) fn label(number: Option<usize>, role: Role, name: &str, look: &Look) -> String {
    let number = number.map(|number| number.to_string()).unwrap_or_default();
    let name = if name.is_empty() { "(no name)".to_owned() } else { shown(name, look) };
    format!("{number:>2} {:<7} {name}", short(role))
}

fn short(role: Role) -> &'static str {
    match role {
        Role::Init => "init",
        Role::Sidecar => "sidecar",
        Role::App => "app",
    }
}

/// `text` in the colour of `role`.
pub(super) fn of_role(role: Role, text: &str) -> ColoredString {
    match role {
        Role::Init => text.yellow(),
        Role::Sidecar => text.blue(),
        Role::App => text.green(),
    }
}

fn tinted(label: &Label, text: &str) -> ColoredString {
    match label {
        Label::Start { role, .. } => of_role(*role, text),
        Label::Sum(_) => text.bold(),
        Label::Surplus(_) => text.red().bold(),
    }
}
