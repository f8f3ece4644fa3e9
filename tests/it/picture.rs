//! The README's picture: what the binary prints on a terminal. With `UPDATE_DOCS=1` this test draws it; else it holds
//! it to what it would draw.

use crate::support::binary::{command, read};
use crate::support::generated::compare;
use crate::support::lint::root;
use crate::support::svg::picture;

const COMMAND: &str = "initlint --min-severity error examples/shop.yaml";
const COLUMNS: usize = 88;

#[test]
fn the_picture_is_what_a_terminal_shows() {
    let args: Vec<&str> = COMMAND.split(' ').skip(1).chain(["--color", "always"]).collect();
    let output = command(root(), &args).env("COLUMNS", COLUMNS.to_string()).output().unwrap();
    let (status, printed, summary) = read(output);
    assert_eq!(status, 1, "{summary}");
    let text = format!("$ \u{1b}[1m{COMMAND}\u{1b}[0m\n{printed}{summary}");
    compare(&root().join("docs/screen.svg"), &picture(&text, COLUMNS, &format!("What `{COMMAND}` prints")));
}
