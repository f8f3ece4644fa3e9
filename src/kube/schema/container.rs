//! Containers and what they hold (`k8s.io/api/core/v1/types.go`, `Container`).

use super::Type::{Bool, Int32, Int64, IntOrString, List, Map, Object, Quantity, Text};
use super::{Shape, always, since};

pub(super) static CONTAINER: Shape = Shape(&[
    always(Bool, &["stdin", "stdinOnce", "tty"]),
    always(List(&Object(&CONTAINER_PORT)), &["ports"]),
    always(List(&Object(&CONTAINER_RESIZE_POLICY)), &["resizePolicy"]),
    always(List(&Object(&ENV_FROM_SOURCE)), &["envFrom"]),
    always(List(&Object(&ENV_VAR)), &["env"]),
    always(List(&Object(&VOLUME_DEVICE)), &["volumeDevices"]),
    always(List(&Object(&VOLUME_MOUNT)), &["volumeMounts"]),
    always(List(&Text), &["args", "command"]),
    always(Object(&LIFECYCLE), &["lifecycle"]),
    always(Object(&PROBE), &["livenessProbe", "readinessProbe", "startupProbe"]),
    always(Object(&RESOURCE_REQUIREMENTS), &["resources"]),
    always(Object(&SECURITY_CONTEXT), &["securityContext"]),
    always(
        Text,
        &[
            "image",
            "imagePullPolicy",
            "name",
            "terminationMessagePath",
            "terminationMessagePolicy",
            "workingDir",
        ],
    ),
    since(28, Text, &["restartPolicy"]),
    since(34, List(&Object(&CONTAINER_RESTART_RULE)), &["restartPolicyRules"]),
]);

pub(super) static CONFIG_MAP_KEY_SELECTOR: Shape =
    Shape(&[always(Bool, &["optional"]), always(Text, &["key", "name"])]);

pub(super) static OBJECT_FIELD_SELECTOR: Shape = Shape(&[always(Text, &["apiVersion", "fieldPath"])]);

pub(super) static RESOURCE_FIELD_SELECTOR: Shape =
    Shape(&[always(Quantity, &["divisor"]), always(Text, &["containerName", "resource"])]);

pub(super) static SECRET_KEY_SELECTOR: Shape =
    Shape(&[always(Bool, &["optional"]), always(Text, &["key", "name"])]);

pub(super) static FILE_KEY_SELECTOR: Shape =
    Shape(&[always(Bool, &["optional"]), always(Text, &["key", "path", "volumeName"])]);

pub(super) static ENV_VAR_SOURCE: Shape = Shape(&[
    always(Object(&CONFIG_MAP_KEY_SELECTOR), &["configMapKeyRef"]),
    always(Object(&OBJECT_FIELD_SELECTOR), &["fieldRef"]),
    always(Object(&RESOURCE_FIELD_SELECTOR), &["resourceFieldRef"]),
    always(Object(&SECRET_KEY_SELECTOR), &["secretKeyRef"]),
    since(34, Object(&FILE_KEY_SELECTOR), &["fileKeyRef"]),
]);

pub(super) static ENV_VAR: Shape =
    Shape(&[always(Object(&ENV_VAR_SOURCE), &["valueFrom"]), always(Text, &["name", "value"])]);

pub(super) static CONFIG_MAP_ENV_SOURCE: Shape =
    Shape(&[always(Bool, &["optional"]), always(Text, &["name"])]);

pub(super) static SECRET_ENV_SOURCE: Shape = Shape(&[always(Bool, &["optional"]), always(Text, &["name"])]);

pub(super) static ENV_FROM_SOURCE: Shape = Shape(&[
    always(Object(&CONFIG_MAP_ENV_SOURCE), &["configMapRef"]),
    always(Object(&SECRET_ENV_SOURCE), &["secretRef"]),
    always(Text, &["prefix"]),
]);

pub(super) static EXEC_ACTION: Shape = Shape(&[always(List(&Text), &["command"])]);

pub(super) static HTTP_HEADER: Shape = Shape(&[always(Text, &["name", "value"])]);

pub(super) static HTTP_GET_ACTION: Shape = Shape(&[
    always(IntOrString, &["port"]),
    always(List(&Object(&HTTP_HEADER)), &["httpHeaders"]),
    always(Text, &["host", "path", "scheme"]),
]);

pub(super) static TCP_SOCKET_ACTION: Shape =
    Shape(&[always(IntOrString, &["port"]), always(Text, &["host"])]);

pub(super) static SLEEP_ACTION: Shape = Shape(&[always(Int64, &["seconds"])]);

pub(super) static LIFECYCLE_HANDLER: Shape = Shape(&[
    always(Object(&EXEC_ACTION), &["exec"]),
    always(Object(&HTTP_GET_ACTION), &["httpGet"]),
    always(Object(&TCP_SOCKET_ACTION), &["tcpSocket"]),
    since(29, Object(&SLEEP_ACTION), &["sleep"]),
]);

pub(super) static LIFECYCLE: Shape =
    Shape(&[always(Object(&LIFECYCLE_HANDLER), &["postStart", "preStop"]), since(33, Text, &["stopSignal"])]);

