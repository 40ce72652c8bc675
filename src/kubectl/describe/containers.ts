/** Containers of a description. Mirrors kubectl/pkg/describe/describe.go (v0.37.2). */
import { compareText } from "../../api/order.ts";
import { milliOfQuantity } from "../../apiserver/quantity.ts";
import { longTime } from "../duration.ts";
import { at, isMap, list, map, num, sortedKeys, text } from "../fields.ts";
import { line, optionalLine, trueFalse } from "./text.ts";

export type Nesting = "of a template" | "of a pod";

/** The value of a field reference, for pods. */
export type FieldLookup = (path: string) => string;

export function containerLines(
  title: string,
  containers: readonly unknown[],
  statuses: readonly unknown[],
  nesting: Nesting,
  lookup: FieldLookup = () => "",
): string[] {
  const space = nesting === "of a template" ? "  " : "";
  if (containers.length === 0) return [`${space}${title}: <none>`];
  return [
    `${space}${title}:`,
    ...containers.flatMap((container) => {
      const status = statuses.find((s) => text(s, "name") === text(container, "name"));
      return [
        line(1, `${space === "" ? "" : " "}${text(container, "name")}:`),
        ...basicLines(container, status),
        ...commandLines(container),
        ...(status === undefined ? [] : stateLines(status)),
        ...resourceLines(at(container, "resources"), 2),
        ...probeLines(container),
        ...environmentLines(container, lookup),
        ...mountLines(container),
      ];
    }),
  ];
}

function basicLines(container: unknown, status: unknown): string[] {
  const ports = list(container, "ports");
  const portList = (key: string): string =>
    ports
      .map((port) => {
        const name = text(port, "name");
        return `${num(port, key)}/${text(port, "protocol")}${name === "" ? "" : ` (${name})`}`;
      })
      .join(", ");
  const portLine = (title: string, key: string): string => {
    const shown = portList(key);
    return shown.includes(",")
      ? line(2, `${title}s:`, shown)
      : line(2, `${title}:`, shown || "<none>");
  };
  return [
    ...(status === undefined ? [] : [line(2, "Container ID:", text(status, "containerID"))]),
    line(2, "Image:", text(container, "image")),
    ...(status === undefined ? [] : [line(2, "Image ID:", text(status, "imageID"))]),
    portLine("Port", "containerPort"),
    portLine("Host Port", "hostPort"),
    ...seccompLines(container),
  ];
}

function seccompLines(container: unknown): string[] {
  const profile = map(container, "securityContext", "seccompProfile");
  const type = text(profile, "type");
  if (type === "") return [];
  const local = type === "Localhost" ? text(profile, "localhostProfile") : "";
  return [line(2, "SeccompProfile:", type), ...optionalLine("LocalhostProfile:", local, 3)];
}

function commandLines(container: unknown): string[] {
  return (["command", "args"] as const).flatMap((key) => {
    const words = list(container, key).map(String);
    if (words.length === 0) return [];
    const title = key === "command" ? "Command:" : "Args:";
    return [
      line(2, title),
      ...words.flatMap((word) => word.split("\n").map((part) => line(3, part))),
    ];
  });
}

function stateLines(status: unknown): string[] {
  const last = at(status, "lastState", "terminated");
  return [
    ...oneState("State", at(status, "state")),
    ...(isMap(last) ? oneState("Last State", at(status, "lastState")) : []),
    line(2, "Ready:", trueFalse(at(status, "ready"))),
    line(2, "Restart Count:", String(num(status, "restartCount"))),
  ];
}

function oneState(title: string, state: unknown): string[] {
  const running = at(state, "running");
  if (isMap(running)) {
    return [line(2, `${title}:`, "Running"), line(3, "Started:", longTime(running["startedAt"]))];
  }
  const ended = at(state, "terminated");
  if (!isMap(ended)) {
    const reason = text(state, "waiting", "reason");
    return [
      line(2, `${title}:`, "Waiting"),
      ...(reason === "" ? [] : [line(3, "Reason:", reason)]),
    ];
  }
  return [
    line(2, `${title}:`, "Terminated"),
    ...optionalLine("Reason:", text(ended, "reason"), 3),
    ...optionalLine("Message:", text(ended, "message"), 3),
    line(3, "Exit Code:", String(num(ended, "exitCode"))),
    ...optionalLine("Signal:", text(ended, "signal"), 3),
    line(3, "Started:", longTime(ended["startedAt"])),
    line(3, "Finished:", longTime(ended["finishedAt"])),
  ];
}

function resourceLines(resources: unknown, level: number): string[] {
  return (["limits", "requests"] as const).flatMap((key) => {
    const quantities = map(resources, key);
    const names = sortedKeys(quantities);
    if (names.length === 0) return [];
    const title = key === "limits" ? "Limits:" : "Requests:";
    return [line(level, title), ...names.map((n) => line(level + 1, `${n}:`, text(quantities, n)))];
  });
}

function probeLines(container: unknown): string[] {
  const probes = [
    ["Liveness:", "livenessProbe"],
    ["Readiness:", "readinessProbe"],
    ["Startup:", "startupProbe"],
  ] as const;
  return probes.flatMap(([title, key]) => {
    const probe = at(container, key);
    return isMap(probe) ? [line(2, title, describeProbe(probe))] : [];
  });
}

