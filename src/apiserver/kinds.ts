/** The kinds that the API server serves. Other kinds in manifests are kept under a name derived from theirs. */
import type { KindInfo } from "../api/client.ts";
import type { KubeObject } from "../api/meta.ts";
import type { GroupResource } from "../api/status.ts";

/**
 * As `kubectl api-resources` prints them: plural, short names, apiVersion, kind. `*`: cluster-wide; `all`: listed
 * by `kubectl get all`; `kept`: stored and given back, nothing acts on it.
 */
const BUILT_IN = `
pods po v1 Pod all
services svc v1 Service all
events ev v1 Event
namespaces ns v1 Namespace *
nodes no v1 Node *
endpoints ep v1 Endpoints
configmaps cm v1 ConfigMap
secrets - v1 Secret
serviceaccounts sa v1 ServiceAccount kept
persistentvolumeclaims pvc v1 PersistentVolumeClaim
persistentvolumes pv v1 PersistentVolume * kept
resourcequotas quota v1 ResourceQuota
limitranges limits v1 LimitRange
replicationcontrollers rc v1 ReplicationController all kept
podtemplates - v1 PodTemplate kept
deployments deploy apps/v1 Deployment all
replicasets rs apps/v1 ReplicaSet all
statefulsets sts apps/v1 StatefulSet all kept
daemonsets ds apps/v1 DaemonSet all kept
controllerrevisions - apps/v1 ControllerRevision kept
horizontalpodautoscalers hpa autoscaling/v2 HorizontalPodAutoscaler all
jobs - batch/v1 Job all kept
cronjobs cj batch/v1 CronJob all kept
endpointslices - discovery.k8s.io/v1 EndpointSlice
ingresses ing networking.k8s.io/v1 Ingress
ingressclasses - networking.k8s.io/v1 IngressClass * kept
networkpolicies netpol networking.k8s.io/v1 NetworkPolicy kept
ipaddresses ip networking.k8s.io/v1 IPAddress * kept
servicecidrs - networking.k8s.io/v1 ServiceCIDR * kept
poddisruptionbudgets pdb policy/v1 PodDisruptionBudget
roles - rbac.authorization.k8s.io/v1 Role kept
rolebindings - rbac.authorization.k8s.io/v1 RoleBinding kept
clusterroles - rbac.authorization.k8s.io/v1 ClusterRole * kept
clusterrolebindings - rbac.authorization.k8s.io/v1 ClusterRoleBinding * kept
priorityclasses pc scheduling.k8s.io/v1 PriorityClass *
storageclasses sc storage.k8s.io/v1 StorageClass * kept
csidrivers - storage.k8s.io/v1 CSIDriver * kept
csinodes - storage.k8s.io/v1 CSINode * kept
csistoragecapacities - storage.k8s.io/v1 CSIStorageCapacity kept
volumeattachments - storage.k8s.io/v1 VolumeAttachment * kept
volumeattributesclasses vac storage.k8s.io/v1 VolumeAttributesClass * kept
leases - coordination.k8s.io/v1 Lease kept
runtimeclasses - node.k8s.io/v1 RuntimeClass *
apiservices - apiregistration.k8s.io/v1 APIService * kept
customresourcedefinitions crd,crds apiextensions.k8s.io/v1 CustomResourceDefinition * kept
certificatesigningrequests csr certificates.k8s.io/v1 CertificateSigningRequest * kept
clustertrustbundles - certificates.k8s.io/v1 ClusterTrustBundle * kept
podcertificaterequests - certificates.k8s.io/v1 PodCertificateRequest kept
flowschemas - flowcontrol.apiserver.k8s.io/v1 FlowSchema * kept
prioritylevelconfigurations - flowcontrol.apiserver.k8s.io/v1 PriorityLevelConfiguration * kept
mutatingadmissionpolicies - admissionregistration.k8s.io/v1 MutatingAdmissionPolicy * kept
mutatingadmissionpolicybindings - admissionregistration.k8s.io/v1 MutatingAdmissionPolicyBinding * kept
mutatingwebhookconfigurations - admissionregistration.k8s.io/v1 MutatingWebhookConfiguration *
validatingadmissionpolicies - admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy * kept
validatingadmissionpolicybindings - admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding * kept
validatingwebhookconfigurations - admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration *
deviceclasses - resource.k8s.io/v1 DeviceClass * kept
devicetaintrules - resource.k8s.io/v1 DeviceTaintRule * kept
resourceclaims - resource.k8s.io/v1 ResourceClaim kept
resourceclaimtemplates - resource.k8s.io/v1 ResourceClaimTemplate kept
resourceslices - resource.k8s.io/v1 ResourceSlice * kept
storageversionmigrations - storagemigration.k8s.io/v1 StorageVersionMigration * kept
`;

