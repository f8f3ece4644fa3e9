//! What was meant, where that can be told.

use crate::finding::{Edit, Fix, Safety};
use crate::fix;
use crate::kube::meant_quantity;
use crate::kube::schema::{Cause, FieldError};
use crate::kube::validate::modes::{self, Mode};
use crate::rule::PodContext;
use crate::yaml::Kind;

/// The name of a misspelt field, a quantity without what is too much of its suffix, or a number without its quotes.
pub(super) fn of_field(field_error: &FieldError<'_>, cx: &PodContext<'_>) -> Option<Fix> {
    if let Some(new) = without_quotes(field_error, cx) {
        let edits = vec![Edit { span: field_error.span(), replacement: new.clone() }];
        return Some(Fix::safe(format!("write `{new}`"), edits));
    }
    let new = match &field_error.cause {
        Cause::Unknown { instead: Some(field), is_certain: true, .. } => (*field).to_owned(),
        Cause::Quantity { found, .. } if field_error.field != "cpu" => meant_quantity(found)?,
        _ => return None,
    };
    let edit = fix::replace_scalar(cx.source(field_error.span())?, field_error.node, &new)?;
    Some(Fix::safe(format!("write `{new}`"), vec![edit]))
}

/// The number or boolean that a text in quotes is, where one belongs. Permission bits that begin with `0` are octal, which
/// JSON doesn't have.
pub(super) fn without_quotes(field_error: &FieldError<'_>, cx: &PodContext<'_>) -> Option<String> {
    let Cause::Type { expected, .. } = field_error.cause else { return None };
    let Kind::String(text) = field_error.node.kind() else { return None };
    let span = field_error.span();
    let written = cx.source(span)?.slice(span);
    if written != format!("\"{text}\"") && written != format!("'{text}'") {
        return None;
    }
    let number = || text.parse::<i32>().ok().filter(|number| number.to_string() == text);
    match (expected, &*field_error.field) {
        ("a boolean", _) => matches!(text, "true" | "false").then(|| text.to_owned()),
        ("a whole number" | "a whole number of 32 bits", "defaultMode" | "mode") => {
            let is_octal = text.starts_with('0') && text != "0";
            let bits = u32::from_str_radix(text, 8).ok().filter(|bits| is_octal && *bits <= 0o777);
            match bits {
                Some(bits) if field_error.node.is_in_json() => Some(bits.to_string()),
                Some(bits) => Some(format!("0{bits:o}")),
                None => number().filter(|number| modes::is_meant(*number)).map(|_| text.to_owned()),
            }
        }
        ("a whole number" | "a whole number of 32 bits", _) => number().map(|_| text.to_owned()),
        _ => None,
    }
}

/// Permission bits as they were meant. What is within bounds may be meant as it is.
pub(super) fn of_mode(mode: &Mode<'_>, cx: &PodContext<'_>) -> Option<Fix> {
    let bits = mode.meant?;
    let source = cx.source(mode.node.span())?;
    let new = if mode.node.is_in_json() { bits.to_string() } else { format!("0{bits:o}") };
    let edit = fix::replace_scalar(source, mode.node, &new)?;
    let safety = if mode.is_rejected { Safety::Safe } else { Safety::Unsafe };
    Some(Fix { safety, message: format!("write `{new}`"), edits: vec![edit] })
}
