/**
 * kubectl create role, clusterrole, rolebinding and clusterrolebinding. Mirrors kubectl/pkg/cmd/create (v0.37.2).
 * Nothing asks for permission in rollsim: they stay as they were made.
 */
import type { Client } from "../../api/client.ts";
import type { Call } from "../call.ts";
import { exitWith, fail, goQuote } from "../errors.ts";
import { sortedKeys, type JsonMap } from "../fields.ts";
import { findKind } from "../resources.ts";
import { beginMaking, createGenerated, givenNamespace } from "./create.ts";

const rbacGroup = "rbac.authorization.k8s.io";
const rbac = `${rbacGroup}/v1`;

export function createRole(call: Call): void {
  const making = beginMaking(call, "one name");
  const { name } = making;
  const verbs = verbsOf(call);
  const resources = resourcesOf(call);
  if (verbs.length === 0) fail("at least one verb must be specified");
  warnOfVerbs(call, verbs);
  if (resources.length === 0) fail("at least one resource must be specified");
  checkResources(call.io.client, resources, verbs);
  const role = {
    apiVersion: rbac,
    kind: "Role",
    metadata: { name, ...givenNamespace(call) },
    rules: resourceRules(call, verbs, resources),
  };
  createGenerated(call, making, role, "");
}

export function createClusterRole(call: Call): void {
  const making = beginMaking(call, "one name");
  const { name } = making;
  const verbs = verbsOf(call);
  const resources = resourcesOf(call);
  const urls = unique(call.flags.list("non-resource-url"));
  const aggregation = call.flags.has("aggregation-rule")
    ? pairsOf(call.flags.text("aggregation-rule"))
    : undefined;
  const role = { apiVersion: rbac, kind: "ClusterRole", metadata: { name } };
  if (aggregation !== undefined) {
    const others = [verbs, resources, urls, call.flags.list("resource-name")];
    if (others.some((given) => given.length > 0)) {
      fail(
        "aggregation rule must be specified without nonResourceURLs, verbs, resources or resourceNames",
      );
    }
    const aggregationRule = { clusterRoleSelectors: [{ matchLabels: aggregation }] };
    return createGenerated(call, making, { aggregationRule, ...role, rules: null }, "");
  }
  if (verbs.length === 0) fail("at least one verb must be specified");
  if (resources.length === 0 && urls.length === 0) {
    fail("one of resource or nonResourceURL must be specified");
  }
  if (resources.length > 0) {
    warnOfVerbs(call, verbs);
    checkResources(call.io.client, resources, verbs);
  }
  if (urls.length > 0) checkUrls(verbs, urls);
  const rules = [
    ...resourceRules(call, verbs, resources),
    ...(urls.length === 0 ? [] : [{ nonResourceURLs: urls, verbs }]),
  ];
  createGenerated(call, making, { ...role, rules }, "");
}

export function createRoleBinding(call: Call): void {
  const making = beginMaking(call, "one name");
  const { name } = making;
  const [role, clusterRole] = [call.flags.text("role"), call.flags.text("clusterrole")];
  if ((role === "") === (clusterRole === "")) {
    fail("exactly one of clusterrole or role must be specified");
  }
  const roleRef =
    role === ""
      ? { apiGroup: rbacGroup, kind: "ClusterRole", name: clusterRole }
      : { apiGroup: rbacGroup, kind: "Role", name: role };
  const metadata = { name, ...givenNamespace(call) };
  const binding = { apiVersion: rbac, kind: "RoleBinding", metadata, roleRef };
  createGenerated(
    call,
    making,
    { ...binding, ...subjectsOf(call) },
    "failed to create rolebinding: ",
  );
}

export function createClusterRoleBinding(call: Call): void {
  const making = beginMaking(call, "one name");
  const { name } = making;
  const roleRef = {
    apiGroup: rbacGroup,
    kind: "ClusterRole",
    name: call.flags.text("clusterrole"),
  };
  const binding = { apiVersion: rbac, kind: "ClusterRoleBinding", metadata: { name }, roleRef };
  const failed = "failed to create clusterrolebinding: ";
  createGenerated(call, making, { ...binding, ...subjectsOf(call) }, failed);
}

function subjectsOf({ flags }: Call): { readonly subjects?: readonly JsonMap[] } {
  const named = (kind: string, names: readonly string[]): readonly JsonMap[] =>
    names.map((name) => ({ apiGroup: rbacGroup, kind, name }));
  const accounts = flags.list("serviceaccount").map((account) => {
    const [namespace = "", name = "", ...more] = account.split(":");
    if (namespace === "" || name === "" || more.length > 0) {
      fail("serviceaccount must be <namespace>:<name>");
    }
    return { kind: "ServiceAccount", name, namespace };
  });
  const subjects = [
    ...named("User", flags.list("user")),
    ...named("Group", flags.list("group")),
    ...accounts,
  ];
  return subjects.length === 0 ? {} : { subjects };
}

