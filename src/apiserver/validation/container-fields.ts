/** Rules for ports, environment and mounts of a container (pkg/apis/core/validation, v1.37.2). */
import { asArray, asRecord, asString, isNil, type Json } from "../json.ts";
import {
  duplicate,
  forbidden,
  invalid,
  invalidEach,
  notFound,
  notSupported,
  required,
  type Causes,
} from "./errors.ts";
import { ENV_FIELD_PATHS, validateFieldRef, validateResourceFieldRef } from "./field-refs.ts";
import {
  asPrefix,
  configKey,
  dnsLabel,
  dnsSubdomain,
  envName,
  portName,
  portNumber,
} from "./names.ts";
import { descendingPath, noBacksteps } from "./paths.ts";
import type { VolumeSources } from "./volumes.ts";

const PROTOCOLS = ["SCTP", "TCP", "UDP"];

export function validatePorts(ports: readonly unknown[], field: string): Causes {
  const names = new Set<string>();
  return ports.flatMap((item, index) => {
    const port = asRecord(item);
    const path = `${field}[${index}]`;
    return [
      ...validatePortName(asString(port["name"]), names, `${path}.name`),
      ...validateNumber(port["containerPort"], `${path}.containerPort`, "required"),
      ...validateNumber(port["hostPort"], `${path}.hostPort`, "optional"),
      ...validateProtocol(asString(port["protocol"]), `${path}.protocol`),
    ];
  });
}

function validatePortName(name: string, names: Set<string>, field: string): Causes {
  if (name === "") return [];
  const errors = invalidEach(field, name, portName(name));
  if (errors.length > 0) return errors;
  if (names.has(name)) return [duplicate(field, name)];
  names.add(name);
  return [];
}

function validateNumber(port: unknown, field: string, need: "required" | "optional"): Causes {
  const number = typeof port === "number" ? port : 0;
  if (number === 0) return need === "required" ? [required(field)] : [];
  return invalidEach(field, number, portNumber(number));
}

function validateProtocol(protocol: string, field: string): Causes {
  if (protocol === "") return [required(field)];
  return PROTOCOLS.includes(protocol) ? [] : [notSupported(field, protocol, PROTOCOLS)];
}

export function validateEnv(variables: readonly unknown[], field: string): Causes {
  return variables.flatMap((item, index) => {
    const variable = asRecord(item);
    const name = asString(variable["name"]);
    const path = `${field}[${index}]`;
    return [
      ...(name === ""
        ? [required(`${path}.name`)]
        : invalidEach(`${path}.name`, name, envName(name))),
      ...validateValueFrom(variable, `${path}.valueFrom`),
    ];
  });
}

function validateValueFrom(variable: Json, field: string): Causes {
  if (isNil(variable["valueFrom"])) return [];
  const source = asRecord(variable["valueFrom"]);
  const given = Object.keys(ENV_SOURCES).filter((kind) => !isNil(source[kind]));
  const errors = given.flatMap((kind) => {
    const validate = ENV_SOURCES[kind];
    return validate?.(asRecord(source[kind]), `${field}.${kind}`) ?? [];
  });
  return [...errors, ...validateSourceCount(given.length, asString(variable["value"]), field)];
}

function validateSourceCount(count: number, value: string, field: string): Causes {
  const one =
    "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or " +
    "`fileKeyRef`";
  if (count === 0) return [invalid(field, "", one)];
  if (value !== "") return [invalid(field, "", "may not be specified when `value` is not empty")];
  if (count === 1) return [];
  return [invalid(field, "", "may not have more than one field specified at a time")];
}

type Rule = (source: Json, field: string) => Causes;

const ENV_SOURCES: Readonly<Record<string, Rule>> = {
  fieldRef: (source, field) => validateFieldRef(source, field, ENV_FIELD_PATHS),
  resourceFieldRef: (source, field) => validateResourceFieldRef(source, field, "env"),
  configMapKeyRef: validateKeySelector,
  secretKeyRef: validateKeySelector,
  fileKeyRef: validateFileKey,
};

function validateKeySelector(source: Json, field: string): Causes {
  const name = asString(source["name"]);
  const key = asString(source["key"]);
  return [
    ...invalidEach(`${field}.name`, name, dnsSubdomain(name)),
    ...(key === "" ? [required(`${field}.key`)] : invalidEach(`${field}.key`, key, configKey(key))),
  ];
}

function validateFileKey(source: Json, field: string): Causes {
  const [key, volume, path] = ["key", "volumeName", "path"].map((name) => asString(source[name]));
  const missing = (name: string): Causes => [required(`${field}.${name}`)];
  return [
    ...(key === undefined || key === ""
      ? missing("key")
      : invalidEach(`${field}.key`, key, envName(key))),
    ...(volume === undefined || volume === ""
      ? missing("volumeName")
      : invalidEach(`${field}.volumeName`, volume, dnsLabel(volume))),
    ...(path === undefined || path === "" ? missing("path") : noBacksteps(path, `${field}.path`)),
  ];
}

export function validateEnvFrom(sources: readonly unknown[], field: string): Causes {
  return sources.flatMap((item, index) => {
    const source = asRecord(item);
    const path = `${field}[${index}]`;
    const prefix = asString(source["prefix"]);
    const given = ["configMapRef", "secretRef"].filter((kind) => !isNil(source[kind]));
    const refs = given.flatMap((kind) => {
      const name = asString(asRecord(source[kind])["name"]);
      const place = `${path}.${kind}.name`;
      return name === ""
        ? [required(place)]
        : invalidEach(place, name, dnsSubdomain(asPrefix(name)));
    });
    const count =
      given.length === 0
        ? [invalid(field, "", "must specify one of: `configMapRef` or `secretRef`")]
        : given.length > 1
          ? [invalid(field, "", "may not have more than one field specified at a time")]
          : [];
    const named = prefix === "" ? [] : invalidEach(`${path}.prefix`, prefix, envName(prefix));
    return [...named, ...refs, ...count];
  });
}

