/**
 * Rules for a pod's volumes (pkg/apis/core/validation ValidateVolumes, v1.37.2).
 *
 * Left out: what the sources of network and cloud storage, CSI, claims inside ephemeral volumes, trust
 * bundles and pod certificates require of their own fields; they are only counted.
 */
import { asArray, asRecord, asString, isNil, type Json } from "../json.ts";
import { compareQuantities, quantityOf } from "../quantity.ts";
import { validateFieldRef, validateResourceFieldRef, VOLUME_FIELD_PATHS } from "./field-refs.ts";
import {
  duplicate,
  forbidden,
  invalid,
  invalidEach,
  notSupported,
  oneOf,
  required,
  type Causes,
} from "./errors.ts";
import { dnsLabel } from "./names.ts";
import { localPath, noBacksteps } from "./paths.ts";

/** Volumes without faults, by name. */
export type VolumeSources = ReadonlyMap<string, Json>;

const FILE_MODE = "must be a number between 0 and 0777 (octal), both inclusive";
const DIRECTORY_MODE = "must be a number between 0 and 01777 (octal), both inclusive";

export function validateVolumes(
  volumes: readonly unknown[],
  field: string,
): { readonly errors: Causes; readonly sources: VolumeSources } {
  const sources = new Map<string, Json>();
  const errors = volumes.flatMap((item, index) => {
    const volume = asRecord(item);
    const name = asString(volume["name"]);
    const path = `${field}[${index}]`;
    const own = [
      ...validateSources(volume, path),
      ...(name === ""
        ? [required(`${path}.name`)]
        : invalidEach(`${path}.name`, name, dnsLabel(name))),
      ...(sources.has(name) ? [duplicate(`${path}.name`, name)] : []),
    ];
    if (own.length === 0) sources.set(name, volume);
    return own;
  });
  return { errors, sources };
}

function validateSources(volume: Json, field: string): Causes {
  const kinds = KINDS.filter((kind) => !isNil(volume[kind]));
  const [first, ...others] = kinds;
  if (first === undefined) return [required(field, "must specify a volume type")];
  const validate = RULES[first];
  const extra = "may not specify more than 1 volume type";
  return [
    ...(validate?.(asRecord(volume[first]), `${field}.${first}`) ?? []),
    ...others.map((kind) => forbidden(`${field}.${SPELLINGS[kind] ?? kind}`, extra)),
  ];
}

/** In the server's order. */
const KINDS: readonly string[] = [
  "emptyDir",
  "hostPath",
  "gitRepo",
  "gcePersistentDisk",
  "awsElasticBlockStore",
  "secret",
  "nfs",
  "iscsi",
  "glusterfs",
  "flocker",
  "persistentVolumeClaim",
  "rbd",
  "cinder",
  "cephfs",
  "quobyte",
  "downwardAPI",
  "fc",
  "flexVolume",
  "configMap",
  "azureFile",
  "vsphereVolume",
  "photonPersistentDisk",
  "portworxVolume",
  "azureDisk",
  "storageos",
  "projected",
  "scaleIO",
  "csi",
  "ephemeral",
  "image",
];

/** Where the server misspells a field that is one too many. */
const SPELLINGS: Readonly<Record<string, string>> = { downwardAPI: "downwarAPI", cephfs: "cephFS" };

type Rule = (source: Json, field: string) => Causes;

const RULES: Readonly<Record<string, Rule>> = {
  emptyDir: validateEmptyDir,
  hostPath: validateHostPath,
  secret: (source, field) => [
    ...(asString(source["secretName"]) === "" ? [required(`${field}.secretName`)] : []),
    ...validateModeAndItems(source, field),
  ],
  configMap: (source, field) => [
    ...(asString(source["name"]) === "" ? [required(`${field}.name`)] : []),
    ...validateModeAndItems(source, field),
  ],
  persistentVolumeClaim: (source, field) =>
    asString(source["claimName"]) === "" ? [required(`${field}.claimName`)] : [],
  nfs: validateNfs,
  downwardAPI: (source, field) => [
    ...validateMode(source["defaultMode"], `${field}.defaultMode`),
    ...asArray(source["items"]).flatMap((item) => validateDownwardFile(asRecord(item), field)),
  ],
  projected: validateProjected,
  image: (source, field) => [
    ...(asString(source["reference"]) === "" ? [required(`${field}.reference`)] : []),
    ...oneOf(source["pullPolicy"], `${field}.pullPolicy`, ["Always", "IfNotPresent", "Never"]),
  ],
  ephemeral: (source, field) =>
    isNil(source["volumeClaimTemplate"]) ? [required(`${field}.volumeClaimTemplate`)] : [],
};

function validateEmptyDir(source: Json, field: string): Causes {
  const { sizeLimit, mode } = source;
  const size = isNil(sizeLimit) ? undefined : quantityOf(sizeLimit);
  const zero = quantityOf(undefined);
  const negative = size !== undefined && zero !== undefined && compareQuantities(size, zero) < 0;
  const rule = "SizeLimit field must be a valid resource quantity";
  const badMode = typeof mode === "number" && (mode > 0o1777 || mode < 0);
  return [
    ...(negative ? [forbidden(`${field}.sizeLimit`, rule)] : []),
    ...(badMode ? [invalid(`${field}.mode`, mode, DIRECTORY_MODE)] : []),
  ];
}

