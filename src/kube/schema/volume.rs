//! Volumes (`k8s.io/api/core/v1/types.go`, `Volume`).

use super::Type::{Any, Bool, Int32, Int64, List, Map, Object, Quantity, Text};
use super::container::{OBJECT_FIELD_SELECTOR, RESOURCE_FIELD_SELECTOR};
use super::meta::LABEL_SELECTOR;
use super::{Shape, always, since};

pub(super) static VOLUME: Shape = Shape(&[
    always(Object(&AWS_ELASTIC_BLOCK_STORE_VOLUME_SOURCE), &["awsElasticBlockStore"]),
    always(Object(&AZURE_DISK_VOLUME_SOURCE), &["azureDisk"]),
    always(Object(&AZURE_FILE_VOLUME_SOURCE), &["azureFile"]),
    always(Object(&CEPH_FS_VOLUME_SOURCE), &["cephfs"]),
    always(Object(&CINDER_VOLUME_SOURCE), &["cinder"]),
    always(Object(&CONFIG_MAP_VOLUME_SOURCE), &["configMap"]),
    always(Object(&CSI_VOLUME_SOURCE), &["csi"]),
    always(Object(&DOWNWARD_API_VOLUME_SOURCE), &["downwardAPI"]),
    always(Object(&EMPTY_DIR_VOLUME_SOURCE), &["emptyDir"]),
    always(Object(&EPHEMERAL_VOLUME_SOURCE), &["ephemeral"]),
    always(Object(&FC_VOLUME_SOURCE), &["fc"]),
    always(Object(&FLEX_VOLUME_SOURCE), &["flexVolume"]),
    always(Object(&FLOCKER_VOLUME_SOURCE), &["flocker"]),
    always(Object(&GCE_PERSISTENT_DISK_VOLUME_SOURCE), &["gcePersistentDisk"]),
    always(Object(&GIT_REPO_VOLUME_SOURCE), &["gitRepo"]),
    always(Object(&GLUSTERFS_VOLUME_SOURCE), &["glusterfs"]),
    always(Object(&HOST_PATH_VOLUME_SOURCE), &["hostPath"]),
    always(Object(&ISCSI_VOLUME_SOURCE), &["iscsi"]),
    always(Object(&NFS_VOLUME_SOURCE), &["nfs"]),
    always(Object(&PERSISTENT_VOLUME_CLAIM_VOLUME_SOURCE), &["persistentVolumeClaim"]),
    always(Object(&PHOTON_PERSISTENT_DISK_VOLUME_SOURCE), &["photonPersistentDisk"]),
    always(Object(&PORTWORX_VOLUME_SOURCE), &["portworxVolume"]),
    always(Object(&PROJECTED_VOLUME_SOURCE), &["projected"]),
    always(Object(&QUOBYTE_VOLUME_SOURCE), &["quobyte"]),
    always(Object(&RBD_VOLUME_SOURCE), &["rbd"]),
    always(Object(&SCALE_IO_VOLUME_SOURCE), &["scaleIO"]),
    always(Object(&SECRET_VOLUME_SOURCE), &["secret"]),
    always(Object(&STORAGE_OS_VOLUME_SOURCE), &["storageos"]),
    always(Object(&VSPHERE_VIRTUAL_DISK_VOLUME_SOURCE), &["vsphereVolume"]),
    always(Text, &["name"]),
    since(31, Object(&IMAGE_VOLUME_SOURCE), &["image"]),
]);

pub(super) static LOCAL_OBJECT_REFERENCE: Shape = Shape(&[always(Text, &["name"])]);

pub(super) static AWS_ELASTIC_BLOCK_STORE_VOLUME_SOURCE: Shape = Shape(&[
    always(Bool, &["readOnly"]),
    always(Int32, &["partition"]),
    always(Text, &["fsType", "volumeID"]),
]);

pub(super) static AZURE_DISK_VOLUME_SOURCE: Shape = Shape(&[
    always(Bool, &["readOnly"]),
    always(Text, &["cachingMode", "diskName", "diskURI", "fsType", "kind"]),
]);

pub(super) static AZURE_FILE_VOLUME_SOURCE: Shape =
    Shape(&[always(Bool, &["readOnly"]), always(Text, &["secretName", "shareName"])]);

pub(super) static CEPH_FS_VOLUME_SOURCE: Shape = Shape(&[
    always(Bool, &["readOnly"]),
    always(List(&Text), &["monitors"]),
    always(Object(&LOCAL_OBJECT_REFERENCE), &["secretRef"]),
    always(Text, &["path", "secretFile", "user"]),
]);

pub(super) static CINDER_VOLUME_SOURCE: Shape = Shape(&[
    always(Bool, &["readOnly"]),
    always(Object(&LOCAL_OBJECT_REFERENCE), &["secretRef"]),
    always(Text, &["fsType", "volumeID"]),
]);

pub(super) static KEY_TO_PATH: Shape = Shape(&[always(Int32, &["mode"]), always(Text, &["key", "path"])]);

