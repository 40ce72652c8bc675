/** Volumes of a description. Mirrors kubectl/pkg/describe/describe.go (v0.37.2). */
import { at, isMap, list, map, num, sortedKeys, text, type JsonMap } from "../fields.ts";
import type { Nesting } from "./containers.ts";
import { line } from "./text.ts";

type Describe = (source: unknown) => string[];

const optional = (source: unknown): string => String(at(source, "optional") === true);

function fields(type: string, ...pairs: readonly (readonly [string, string])[]): string[] {
  return [line(2, "Type:", type), ...pairs.map(([title, value]) => line(2, `${title}:`, value))];
}

const readOnly = (source: unknown): string => String(at(source, "readOnly") === true);

const sources: Readonly<Record<string, Describe>> = {
  hostPath: (s) =>
    fields(
      "HostPath (bare host directory volume)",
      ["Path", text(s, "path")],
      ["HostPathType", at(s, "type") === undefined ? "<none>" : text(s, "type")],
    ),
  emptyDir: (s) =>
    fields(
      "EmptyDir (a temporary directory that shares a pod's lifetime)",
      ["Medium", text(s, "medium")],
      ["SizeLimit", text(s, "sizeLimit") || "<unset>"],
    ),
  secret: (s) =>
    fields(
      "Secret (a volume populated by a Secret)",
      ["SecretName", text(s, "secretName")],
      ["Optional", optional(s)],
    ),
  configMap: (s) =>
    fields(
      "ConfigMap (a volume populated by a ConfigMap)",
      ["Name", text(s, "name")],
      ["Optional", optional(s)],
    ),
  persistentVolumeClaim: (s) =>
    fields(
      "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
      ["ClaimName", text(s, "claimName")],
      ["ReadOnly", readOnly(s)],
    ),
  nfs: (s) =>
    fields(
      "NFS (an NFS mount that lasts the lifetime of a pod)",
      ["Server", text(s, "server")],
      ["Path", text(s, "path")],
      ["ReadOnly", readOnly(s)],
    ),
  downwardAPI: (s) => [
    line(2, "Type:", "DownwardAPI (a volume populated by information about the pod)"),
    line(2, "Items:"),
    ...list(s, "items").map((item) => {
      const from =
        text(item, "fieldRef", "fieldPath") || text(item, "resourceFieldRef", "resource");
      return line(3, `${from} -> ${text(item, "path")}`);
    }),
  ],
  projected: (s) => [
    line(2, "Type:", "Projected (a volume that contains injected data from multiple sources)"),
    ...list(s, "sources").flatMap(projectedLines),
  ],
  csi: (s) => [
    ...fields(
      "CSI (a Container Storage Interface (CSI) volume source)",
      ["Driver", text(s, "driver")],
      ["FSType", text(s, "fsType")],
      ["ReadOnly", readOnly(s)],
    ),
    ...attributeLines(map(s, "volumeAttributes")),
  ],
};

function projectedLines(source: unknown): string[] {
  const secret = at(source, "secret");
  if (isMap(secret)) {
    return [line(2, "SecretName:", text(secret, "name")), line(2, "Optional:", optional(secret))];
  }
  if (isMap(at(source, "downwardAPI"))) return [line(2, "DownwardAPI:", "true")];
  const config = at(source, "configMap");
  if (isMap(config)) {
    return [
      line(2, "ConfigMapName:", text(config, "name")),
      line(2, "Optional:", optional(config)),
    ];
  }
  const token = at(source, "serviceAccountToken");
  if (!isMap(token)) return [];
  return [line(2, "TokenExpirationSeconds:", String(num(token, "expirationSeconds")))];
}

/** What a PersistentVolume is made of, its type being a field of its spec. */
export function volumeSourceLines(spec: unknown): string[] {
  const type = Object.keys(persistentSources).find((key) => isMap(at(spec, key)));
  return type === undefined
    ? [line(1, "<unknown>")]
    : (persistentSources[type]?.(at(spec, type)) ?? []);
}

const persistentSources: Readonly<Record<string, Describe>> = {
  ...Object.fromEntries(
    ["hostPath", "nfs"].flatMap((key) => {
      const describe = sources[key];
      return describe === undefined ? [] : [[key, describe]];
    }),
  ),
  local: (s) =>
    fields("LocalVolume (a persistent volume backed by local storage on a node)", [
      "Path",
      text(s, "path"),
    ]),
  csi: (s) => [
    ...fields(
      "CSI (a Container Storage Interface (CSI) volume source)",
      ["Driver", text(s, "driver")],
      ["FSType", text(s, "fsType")],
      ["VolumeHandle", text(s, "volumeHandle")],
      ["ReadOnly", readOnly(s)],
    ),
    ...attributeLines(map(s, "volumeAttributes")),
  ],
};

function attributeLines(attributes: JsonMap): string[] {
  const keys = sortedKeys(attributes);
  if (keys.length === 0) return [line(2, "VolumeAttributes:", "<none>")];
  return keys.map((key, i) => {
    const title = i === 0 ? "    VolumeAttributes:" : "        ";
    return `${title}\t    ${key}=${String(attributes[key])}`;
  });
}

/** Volume types that are rare in rollouts print as `<unknown>`. */
export function volumeLines(volumes: readonly unknown[], nesting: Nesting): string[] {
  const space = nesting === "of a template" ? "  " : "";
  if (volumes.length === 0) return [`${space}Volumes:\t<none>`];
  return [
    `${space}Volumes:`,
    ...volumes.flatMap((volume) => {
      const type = Object.keys(sources).find((key) => isMap(at(volume, key)));
      const described =
        type === undefined ? [line(1, "<unknown>")] : sources[type]?.(at(volume, type));
      return [line(1, `${space === "" ? "" : " "}${text(volume, "name")}:`), ...(described ?? [])];
    }),
  ];
}