/** Custom resources that rollsim knows, as if their definitions were installed. */
const CUSTOM = `
rollouts ro argoproj.io/v1alpha1 Rollout
analysistemplates at argoproj.io/v1alpha1 AnalysisTemplate
clusteranalysistemplates cat argoproj.io/v1alpha1 ClusterAnalysisTemplate *
analysisruns ar argoproj.io/v1alpha1 AnalysisRun
experiments exp argoproj.io/v1alpha1 Experiment
canaries - flagger.app/v1beta1 Canary all
metrictemplates - flagger.app/v1beta1 MetricTemplate all
alertproviders - flagger.app/v1beta1 AlertProvider all kept
gatewayclasses gc gateway.networking.k8s.io/v1 GatewayClass * kept
gateways gtw gateway.networking.k8s.io/v1 Gateway kept
httproutes - gateway.networking.k8s.io/v1 HTTPRoute
destinationrules dr networking.istio.io/v1beta1 DestinationRule kept
virtualservices vs networking.istio.io/v1beta1 VirtualService
trafficsplits ts split.smi-spec.io/v1alpha1 TrafficSplit
`;

function kindInfo(row: string): KindInfo {
  const [resource = "", shortNames = "-", apiVersion = "", kind = "", ...words] = row.split(" ");
  return {
    ...groupVersionOf(apiVersion),
    kind,
    resource,
    singular: kind.toLowerCase(),
    shortNames: shortNames === "-" ? [] : shortNames.split(","),
    namespaced: !words.includes("*"),
    categories: words.includes("all") ? ["all"] : [],
    simulated: !words.includes("kept"),
  };
}

export function groupVersionOf(apiVersion: string): {
  readonly group: string;
  readonly version: string;
} {
  const slash = apiVersion.indexOf("/");
  return { group: apiVersion.slice(0, Math.max(0, slash)), version: apiVersion.slice(slash + 1) };
}

const builtIn = BUILT_IN.trim().split("\n").map(kindInfo);
const groups: ReadonlySet<string> = new Set(builtIn.map(({ group }) => group));

export const KINDS: readonly KindInfo[] = [...builtIn, ...CUSTOM.trim().split("\n").map(kindInfo)];

/** Not a group of Kubernetes itself: its kinds come from CustomResourceDefinitions. */
export function isCustomGroup(group: string): boolean {
  return group.includes(".") && !groups.has(group);
}

/** By plural; of several the first, as Kubernetes' own come first. */
const byResource = new Map(KINDS.toReversed().map((kind) => [kind.resource, kind]));

/** By group and kind, which may be in lower case. */
const byGroupKind = new Map(
  KINDS.flatMap((info) =>
    [info.kind, info.singular].map((name) => [`${name}.${info.group}`, info] as const),
  ),
);

export function kindOfResource(resource: string): KindInfo | undefined {
  if (!resource.includes(".")) return byResource.get(resource);
  const [name = "", ...group] = resource.split(".");
  return KINDS.find((kind) => kind.resource === name && kind.group === group.join("."));
}

/**
 * The kind of an object, also where its name is in lower case (`decodeObject` refuses that); one that is not
 * served is made up from its apiVersion and kind, as for a CRD.
 */
export function kindOfObject({
  apiVersion,
  kind,
}: Pick<KubeObject, "apiVersion" | "kind">): KindInfo {
  const { group, version } = groupVersionOf(apiVersion);
  const known = byGroupKind.get(`${kind}.${group}`);
  if (known !== undefined) return known;
  const singular = kind.toLowerCase();
  return {
    group,
    version,
    kind,
    resource: plural(singular),
    singular,
    shortNames: [],
    // By convention: ClusterIssuer, ClusterPolicy.
    namespaced: !/^Cluster[A-Z]/.test(kind),
    categories: [],
    simulated: false,
    custom: true,
  };
}

/** Under what name the store has objects of a kind: plurals of custom resources may be taken already. */
export function storeName(kind: KindInfo): string {
  return kind.custom === true ? `${kind.resource}.${kind.group}` : kind.resource;
}

export function groupResource(kind: KindInfo): GroupResource {
  return { group: kind.group, resource: kind.resource };
}

/** The group and plural that a resource in a request means. */
export function groupResourceOf(resource: string): GroupResource {
  const kind = kindOfResource(resource);
  if (kind !== undefined) return groupResource(kind);
  const [name = "", ...group] = resource.split(".");
  return { group: group.join("."), resource: name };
}

function plural(singular: string): string {
  if (/(s|x|z|ch|sh)$/.test(singular)) return `${singular}es`;
  if (/[^aeiou]y$/.test(singular)) return `${singular.slice(0, -1)}ies`;
  return `${singular}s`;
}

/** Kinds whose objects a PUT makes if they are not there. */
export const MADE_BY_PUT: readonly string[] = [
  "Service",
  "LimitRange",
  "Endpoints",
  "Event",
  "Lease",
  "RuntimeClass",
];
