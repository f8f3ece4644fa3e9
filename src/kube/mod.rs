//! What a manifest means, in Kubernetes' own terms.

pub mod quantity;
pub mod version;

pub use quantity::{Quantity, QuantityError};
pub use version::{Change, Gate, Version};
