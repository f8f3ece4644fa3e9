//! What was meant, where that can be told.

use crate::finding::{Fix, Safety};
use crate::fix;
use crate::kube::meant_quantity;
use crate::kube::schema::{Cause, FieldError};
use crate::kube::validate::modes::Mode;
use crate::rule::PodContext;

/// The name of a misspelt field, or a quantity without what is too much of its suffix.
pub(super) fn of_field(field_error: &FieldError<'_>, cx: &PodContext<'_>) -> Option<Fix> {
    let new = match &field_error.cause {
        Cause::Unknown { instead: Some(field), is_certain: true, .. } => (*field).to_owned(),
        Cause::Quantity { found, .. } if field_error.field != "cpu" => meant_quantity(found)?,
        _ => return None,
    };
    let edit = fix::replace_scalar(cx.source(field_error.span())?, field_error.node, &new)?;
    Some(Fix::safe(format!("write `{new}`"), vec![edit]))
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
