//! What a manifest means, in Kubernetes' own terms.
//!
//! [`object`] finds a document's objects, [`template`] their Pod templates (by the table in [`workloads`]), [`pod`]
//! and [`container`] what these say. [`schema`] and [`validate`] tell what the API server turns away. [`effective`] and [`qos`] reckon with it as a [`Version`] does.

pub mod active_deadline;
mod by_name;
pub mod container;
pub mod effective;
pub mod env;
pub mod expansion;
mod field;
pub mod file_mode;
pub mod image;
pub mod object;
mod parameters;
pub(crate) mod partial;
pub mod pod;
pub mod probe;
pub mod qos;
pub mod quantity;
pub mod resources;
pub mod schema;
pub mod security;
pub mod spelling;
pub mod template;
pub mod validate;
pub mod version;
pub mod volume;
pub mod workloads;

pub use active_deadline::ActiveDeadline;
pub use container::{AppContainer, Container, InitContainer, InitStep, Role, Sidecar};
pub use effective::Effective;
pub use field::{Field, TypeError, is_placeholder};
pub use file_mode::FileMode;
pub use object::{OF_CHART, Object, objects, texts_key};
pub use pod::Pod;
pub use qos::QosClass;
pub use quantity::meant as meant_quantity;
pub use quantity::{Quantity, QuantityError};
pub use template::{Completeness, Template, templates};
pub use version::{Change, Gate, Version};
pub use volume::{Volume, VolumeMount, VolumeSource};
pub use workloads::{PodTemplatePath, Workload, is_policy};
