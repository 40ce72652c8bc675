/** kubectl create service and expose. Mirrors kubectl/pkg/cmd/create and cmd/expose (v0.37.2). */
import type { KubeObject } from "../../api/meta.ts";
import {
  changeCauseKey,
  changeCauseOf,
  dryRunOf,
  fieldManagerOf,
  heed,
  recordsChangeCause,
  writeOptions,
  type Call,
} from "../call.ts";
import { fail, failAll, goQuote, type Problem } from "../errors.ts";
import { at, isMap, list, map, num, text, type JsonMap } from "../fields.ts";
import { dnsSubdomain, portNumber } from "../../apiserver/validation/names.ts";
import { withGenerated } from "../applied.ts";
import { withAnnotation } from "../mutate.ts";
import { overridden } from "../overrides.ts";
import { reporter } from "../output/report.ts";
import { resolve, type Info } from "../resolve.ts";
import { kindName } from "../resources.ts";
import { beginMaking, createGenerated, givenNamespace } from "./create.ts";

const typeNames: Readonly<Record<string, string>> = {
  clusterip: "ClusterIP",
  nodeport: "NodePort",
  loadbalancer: "LoadBalancer",
  externalname: "ExternalName",
};

export function createService(call: Call): void {
  const making = beginMaking(call, "one name");
  const { name } = making;
  const type = typeNames[call.command.split(" ").at(-1) ?? ""] ?? "ClusterIP";
  const { flags } = call;
  const tcp = flags.list("tcp");
  const clusterIp = flags.has("clusterip") ? flags.text("clusterip") : "";
  if (clusterIp !== "None" && tcp.length === 0 && type !== "ExternalName") {
    fail("at least one tcp port specifier must be provided");
  }
  const external = flags.has("external-name") ? flags.text("external-name") : "";
  if (type === "ExternalName" && dnsSubdomain(external).length > 0) {
    fail(`invalid service external name ${external}`);
  }
  const nodePort = flags.has("node-port") ? flags.int("node-port") : 0;
  const ports = tcp.map((spec) => ({
    name: spec.replaceAll(":", "-"),
    ...(nodePort === 0 ? {} : { nodePort }),
    ...tcpPort(spec),
  }));
  const labels = { app: name };
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { labels, name, ...givenNamespace(call) },
    spec: {
      ...(clusterIp === "" ? {} : { clusterIP: clusterIp }),
      ...(flags.has("external-name") ? { externalName: flags.text("external-name") } : {}),
      ...(ports.length === 0 ? {} : { ports }),
      selector: labels,
      type,
    },
    status: { loadBalancer: {} },
  };
  createGenerated(call, making, service, `failed to create ${type} service: `);
}

/** `80` or `80:8080`. */
function tcpPort(spec: string): JsonMap {
  const [portText = "", target = portText] = spec.split(":");
  const port = Number(portText);
  if (!/^\d+$/.test(portText) || port > 65_535) {
    const why = /^\d+$/.test(portText) ? "value out of range" : "invalid syntax";
    fail(`strconv.ParseUint: parsing ${JSON.stringify(portText)}: ${why}`);
  }
  const given = spec.includes(":") && /^\d+$/.test(target);
  const [wrong] = given ? portNumber(Number(target)) : [];
  if (wrong !== undefined) fail(wrong);
  return { port, protocol: "TCP", targetPort: intOrName(target) };
}

function intOrName(value: string): number | string {
  return /^\d+$/.test(value) ? Number(value) : value;
}

const exposable = ["ReplicationController", "Service", "Pod", "Deployment", "ReplicaSet"];

export function expose(call: Call): void {
  const dryRun = dryRunOf(call);
  const report = reporter(call, dryRun);
  const selection = resolve(call, {
    bareType: "refused",
    // --selector belongs to the service here, it does not choose objects.
    selector: "",
  });
  const problems: Problem[] = [];
  for (const info of selection.infos) {
    const generated = exposed(call, info);
    if (typeof generated === "string") {
      problems.push({ text: generated });
      continue;
    }
    const service = withCause(call, overridden(call, generated));
    if (dryRun === "client") {
      report(service, "exposed");
      continue;
    }
    const context = { dryRun, fieldManager: fieldManagerOf(call, "kubectl-expose") };
    const complete = call.flags.bool("save-config") ? withGenerated(service) : service;
    const placed = { ...complete, metadata: { ...complete.metadata, namespace: call.namespace } };
    const answer = heed(call, call.io.client.create(placed, writeOptions(context)));
    if (answer.ok) report(answer.value, "exposed");
    else problems.push({ status: answer.status });
  }
  failAll([...problems, ...selection.problems]);
}

function withCause(call: Call, service: KubeObject): KubeObject {
  return recordsChangeCause(call)
    ? withAnnotation(service, changeCauseKey, changeCauseOf(call))
    : service;
}

