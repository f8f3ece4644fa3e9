//! What an `OpenShift` Template puts where its parameters stand.

use super::field::Field;
use crate::yaml::Node;

/// What the processing of the Template around `node` writes there unless another value is given, where the whole of it
/// is a parameter: `${NAME}` for a text, `${{NAME}}` for any value. `None` for a parameter without a value.
pub(super) fn filled_in<'d>(node: Node<'d>) -> Option<&'d str> {
    let written = node.text()?;
    let Some(name) = name(written) else { return Some(written) };
    let root = node.document_root();
    if root.get("kind").and_then(Node::as_str) != Some("Template") {
        return Some(written);
    }
    let is_named = |parameter: &Node<'d>| parameter.get("name").and_then(Node::as_str) == Some(name);
    root.get("parameters")?.items().find(is_named)?.get("value")?.text()
}

/// The text that `field` has once a parameter is filled in, as far as that is known.
pub(super) fn known<'d>(field: Field<'d, &'d str>) -> Field<'d, &'d str> {
    Field { value: filled_in(field.node).unwrap_or(field.value), ..field }
}

/// The name of the parameter that the text is.
fn name(text: &str) -> Option<&str> {
    let name = text.strip_prefix("${")?.strip_suffix('}')?;
    let name = name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name);
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    name.bytes().all(is_word).then_some(name)
}
