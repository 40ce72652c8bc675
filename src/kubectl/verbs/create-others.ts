/**
 * kubectl create serviceaccount, priorityclass, job, cronjob and ingress. Mirrors kubectl/pkg/cmd/create (v0.37.2).
 * Nothing runs jobs in rollsim: they stay as they were made.
 */
import type { Call } from "../call.ts";
import { fail, failAll } from "../errors.ts";
import { map, without, type JsonMap } from "../fields.ts";
import { resolve } from "../resolve.ts";
import { beginMaking, createGenerated, givenNamespace } from "./create.ts";

export function createServiceAccount(call: Call): void {
  const making = beginMaking(call, "one name");
  const { name } = making;
  const account = {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name, ...givenNamespace(call) },
  };
  createGenerated(call, making, account, "failed to create serviceaccount: ");
}

export function createPriorityClass(call: Call): void {
  const making = beginMaking(call, "one name");
  const { name } = making;
  const { flags } = call;
  const description = flags.text("description");
  const priorityClass = {
    apiVersion: "scheduling.k8s.io/v1",
    ...(description === "" ? {} : { description }),
    ...(flags.bool("global-default") ? { globalDefault: true } : {}),
    kind: "PriorityClass",
    metadata: { name },
    preemptionPolicy: flags.text("preemption-policy"),
    value: flags.int("value"),
  };
  createGenerated(call, making, priorityClass, "failed to create priorityclass: ");
}

export function createJob(call: Call): void {
  const making = beginMaking(call, "name and command");
  const { name } = making;
  const [image, from] = [call.flags.text("image"), call.flags.text("from")];
  if ((image === "") === (from === "")) fail("either --image or --from must be specified");
  if (from !== "" && call.args.length > 1) fail("cannot specify --from and command");
  const job =
    from === ""
      ? { metadata: { name, ...givenNamespace(call) }, spec: jobSpec(call, name, "Never") }
      : jobOfCronJob(call, name, from);
  const complete = { apiVersion: "batch/v1", kind: "Job", ...job, status: {} };
  createGenerated(call, making, complete, "failed to create job: ");
}

function jobSpec(call: Call, name: string, restartPolicy: string): JsonMap {
  const command = call.args.slice(1);
  const container = {
    ...(command.length === 0 ? {} : { command }),
    image: call.flags.text("image"),
    name,
    resources: {},
  };
  return { template: { metadata: {}, spec: { containers: [container], restartPolicy } } };
}

/** --from=cronjob/NAME: at once, what its schedule would make. */
function jobOfCronJob(
  call: Call,
  name: string,
  from: string,
): { readonly metadata: JsonMap & { readonly name: string }; readonly spec: JsonMap } {
  const { infos, problems } = resolve(call, { args: [from], bareType: "refused", selector: "" });
  failAll(problems);
  const [found] = infos;
  if (found === undefined) return fail("from must be an existing cronjob");
  if (found.kind.kind !== "CronJob") {
    return fail(`unknown object type *${found.kind.version}.${found.kind.kind}`);
  }
  const cronJob = found.object;
  const source = cronJob.metadata.name;
  const template = map(cronJob, "spec", "jobTemplate");
  const { annotations, labels } = map(template, "metadata");
  const owner = {
    apiVersion: "batch/v1",
    controller: true,
    kind: "CronJob",
    name: source,
    uid: cronJob.metadata.uid,
  };
  return {
    metadata: {
      annotations: { "cronjob.kubernetes.io/instantiate": "manual", ...map(annotations) },
      ...(labels === undefined ? {} : { labels }),
      name,
      ...givenNamespace(call),
      ownerReferences: [owner],
    },
    spec: map(template, "spec"),
  };
}

export function createCronJob(call: Call): void {
  const making = beginMaking(call, "name and command");
  const { name } = making;
  const restart = call.flags.text("restart");
  const cronJob = {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name, ...givenNamespace(call) },
    spec: {
      jobTemplate: {
        metadata: { name },
        spec: jobSpec(call, name, restart === "" ? "OnFailure" : restart),
      },
      schedule: call.flags.text("schedule"),
    },
    status: {},
  };
  createGenerated(call, making, cronJob, "failed to create cronjob: ");
}

