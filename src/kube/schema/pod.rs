//! The Pod spec, and what of it is neither a container nor a volume (`k8s.io/api/core/v1/types.go`, `PodSpec`).

use super::Type::{Bool, Int32, Int64, List, Map, Object, Quantity, Text};
use super::container::{
    APP_ARMOR_PROFILE, CONTAINER, EPHEMERAL_CONTAINER, RESOURCE_REQUIREMENTS, SE_LINUX_OPTIONS,
    SECCOMP_PROFILE, WINDOWS_SECURITY_CONTEXT_OPTIONS,
};
use super::meta::LABEL_SELECTOR;
use super::volume::{LOCAL_OBJECT_REFERENCE, VOLUME};
use super::{Shape, always, since, until, within};

pub(super) static POD_SPEC: Shape = Shape(&[
    always(
        Bool,
        &[
            "automountServiceAccountToken",
            "enableServiceLinks",
            "hostIPC",
            "hostNetwork",
            "hostPID",
            "hostUsers",
            "setHostnameAsFQDN",
            "shareProcessNamespace",
        ],
    ),
    always(Int32, &["priority"]),
    always(Int64, &["activeDeadlineSeconds", "terminationGracePeriodSeconds"]),
    always(List(&Object(&CONTAINER)), &["containers", "initContainers"]),
    always(List(&Object(&EPHEMERAL_CONTAINER)), &["ephemeralContainers"]),
    always(List(&Object(&HOST_ALIAS)), &["hostAliases"]),
    always(List(&Object(&LOCAL_OBJECT_REFERENCE)), &["imagePullSecrets"]),
    always(List(&Object(&POD_READINESS_GATE)), &["readinessGates"]),
    always(List(&Object(&POD_RESOURCE_CLAIM)), &["resourceClaims"]),
    always(List(&Object(&POD_SCHEDULING_GATE)), &["schedulingGates"]),
    always(List(&Object(&TOLERATION)), &["tolerations"]),
    always(List(&Object(&TOPOLOGY_SPREAD_CONSTRAINT)), &["topologySpreadConstraints"]),
    always(List(&Object(&VOLUME)), &["volumes"]),
    always(Map(&Quantity), &["overhead"]),
    always(Map(&Text), &["nodeSelector"]),
    always(Object(&AFFINITY), &["affinity"]),
    always(Object(&POD_DNS_CONFIG), &["dnsConfig"]),
    always(Object(&POD_OS), &["os"]),
    always(Object(&POD_SECURITY_CONTEXT), &["securityContext"]),
    always(
        Text,
        &[
            "dnsPolicy",
            "hostname",
            "nodeName",
            "preemptionPolicy",
            "priorityClassName",
            "restartPolicy",
            "runtimeClassName",
            "schedulerName",
            "serviceAccount",
            "serviceAccountName",
            "subdomain",
        ],
    ),
    since(32, Object(&RESOURCE_REQUIREMENTS), &["resources"]),
    since(34, Text, &["hostnameOverride"]),
    within(35, 35, Object(&WORKLOAD_REFERENCE), &["workloadRef"]),
    since(36, Object(&POD_SCHEDULING_GROUP), &["schedulingGroup"]),
]);

pub(super) static NODE_SELECTOR_REQUIREMENT: Shape =
    Shape(&[always(List(&Text), &["values"]), always(Text, &["key", "operator"])]);

pub(super) static NODE_SELECTOR_TERM: Shape =
    Shape(&[always(List(&Object(&NODE_SELECTOR_REQUIREMENT)), &["matchExpressions", "matchFields"])]);

pub(super) static PREFERRED_SCHEDULING_TERM: Shape =
    Shape(&[always(Int32, &["weight"]), always(Object(&NODE_SELECTOR_TERM), &["preference"])]);

pub(super) static NODE_SELECTOR: Shape =
    Shape(&[always(List(&Object(&NODE_SELECTOR_TERM)), &["nodeSelectorTerms"])]);

pub(super) static NODE_AFFINITY: Shape = Shape(&[
    always(List(&Object(&PREFERRED_SCHEDULING_TERM)), &["preferredDuringSchedulingIgnoredDuringExecution"]),
    always(Object(&NODE_SELECTOR), &["requiredDuringSchedulingIgnoredDuringExecution"]),
]);

pub(super) static POD_AFFINITY_TERM: Shape = Shape(&[
    always(List(&Text), &["namespaces"]),
    always(Object(&LABEL_SELECTOR), &["labelSelector", "namespaceSelector"]),
    always(Text, &["topologyKey"]),
    since(29, List(&Text), &["matchLabelKeys", "mismatchLabelKeys"]),
]);