/** The Service for an object, or why it cannot be exposed. */
function exposed(call: Call, info: Info): KubeObject | string {
  const { flags } = call;
  const { object } = info;
  if (!exposable.includes(object.kind)) return `cannot expose a ${kindName(info.kind)}`;
  const selector = selectorFor(call, object);
  if (typeof selector === "string") return selector;
  const portText = flags.text("port") || containerPorts(object).join(",");
  if (portText === "" && flags.text("cluster-ip") !== "None") {
    return "couldn't find port via --port flag or introspection";
  }
  const labels =
    flags.text("labels") === "" ? (object.metadata.labels ?? {}) : labelsOf(flags.text("labels"));
  const externalIp = flags.text("external-ip");
  const type = flags.text("type");
  const ports = servicePorts(call, object, portText);
  if (typeof ports === "string") return ports;
  const service: KubeObject = {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      ...(Object.keys(labels).length === 0 ? {} : { labels }),
      name: flags.text("name") || object.metadata.name.slice(0, 63),
      ...givenNamespace(call),
    },
    spec: {
      ...optional("clusterIP", flags.text("cluster-ip")),
      ...(externalIp === "" ? {} : { externalIPs: [externalIp] }),
      ...(type === "LoadBalancer"
        ? optional("loadBalancerIP", flags.text("load-balancer-ip"))
        : {}),
      ports,
      selector,
      ...optional("sessionAffinity", flags.text("session-affinity")),
      ...optional("type", type),
    },
    status: { loadBalancer: {} },
  };
  const affinity = flags.text("session-affinity");
  if (!["", "None", "ClientIP"].includes(affinity)) return `unknown session affinity: ${affinity}`;
  return service;
}

function optional(key: string, value: string): JsonMap {
  return value === "" ? {} : { [key]: value };
}

function selectorFor(call: Call, object: KubeObject): JsonMap | string {
  const given = call.flags.text("selector");
  if (given !== "") return labelsOf(given);
  const wrong = "couldn't retrieve selectors via --selector flag or introspection";
  if (object.kind === "Pod") {
    const labels = object.metadata.labels ?? {};
    return Object.keys(labels).length > 0
      ? labels
      : `${wrong}: the pod has no labels and cannot be exposed`;
  }
  if (object.kind === "Service") {
    const selector = at(object, "spec", "selector");
    return isMap(selector) ? selector : `${wrong}: the service has no pod selector set`;
  }
  if (object.kind === "ReplicationController") return map(object, "spec", "selector");
  const labels = map(object, "spec", "selector", "matchLabels");
  if (Object.keys(labels).length === 0) {
    const kind = object.kind.toLowerCase();
    return `${wrong}: invalid ${kind}: no selectors, therefore cannot be exposed`;
  }
  const expressions = list(object, "spec", "selector", "matchExpressions").map(goExpression);
  if (expressions.length === 0) return labels;
  const shown = expressions.join(" ");
  return `${wrong}: couldn't convert expressions - "[${shown}]" to map-based selector format`;
}

/** As Go prints such a struct with %+v. */
function goExpression(expression: unknown): string {
  const values = list(expression, "values").join(" ");
  return `{Key:${text(expression, "key")} Operator:${text(expression, "operator")} Values:[${values}]}`;
}

function labelsOf(spec: string): Record<string, string> {
  return Object.fromEntries(
    spec.split(",").map((term) => {
      const parts = term.split("=");
      const [key = "", value = ""] = parts;
      if (parts.length !== 2 || key === "") fail(`unexpected label spec: ${term}`);
      return [key, value];
    }),
  );
}

interface FoundPort {
  readonly number: number;
  readonly protocol: string;
}

function foundPorts(object: KubeObject): readonly FoundPort[] {
  if (object.kind === "Service") {
    return list(object, "spec", "ports").map((port) => ({
      number: num(port, "port"),
      protocol: text(port, "protocol") || "TCP",
    }));
  }
  const path = object.kind === "Pod" ? ["spec"] : ["spec", "template", "spec"];
  return list(object, ...path, "containers")
    .flatMap((container) => list(container, "ports"))
    .map((port) => ({
      number: num(port, "containerPort"),
      protocol: text(port, "protocol") || "TCP",
    }));
}

function containerPorts(object: KubeObject): readonly number[] {
  return [...new Set(foundPorts(object).map((port) => port.number))];
}

/** Or why they are none. */
function servicePorts(
  call: Call,
  object: KubeObject,
  portText: string,
): readonly JsonMap[] | string {
  const numbers = portText === "" ? [] : portText.split(",");
  const target = call.flags.text("target-port");
  const given = call.flags.text("protocol");
  const wrong = numbers.find((word) => !/^-?\d+$/.test(word));
  if (wrong !== undefined) return `strconv.Atoi: parsing ${goQuote(wrong)}: invalid syntax`;
  return numbers.flatMap((word, i) => {
    const port = Number(word);
    const known = foundPorts(object).filter((found) => found.number === port);
    const protocols = given === "" ? [...new Set(known.map((found) => found.protocol))] : [given];
    if (protocols.length === 0) protocols.push("TCP");
    return protocols.map((protocol) => ({
      ...(protocols.length > 1 ? { name: `port-${i + 1}-${protocol.toLowerCase()}` } : {}),
      ...(protocols.length === 1 && numbers.length > 1 ? { name: `port-${i + 1}` } : {}),
      port,
      protocol,
      targetPort: target === "" ? port : intOrName(target),
    }));
  });
}
