/**
 * The Services of a Canary: the one that users ask (apex), and one each for primary and canary. Mirrors
 * fluxcd/flagger pkg/router/kubernetes_default.go.
 */
import { serviceNames, serviceOf, type CustomMetadata } from "../../api/canary.ts";
import { deepEqual } from "../../api/json.ts";
import { controllerOf, type KubeObject, newControllerRef, type StringMap } from "../../api/meta.ts";
import { asArray, asRecord, asString, isRecord, type Json } from "../../apiserver/json.ts";
import { decide } from "../decisions.ts";
import type { Steps } from "../reconcile.ts";
import { notForFlux } from "./metadata.ts";
import type { Problem, Sync } from "./sync.ts";
import type { PodLabel } from "./target.ts";

const SIDECARS: readonly string[] = ["istio-proxy", "envoy"];

/** Initialize: the Services of canary and primary. */
export function* initializeServices(sync: Sync, { label, value }: PodLabel): Steps<Problem> {
  const names = serviceNames(sync.canary);
  const service = serviceOf(sync.canary);
  const canary = { label, value };
  const primary = { label, value: `${value}-primary` };
  return (
    (yield* reconcileService(sync, names.canary, canary, service.canary)) ??
    (yield* reconcileService(sync, names.primary, primary, service.primary))
  );
}

/** Reconcile: the Service that users ask selects the pods of the primary. */
export function* reconcileApex(sync: Sync, { label, value }: PodLabel): Steps<Problem> {
  const { apex } = serviceNames(sync.canary);
  const primary = { label, value: `${value}-primary` };
  return yield* reconcileService(sync, apex, primary, serviceOf(sync.canary).apex);
}

/** Finalize: a Service that was there before Flagger selects the target's pods again. */
export function* revertApex(sync: Sync, label: PodLabel): Steps<Problem> {
  const { apex } = serviceNames(sync.canary);
  const service = sync.find("services", apex);
  if (service === undefined) {
    return `service ${sync.named(apex)} get query error: ${sync.missing("services", apex)}`;
  }
  if (controllerOf(service.metadata)?.kind === "Canary") return undefined;
  return yield* reconcileService(sync, apex, label);
}

function* reconcileService(
  sync: Sync,
  name: string,
  pods: PodLabel,
  metadata: CustomMetadata = {},
): Steps<Problem> {
  const problem = yield* createOrUpdate(sync, name, pods, metadata);
  return problem === undefined ? undefined : `reconcileService failed: ${problem}`;
}

function* createOrUpdate(
  sync: Sync,
  name: string,
  { label, value }: PodLabel,
  metadata: CustomMetadata,
): Steps<Problem> {
  const labels = { ...metadata.labels, [label]: name };
  const annotations = notForFlux(metadata.annotations);
  const spec = serviceSpec(sync, { [label]: value });
  const service = sync.find("services", name);
  if (service === undefined) {
    yield decide("canary/init/service", { service: name, pods: `${label}=${value}` });
    const { namespace } = sync;
    const ownerReferences = [newControllerRef(sync.canary)];
    const created = yield* sync.create({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace, labels, annotations, ownerReferences },
      spec,
    });
    return created === undefined
      ? undefined
      : `service ${sync.named(name)} create error: ${created}`;
  }
  const next = updated(sync, service, spec, labels, annotations);
  if (next === undefined) return undefined;
  yield decide("canary/service/select", { service: name, pods: `${label}=${value}` });
  const problem = yield* sync.update("services", next);
  return problem === undefined ? undefined : `service ${name} update error: ${problem}`;
}

/** The Service as it is to be; undefined if it is so already. */
function updated(
  sync: Sync,
  service: KubeObject,
  wanted: Json,
  labels: StringMap,
  annotations: StringMap,
): KubeObject | undefined {
  const spec = asRecord(service["spec"]);
  const old = asArray(spec["ports"]).map(asRecord);
  const ports = asArray(wanted["ports"]).map((item) => {
    const port = asRecord(item);
    const same = old.find(({ name }) => name === port["name"]);
    return same?.["nodePort"] === undefined ? port : { ...port, nodePort: same["nodePort"] };
  });
  const selector = wanted["selector"];
  const owner = controllerOf(service.metadata);
  const owned = owner?.kind === "Canary" && owner.name === sync.canary.metadata.name;
  const { unmanagedMetadata: unmanaged = {} } = serviceOf(sync.canary);
  const metadata = owned
    ? {
        ...service.metadata,
        labels: withKept(labels, service.metadata.labels, unmanaged.labels),
        annotations: withKept(annotations, service.metadata.annotations, unmanaged.annotations),
      }
    : service.metadata;
  const same =
    deepEqual(selector, spec["selector"]) &&
    deepEqual(byPort(ports), byPort(old)) &&
    deepEqual(metadata, service.metadata);
  return same ? undefined : { ...service, metadata, spec: { ...spec, ports, selector } };
}

function withKept(
  wanted: StringMap,
  current: StringMap = {},
  unmanaged: readonly string[] = [],
): StringMap {
  const kept = Object.entries(current).filter(([key]) => unmanaged.includes(key));
  return { ...wanted, ...Object.fromEntries(kept) };
}

function byPort(ports: readonly Json[]): readonly Json[] {
  return ports.toSorted((a, b) => Number(a["port"]) - Number(b["port"]));
}

function serviceSpec(sync: Sync, selector: StringMap): Json {
  const service = serviceOf(sync.canary);
  const { portName = "", targetPort = 0, port, appProtocol = "" } = service;
  const { trafficDistribution = "" } = service;
  const first = {
    name: portName === "" ? "http" : portName,
    protocol: "TCP",
    ...(appProtocol === "" ? {} : { appProtocol }),
    port,
    targetPort: targetPort === 0 ? port : targetPort,
  };
  return {
    type: "ClusterIP",
    selector,
    ports: [first, ...discoveredPorts(sync)],
    ...(service.headless === true ? { clusterIP: "None" } : {}),
    ...(trafficDistribution === "" ? {} : { trafficDistribution }),
  };
}

/** getPorts: those of the target's containers, but for the one that the Service serves already. */
function discoveredPorts(sync: Sync): readonly Json[] {
  const { portDiscovery, port: served, targetPort = 0 } = serviceOf(sync.canary);
  if (portDiscovery !== true) return [];
  const containers = sync.deployment(sync.targetName)?.spec.template.spec.containers ?? [];
  const target = targetPort === 0 ? served : targetPort;
  return containers
    .filter(({ name }) => !SIDECARS.includes(name))
    .flatMap((container) =>
      asArray(container["ports"])
        .filter(isRecord)
        .map((each, i) => ({
          name: asString(each["name"]) || `tcp-${container.name}-${i}`,
          protocol: "TCP",
          port: Number(each["containerPort"]),
          targetPort: Number(each["containerPort"]),
          served: each["containerPort"] === target || each["name"] === target,
        }))
        .filter((each) => !each.served)
        .map(({ served: _, ...rest }) => rest),
    )
    .toSorted((a, b) => a.port - b.port);
}
