//! `ValidateEnv` and `ValidateEnvFrom`.

use super::super::field::Place;
use super::super::quantity::Quantity;
use super::super::version::Change;
use super::syntax::{self, Form};
use super::{Text, Validator, text};

pub(super) fn check<'d>(validator: &mut Validator<'_, 'd>, container: &Place<'_, 'd>) {
    for variable in container.get("env").iter().flat_map(Place::items) {
        let version = validator.version;
        required(validator, &variable, "name", "name the variable", |name| syntax::env_name(name, version));
        value_from(validator, &variable);
    }
    for source in container.get("envFrom").iter().flat_map(Place::items) {
        env_from(validator, &source);
    }
}

/// A string that must be there and have a form.
fn required<'d>(
    validator: &mut Validator<'_, 'd>,
    map: &Place<'_, 'd>,
    key: &str,
    help: &str,
    form: impl Fn(&str) -> Form,
) {
    match (map.get(key), text(map, key)) {
        (_, Text::Empty) => validator.missing(map, key, help),
        (Some(place), Text::Known(text)) => {
            if let Err(must) = form(text) {
                validator.must(&place, must, help);
            }
        }
        _ => {}
    }
}

fn env_from<'d>(validator: &mut Validator<'_, 'd>, source: &Place<'_, 'd>) {
    if let (Some(place), Text::Known(prefix)) = (source.get("prefix"), text(source, "prefix"))
        && let Err(must) = syntax::env_name(prefix, validator.version)
    {
        validator.must(&place, must, "change the prefix");
    }
    let sources = ["configMapRef", "secretRef"];
    for key in sources {
        if let Some(reference) = source.get(key) {
            required(validator, &reference, "name", "name the object", |name| {
                // The name may be a prefix, which may end in a hyphen.
                let name = name.strip_suffix('-').filter(|rest| !rest.is_empty()).unwrap_or(name);
                syntax::dns_subdomain(name)
            });
        }
    }
    let written = sources.iter().filter(|key| source.get(key).is_some()).count();
    exactly_one(validator, source, written, "`configMapRef` or `secretRef`");
}

/// `validateEnvVarValueFrom`.
fn value_from<'d>(validator: &mut Validator<'_, 'd>, variable: &Place<'_, 'd>) {
    let Some(from) = variable.get("valueFrom").filter(|from| from.node.is_mapping()) else { return };
    if let Some(reference) = from.get("fieldRef") {
        field_ref(validator, &reference);
    }
    if let Some(reference) = from.get("resourceFieldRef") {
        resource_field_ref(validator, &reference);
    }
    for key in ["configMapKeyRef", "secretKeyRef"] {
        if let Some(reference) = from.get(key) {
            required(validator, &reference, "name", "name the object", syntax::dns_subdomain);
            required(validator, &reference, "key", "name the entry", syntax::config_key);
        }
    }
    let sources = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"];
    let written = sources.iter().filter(|key| from.get(key).is_some()).count();
    if written > 0 && matches!(text(variable, "value"), Text::Known(_)) {
        validator.forbidden(&from, "beside a `value`", "keep one of the two");
    } else {
        exactly_one(
            validator,
            &from,
            written,
            "`configMapKeyRef`, `secretKeyRef`, `fieldRef` or `resourceFieldRef`",
        );
    }
}

fn exactly_one<'d>(validator: &mut Validator<'_, 'd>, map: &Place<'_, 'd>, written: usize, sources: &str) {
    match written {
        0 => validator.lacks(map, "source", &format!("add {sources}")),
        1 => {}
        _ => validator.forbidden(map, "with more than one source", "keep one source"),
    }
}

/// `validateObjectFieldSelector`; the version of the fields is `v1` by default.
fn field_ref<'d>(validator: &mut Validator<'_, 'd>, reference: &Place<'_, 'd>) {
    const FIELDS: [&str; 9] = [
        "metadata.name",
        "metadata.namespace",
        "metadata.uid",
        "spec.host",
        "spec.nodeName",
        "spec.serviceAccountName",
        "status.hostIP",
        "status.podIP",
        "status.podIPs",
    ];
    let host_ips = validator.version.after(Change::HostIpsInEnv);
    required(validator, reference, "fieldPath", "name a field of the Pod", |path| {
        let subscripted = path.strip_suffix("']").and_then(|path| path.split_once("['"));
        match subscripted {
            Some(("metadata.labels", key)) => syntax::qualified_name(key),
            Some(("metadata.annotations", key)) => syntax::qualified_name(&key.to_ascii_lowercase()),
            None if FIELDS.contains(&path) || host_ips && path == "status.hostIPs" => Ok(()),
            _ => Err("be a field that variables can have, such as `metadata.name` or `status.podIP`"),
        }
    });
    if let (Some(place), Text::Known(version)) = (reference.get("apiVersion"), text(reference, "apiVersion"))
        && version != "v1"
    {
        validator.must(&place, "be `v1`", "take it out");
    }
}

/// `validateContainerResourceFieldSelector`.
fn resource_field_ref<'d>(validator: &mut Validator<'_, 'd>, reference: &Place<'_, 'd>) {
    let name = |resource: &str| {
        let rest = resource.strip_prefix("requests.").or_else(|| resource.strip_prefix("limits."));
        rest.map(str::to_owned)
    };
    required(validator, reference, "resource", "name a request or a limit", |resource| {
        let is_known = name(resource).is_some_and(|name| {
            matches!(&*name, "cpu" | "memory" | "ephemeral-storage") || name.starts_with("hugepages-")
        });
        if is_known { Ok(()) } else { Err("be a request or a limit, such as `limits.memory`") }
    });
    let Text::Known(resource) = text(reference, "resource") else { return };
    let Some(place) = reference.get("divisor") else { return };
    let Some(divisor) = super::resources::quantity(place.node).filter(|divisor| !divisor.is_zero()) else {
        return;
    };
    if !is_divisor(&name(resource).unwrap_or_default(), divisor) {
        validator.must(
            &place,
            "be 1 with a suffix that the resource can be counted in",
            "write `1`, or `1Mi`",
        );
    }
}

/// `validateContainerResourceDivisor`, which compares canonical forms.
fn is_divisor(resource: &str, divisor: Quantity) -> bool {
    let divisor = divisor.to_string();
    match resource {
        "cpu" => matches!(&*divisor, "1m" | "1"),
        "" => true,
        _ => matches!(
            divisor.strip_prefix('1'),
            Some("" | "k" | "M" | "G" | "T" | "P" | "E" | "Ki" | "Mi" | "Gi" | "Ti" | "Pi" | "Ei")
        ),
    }
}