pub(super) static GRPC_ACTION: Shape = Shape(&[always(Int32, &["port"]), always(Text, &["service"])]);

pub(super) static PROBE: Shape = Shape(&[
    always(
        Int32,
        &["failureThreshold", "initialDelaySeconds", "periodSeconds", "successThreshold", "timeoutSeconds"],
    ),
    always(Int64, &["terminationGracePeriodSeconds"]),
    always(Object(&EXEC_ACTION), &["exec"]),
    always(Object(&GRPC_ACTION), &["grpc"]),
    always(Object(&HTTP_GET_ACTION), &["httpGet"]),
    always(Object(&TCP_SOCKET_ACTION), &["tcpSocket"]),
]);

pub(super) static CONTAINER_PORT: Shape =
    Shape(&[always(Int32, &["containerPort", "hostPort"]), always(Text, &["hostIP", "name", "protocol"])]);

pub(super) static CONTAINER_RESIZE_POLICY: Shape = Shape(&[always(Text, &["resourceName", "restartPolicy"])]);

pub(super) static RESOURCE_CLAIM: Shape = Shape(&[always(Text, &["name"]), since(31, Text, &["request"])]);

pub(super) static RESOURCE_REQUIREMENTS: Shape = Shape(&[
    always(List(&Object(&RESOURCE_CLAIM)), &["claims"]),
    always(Map(&Quantity), &["limits", "requests"]),
]);

pub(super) static CAPABILITIES: Shape = Shape(&[always(List(&Text), &["add", "drop"])]);

pub(super) static SE_LINUX_OPTIONS: Shape = Shape(&[always(Text, &["level", "role", "type", "user"])]);

pub(super) static SECCOMP_PROFILE: Shape = Shape(&[always(Text, &["localhostProfile", "type"])]);

pub(super) static WINDOWS_SECURITY_CONTEXT_OPTIONS: Shape = Shape(&[
    always(Bool, &["hostProcess"]),
    always(Text, &["gmsaCredentialSpec", "gmsaCredentialSpecName", "runAsUserName"]),
]);

pub(super) static APP_ARMOR_PROFILE: Shape = Shape(&[always(Text, &["localhostProfile", "type"])]);

pub(super) static SECURITY_CONTEXT: Shape = Shape(&[
    always(Bool, &["allowPrivilegeEscalation", "privileged", "readOnlyRootFilesystem", "runAsNonRoot"]),
    always(Int64, &["runAsGroup", "runAsUser"]),
    always(Object(&CAPABILITIES), &["capabilities"]),
    always(Object(&SECCOMP_PROFILE), &["seccompProfile"]),
    always(Object(&SE_LINUX_OPTIONS), &["seLinuxOptions"]),
    always(Object(&WINDOWS_SECURITY_CONTEXT_OPTIONS), &["windowsOptions"]),
    always(Text, &["procMount"]),
    since(30, Object(&APP_ARMOR_PROFILE), &["appArmorProfile"]),
]);

pub(super) static VOLUME_DEVICE: Shape = Shape(&[always(Text, &["devicePath", "name"])]);

pub(super) static VOLUME_MOUNT: Shape = Shape(&[
    always(Bool, &["readOnly"]),
    always(Text, &["mountPath", "mountPropagation", "name", "subPath", "subPathExpr"]),
    since(30, Text, &["recursiveReadOnly"]),
]);

pub(super) static CONTAINER_RESTART_RULE_ON_EXIT_CODES: Shape =
    Shape(&[always(List(&Int32), &["values"]), always(Text, &["operator"])]);

pub(super) static CONTAINER_RESTART_RULE: Shape = Shape(&[
    always(Object(&CONTAINER_RESTART_RULE_ON_EXIT_CODES), &["exitCodes"]),
    always(Text, &["action"]),
]);

pub(super) static EPHEMERAL_CONTAINER: Shape = Shape(&[
    always(Bool, &["stdin", "stdinOnce", "tty"]),
    always(List(&Object(&CONTAINER_PORT)), &["ports"]),
    always(List(&Object(&CONTAINER_RESIZE_POLICY)), &["resizePolicy"]),
    always(List(&Object(&ENV_FROM_SOURCE)), &["envFrom"]),
    always(List(&Object(&ENV_VAR)), &["env"]),
    always(List(&Object(&VOLUME_DEVICE)), &["volumeDevices"]),
    always(List(&Object(&VOLUME_MOUNT)), &["volumeMounts"]),
    always(List(&Text), &["args", "command"]),
    always(Object(&LIFECYCLE), &["lifecycle"]),
    always(Object(&PROBE), &["livenessProbe", "readinessProbe", "startupProbe"]),
    always(Object(&RESOURCE_REQUIREMENTS), &["resources"]),
    always(Object(&SECURITY_CONTEXT), &["securityContext"]),
    always(
        Text,
        &[
            "image",
            "imagePullPolicy",
            "name",
            "targetContainerName",
            "terminationMessagePath",
            "terminationMessagePolicy",
            "workingDir",
        ],
    ),
    since(28, Text, &["restartPolicy"]),
    since(34, List(&Object(&CONTAINER_RESTART_RULE)), &["restartPolicyRules"]),
]);