function describeProbe(probe: unknown): string {
  const attributes =
    `delay=${num(probe, "initialDelaySeconds")}s timeout=${num(probe, "timeoutSeconds")}s ` +
    `period=${num(probe, "periodSeconds")}s successThreshold=${num(probe, "successThreshold")} ` +
    `failureThreshold=${num(probe, "failureThreshold")}`;
  if (isMap(at(probe, "exec"))) {
    return `exec [${list(probe, "exec", "command").map(String).join(" ")}] ${attributes}`;
  }
  const http = at(probe, "httpGet");
  if (isMap(http)) {
    const host = text(http, "host");
    const port = text(http, "port");
    const address = port === "" ? host : `${host}:${port}`;
    return `http-get ${text(http, "scheme").toLowerCase()}://${address}${text(http, "path")} ${attributes}`;
  }
  const tcp = at(probe, "tcpSocket");
  if (isMap(tcp)) return `tcp-socket ${text(tcp, "host")}:${text(tcp, "port")} ${attributes}`;
  const grpc = at(probe, "grpc");
  if (isMap(grpc)) {
    return `grpc <pod>:${num(grpc, "port")} ${text(grpc, "service")} ${attributes}`;
  }
  return `unknown ${attributes}`;
}

function environmentLines(container: unknown, lookup: FieldLookup): string[] {
  const from = list(container, "envFrom").map((source) => {
    const config = at(source, "configMapRef");
    const ref = config ?? at(source, "secretRef");
    const prefix = text(source, "prefix");
    const kind = config === undefined ? "Secret" : "ConfigMap";
    const what = prefix === "" ? kind : `${kind} with prefix '${prefix}'`;
    return line(3, text(ref, "name"), what, `Optional: ${at(ref, "optional") === true}`);
  });
  const variables = list(container, "env");
  return [
    ...(from.length === 0 ? [] : [line(2, "Environment Variables from:"), ...from]),
    line(2, variables.length === 0 ? "Environment:\t<none>" : "Environment:"),
    ...variables.flatMap((variable) => variableLines(variable, container, lookup)),
  ];
}

function variableLines(variable: unknown, container: unknown, lookup: FieldLookup): string[] {
  const name = text(variable, "name");
  const source = at(variable, "valueFrom");
  if (!isMap(source)) {
    return text(variable, "value")
      .split("\n")
      .map((part, i) => line(3, i === 0 ? `${name}:` : "", part));
  }
  const field = at(source, "fieldRef");
  if (isMap(field)) {
    const path = text(field, "fieldPath");
    return [line(3, `${name}:`, `${lookup(path)} (${text(field, "apiVersion")}:${path})`)];
  }
  const resource = text(source, "resourceFieldRef", "resource");
  if (resource !== "") {
    const value = resourceValue(at(source, "resourceFieldRef"), container);
    const shown = value === "0" && /^limits\.(cpu|memory)$/u.test(resource);
    return [line(3, `${name}:`, `${shown ? "node allocatable" : value} (${resource})`)];
  }
  const secret = at(source, "secretKeyRef");
  const ref = secret ?? at(source, "configMapKeyRef");
  if (!isMap(ref)) return [];
  const where =
    secret === undefined
      ? `<set to the key '${text(ref, "key")}' of config map '${text(ref, "name")}'>`
      : `<set to the key '${text(ref, "key")}' in secret '${text(ref, "name")}'>`;
  return [line(3, `${name}:`, where, `Optional: ${ref["optional"] === true}`)];
}

/** How many divisors, 1 by default, a request or limit has, rounded up; "" for resources of other kinds. */
function resourceValue(ref: unknown, container: unknown): string {
  const [, section = "", key = ""] =
    /^(limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-.*)$/u.exec(
      text(ref, "resource"),
    ) ?? [];
  if (section === "") return "";
  const divisor = at(ref, "divisor");
  const unit = milliOfQuantity(divisor) === 0 ? "1" : divisor;
  const amount = at(container, "resources", section, key);
  const counted = key === "cpu" ? milliOfQuantity : wholeOfQuantity;
  return String(Math.ceil(counted(amount) / counted(unit)));
}

function wholeOfQuantity(json: unknown): number {
  return Math.ceil(milliOfQuantity(json) / 1000);
}

function mountLines(container: unknown): string[] {
  const mounts = list(container, "volumeMounts");
  if (mounts.length === 0) return [line(2, "Mounts:", "<none>")];
  const sorted = mounts.toSorted((a, b) => compareText(text(a, "mountPath"), text(b, "mountPath")));
  return [
    line(2, "Mounts:"),
    ...sorted.map((mount) => {
      const flags = [at(mount, "readOnly") === true ? "ro" : "rw"];
      const subPath = text(mount, "subPath");
      if (subPath !== "") flags.push(`path=${JSON.stringify(subPath)}`);
      return line(
        3,
        `${text(mount, "mountPath")} from ${text(mount, "name")} (${flags.join(",")})`,
      );
    }),
  ];
}
