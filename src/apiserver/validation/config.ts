/**
 * Rules for ConfigMaps and Secrets (pkg/apis/core/validation, v1.37.2).
 *
 * Left out: the limit of 1 MiB, and what each type of Secret has to hold.
 */
import type { KubeObject } from "../../api/meta.ts";
import { jsonEqual } from "../equality.ts";
import { asRecord } from "../json.ts";
import { asJson, forbidden, invalid, invalidEach, type Causes } from "./errors.ts";
import { validateMetadata, validateMetadataUpdate } from "./metadata.ts";
import { configKey, dnsSubdomain } from "./names.ts";

export function validateConfigMap(config: KubeObject): Causes {
  return [
    ...validateMetadata(config, { nameRule: dnsSubdomain, namespaced: true }),
    ...keys(config),
  ];
}

/** Of the old object's kind; Secrets have no binaryData. */
export function validateConfigMapUpdate(next: KubeObject, prev: KubeObject): Causes {
  return [...validateMetadataUpdate(next, prev), ...frozen(next, prev), ...validateConfigMap(next)];
}

export function validateSecretUpdate(next: KubeObject, prev: KubeObject): Causes {
  const rule = "field is immutable";
  const type = next["type"] === prev["type"] ? [] : [invalid("type", asJson(next["type"]), rule)];
  return [
    ...validateMetadataUpdate(next, prev),
    ...type,
    ...frozen(next, prev),
    ...validateConfigMap(next),
  ];
}

function keys(config: KubeObject): Causes {
  const [data, binary] = [asRecord(config["data"]), asRecord(config["binaryData"])];
  const twice = "duplicate of key present in binaryData";
  return [
    ...Object.keys(data).flatMap((key) => [
      ...invalidEach(`data[${key}]`, asJson(key), configKey(key)),
      ...(Object.hasOwn(binary, key) ? [invalid(`data[${key}]`, asJson(key), twice)] : []),
    ]),
    ...Object.keys(binary).flatMap((key) =>
      invalidEach(`binaryData[${key}]`, asJson(key), configKey(key)),
    ),
  ];
}

function frozen(next: KubeObject, prev: KubeObject): Causes {
  if (prev["immutable"] !== true) return [];
  const rule = "field is immutable when `immutable` is set";
  return [
    ...(next["immutable"] === true ? [] : [forbidden("immutable", rule)]),
    ...["data", "binaryData"]
      .filter((field) => !jsonEqual(asRecord(next[field]), asRecord(prev[field])))
      .map((field) => forbidden(field, rule)),
  ];
}
