/**
 * Rules for the security contexts of pods and containers (pkg/apis/core/validation, v1.37.2). Privileged
 * containers are allowed, as in nearly every cluster.
 *
 * Left out: Windows options.
 */
import { asArray, asRecord, asString, isNil, type Json } from "../json.ts";
import {
  asJson,
  duplicate,
  invalid,
  invalidEach,
  notSupported,
  required,
  type Causes,
} from "./errors.ts";
import { inRange } from "./names.ts";
import { descendingPath } from "./paths.ts";

const MAX_ID = 2 ** 31 - 1;

export function validatePodSecurityContext(spec: Json, field: string): Causes {
  const context = asRecord(spec["securityContext"]);
  return [
    ...["fsGroup", "runAsUser", "runAsGroup"].flatMap((name) =>
      validateId(context[name], `${field}.${name}`),
    ),
    ...asArray(context["supplementalGroups"]).flatMap((group, index) =>
      validateId(group, `${field}.supplementalGroups[${index}]`),
    ),
    ...validateSysctls(asArray(context["sysctls"]), spec, `${field}.sysctls`),
    ...validateChoice(context["fsGroupChangePolicy"], `${field}.fsGroupChangePolicy`, [
      "Always",
      "OnRootMismatch",
    ]),
    ...validateProfile(context["seccompProfile"], `${field}.seccompProfile`, "seccomp"),
    ...validateProfile(context["appArmorProfile"], `${field}.appArmorProfile`, "AppArmor"),
    ...validateChoice(context["supplementalGroupsPolicy"], `${field}.supplementalGroupsPolicy`, [
      "Merge",
      "Strict",
    ]),
    ...validateChoice(context["seLinuxChangePolicy"], `${field}.seLinuxChangePolicy`, [
      "MountOption",
      "Recursive",
    ]),
  ];
}

export function validateSecurityContext(container: Json, spec: Json, field: string): Causes {
  if (isNil(container["securityContext"])) return [];
  const context = asRecord(container["securityContext"]);
  const { procMount } = context;
  const masked = ["Default", "Unmasked"];
  const unmasked = procMount === "Unmasked" && spec["hostUsers"] !== false;
  const rule = "`hostUsers` must be false to use `Unmasked`";
  return [
    ...["runAsUser", "runAsGroup"].flatMap((name) => validateId(context[name], `${field}.${name}`)),
    ...(isNil(procMount) || masked.includes(asString(procMount))
      ? []
      : [notSupported(`${field}.procMount`, procMount, masked)]),
    ...(unmasked ? [invalid(`${field}.procMount`, asJson(procMount), rule)] : []),
    ...validateProfile(context["seccompProfile"], `${field}.seccompProfile`, "seccomp"),
    ...validateEscalation(context, field),
    ...validateProfile(context["appArmorProfile"], `${field}.appArmorProfile`, "AppArmor"),
  ];
}

function validateId(id: unknown, field: string): Causes {
  return typeof id === "number" ? invalidEach(field, id, inRange(id, 0, MAX_ID)) : [];
}

function validateChoice(value: unknown, field: string, supported: readonly string[]): Causes {
  const known = isNil(value) || supported.includes(asString(value));
  return known ? [] : [notSupported(field, value, supported)];
}

const SYSCTL = "^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$";

function validateSysctls(sysctls: readonly unknown[], spec: Json, field: string): Causes {
  const seen = new Set<string>();
  return sysctls.flatMap((item, index) => {
    const name = asString(asRecord(item)["name"]);
    const path = `${field}[${index}].name`;
    const repeated = seen.has(name);
    seen.add(name);
    if (name === "") return [required(path)];
    const shared = validateHostSysctl(name, spec, path);
    const rule = `must have at most 253 characters and match regex ${SYSCTL}`;
    if (name.length > 253 || !new RegExp(SYSCTL).test(name)) {
      return [invalid(path, name, rule), ...shared];
    }
    return repeated ? [duplicate(path, name), ...shared] : shared;
  });
}

const IPC_SYSCTL =
  /^(kernel\.(sem|shm|shmall|shmmax|shmmni|shm_rmid_forced|msg|msgmax|msgmnb|msgmni)$|fs\.mqueue\.)/;