pub(super) static CONFIG_MAP_VOLUME_SOURCE: Shape = Shape(&[
    always(Bool, &["optional"]),
    always(Int32, &["defaultMode"]),
    always(List(&Object(&KEY_TO_PATH)), &["items"]),
    always(Text, &["name"]),
]);

pub(super) static CSI_VOLUME_SOURCE: Shape = Shape(&[
    always(Bool, &["readOnly"]),
    always(Map(&Text), &["volumeAttributes"]),
    always(Object(&LOCAL_OBJECT_REFERENCE), &["nodePublishSecretRef"]),
    always(Text, &["driver", "fsType"]),
]);

pub(super) static DOWNWARD_API_VOLUME_FILE: Shape = Shape(&[
    always(Int32, &["mode"]),
    always(Object(&OBJECT_FIELD_SELECTOR), &["fieldRef"]),
    always(Object(&RESOURCE_FIELD_SELECTOR), &["resourceFieldRef"]),
    always(Text, &["path"]),
]);

pub(super) static DOWNWARD_API_VOLUME_SOURCE: Shape =
    Shape(&[always(Int32, &["defaultMode"]), always(List(&Object(&DOWNWARD_API_VOLUME_FILE)), &["items"])]);

pub(super) static EMPTY_DIR_VOLUME_SOURCE: Shape =
    Shape(&[always(Quantity, &["sizeLimit"]), always(Text, &["medium"])]);

pub(super) static TYPED_LOCAL_OBJECT_REFERENCE: Shape = Shape(&[always(Text, &["apiGroup", "kind", "name"])]);

pub(super) static TYPED_OBJECT_REFERENCE: Shape =
    Shape(&[always(Text, &["apiGroup", "kind", "name", "namespace"])]);

pub(super) static VOLUME_RESOURCE_REQUIREMENTS: Shape =
    Shape(&[always(Map(&Quantity), &["limits", "requests"])]);

pub(super) static PERSISTENT_VOLUME_CLAIM_SPEC: Shape = Shape(&[
    always(List(&Text), &["accessModes"]),
    always(Object(&LABEL_SELECTOR), &["selector"]),
    always(Object(&TYPED_LOCAL_OBJECT_REFERENCE), &["dataSource"]),
    always(Object(&TYPED_OBJECT_REFERENCE), &["dataSourceRef"]),
    always(Object(&VOLUME_RESOURCE_REQUIREMENTS), &["resources"]),
    always(Text, &["storageClassName", "volumeMode", "volumeName"]),
    since(29, Text, &["volumeAttributesClassName"]),
]);

pub(super) static PERSISTENT_VOLUME_CLAIM_TEMPLATE: Shape =
    Shape(&[always(Any, &["metadata"]), always(Object(&PERSISTENT_VOLUME_CLAIM_SPEC), &["spec"])]);

pub(super) static EPHEMERAL_VOLUME_SOURCE: Shape =
    Shape(&[always(Object(&PERSISTENT_VOLUME_CLAIM_TEMPLATE), &["volumeClaimTemplate"])]);

pub(super) static FC_VOLUME_SOURCE: Shape = Shape(&[
    always(Bool, &["readOnly"]),
    always(Int32, &["lun"]),
    always(List(&Text), &["targetWWNs", "wwids"]),
    always(Text, &["fsType"]),
]);

pub(super) static FLEX_VOLUME_SOURCE: Shape = Shape(&[
    always(Bool, &["readOnly"]),
    always(Map(&Text), &["options"]),
    always(Object(&LOCAL_OBJECT_REFERENCE), &["secretRef"]),
    always(Text, &["driver", "fsType"]),
]);

pub(super) static FLOCKER_VOLUME_SOURCE: Shape = Shape(&[always(Text, &["datasetName", "datasetUUID"])]);

pub(super) static GCE_PERSISTENT_DISK_VOLUME_SOURCE: Shape =
    Shape(&[always(Bool, &["readOnly"]), always(Int32, &["partition"]), always(Text, &["fsType", "pdName"])]);

pub(super) static GIT_REPO_VOLUME_SOURCE: Shape =
    Shape(&[always(Text, &["directory", "repository", "revision"])]);

pub(super) static GLUSTERFS_VOLUME_SOURCE: Shape =
    Shape(&[always(Bool, &["readOnly"]), always(Text, &["endpoints", "path"])]);

pub(super) static HOST_PATH_VOLUME_SOURCE: Shape = Shape(&[always(Text, &["path", "type"])]);

pub(super) static ISCSI_VOLUME_SOURCE: Shape = Shape(&[
    always(Bool, &["chapAuthDiscovery", "chapAuthSession", "readOnly"]),
    always(Int32, &["lun"]),
    always(List(&Text), &["portals"]),
    always(Object(&LOCAL_OBJECT_REFERENCE), &["secretRef"]),
    always(Text, &["fsType", "initiatorName", "iqn", "iscsiInterface", "targetPortal"]),
]);

