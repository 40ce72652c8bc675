/**
 * Rules for ConfigMaps and Secrets (pkg/apis/core/validation, v1.37.2).
 *
 * Left out: the limit of 1 MiB.
 */
import type { KubeObject } from "../../api/meta.ts";
import { jsonEqual } from "../equality.ts";
import { base64Text } from "../../api/base64.ts";
import { asRecord, asString, isRecord, type Json } from "../json.ts";
import { asJson, forbidden, invalid, invalidEach, required, type Causes } from "./errors.ts";
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

export function validateSecret(secret: KubeObject): Causes {
  return [...validateConfigMap(secret), ...contentOf(secret)];
}

/** What each type of Secret has to hold. */
function contentOf({ type, data: given, metadata }: KubeObject): Causes {
  const data = asRecord(given);
  const missing = (...names: readonly string[]): Causes =>
    names.map((name) => required(`data[${name}]`));
  switch (type) {
    case "kubernetes.io/service-account-token": {
      const account = "kubernetes.io/service-account.name";
      const isNamed = (metadata.annotations?.[account] ?? "") !== "";
      return isNamed ? [] : [required(`metadata.annotations[${account}]`)];
    }
    case "kubernetes.io/dockercfg":
      return jsonIn(data, ".dockercfg");
    case "kubernetes.io/dockerconfigjson":
      return jsonIn(data, ".dockerconfigjson");
    case "kubernetes.io/basic-auth":
      return "username" in data || "password" in data ? [] : missing("username", "password");
    case "kubernetes.io/ssh-auth":
      return (data["ssh-privatekey"] ?? "") === "" ? missing("ssh-privatekey") : [];
    case "kubernetes.io/tls":
      return missing(...["tls.crt", "tls.key"].filter((name) => !(name in data)));
    default:
      return [];
  }
}

function jsonIn(data: Json, name: string): Causes {
  const field = `data[${name}]`;
  if (!(name in data)) return [required(field)];
  const why = notAnObject(base64Text(asString(data[name])));
  return why === undefined ? [] : [invalid(field, "<secret contents redacted>", why)];
}

/** What Go's decoder says of a text that is no JSON object; of JSON that is broken within only that it ends early. */
function notAnObject(text: string): string | undefined {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    const [first] = text.trimStart();
    return first === undefined || /[[{"\d\-tfn]/u.test(first)
      ? "unexpected end of JSON input"
      : `invalid character '${first}' looking for beginning of value`;
  }
  if (isRecord(read) || read === null) return undefined;
  const what = Array.isArray(read) ? "array" : typeof read === "boolean" ? "bool" : typeof read;
  return `json: cannot unmarshal ${what} into Go value of type map[string]interface {}`;
}

export function validateSecretUpdate(next: KubeObject, prev: KubeObject): Causes {
  const rule = "field is immutable";
  const type = next["type"] === prev["type"] ? [] : [invalid("type", asJson(next["type"]), rule)];
  return [
    ...validateMetadataUpdate(next, prev),
    ...type,
    ...frozen(next, prev),
    ...validateSecret(next),
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
