/** Rules for the containers of a pod (pkg/apis/core/validation, v1.37.2), in the server's order. */
import { asArray, asRecord, asString, isNil, type Json } from "../json.ts";
import {
  validateEnv,
  validateEnvFrom,
  validatePorts,
  validateVolumeDevices,
  validateVolumeMounts,
} from "./container-fields.ts";
import {
  asJson,
  duplicate,
  forbidden,
  invalid,
  invalidEach,
  notFound,
  notSupported,
  oneOf,
  required,
  tooMany,
  type Causes,
} from "./errors.ts";
import { dnsLabel } from "./names.ts";
import { validateLifecycle, validateProbe } from "./probes.ts";
import { validateResourceRequirements } from "./resources.ts";
import { validateSecurityContext } from "./security.ts";
import type { VolumeSources } from "./volumes.ts";

export function validateContainers(spec: Json, volumes: VolumeSources, field: string): Causes {
  const containers = asArray(spec["containers"]).map(asRecord);
  const list = `${field}.containers`;
  if (containers.length === 0) return [required(list)];
  const names = new Set<string>();
  const errors = containers.flatMap((container, index) => {
    const path = `${list}[${index}]`;
    const name = asString(container["name"]);
    const repeated = names.has(name) ? [duplicate(`${path}.name`, name)] : [];
    names.add(name);
    return [
      ...validateCommon(container, spec, volumes, path),
      ...repeated,
      ...validateHooksAndProbes(container, spec, path),
      ...validateRestartPolicy(container, path),
    ];
  });
  return [...errors, ...validateHostPortConflicts(containers, list)];
}

export function validateInitContainers(spec: Json, volumes: VolumeSources, field: string): Causes {
  const list = `${field}.initContainers`;
  const names = new Set(
    asArray(spec["containers"]).map((each) => asString(asRecord(each)["name"])),
  );
  return asArray(spec["initContainers"]).flatMap((item, index) => {
    const container = asRecord(item);
    const path = `${list}[${index}]`;
    const name = asString(container["name"]);
    const repeated = names.has(name) ? [duplicate(`${path}.name`, name)] : [];
    if (name !== "") names.add(name);
    const isSidecar = container["restartPolicy"] === "Always";
    return [
      ...validateCommon(container, spec, volumes, path),
      ...validateInitRestartPolicy(container, path),
      ...repeated,
      ...validateHostPortConflicts([container], list),
      ...(isSidecar
        ? validateHooksAndProbes(container, spec, path)
        : validateOneShot(container, path)),
    ];
  });
}

export function validateEphemeralContainers(
  spec: Json,
  volumes: VolumeSources,
  field: string,
): Causes {
  const others = [...asArray(spec["containers"]), ...asArray(spec["initContainers"])].map((each) =>
    asString(asRecord(each)["name"]),
  );
  const names = new Set(others);
  return asArray(spec["ephemeralContainers"]).flatMap((item, index) => {
    const container = asRecord(item);
    const path = `${field}.ephemeralContainers[${index}]`;
    const name = asString(container["name"]);
    const target = asString(container["targetContainerName"]);
    const repeated = names.has(name) ? [duplicate(`${path}.name`, name)] : [];
    names.add(name);
    const banned = ["ports", "resources", "livenessProbe", "readinessProbe", "startupProbe"]
      .concat(["lifecycle", "resizePolicy", "restartPolicy", "restartPolicyRules"])
      .filter((key) => !isNil(container[key]) && !isEmptyValue(container[key]));
    const rule = "cannot be set for an Ephemeral Container";
    return [
      ...validateCommon(container, spec, volumes, path),
      ...validateImageOfPod(container, path),
      ...repeated,
      ...(target === "" || others.includes(target)
        ? []
        : [notFound(`${path}.targetContainerName`, target)]),
      ...banned.map((key) => forbidden(`${path}.${key}`, rule)),
    ];
  });
}

function isEmptyValue(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : Object.keys(asRecord(value)).length === 0;
}

/** Pods, unlike templates, refuse an image with blanks around it. */
export function validateImageOfPod(container: Json, field: string): Causes {
  const image = asString(container["image"]);
  const rule = "must not have leading or trailing whitespace";
  return image === image.trim() ? [] : [invalid(`${field}.image`, image, rule)];
}

function validateCommon(
  container: Json,
  spec: Json,
  volumes: VolumeSources,
  field: string,
): Causes {
  const name = asString(container["name"]);
  const policies = ["Always", "IfNotPresent", "Never"];
  return [
    ...(name === ""
      ? [required(`${field}.name`)]
      : invalidEach(`${field}.name`, name, dnsLabel(name))),
    ...(asString(container["image"]) === "" ? [required(`${field}.image`)] : []),
    ...oneOf(container["terminationMessagePolicy"], `${field}.terminationMessagePolicy`, [
      "File",
      "FallbackToLogsOnError",
    ]),
    ...validatePorts(asArray(container["ports"]), `${field}.ports`),
    ...validateEnv(asArray(container["env"]), `${field}.env`),
    ...validateEnvFrom(asArray(container["envFrom"]), `${field}.envFrom`),
    ...validateVolumeMounts(container, volumes, `${field}.volumeMounts`),
    ...validateVolumeDevices(container, volumes, `${field}.volumeDevices`),
    ...oneOf(container["imagePullPolicy"], `${field}.imagePullPolicy`, policies),
    ...validateResourceRequirements(asRecord(container["resources"]), `${field}.resources`),
    ...validateResizePolicy(container, spec, `${field}.resizePolicy`),
    ...validateSecurityContext(container, spec, `${field}.securityContext`),
  ];
}

