/** Defaults inside a pod's spec, in a Pod or a template (pkg/apis/core/v1 defaults, v1.37.2). */
import { child, drafts, fillAbsent, fillIn, isDraft, type Draft } from "./draft.ts";
import { imageTag } from "./image-name.ts";
import { asArray, isNil } from "./json.ts";
import { printQuantity, quantityOf, roundQuantityUp } from "./quantity.ts";

/** File mode 0644. */
const DEFAULT_MODE = 0o644;

/** What is filled in for every pod spec. */
export function defaultPodSpec(spec: Draft): void {
  const account = spec["serviceAccountName"] || spec["serviceAccount"];
  if (typeof account === "string" && account !== "") {
    spec["serviceAccountName"] = account;
    spec["serviceAccount"] = account;
  }
  fillIn(spec, { dnsPolicy: "ClusterFirst", restartPolicy: "Always" });
  fillAbsent(spec, { securityContext: {}, terminationGracePeriodSeconds: 30 });
  fillIn(spec, { schedulerName: "default-scheduler" });
  for (const volume of drafts(spec["volumes"])) defaultVolume(volume);
  for (const list of ["initContainers", "containers", "ephemeralContainers"]) {
    for (const container of drafts(spec[list])) defaultContainer(container);
  }
  roundResources(spec["overhead"]);
  if (isDraft(spec["resources"])) roundRequirements(spec["resources"]);
}

/** What is filled in for a Pod but not for a template. */
export function defaultPodOnly(spec: Draft): void {
  const grace = spec["terminationGracePeriodSeconds"];
  if (typeof grace === "number" && grace < 0) spec["terminationGracePeriodSeconds"] = 1;
  const containers = [...drafts(spec["containers"]), ...drafts(spec["initContainers"])];
  for (const container of containers) {
    const resources = isDraft(container["resources"]) ? container["resources"] : {};
    const limits = resources["limits"];
    if (isDraft(limits)) fillAbsent(child(resources, "requests"), limits);
  }
  fillAbsent(spec, { enableServiceLinks: true });
  if (spec["hostNetwork"] !== true) return;
  for (const container of containers) {
    for (const port of drafts(container["ports"])) {
      fillIn(port, { hostPort: port["containerPort"] ?? 0 });
    }
  }
}

function defaultContainer(container: Draft): void {
  const { image } = container;
  const isLatest = imageTag(typeof image === "string" ? image : "") === "latest";
  fillIn(container, {
    imagePullPolicy: isLatest ? "Always" : "IfNotPresent",
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
  });
  for (const port of drafts(container["ports"])) fillIn(port, { protocol: "TCP" });
  for (const variable of drafts(container["env"])) {
    if (!isDraft(variable["valueFrom"])) continue;
    defaultFieldRef(variable["valueFrom"]["fieldRef"]);
    const file = variable["valueFrom"]["fileKeyRef"];
    if (isDraft(file)) fillAbsent(file, { optional: false });
  }
  if (isDraft(container["resources"])) roundRequirements(container["resources"]);
  for (const name of ["livenessProbe", "readinessProbe", "startupProbe"]) {
    const probe = container[name];
    if (isDraft(probe)) defaultProbe(probe);
  }
  const lifecycle = isDraft(container["lifecycle"]) ? container["lifecycle"] : {};
  for (const hook of [lifecycle["postStart"], lifecycle["preStop"]]) {
    if (isDraft(hook)) defaultHttpGet(hook["httpGet"]);
  }
}

function defaultProbe(probe: Draft): void {
  fillIn(probe, {
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  });
  defaultHttpGet(probe["httpGet"]);
  if (isDraft(probe["grpc"])) fillAbsent(probe["grpc"], { service: "" });
}

function defaultHttpGet(action: unknown): void {
  if (isDraft(action)) fillIn(action, { path: "/", scheme: "HTTP" });
}

function defaultFieldRef(fieldRef: unknown): void {
  if (isDraft(fieldRef)) fillIn(fieldRef, { apiVersion: "v1" });
}

type Filler = (source: Draft) => void;

const VOLUME_SOURCES: Readonly<Record<string, Filler>> = {
  hostPath: (source) => fillAbsent(source, { type: "" }),
  secret: (source) => fillAbsent(source, { defaultMode: DEFAULT_MODE }),
  configMap: (source) => fillAbsent(source, { defaultMode: DEFAULT_MODE }),
  iscsi: (source) => fillIn(source, { iscsiInterface: "default" }),
  rbd: (source) => fillIn(source, { pool: "rbd", user: "admin", keyring: "/etc/ceph/keyring" }),
  azureDisk: (source) =>
    fillAbsent(source, {
      cachingMode: "ReadWrite",
      fsType: "ext4",
      readOnly: false,
      kind: "Shared",
    }),
  scaleIO: (source) => fillIn(source, { storageMode: "ThinProvisioned", fsType: "xfs" }),
  downwardAPI: (source) => {
    fillAbsent(source, { defaultMode: DEFAULT_MODE });
    for (const item of drafts(source["items"])) defaultFieldRef(item["fieldRef"]);
  },
  projected: (source) => {
    fillAbsent(source, { defaultMode: DEFAULT_MODE });
    for (const part of drafts(source["sources"])) defaultProjection(part);
  },
  ephemeral: (source) => {
    const template = source["volumeClaimTemplate"];
    if (!isDraft(template)) return;
    const spec = child(template, "spec");
    fillAbsent(spec, { volumeMode: "Filesystem" });
    if (isDraft(spec["resources"])) roundRequirements(spec["resources"]);
  },
  image: (source) => {
    const { reference } = source;
    const isLatest = imageTag(typeof reference === "string" ? reference : "") === "latest";
    fillIn(source, { pullPolicy: isLatest ? "Always" : "IfNotPresent" });
  },
};

function defaultVolume(volume: Draft): void {
  const sources = Object.keys(volume).filter((key) => key !== "name" && !isNil(volume[key]));
  if (sources.length === 0) volume["emptyDir"] = {};
  for (const key of sources) {
    const source = volume[key];
    if (isDraft(source)) VOLUME_SOURCES[key]?.(source);
  }
}

function defaultProjection(part: Draft): void {
  const token = part["serviceAccountToken"];
  if (isDraft(token)) fillAbsent(token, { expirationSeconds: 3600 });
  const downward = isDraft(part["downwardAPI"]) ? part["downwardAPI"] : {};
  for (const item of asArray(downward["items"])) {
    if (isDraft(item)) defaultFieldRef(item["fieldRef"]);
  }
}

function roundRequirements(resources: Draft): void {
  roundResources(resources["limits"]);
  roundResources(resources["requests"]);
}

/** Quantities finer than a thousandth are rounded up to one. */
function roundResources(list: unknown): void {
  if (!isDraft(list)) return;
  for (const [name, value] of Object.entries(list)) {
    const quantity = quantityOf(value);
    if (quantity !== undefined) list[name] = printQuantity(roundQuantityUp(quantity, 3));
  }
}
