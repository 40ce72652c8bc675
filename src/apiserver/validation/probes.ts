/** Rules for probes and lifecycle hooks (pkg/apis/core/validation, v1.37.2). */
import { asArray, asRecord, asString, isNil, type Json } from "../json.ts";
import {
  forbidden,
  invalid,
  invalidEach,
  nonNegative,
  notSupported,
  required,
  type Causes,
} from "./errors.ts";
import { headerName, portName, portNumber } from "./names.ts";
import { SIGNALS } from "./signals.ts";

const COUNTERS = [
  "initialDelaySeconds",
  "timeoutSeconds",
  "periodSeconds",
  "successThreshold",
  "failureThreshold",
];

export function validateProbe(
  kind: "liveness" | "readiness" | "startup",
  given: unknown,
  field: string,
): Causes {
  if (isNil(given)) return [];
  const probe = asRecord(given);
  const grace = probe["terminationGracePeriodSeconds"];
  const graceField = `${field}.terminationGracePeriodSeconds`;
  const successes = probe["successThreshold"] ?? 0;
  const mustBe1 = kind !== "readiness" && successes !== 1;
  const notHere = kind === "readiness" && !isNil(grace);
  return [
    ...validateHandler(probe, undefined, field),
    ...COUNTERS.flatMap((name) => nonNegative(probe[name], `${field}.${name}`)),
    ...(typeof grace === "number" && grace <= 0
      ? [invalid(graceField, grace, "must be greater than 0")]
      : []),
    ...(mustBe1 ? [invalid(`${field}.successThreshold`, successes, "must be 1")] : []),
    ...(notHere ? [invalid(graceField, grace, "must not be set for readinessProbes")] : []),
  ];
}

export function validateLifecycle(
  given: unknown,
  grace: unknown,
  os: unknown,
  field: string,
): Causes {
  if (isNil(given)) return [];
  const lifecycle = asRecord(given);
  const hooks = ["postStart", "preStop"].filter((hook) => !isNil(lifecycle[hook]));
  return [
    ...hooks.flatMap((hook) =>
      validateHandler(asRecord(lifecycle[hook]), grace, `${field}.${hook}`),
    ),
    ...validateStopSignal(lifecycle["stopSignal"], os, `${field}.stopSignal`),
  ];
}

function validateStopSignal(signal: unknown, os: unknown, field: string): Causes {
  if (isNil(signal)) return [];
  if (isNil(os)) {
    return [forbidden(field, "may not be set for containers with empty `spec.os.name`")];
  }
  const name = asString(asRecord(os)["name"]);
  const supported = name === "windows" ? ["SIGKILL", "SIGTERM"] : SIGNALS;
  return supported.includes(asString(signal)) ? [] : [notSupported(field, signal, supported)];
}

type Rule = (action: Json, field: string) => Causes;

const ACTIONS: Readonly<Record<string, Rule>> = {
  exec: (action, field) =>
    asArray(action["command"]).length === 0 ? [required(`${field}.command`)] : [],
  httpGet: validateHttpGet,
  tcpSocket: (action, field) => validatePort(action["port"], `${field}.port`),
  grpc: validateGrpc,
};

/** Exactly one action; `sleep` is for hooks only and ends within the grace period. */
function validateHandler(handler: Json, grace: unknown, field: string): Causes {
  const kinds = [...Object.keys(ACTIONS), "sleep"].filter((kind) => !isNil(handler[kind]));
  const [first, ...others] = kinds;
  if (first === undefined) return [required(field, "must specify a handler type")];
  const action = asRecord(handler[first]);
  const path = `${field}.${first}`;
  const own =
    first === "sleep" ? validateSleep(action, grace, path) : (ACTIONS[first]?.(action, path) ?? []);
  const extra = "may not specify more than 1 handler type";
  return [...own, ...others.map((kind) => forbidden(`${field}.${kind}`, extra))];
}

function validateSleep(action: Json, grace: unknown, field: string): Causes {
  const seconds = action["seconds"] ?? 0;
  if (typeof grace !== "number" || typeof seconds !== "number") return [];
  const rule = `must be non-negative and less than terminationGracePeriodSeconds (${grace})`;
  return seconds < 0 || seconds > grace ? [invalid(field, seconds, rule)] : [];
}

function validateHttpGet(action: Json, field: string): Causes {
  const scheme = asString(action["scheme"]);
  const headers = asArray(action["httpHeaders"]).map((each) => asString(asRecord(each)["name"]));
  const supported = ["HTTP", "HTTPS"];
  return [
    ...(asString(action["path"]) === "" ? [required(`${field}.path`)] : []),
    ...validatePort(action["port"], `${field}.port`),
    ...(supported.includes(scheme) ? [] : [notSupported(`${field}.scheme`, scheme, supported)]),
    ...headers.flatMap((name) => invalidEach(`${field}.httpHeaders`, name, headerName(name))),
  ];
}

function validateGrpc(action: Json, field: string): Causes {
  const { mode } = action;
  const supported = ["Plaintext", "TLS"];
  return [
    ...validatePort(action["port"], `${field}.port`),
    ...(isNil(mode) || supported.includes(asString(mode))
      ? []
      : [notSupported(`${field}.mode`, mode, supported)]),
  ];
}

/** A port's number, or the name of one. */
export function validatePort(port: unknown, field: string): Causes {
  if (typeof port === "string") return invalidEach(field, port, portName(port));
  const number = typeof port === "number" ? port : 0;
  return invalidEach(field, number, portNumber(number));
}
