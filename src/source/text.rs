//! The text of a file, shared.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::Arc;

/// A text that several hold. It is the very text that was read: a list may have hundreds of megabytes, and an `Arc<str>`
/// would be a copy of it. An empty one, as most of a large tree are, takes no room of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Text(Option<Arc<String>>);

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.0.as_deref().map_or("", String::as_str)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self((!text.is_empty()).then(|| Arc::new(text)))
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl From<Cow<'_, str>> for Text {
    fn from(text: Cow<'_, str>) -> Self {
        Self::from(text.into_owned())
    }
}
