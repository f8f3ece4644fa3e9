//! What objects of several sorts have (`k8s.io/apimachinery/pkg/apis/meta/v1/types.go`).

use super::Type::{List, Map, Object, Text};
use super::{Shape, always};

static LABEL_SELECTOR_REQUIREMENT: Shape =
    Shape(&[always(List(&Text), &["values"]), always(Text, &["key", "operator"])]);

pub(super) static LABEL_SELECTOR: Shape = Shape(&[
    always(List(&Object(&LABEL_SELECTOR_REQUIREMENT)), &["matchExpressions"]),
    always(Map(&Text), &["matchLabels"]),
]);
