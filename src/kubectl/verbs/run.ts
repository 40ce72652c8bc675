/** kubectl run. Mirrors kubectl/pkg/cmd/run/run.go (v0.37.2); without terminals, so without --rm. */
import type { KubeObject } from "../../api/meta.ts";
import { dryRunOf, fieldManagerOf, heed, writeOptions, type Call, type DryRun } from "../call.ts";
import { fail, failStatus } from "../errors.ts";
import type { JsonMap } from "../fields.ts";
import { overridden } from "../overrides.ts";
import { reporter } from "../output/report.ts";
import { givenNamespace } from "./create.ts";

const restartPolicies = ["Always", "OnFailure", "Never"];
const envVarName = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/u;
const pullPolicies = ["Always", "IfNotPresent", "Never"];

export function run(call: Call): void {
  const { flags } = call;
  const asked = readFlags(call);
  const dryRun = dryRunOf(call);
  const report = reporter(call, dryRun);
  const [name, ...words] = call.args;
  if (name === undefined || flags.dashAt === 0) fail("NAME is required for run");
  refuseOddFlags(call, dryRun);
  const pod = overridden(call, podOf(call, name, words, asked));
  const options = writeOptions({ dryRun, fieldManager: fieldManagerOf(call, "kubectl-run") });
  for (const object of flags.bool("expose") ? [pod, serviceFor(pod, flags.text("port"))] : [pod]) {
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

interface Asked {
  readonly annotations: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly env: readonly JsonMap[];
  readonly restartPolicy: string;
  readonly imagePullPolicy: string;
}

/** What is read, and refused, before anything else. */
function readFlags(call: Call): Asked {
  const { flags } = call;
  const annotations = annotationsOf(flags.list("annotations"));
  const labels = labelsOf(flags.text("labels"));
  const env = environment(flags.list("env"));
  const restartPolicy = flags.text("restart") === "" ? "Always" : flags.text("restart");
  if (!restartPolicies.includes(restartPolicy)) {
    const valid = restartPolicies.join(", ");
    fail(`invalid restart policy: ${restartPolicy}, valid values are: ${valid}`);
  }
  const imagePullPolicy = flags.text("image-pull-policy");
  if (imagePullPolicy !== "" && !pullPolicies.includes(imagePullPolicy)) {
    const valid = pullPolicies.join(", ");
    fail(`invalid image pull policy: ${imagePullPolicy}, valid values are: ${valid}`);
  }
  return { annotations, labels, env, restartPolicy, imagePullPolicy };
}

function refuseOddFlags({ flags }: Call, dryRun: DryRun): void {
  if (flags.text("image") === "") fail("--image is required");
  const port = flags.text("port");
  if (flags.bool("tty") && !flags.bool("stdin")) {
    fail("-i/--stdin is required for containers with -t/--tty=true");
  }
  if (flags.bool("expose") && port === "") fail("--port must be set when exposing a service");
  if (port !== "" && !/^[+-]?\d+$/u.test(port)) fail("--port must be a number");
  const attach = flags.changed("attach") ? flags.bool("attach") : flags.bool("stdin");
  if (!attach && flags.bool("rm")) fail("--rm should only be used for attached containers");
  if (attach && dryRun !== "none") {
    const options = "attached containers options (--attach, --stdin, or --tty)";
    fail(`--dry-run=[server|client] can't be used with ${options}`);
  }
  if (attach) fail("kubectl run --attach and --stdin are not supported in rollsim");
}

function podOf(call: Call, name: string, words: readonly string[], asked: Asked): KubeObject {
  const { flags } = call;
  const port = flags.text("port");
  const { annotations, labels, env, imagePullPolicy } = asked;
  const container = {
    name,
    image: flags.text("image"),
    ...(words.length === 0 ? {} : { [flags.bool("command") ? "command" : "args"]: words }),
    ...(port === "" ? {} : { ports: [{ containerPort: Number(port) }] }),
    ...(env.length === 0 ? {} : { env }),
    ...(imagePullPolicy === "" ? {} : { imagePullPolicy }),
    resources: {},
    ...(flags.bool("privileged") ? { securityContext: { privileged: true } } : {}),
  };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      ...givenNamespace(call),
      labels: Object.keys(labels).length === 0 ? { run: name } : labels,
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
    spec: {
      containers: [container],
      restartPolicy: asked.restartPolicy,
      dnsPolicy: "ClusterFirst",
    },
    status: {},
  };
}

/** --expose: a Service in front of the pod. */
function serviceFor({ metadata }: KubeObject, port: string): KubeObject {
  const { labels, ...named } = metadata;
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: named,
    spec: {
      ports: [{ port: Number(port), protocol: "TCP", targetPort: Number(port) }],
      selector: labels,
    },
    status: { loadBalancer: {} },
  };
}

function annotationsOf(pairs: readonly string[]): Readonly<Record<string, string>> {
  const wrong = pairs.filter((pair) => pair.indexOf("=") < 1);
  if (wrong.length > 0) fail(`invalid annotations format: ${wrong.join(", ")}`);
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf("=");
      return [pair.slice(0, equals), pair.slice(equals + 1)] as const;
    }),
  );
}

function environment(pairs: readonly string[]): readonly JsonMap[] {
  return pairs.map((pair) => {
    const [name = "", ...rest] = pair.split("=");
    if (rest.length === 0 || name === "" || !envVarName.test(name)) fail(`invalid env: ${pair}`);
    return { name, value: rest.join("=") };
  });
}

function labelsOf(text: string): Readonly<Record<string, string>> {
  if (text === "") return {};
  const pairs = text.split(",").map((pair) => {
    const [key = "", value, ...more] = pair.split("=");
    if (value === undefined || more.length > 0) fail(`unexpected label spec: ${pair}`);
    if (key === "") fail("unexpected empty label key");
    return [key, value] as const;
  });
  return Object.fromEntries(pairs);
}
