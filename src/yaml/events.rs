//! The parser's events.

use granit_parser::{Parser, StrInput};

use super::tree::MAX_DEPTH;

/// The parser's events, without comments. It holds nesting to [`MAX_DEPTH`] by itself.
pub(super) fn events(text: &str) -> Parser<'_, StrInput<'_>> {
    let mut options = granit_parser::options! {
        block_nesting_limit: MAX_DEPTH,
        flow_nesting_limit: MAX_DEPTH,
    };
    options.set_emit_comments(false);
    Parser::new_from_str_with_options(text, options)
}