function validateHooksAndProbes(container: Json, spec: Json, field: string): Causes {
  const grace = spec["terminationGracePeriodSeconds"];
  const { os } = spec;
  return [
    ...validateLifecycle(container["lifecycle"], grace, os, `${field}.lifecycle`),
    ...validateProbe("liveness", container["livenessProbe"], `${field}.livenessProbe`),
    ...validateProbe("readiness", container["readinessProbe"], `${field}.readinessProbe`),
    ...validateProbe("startup", container["startupProbe"], `${field}.startupProbe`),
  ];
}

/** Init containers that end have no use for hooks and probes. */
function validateOneShot(container: Json, field: string): Causes {
  const rule = "may not be set for init containers without restartPolicy=Always";
  const fields = ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"];
  const resizes = asArray(container["resizePolicy"]).flatMap((policy, index) =>
    asRecord(policy)["restartPolicy"] === "RestartContainer"
      ? [
          invalid(
            `${field}.resizePolicy[${index}].restartPolicy`,
            "RestartContainer",
            "must not be set to 'RestartContainer' for non-sidecar initContainers",
          ),
        ]
      : [],
  );
  return [
    ...fields
      .filter((name) => !isNil(container[name]))
      .map((name) => forbidden(`${field}.${name}`, rule)),
    ...resizes,
  ];
}

function validateInitRestartPolicy(container: Json, field: string): Causes {
  if (!isNil(container["restartPolicy"])) return validateRestartPolicy(container, field);
  const rule = "must specify restartPolicy when restart rules are used";
  const hasRules = asArray(container["restartPolicyRules"]).length > 0;
  return hasRules ? [required(`${field}.restartPolicy`, rule)] : [];
}

/** The restart policy of a single container, and its rules by exit code. */
function validateRestartPolicy(container: Json, field: string): Causes {
  const { restartPolicy } = container;
  const rules = asArray(container["restartPolicyRules"]);
  const supported = ["Always", "Never", "OnFailure"];
  const missing = "must specify restartPolicy when restart rules are used";
  const path = `${field}.restartPolicyRules`;
  const policy = isNil(restartPolicy)
    ? rules.length === 0
      ? []
      : [required(`${field}.restartPolicy`, missing)]
    : supported.includes(asString(restartPolicy))
      ? []
      : [notSupported(`${field}.restartPolicy`, restartPolicy, supported)];
  return [
    ...policy,
    ...(rules.length > 20 ? [tooMany(path, rules.length, 20)] : []),
    ...rules.flatMap((rule, index) => validateRestartRule(asRecord(rule), `${path}[${index}]`)),
  ];
}

function validateRestartRule(rule: Json, field: string): Causes {
  const actions = ["Restart", "RestartAllContainers"];
  const action = asString(rule["action"]);
  const exitCodes = asRecord(rule["exitCodes"]);
  const operator = asString(exitCodes["operator"]);
  const values = asArray(exitCodes["values"]);
  const path = `${field}.exitCodes`;
  const codes = isNil(rule["exitCodes"])
    ? [required(path, "must be specified")]
    : [
        ...(["In", "NotIn"].includes(operator)
          ? []
          : [notSupported(`${path}.operator`, operator, ["In", "NotIn"])]),
        ...(values.length > 255 ? [tooMany(`${path}.values`, values.length, 255)] : []),
      ];
  return [
    ...(actions.includes(action) ? [] : [notSupported(`${field}.action`, action, actions)]),
    ...codes,
  ];
}

function validateResizePolicy(container: Json, spec: Json, field: string): Causes {
  const seen = new Set<string>();
  return asArray(container["resizePolicy"]).flatMap((item, index) => {
    const policy = asRecord(item);
    const resource = asString(policy["resourceName"]);
    const restart = asString(policy["restartPolicy"]);
    const repeated = seen.has(resource) ? [duplicate(`${field}[${index}]`, asJson(resource))] : [];
    seen.add(resource);
    const rule = "must be 'NotRequired' when pod `restartPolicy` is 'Never'";
    const clash = spec["restartPolicy"] === "Never" && restart !== "NotRequired";
    return [
      ...repeated,
      ...oneOf(resource, field, ["cpu", "memory"]),
      ...oneOf(restart, field, ["NotRequired", "RestartContainer"]),
      ...(clash ? [invalid(field, asJson(restart), rule)] : []),
    ];
  });
}

/** No two containers may want the same port of the node. */
function validateHostPortConflicts(containers: readonly Json[], field: string): Causes {
  const taken = new Set<string>();
  return containers.flatMap((container, i) =>
    asArray(container["ports"]).flatMap((item, j) => {
      const port = asRecord(item);
      const hostPort = port["hostPort"] ?? 0;
      if (typeof hostPort !== "number" || hostPort === 0) return [];
      const key = `${asString(port["protocol"])}/${asString(port["hostIP"])}/${hostPort}`;
      if (taken.has(key)) return [duplicate(`${field}[${i}].ports[${j}].hostPort`, key)];
      taken.add(key);
      return [];
    }),
  );
}
