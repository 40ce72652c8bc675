/** kubectl api-resources and api-versions: what Kubernetes v1.37.2 serves. */
import type { KindInfo } from "../../api/client.ts";
import { compareText } from "../../api/order.ts";
import { groupVersionOf, isCustomGroup } from "../../apiserver/kinds.ts";
import { layTable } from "../columns/table.ts";
import type { Call } from "../call.ts";
import { fail, failUsage, goQuote } from "../errors.ts";
import { type JsonMap } from "../fields.ts";
import { indentedJson } from "../output/gojson.ts";
import { kyaml } from "../output/kyaml.ts";
import { toYaml } from "../output/yaml.ts";
import { resourceName } from "../resources.ts";

interface Listed extends Pick<KindInfo, "resource" | "shortNames" | "group" | "version" | "kind"> {
  readonly namespaced: boolean;
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
}

const allVerbs = "create,delete,deletecollection,get,list,patch,update,watch".split(",");

/** What a cluster serves without storing it under that name; rollsim lists it, and does not serve it. */
const notStored: readonly Listed[] = `
bindings - v1 Binding create namespaced
componentstatuses cs v1 ComponentStatus get,list
selfsubjectreviews - authentication.k8s.io/v1 SelfSubjectReview create
tokenreviews - authentication.k8s.io/v1 TokenReview create
localsubjectaccessreviews - authorization.k8s.io/v1 LocalSubjectAccessReview create namespaced
selfsubjectaccessreviews - authorization.k8s.io/v1 SelfSubjectAccessReview create
selfsubjectrulesreviews - authorization.k8s.io/v1 SelfSubjectRulesReview create
subjectaccessreviews - authorization.k8s.io/v1 SubjectAccessReview create
events ev events.k8s.io/v1 Event all namespaced
`
  .trim()
  .split("\n")
  .map((row) => {
    const [resource = "", short = "-", apiVersion = "", kind = "", verbs = "", scope] =
      row.split(" ");
    return {
      ...groupVersionOf(apiVersion),
      resource,
      kind,
      shortNames: short === "-" ? [] : [short],
      namespaced: scope === "namespaced",
      categories: [],
      verbs: verbs === "all" ? allVerbs : verbs.split(","),
    };
  });

/** Versions that a cluster serves besides those that it prefers. */
const olderVersions = ["autoscaling/v1"];

function served(call: Call): readonly Listed[] {
  const stored = call.io.client
    .kinds()
    .filter((kind) => !isCustomGroup(kind.group) || hasObjects(call, kind))
    .map((kind) => ({
      ...kind,
      categories: extensions.has(kind.group) ? ["api-extensions"] : kind.categories,
      verbs:
        kind.kind === "Namespace"
          ? allVerbs.filter((verb) => verb !== "deletecollection")
          : allVerbs,
    }));
  return [...stored, ...notStored];
}

const extensions: ReadonlySet<string> = new Set([
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "apiregistration.k8s.io",
]);

const groupVersion = (kind: Listed): string =>
  kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;

/** Kinds of custom resources only once there is an object. */
export function apiResources(call: Call): void {
  const { flags, io } = call;
  if (call.args.length > 0) {
    failUsage(`unexpected arguments: [${call.args.join(" ")}]`, "api-resources");
  }
  const output = flags.text("output");
  if (!["", "json", "kyaml", "name", "wide", "yaml"].includes(output))
    fail(
      `unable to match a printer suitable for the output format ${goQuote(output)}, ` +
        "allowed formats are: json,kyaml,name,wide,yaml",
    );
  const by = flags.text("sort-by");
  if (!["", "name", "kind"].includes(by)) fail("--sort-by accepts only name or kind");
  const order = (a: Listed, b: Listed): number =>
    by === "kind" ? compareText(a.kind, b.kind) : compareText(a.resource, b.resource);
  const categories = flags.list("categories");
  const verbs = flags.list("verbs");
  const shown = served(call)
    .filter((kind) => !flags.changed("api-group") || kind.group === flags.text("api-group"))
    .filter((kind) => !flags.changed("namespaced") || kind.namespaced === flags.bool("namespaced"))
    .filter((kind) => categories.every((category) => kind.categories.includes(category)))
    .filter((kind) => verbs.every((verb) => kind.verbs.includes(verb)))
    .toSorted((a, b) => order(a, b) || compareText(a.group, b.group))
    .toSorted((a, b) => (by === "" ? compareText(a.group, b.group) : 0));
  if (output === "name") {
    for (const kind of shown) {
      io.out(`${kind.group === "" ? kind.resource : `${kind.resource}.${kind.group}`}\n`);
    }
    return;
  }
  if (output === "json" || output === "kyaml" || output === "yaml") {
    const whole = {
      kind: "APIResourceList",
      apiVersion: "v1",
      groupVersion: "",
      resources: shown.map(asResource),
    };
    const json = (): string => `${indentedJson(whole, "    ", "", "as they come")}\n`;
    const yaml = (): string => (output === "yaml" ? toYaml(whole) : kyaml(whole, "as they come"));
    io.out(output === "json" ? json() : yaml());
    return;
  }
  const rows = shown.map((kind) => [
    kind.resource,
    kind.shortNames.join(","),
    groupVersion(kind),
    String(kind.namespaced),
    kind.kind,
    ...(output === "wide" ? [kind.verbs.join(","), kind.categories.join(",")] : []),
  ]);
  const headers = ["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND"];
  if (output === "wide") headers.push("VERBS", "CATEGORIES");
  io.out(layTable(flags.bool("no-headers") ? rows : [headers, ...rows]));
}

/** As discovery tells it, in the order of Go's struct. */
function asResource({ resource, kind, namespaced, ...rest }: Listed): JsonMap {
  return {
    name: resource,
    singularName: kind.toLowerCase(),
    namespaced,
    ...(rest.group === "" ? {} : { group: rest.group }),
    version: rest.version,
    kind,
    verbs: rest.verbs,
    ...(rest.shortNames.length === 0 ? {} : { shortNames: rest.shortNames }),
    ...(rest.categories.length === 0 ? {} : { categories: rest.categories }),
  };
}

/** Custom kinds that rollsim knows need no definition; they are not listed before there is an object. */
function hasObjects({ io: { client } }: Call, kind: KindInfo): boolean {
  return client.list(resourceName(client, kind)).length > 0;
}

export function apiVersions(call: Call): void {
  if (call.args.length > 0) {
    failUsage(`unexpected arguments: [${call.args.join(" ")}]`, "api-versions");
  }
  const all = new Set([...served(call).map(groupVersion), ...olderVersions]);
  for (const name of [...all].toSorted(compareText)) call.io.out(`${name}\n`);
}