pub(super) static WEIGHTED_POD_AFFINITY_TERM: Shape =
    Shape(&[always(Int32, &["weight"]), always(Object(&POD_AFFINITY_TERM), &["podAffinityTerm"])]);

pub(super) static POD_AFFINITY: Shape = Shape(&[
    always(List(&Object(&POD_AFFINITY_TERM)), &["requiredDuringSchedulingIgnoredDuringExecution"]),
    always(List(&Object(&WEIGHTED_POD_AFFINITY_TERM)), &["preferredDuringSchedulingIgnoredDuringExecution"]),
]);

pub(super) static POD_ANTI_AFFINITY: Shape = Shape(&[
    always(List(&Object(&POD_AFFINITY_TERM)), &["requiredDuringSchedulingIgnoredDuringExecution"]),
    always(List(&Object(&WEIGHTED_POD_AFFINITY_TERM)), &["preferredDuringSchedulingIgnoredDuringExecution"]),
]);

pub(super) static AFFINITY: Shape = Shape(&[
    always(Object(&NODE_AFFINITY), &["nodeAffinity"]),
    always(Object(&POD_AFFINITY), &["podAffinity"]),
    always(Object(&POD_ANTI_AFFINITY), &["podAntiAffinity"]),
]);

pub(super) static POD_DNS_CONFIG_OPTION: Shape = Shape(&[always(Text, &["name", "value"])]);

pub(super) static POD_DNS_CONFIG: Shape = Shape(&[
    always(List(&Object(&POD_DNS_CONFIG_OPTION)), &["options"]),
    always(List(&Text), &["nameservers", "searches"]),
]);

pub(super) static HOST_ALIAS: Shape = Shape(&[always(List(&Text), &["hostnames"]), always(Text, &["ip"])]);

pub(super) static POD_OS: Shape = Shape(&[always(Text, &["name"])]);

pub(super) static POD_READINESS_GATE: Shape = Shape(&[always(Text, &["conditionType"])]);

pub(super) static CLAIM_SOURCE: Shape =
    Shape(&[until(30, Text, &["resourceClaimName", "resourceClaimTemplateName"])]);

pub(super) static POD_RESOURCE_CLAIM: Shape = Shape(&[
    until(30, Object(&CLAIM_SOURCE), &["source"]),
    always(Text, &["name"]),
    since(31, Text, &["resourceClaimName", "resourceClaimTemplateName"]),
]);

pub(super) static POD_SCHEDULING_GATE: Shape = Shape(&[always(Text, &["name"])]);

pub(super) static SYSCTL: Shape = Shape(&[always(Text, &["name", "value"])]);

pub(super) static POD_SECURITY_CONTEXT: Shape = Shape(&[
    always(Bool, &["runAsNonRoot"]),
    always(Int64, &["fsGroup", "runAsGroup", "runAsUser"]),
    always(List(&Int64), &["supplementalGroups"]),
    always(List(&Object(&SYSCTL)), &["sysctls"]),
    always(Object(&SECCOMP_PROFILE), &["seccompProfile"]),
    always(Object(&SE_LINUX_OPTIONS), &["seLinuxOptions"]),
    always(Object(&WINDOWS_SECURITY_CONTEXT_OPTIONS), &["windowsOptions"]),
    always(Text, &["fsGroupChangePolicy"]),
    since(30, Object(&APP_ARMOR_PROFILE), &["appArmorProfile"]),
    since(31, Text, &["supplementalGroupsPolicy"]),
    since(32, Text, &["seLinuxChangePolicy"]),
]);

pub(super) static TOLERATION: Shape =
    Shape(&[always(Int64, &["tolerationSeconds"]), always(Text, &["effect", "key", "operator", "value"])]);

pub(super) static TOPOLOGY_SPREAD_CONSTRAINT: Shape = Shape(&[
    always(Int32, &["maxSkew", "minDomains"]),
    always(List(&Text), &["matchLabelKeys"]),
    always(Object(&LABEL_SELECTOR), &["labelSelector"]),
    always(Text, &["nodeAffinityPolicy", "nodeTaintsPolicy", "topologyKey", "whenUnsatisfiable"]),
]);

pub(super) static WORKLOAD_REFERENCE: Shape =
    Shape(&[within(35, 35, Text, &["name", "podGroup", "podGroupReplicaKey"])]);

pub(super) static POD_SCHEDULING_GROUP: Shape = Shape(&[always(Text, &["podGroupName"])]);