const HOST_PATH_TYPES = [
  "",
  "BlockDevice",
  "CharDevice",
  "Directory",
  "DirectoryOrCreate",
  "File",
  "FileOrCreate",
  "Socket",
];

function validateHostPath({ path, type }: Json, field: string): Causes {
  if (asString(path) === "") return [required(`${field}.path`)];
  const known = isNil(type) || HOST_PATH_TYPES.includes(asString(type));
  return [
    ...noBacksteps(asString(path), `${field}.path`),
    ...(known ? [] : [notSupported(`${field}.type`, type, HOST_PATH_TYPES)]),
  ];
}

function validateNfs(source: Json, field: string): Causes {
  const path = asString(source["path"]);
  return [
    ...(asString(source["server"]) === "" ? [required(`${field}.server`)] : []),
    ...(path === "" ? [required(`${field}.path`)] : []),
    ...(path.startsWith("/") ? [] : [invalid(`${field}.path`, path, "must be an absolute path")]),
  ];
}

function validateMode(mode: unknown, field: string): Causes {
  const bad = typeof mode === "number" && (mode > 0o777 || mode < 0);
  return bad ? [invalid(field, mode, FILE_MODE)] : [];
}

function validateModeAndItems(source: Json, field: string): Causes {
  return [
    ...validateMode(source["defaultMode"], `${field}.defaultMode`),
    ...asArray(source["items"]).flatMap((item, index) =>
      validateKeyToPath(asRecord(item), `${field}.items[${index}]`),
    ),
  ];
}

function validateKeyToPath(item: Json, field: string): Causes {
  const path = asString(item["path"]);
  return [
    ...(asString(item["key"]) === "" ? [required(`${field}.key`)] : []),
    ...(path === "" ? [required(`${field}.path`)] : []),
    ...localPath(path, `${field}.path`),
    ...validateMode(item["mode"], `${field}.mode`),
  ];
}

function validateDownwardFile(file: Json, field: string): Causes {
  const path = asString(file["path"]);
  return [
    ...(path === "" ? [required(`${field}.path`)] : []),
    ...localPath(path, `${field}.path`),
    ...validateDownwardSource(file, field),
    ...validateMode(file["mode"], `${field}.mode`),
  ];
}

function validateDownwardSource({ fieldRef, resourceFieldRef }: Json, field: string): Causes {
  if (!isNil(fieldRef)) {
    const rule = "fieldRef and resourceFieldRef can not be specified simultaneously";
    return [
      ...validateFieldRef(asRecord(fieldRef), `${field}.fieldRef`, VOLUME_FIELD_PATHS),
      ...(isNil(resourceFieldRef) ? [] : [invalid(field, "resource", rule)]),
    ];
  }
  if (!isNil(resourceFieldRef)) {
    const path = `${field}.resourceFieldRef`;
    return validateResourceFieldRef(asRecord(resourceFieldRef), path, "volume");
  }
  return [required(field, "one of fieldRef and resourceFieldRef is required")];
}

function validateProjected(source: Json, field: string): Causes {
  const paths = new Set<string>();
  const clash = (path: string, shown: string): Causes => {
    if (path === "") return [];
    if (paths.has(path)) return [invalid(field, shown, "conflicting duplicate paths")];
    paths.add(path);
    return [];
  };
  return [
    ...validateMode(source["defaultMode"], `${field}.defaultMode`),
    ...asArray(source["sources"]).flatMap((item, index) =>
      validateProjection(asRecord(item), `${field}.sources[${index}]`, field, clash),
    ),
  ];
}

function validateProjection(
  part: Json,
  field: string,
  volume: string,
  clash: (path: string, shown: string) => Causes,
): Causes {
  const named = ["secret", "configMap"].flatMap((kind) => {
    if (isNil(part[kind])) return [];
    const source = asRecord(part[kind]);
    const path = `${field}.${kind}`;
    return [
      ...(asString(source["name"]) === "" ? [required(`${path}.name`)] : []),
      ...asArray(source["items"]).flatMap((item, index) => [
        ...validateKeyToPath(asRecord(item), `${path}.items[${index}]`),
        ...clash(asString(asRecord(item)["path"]), asString(source["name"])),
      ]),
    ];
  });
  const downward = asArray(asRecord(part["downwardAPI"])["items"]).flatMap((item) => {
    const path = asString(asRecord(item)["path"]);
    return [...validateDownwardFile(asRecord(item), `${field}.downwardAPI`), ...clash(path, path)];
  });
  const count = Object.values(part).filter((source) => !isNil(source)).length;
  const rule = "may not specify more than 1 volume type per source";
  return [
    ...named,
    ...downward,
    ...validateToken(part["serviceAccountToken"], `${field}.serviceAccountToken`, volume),
    ...(count > 1 ? [forbidden(field, rule)] : []),
  ];
}

function validateToken(token: unknown, field: string, volume: string): Causes {
  if (isNil(token)) return [];
  const { expirationSeconds: seconds, path } = asRecord(token);
  const short = typeof seconds === "number" && seconds < 600;
  const long = typeof seconds === "number" && seconds > 2 ** 32;
  const name = `${field}.expirationSeconds`;
  return [
    ...(short ? [invalid(name, seconds, "may not specify a duration less than 10 minutes")] : []),
    ...(long
      ? [invalid(name, seconds, "may not specify a duration larger than 2^32 seconds")]
      : []),
    ...(asString(path) === ""
      ? [required(`${volume}.path`)]
      : localPath(asString(path), `${volume}.path`)),
  ];
}