/** `pods/log`, `deployments.apps`: what a rule is about. */
interface RuleResource {
  readonly resource: string;
  readonly group: string;
  readonly subresource: string;
}

function verbsOf({ flags }: Call): readonly string[] {
  const verbs = flags.list("verb");
  return verbs.includes("*") ? ["*"] : unique(verbs);
}

function resourcesOf({ flags }: Call): readonly RuleResource[] {
  const resources: RuleResource[] = [];
  for (const typed of flags.list("resource")) {
    const [path = "", subresource = ""] = splitOnce(typed, "/");
    const [resource = "", group = ""] = splitOnce(path, ".");
    // `*` alone says it all.
    if (typed === "*") return [{ resource, group, subresource }];
    resources.push({ resource, group, subresource });
  }
  return resources;
}

function splitOnce(text: string, by: string): readonly string[] {
  const at = text.indexOf(by);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

const standardVerbs = new Set(
  (
    "* get delete list create update patch watch proxy deletecollection use bind escalate " +
    "impersonate"
  ).split(" "),
);

function warnOfVerbs(call: Call, verbs: readonly string[]): void {
  for (const verb of verbs) {
    if (standardVerbs.has(verb)) continue;
    call.io.err(`Warning: '${verb}' is not a standard resource verb\n`);
  }
}

const roles = [`roles.${rbacGroup}`, `clusterroles.${rbacGroup}`];
/** Verbs that go with some resources only. */
const specialVerbs: Readonly<Record<string, readonly string[]>> = {
  use: ["podsecuritypolicies.policy", "podsecuritypolicies.extensions"],
  bind: roles,
  escalate: roles,
  impersonate: ["users.", "serviceaccounts.", "groups.", "userextras.authentication.k8s.io"],
};

function checkResources(
  client: Client,
  resources: readonly RuleResource[],
  verbs: readonly string[],
): void {
  for (const given of resources) {
    if (given.resource === "") {
      fail("resource must be specified if apiGroup/subresource specified");
    }
    if (given.resource === "*") return;
    const { resource, group } = served(client, given) ?? given;
    const special = verbs.filter((verb) => specialVerbs[verb] !== undefined);
    for (const verb of special) {
      if (specialVerbs[verb]?.includes(`${resource}.${group}`) === true) continue;
      fail(`can not perform '${verb}' on '${resource}' in group '${group}'`);
    }
    if (special.length === 0 && served(client, given) === undefined) refuseUnknown(given);
  }
}

function refuseUnknown({ resource, group }: RuleResource): never {
  const where = group === "" ? "" : ` in group ${goQuote(group)}`;
  return exitWith(`the server doesn't have a resource type ${goQuote(resource)}${where}`);
}

function typed({ resource, group }: RuleResource): string {
  return group === "" ? resource : `${resource}.${group}`;
}

function served(
  client: Client,
  given: RuleResource,
): { readonly resource: string; readonly group: string } | undefined {
  return findKind(client, typed(given));
}

/** One rule for each group of the API. */
function resourceRules(
  call: Call,
  verbs: readonly string[],
  resources: readonly RuleResource[],
): readonly JsonMap[] {
  const names = unique(call.flags.list("resource-name"));
  const byGroup: Record<string, readonly string[]> = {};
  for (const given of resources) {
    const { resource, group } = served(call.io.client, given) ?? given;
    const path = given.subresource === "" ? resource : `${resource}/${given.subresource}`;
    byGroup[group] = unique([...(byGroup[group] ?? []), path]);
  }
  return sortedKeys(byGroup).map((group) => ({
    apiGroups: [group],
    ...(names.length === 0 ? {} : { resourceNames: names }),
    resources: byGroup[group] ?? [],
    verbs,
  }));
}

const urlVerbs = new Set("* get post put delete patch head options".split(" "));

function checkUrls(verbs: readonly string[], urls: readonly string[]): void {
  const odd = verbs.find((verb) => !urlVerbs.has(verb));
  if (odd !== undefined) fail(`invalid verb: '${odd}' for nonResourceURL`);
  for (const url of urls) {
    if (url !== "*" && !url.startsWith("/")) fail("nonResourceURL should start with /");
    if (url !== "*" && url.slice(0, -1).includes("*")) {
      fail("nonResourceURL only supports wildcard matches when '*' is at the end");
    }
  }
}

/** `a=b,c=d`. */
function pairsOf(text: string): Readonly<Record<string, string>> | undefined {
  if (text === "") return undefined;
  const pairs = text.split(",").map((pair) => splitOnce(pair, "="));
  return Object.fromEntries(pairs.map(([key = "", value = ""]) => [key, value]));
}

function unique(words: readonly string[]): readonly string[] {
  return [...new Set(words)];
}
