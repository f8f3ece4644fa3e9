//! What a terminal shows, as a picture.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

/// The size of a character (pixels), and the space around the text.
const WIDTH: f64 = 8.4;
const HEIGHT: usize = 19;
const MARGIN: usize = 16;

const STYLE: &str = "\
rect { fill: #16191f }
text { fill: #d7dae0; font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace }
.bold { font-weight: 700 }
.red { fill: #ff6b68 }
.yellow { fill: #e5c07b }
.blue { fill: #6cb6ff }
.cyan { fill: #56d4dd }
";

/// What one piece of a line looks like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Look {
    is_bold: bool,
    color: Option<&'static str>,
}

impl Look {
    /// The look that `ESC [ parameters m` (ECMA-48, 8.3.117) switches to. Panics on what initlint doesn't write.
    fn switch(&mut self, parameters: &str) {
        for parameter in parameters.split(';') {
            match parameter {
                "0" => *self = Self::default(),
                "1" => self.is_bold = true,
                "31" => self.color = Some("red"),
                "33" => self.color = Some("yellow"),
                "34" => self.color = Some("blue"),
                "36" => self.color = Some("cyan"),
                _ => panic!("no class for SGR {parameter}"),
            }
        }
    }

    fn class(self) -> String {
        let names = [self.is_bold.then_some("bold"), self.color];
        names.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

/// The pieces of `line` that look alike, in order. The look goes on into the next line.
fn pieces<'a>(line: &'a str, look: &mut Look) -> Vec<(Look, &'a str)> {
    let mut found = Vec::new();
    let mut parts = line.split("\u{1b}[");
    found.push((*look, parts.next().unwrap()));
    for part in parts {
        let (parameters, text) = part.split_once('m').unwrap();
        look.switch(parameters);
        found.push((*look, text));
    }
    found.retain(|(_, text)| !text.is_empty());
    found
}

/// `text`, with colours as a terminal is told them, on a screen of `columns`. `title` is for those who can't see it.
pub(crate) fn picture(text: &str, columns: usize, title: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    let width = pixels(columns) + 2.0 * f64::from(u32::try_from(MARGIN).unwrap());
    let height = lines.len() * HEIGHT + 2 * MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xml:space=\"preserve\" viewBox=\"0 0 {width:.0} {height}\" width=\"{width:.0}\" \
         height=\"{height}\" role=\"img\">\n<title>{}</title>\n<style>\n{STYLE}</style>\n<rect width=\"100%\" \
         height=\"100%\" rx=\"8\"/>\n",
        escape(title)
    );
    let mut look = Look::default();
    for (number, line) in lines.iter().enumerate() {
        let y = MARGIN + number * HEIGHT + 14;
        let mut column = 0;
        for (look, text) in pieces(line, &mut look) {
            let start = column + text.len() - text.trim_start().len();
            column += text.width();
            let text = text.trim();
            if !text.is_empty() {
                svg.push_str(&piece(start, y, look, text));
            }
        }
    }
    svg + "</svg>\n"
}

/// One piece of a line, as wide as its columns whatever the font is.
fn piece(column: usize, y: usize, look: Look, text: &str) -> String {
    let x = pixels(column) + f64::from(u32::try_from(MARGIN).unwrap());
    let class = look.class();
    let class = if class.is_empty() { class } else { format!(" class=\"{class}\"") };
    let mut svg = String::new();
    writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{y}\" textLength=\"{:.1}\"{class}>{}</text>",
        pixels(text.width()),
        escape(text)
    )
    .unwrap();
    svg
}

fn pixels(columns: usize) -> f64 {
    f64::from(u32::try_from(columns).unwrap()) * WIDTH
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[test]
fn a_piece_keeps_its_look_and_its_column() {
    let svg = picture("\u{1b}[1;31ma <\u{1b}[0m  b\n", 10, "x");
    assert!(
        svg.contains("<text x=\"16.0\" y=\"30\" textLength=\"25.2\" class=\"bold red\">a &lt;</text>"),
        "{svg}"
    );
    assert!(svg.contains("<text x=\"58.0\" y=\"30\" textLength=\"8.4\">b</text>"), "{svg}");
}
