/**
 * Admission webhooks of pods, as far as they can be out of reach: one whose Service has no ready pod does
 * not answer, and with failurePolicy Fail (the default) no pod that it is asked about is created. One that is in
 * reach is taken to say yes and to change nothing. Mirrors apiserver/pkg/admission/plugin/webhook (generic/webhook.go
 * for who is asked, mutating/dispatcher.go for what a failure is) and util/proxy ResolveEndpoint (v1.37.2).
 *
 * Left out: webhooks by URL, and those whose Service has no object, are taken to be in reach; those with
 * matchConditions are not asked; objects other than pods; updates and deletions.
 */
import { matchesSelector } from "../api/label-selector.ts";
import type { KubeObject, StringMap } from "../api/meta.ts";
import { byName } from "../api/order.ts";
import { failure, type Status } from "../api/status.ts";
import { asArray, asRecord, asString } from "./json.ts";
import type { Store } from "./store.ts";

/** Mutating ones are asked first. */
const CONFIGURATIONS = ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"];

/** Why a new pod is not admitted, if it is not. */
export function webhookRefusal(
  store: Store,
  namespace: string,
  labels: StringMap,
): Status | undefined {
  for (const resource of CONFIGURATIONS) {
    if (!store.has(resource)) continue;
    for (const configuration of inOrder(store.all(resource))) {
      for (const each of asArray(configuration["webhooks"])) {
        const webhook = asRecord(each);
        if (webhook["failurePolicy"] === "Ignore") continue;
        if (!isAsked(store, webhook, namespace, labels)) continue;
        const call = failedCall(store, webhook);
        if (call === undefined) continue;
        const message = `failed calling webhook "${asString(webhook["name"])}": failed to call webhook: ${call}`;
        return failure(500, "InternalError", `Internal error occurred: ${message}`);
      }
    }
  }
  return undefined;
}

type Webhook = Readonly<Record<string, unknown>>;

/** Configurations are asked in order of their names. */
function inOrder(objects: Iterable<KubeObject>): readonly KubeObject[] {
  return [...objects].toSorted(byName);
}

function isAsked(store: Store, webhook: Webhook, namespace: string, labels: StringMap): boolean {
  const { rules, namespaceSelector, objectSelector, matchConditions } = webhook;
  if (asArray(matchConditions).length > 0 || !asArray(rules).some(isAboutNewPods)) return false;
  const namespaceLabels = store.get("namespaces", namespace)?.metadata.labels ?? {};
  return selects(namespaceSelector, namespaceLabels) && selects(objectSelector, labels);
}

function isAboutNewPods(rule: unknown): boolean {
  const { apiGroups, apiVersions, operations, resources, scope = "*" } = asRecord(rule);
  return (
    hasOneOf(apiGroups, ["", "*"]) &&
    hasOneOf(apiVersions, ["v1", "*"]) &&
    hasOneOf(operations, ["CREATE", "*"]) &&
    hasOneOf(resources, ["pods", "*", "*/*"]) &&
    scope !== "Cluster"
  );
}

function hasOneOf(values: unknown, wanted: readonly string[]): boolean {
  return asArray(values).some((value) => wanted.includes(asString(value)));
}

function selects(selector: unknown, labels: StringMap): boolean {
  return selector === undefined || matchesSelector(asRecord(selector), labels);
}

/** What calling it ends in; undefined: it answers. */
function failedCall(
  store: Store,
  { clientConfig, timeoutSeconds = 10 }: Webhook,
): string | undefined {
  const { name, namespace, path = "/", port = 443 } = asRecord(asRecord(clientConfig)["service"]);
  const [of, at] = [asString(name), asString(namespace)];
  const service = store.get("services", `${at}/${of}`);
  if (service === undefined || hasReadyPod(store, service)) return undefined;
  const url = `https://${of}.${at}.svc:${Number(port)}${asString(path)}?timeout=${Number(timeoutSeconds)}s`;
  return `Post "${url}": no endpoints available for service "${of}"`;
}

/** Asks the pods themselves: endpoints that are late lead to pods that do not answer either. */
function hasReadyPod({ pods, registry }: Store, { metadata, spec }: KubeObject): boolean {
  const selector = asRecord(asRecord(spec)["selector"]) as StringMap;
  const { namespace = "default" } = metadata;
  for (let row = 0; row < pods.length; row++) {
    if (!pods.isPresent(row) || pods.isDeleting(row) || !pods.isReady(row)) continue;
    const source = registry.sources[pods.columns.source[row]!]!;
    const labels = source.template.metadata?.labels ?? {};
    if (source.namespace === namespace && matchesSelector({ matchLabels: selector }, labels)) {
      return true;
    }
  }
  return false;
}