export function validateVolumeMounts(
  container: Json,
  volumes: VolumeSources,
  field: string,
): Causes {
  const devices = asArray(container["volumeDevices"]).map(asRecord);
  const paths = new Set<string>();
  return asArray(container["volumeMounts"]).flatMap((item, index) => {
    const mount = asRecord(item);
    const path = `${field}[${index}]`;
    const name = asString(mount["name"]);
    const mountPath = asString(mount["mountPath"]);
    const repeated = paths.has(mountPath);
    paths.add(mountPath);
    const isDevice = devices.some((device) => device["name"] === name);
    const isDevicePath = devices.some((device) => asString(device["devicePath"]) === mountPath);
    const pathRule = "must not already exist as a path in volumeDevices";
    return [
      ...(name === "" ? [required(`${path}.name`)] : []),
      ...(volumes.has(name) ? [] : [notFound(`${path}.name`, name)]),
      ...(mountPath === "" ? [required(`${path}.mountPath`)] : []),
      ...(repeated ? [invalid(`${path}.mountPath`, mountPath, "must be unique")] : []),
      ...(isDevice
        ? [invalid(`${path}.name`, name, "must not already exist in volumeDevices")]
        : []),
      ...(isDevicePath ? [invalid(`${path}.mountPath`, mountPath, pathRule)] : []),
      ...validateSubPaths(mount, field, path),
      ...validatePropagation(mount, container, `${field}.mountPropagation`),
      ...validateRecursiveReadOnly(mount, `${field}.recursiveReadOnly`),
    ];
  });
}

/** The server names the list, not the mount, where a sub-path is wrong. */
function validateSubPaths(mount: Json, field: string, path: string): Causes {
  const subPath = asString(mount["subPath"]);
  const expression = asString(mount["subPathExpr"]);
  const both = subPath !== "" && expression !== "";
  const rule = "subPathExpr and subPath are mutually exclusive";
  return [
    ...(subPath === "" ? [] : descendingPath(subPath, `${field}.subPath`)),
    ...(both ? [invalid(`${path}.subPathExpr`, expression, rule)] : []),
    ...(expression === "" ? [] : descendingPath(expression, `${field}.subPathExpr`)),
  ];
}

function validatePropagation(mount: Json, container: Json, field: string): Causes {
  const { mountPropagation: mode } = mount;
  if (isNil(mode)) return [];
  const supported = ["Bidirectional", "HostToContainer", "None"];
  const isPrivileged = asRecord(container["securityContext"])["privileged"] === true;
  const rule = "Bidirectional mount propagation is available only to privileged containers";
  return [
    ...(supported.includes(asString(mode)) ? [] : [notSupported(field, mode, supported)]),
    ...(mode === "Bidirectional" && !isPrivileged ? [forbidden(field, rule)] : []),
  ];
}

function validateRecursiveReadOnly(mount: Json, field: string): Causes {
  const { recursiveReadOnly: mode, mountPropagation } = mount;
  if (isNil(mode) || mode === "Disabled") return [];
  const supported = ["Disabled", "Enabled", "IfPossible"];
  if (!supported.includes(asString(mode))) return [notSupported(field, mode, supported)];
  const propagates = !isNil(mountPropagation) && mountPropagation !== "None";
  const rule = "may only be specified when mountPropagation is None or not specified";
  return [
    ...(mount["readOnly"] === true
      ? []
      : [forbidden(field, "may only be specified when readOnly is true")]),
    ...(propagates ? [forbidden(field, rule)] : []),
  ];
}

export function validateVolumeDevices(
  container: Json,
  volumes: VolumeSources,
  field: string,
): Causes {
  const mounts = asArray(container["volumeMounts"]).map(asRecord);
  const names = new Set<string>();
  const paths = new Set<string>();
  return asArray(container["volumeDevices"]).flatMap((item, index) => {
    const device = asRecord(item);
    const name = asString(device["name"]);
    const path = asString(device["devicePath"]);
    const place = `${field}[${index}]`;
    const volume = volumes.get(name);
    const isBlock =
      volume !== undefined &&
      (!isNil(volume["persistentVolumeClaim"]) || !isNil(volume["ephemeral"]));
    const kindRule =
      "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode";
    const back = path.split("/").includes("..");
    const errors = [
      ...(name === "" ? [required(`${place}.name`)] : []),
      ...(names.has(name) ? [invalid(`${place}.name`, name, "must be unique")] : []),
      ...(volume !== undefined && !isBlock ? [invalid(`${place}.name`, name, kindRule)] : []),
      ...(volume === undefined ? [notFound(`${place}.name`, name)] : []),
      ...(path === "" ? [required(`${place}.devicePath`)] : []),
      ...(paths.has(path) ? [invalid(`${place}.devicePath`, path, "must be unique")] : []),
      ...(back ? [invalid(`${place}.devicePath`, path, "can not contain backsteps ('..')")] : []),
      ...(mounts.some((mount) => mount["name"] === name)
        ? [invalid(`${place}.name`, name, "must not already exist in volumeMounts")]
        : []),
      ...(mounts.some((mount) => asString(mount["mountPath"]) === path)
        ? [invalid(`${place}.devicePath`, path, "must not already exist as a path in volumeMounts")]
        : []),
    ];
    if (!back) paths.add(path);
    if (name !== "") names.add(name);
    return errors;
  });
}