const rulePattern = /^([\w*.-]*)(\/.*)=([\w-]+):([\w-]+)(,tls=?([\w-]+)?)?/u;

export function createIngress(call: Call): void {
  const making = beginMaking(call, "one name");
  const { name } = making;
  const { flags } = call;
  const [backend, rules] = [flags.text("default-backend"), flags.list("rule")];
  if (backend === "" && rules.length === 0) {
    fail(
      "not enough information provided: every ingress has to either specify a default-backend (which " +
        "catches all traffic) or a list of rules (which catch specific paths)",
    );
  }
  for (const rule of rules) {
    if (!rulePattern.test(rule)) {
      fail(
        `rule ${rule} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]`,
      );
    }
  }
  const annotations = flags.list("annotation").map((annotation) => {
    const equals = annotation.indexOf("=");
    if (equals < 0) {
      fail(`annotation ${annotation} is invalid and should be in format key=[value]`);
    }
    return [annotation.slice(0, equals), annotation.slice(equals + 1)] as const;
  });
  if (backend !== "" && backend.split(":").length !== 2) {
    fail("default-backend should be in format servicename:serviceport");
  }
  const ingressClass = flags.text("class");
  const tls = tlsOf(rules);
  const ingress = {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: {
      ...(annotations.length === 0 ? {} : { annotations: Object.fromEntries(annotations) }),
      name,
      ...givenNamespace(call),
    },
    spec: {
      ...(backend === "" ? {} : { defaultBackend: backendOf(backend) }),
      ...(ingressClass === "" ? {} : { ingressClassName: ingressClass }),
      ...(rules.length === 0 ? {} : { rules: rulesOf(rules) }),
      ...(tls.length === 0 ? {} : { tls }),
    },
    status: { loadBalancer: {} },
  };
  createGenerated(call, making, ingress, "failed to create ingress: ");
}

function backendOf(text: string): JsonMap {
  const [name = "", port = ""] = text.split(":");
  return {
    service: { name, port: /^\d+$/u.test(port) ? { number: Number(port) } : { name: port } },
  };
}

/** One rule for each host, with the paths of all of its rules. */
function rulesOf(rules: readonly string[]): readonly JsonMap[] {
  const paths = new Map<string, JsonMap[]>();
  for (const rule of rules) {
    const [host = "", ...rest] = (rule.split(",")[0] ?? "").split("/");
    const [path = "", service = ""] = `/${rest.join("/")}`.split("=");
    const all = path.endsWith("*");
    const entry = {
      backend: backendOf(service),
      path: all ? path.slice(0, -1) : path,
      pathType: all ? "Prefix" : "Exact",
    };
    paths.set(host, [...(paths.get(host) ?? []), entry]);
  }
  return [...paths].map(([host, found]) => ({
    ...(host === "" ? {} : { host }),
    http: { paths: found },
  }));
}

/** One entry for each secret; a host counts with the first secret that it names. */
function tlsOf(rules: readonly string[]): readonly JsonMap[] {
  const seen = new Set<string>();
  const hosts = new Map<string, string[]>();
  for (const rule of rules) {
    const [, tls, ...more] = rule.split(",");
    const [host = ""] = rule.split("/");
    if (tls === undefined || more.length > 0 || seen.has(host)) continue;
    seen.add(host);
    const secret = tls.split("=")[1] ?? "";
    if (host === "" && secret === "" && !hosts.has(secret)) continue;
    hosts.set(secret, [...(hosts.get(secret) ?? []), host]);
  }
  return [...hosts].map(([secretName, names]) => {
    const named = names.filter((host) => host !== "");
    return without(
      { hosts: named, secretName },
      ...(named.length === 0 ? ["hosts"] : []),
      ...(secretName === "" ? ["secretName"] : []),
    );
  });
}
