/** kubectl run. Mirrors kubectl/pkg/cmd/run/run.go (v0.37.2); without --rm, --overrides and terminals. */
import type { KubeObject } from "../../api/meta.ts";
import { dryRunOf, fieldManagerOf, heed, writeOptions, type Call } from "../call.ts";
import { fail, failStatus } from "../errors.ts";
import { reporter } from "../output/report.ts";
import { givenNamespace } from "./create.ts";

const policies = ["Always", "OnFailure", "Never"];

export function run(call: Call): void {
  const { args, flags } = call;
  const [name, ...words] = args;
  if (name === undefined) fail("NAME is required for run");
  const image = flags.text("image");
  if (image === "") fail("--image is required");
  const restartPolicy = flags.text("restart") === "" ? "Always" : flags.text("restart");
  if (!policies.includes(restartPolicy)) {
    fail(`invalid restart policy: ${restartPolicy}, valid values are: ${policies.join(", ")}`);
  }
  const port = flags.text("port");
  if (flags.bool("expose") && port === "") fail("--port must be set when exposing a service");
  for (const flag of ["attach", "rm", "stdin", "tty", "overrides"]) {
    if (flags.changed(flag)) fail(`kubectl run --${flag} is not supported in rollsim`);
  }
  const dryRun = dryRunOf(call);
  const report = reporter(call, dryRun);
  const container = {
    name,
    image,
    ...(words.length === 0 ? {} : { [flags.bool("command") ? "command" : "args"]: words }),
    ...(port === "" ? {} : { ports: [{ containerPort: portOf(port) }] }),
    ...environment(flags.list("env")),
    ...(flags.text("image-pull-policy") === ""
      ? {}
      : { imagePullPolicy: flags.text("image-pull-policy") }),
    resources: {},
  };
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, ...givenNamespace(call), labels: labelsOf(flags.text("labels"), name) },
    spec: { containers: [container], restartPolicy, dnsPolicy: "ClusterFirst" },
    status: {},
  };
  const options = writeOptions({ dryRun, fieldManager: fieldManagerOf(call, "kubectl-run") });
  for (const object of flags.bool("expose") ? [pod, serviceFor(pod, port)] : [pod]) {
    if (dryRun === "client") {
      report(object, "created");
      continue;
    }
    const metadata = { ...object.metadata, namespace: call.namespace };
    const answer = heed(call, call.io.client.create({ ...object, metadata }, options));
    if (!answer.ok) failStatus(answer.status);
    report(answer.value, "created");
  }
}

/** --expose: a Service in front of the pod. */
function serviceFor({ metadata }: KubeObject, port: string): KubeObject {
  const { labels, ...named } = metadata;
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: named,
    spec: {
      ports: [{ port: portOf(port), protocol: "TCP", targetPort: portOf(port) }],
      selector: labels,
    },
    status: { loadBalancer: {} },
  };
}

function portOf(text: string): number {
  if (/^\d+$/u.test(text)) return Number(text);
  return fail(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
}

function environment(pairs: readonly string[]): object {
  if (pairs.length === 0) return {};
  const env = pairs.map((pair) => {
    const [name = "", ...rest] = pair.split("=");
    if (rest.length === 0 || name === "") fail(`invalid env: ${pair}`);
    return { name, value: rest.join("=") };
  });
  return { env };
}

function labelsOf(text: string, name: string): Readonly<Record<string, string>> {
  if (text === "") return { run: name };
  const pairs = text.split(",").map((pair) => {
    const [key = "", value, ...more] = pair.split("=");
    if (value === undefined || more.length > 0) fail(`unexpected label spec: ${pair}`);
    return [key, value] as const;
  });
  return Object.fromEntries(pairs);
}