/** What belongs to the network or the IPC of the node is not for a pod that shares them. */
function validateHostSysctl(name: string, spec: Json, path: string): Causes {
  const dotted = /^[^./]*\//.test(name)
    ? name.replace(/[./]/g, (c) => (c === "." ? "/" : "."))
    : name;
  if (spec["hostNetwork"] === true && dotted.startsWith("net.")) {
    return [invalid(path, name, "may not be specified when 'hostNetwork' is true")];
  }
  if (spec["hostIPC"] === true && IPC_SYSCTL.test(dotted)) {
    return [invalid(path, name, "may not be specified when 'hostIPC' is true")];
  }
  return [];
}

/** A seccomp or AppArmor profile: a file's name goes with type Localhost only. */
function validateProfile(given: unknown, field: string, kind: "seccomp" | "AppArmor"): Causes {
  if (isNil(given)) return [];
  const { type, localhostProfile: file } = asRecord(given);
  const types = ["Localhost", "RuntimeDefault", "Unconfined"];
  const what = kind === "seccomp" ? "seccompProfile" : "appArmorProfile";
  const path = `${field}.localhostProfile`;
  const typeError =
    asString(type) === ""
      ? [required(`${field}.type`, `type is required when ${what} is set`)]
      : types.includes(asString(type))
        ? []
        : [notSupported(`${field}.type`, type, types)];
  const isLocal = type === "Localhost";
  const missing = isNil(file) || (kind === "AppArmor" && asString(file) === "");
  if (isLocal && missing) {
    return [...typeError, required(path, `must be set when ${kind} type is Localhost`)];
  }
  if (isLocal && kind === "seccomp") return [...typeError, ...descendingPath(asString(file), path)];
  const padded = isLocal && asString(file) !== asString(file).trim();
  if (padded) return [...typeError, invalid(path, file, "must not be padded with whitespace")];
  if (isLocal || isNil(file)) return typeError;
  if (kind === "AppArmor" && typeError.length > 0) return typeError;
  const shown = kind === "seccomp" ? profileForm({ type, localhostProfile: file }) : file;
  return [...typeError, invalid(path, shown, `can only be set when ${kind} type is Localhost`)];
}

function validateEscalation(context: Json, field: string): Causes {
  if (context["allowPrivilegeEscalation"] !== false) return [];
  const added = asArray(asRecord(context["capabilities"])["add"]);
  const start = "cannot set `allowPrivilegeEscalation` to false and";
  return [
    ...(context["privileged"] === true
      ? [invalid(field, internalForm(context), `${start} \`privileged\` to true`)]
      : []),
    ...(added.includes("CAP_SYS_ADMIN")
      ? [invalid(field, internalForm(context), `${start} \`capabilities.Add\` CAP_SYS_ADMIN`)]
      : []),
  ];
}

function profileForm(profile: Json): unknown {
  return { Type: profile["type"] ?? "", LocalhostProfile: profile["localhostProfile"] ?? null };
}

/** The context as the server's internal type prints: all fields, Go names. */
function internalForm(context: Json): unknown {
  const { capabilities, seccompProfile: seccomp, appArmorProfile: appArmor } = context;
  const { seLinuxOptions: seLinux } = context;
  const caps = asRecord(capabilities);
  const labels = asRecord(seLinux);
  return {
    Capabilities: isNil(capabilities)
      ? null
      : { Add: caps["add"] ?? null, Drop: caps["drop"] ?? null },
    Privileged: context["privileged"] ?? null,
    SELinuxOptions: isNil(seLinux)
      ? null
      : {
          User: labels["user"] ?? "",
          Role: labels["role"] ?? "",
          Type: labels["type"] ?? "",
          Level: labels["level"] ?? "",
        },
    WindowsOptions: context["windowsOptions"] ?? null,
    RunAsUser: context["runAsUser"] ?? null,
    RunAsGroup: context["runAsGroup"] ?? null,
    RunAsNonRoot: context["runAsNonRoot"] ?? null,
    ReadOnlyRootFilesystem: context["readOnlyRootFilesystem"] ?? null,
    AllowPrivilegeEscalation: context["allowPrivilegeEscalation"] ?? null,
    ProcMount: context["procMount"] ?? null,
    SeccompProfile: isNil(seccomp) ? null : profileForm(asRecord(seccomp)),
    AppArmorProfile: isNil(appArmor) ? null : profileForm(asRecord(appArmor)),
  };
}