pub(super) static NFS_VOLUME_SOURCE: Shape =
    Shape(&[always(Bool, &["readOnly"]), always(Text, &["path", "server"])]);

pub(super) static PERSISTENT_VOLUME_CLAIM_VOLUME_SOURCE: Shape =
    Shape(&[always(Bool, &["readOnly"]), always(Text, &["claimName"])]);

pub(super) static PHOTON_PERSISTENT_DISK_VOLUME_SOURCE: Shape = Shape(&[always(Text, &["fsType", "pdID"])]);

pub(super) static PORTWORX_VOLUME_SOURCE: Shape =
    Shape(&[always(Bool, &["readOnly"]), always(Text, &["fsType", "volumeID"])]);

pub(super) static CONFIG_MAP_PROJECTION: Shape = Shape(&[
    always(Bool, &["optional"]),
    always(List(&Object(&KEY_TO_PATH)), &["items"]),
    always(Text, &["name"]),
]);

pub(super) static DOWNWARD_API_PROJECTION: Shape =
    Shape(&[always(List(&Object(&DOWNWARD_API_VOLUME_FILE)), &["items"])]);

pub(super) static SECRET_PROJECTION: Shape = Shape(&[
    always(Bool, &["optional"]),
    always(List(&Object(&KEY_TO_PATH)), &["items"]),
    always(Text, &["name"]),
]);

pub(super) static SERVICE_ACCOUNT_TOKEN_PROJECTION: Shape =
    Shape(&[always(Int64, &["expirationSeconds"]), always(Text, &["audience", "path"])]);

pub(super) static CLUSTER_TRUST_BUNDLE_PROJECTION: Shape = Shape(&[
    always(Bool, &["optional"]),
    always(Object(&LABEL_SELECTOR), &["labelSelector"]),
    always(Text, &["name", "path", "signerName"]),
]);

pub(super) static POD_CERTIFICATE_PROJECTION: Shape = Shape(&[
    always(Int32, &["maxExpirationSeconds"]),
    always(Text, &["certificateChainPath", "credentialBundlePath", "keyPath", "keyType", "signerName"]),
    since(35, Map(&Text), &["userAnnotations"]),
]);

pub(super) static VOLUME_PROJECTION: Shape = Shape(&[
    always(Object(&CONFIG_MAP_PROJECTION), &["configMap"]),
    always(Object(&DOWNWARD_API_PROJECTION), &["downwardAPI"]),
    always(Object(&SECRET_PROJECTION), &["secret"]),
    always(Object(&SERVICE_ACCOUNT_TOKEN_PROJECTION), &["serviceAccountToken"]),
    since(29, Object(&CLUSTER_TRUST_BUNDLE_PROJECTION), &["clusterTrustBundle"]),
    since(34, Object(&POD_CERTIFICATE_PROJECTION), &["podCertificate"]),
]);

pub(super) static PROJECTED_VOLUME_SOURCE: Shape =
    Shape(&[always(Int32, &["defaultMode"]), always(List(&Object(&VOLUME_PROJECTION)), &["sources"])]);

pub(super) static QUOBYTE_VOLUME_SOURCE: Shape =
    Shape(&[always(Bool, &["readOnly"]), always(Text, &["group", "registry", "tenant", "user", "volume"])]);

pub(super) static RBD_VOLUME_SOURCE: Shape = Shape(&[
    always(Bool, &["readOnly"]),
    always(List(&Text), &["monitors"]),
    always(Object(&LOCAL_OBJECT_REFERENCE), &["secretRef"]),
    always(Text, &["fsType", "image", "keyring", "pool", "user"]),
]);

pub(super) static SCALE_IO_VOLUME_SOURCE: Shape = Shape(&[
    always(Bool, &["readOnly", "sslEnabled"]),
    always(Object(&LOCAL_OBJECT_REFERENCE), &["secretRef"]),
    always(
        Text,
        &["fsType", "gateway", "protectionDomain", "storageMode", "storagePool", "system", "volumeName"],
    ),
]);

pub(super) static SECRET_VOLUME_SOURCE: Shape = Shape(&[
    always(Bool, &["optional"]),
    always(Int32, &["defaultMode"]),
    always(List(&Object(&KEY_TO_PATH)), &["items"]),
    always(Text, &["secretName"]),
]);

pub(super) static STORAGE_OS_VOLUME_SOURCE: Shape = Shape(&[
    always(Bool, &["readOnly"]),
    always(Object(&LOCAL_OBJECT_REFERENCE), &["secretRef"]),
    always(Text, &["fsType", "volumeName", "volumeNamespace"]),
]);

pub(super) static VSPHERE_VIRTUAL_DISK_VOLUME_SOURCE: Shape =
    Shape(&[always(Text, &["fsType", "storagePolicyID", "storagePolicyName", "volumePath"])]);

pub(super) static IMAGE_VOLUME_SOURCE: Shape = Shape(&[always(Text, &["pullPolicy", "reference"])]);
