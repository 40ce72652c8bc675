/** kubectl create -f, create deployment, namespace and configmap (pkg/cmd/create, v0.37.2). */
import type { KubeObject } from "../../api/meta.ts";
import { withLastApplied } from "../applied.ts";
import {
  changeCauseKey,
  changeCauseOf,
  dryRunOf,
  fieldManagerOf,
  heed,
  recordsChangeCause,
  validationOf,
  writeOptions,
  type Call,
} from "../call.ts";
import { fail, failAll, failUsage, type Problem } from "../errors.ts";
import { withAnnotation } from "../mutate.ts";
import { reporter } from "../output/report.ts";
import { filesOf, readObjects, requireFiles } from "../resolve.ts";
import { withSource } from "../sources.ts";

export function createFromFiles(call: Call): void {
  if (call.args.length > 0) failUsage(`Unexpected args: [${call.args.join(" ")}]`, "create");
  requireFiles(call);
  const dryRun = dryRunOf(call);
  const validation = validationOf(call);
  const report = reporter(call, dryRun);
  const read = readObjects(call, filesOf(call), call.flags.text("selector"));
  const problems: Problem[] = [...read.problems];
  const context = { dryRun, fieldManager: fieldManagerOf(call, "kubectl-create") };
  const options = writeOptions(context, { fieldValidation: validation });
  for (const info of read.infos) {
    const object = prepared(call, info.object);
    if (dryRun === "client") {
      report(object, "created");
      continue;
    }
    const answer = heed(call, call.io.client.create(object, options));
    if (answer.ok) report(answer.value, "created");
    else problems.push(withSource(answer.status, "creating", info.source));
  }
  failAll(problems);
  if (read.infos.length === 0) fail("no objects passed to create");
}

/** --record and --save-config. */
export function prepared(call: Call, object: KubeObject): KubeObject {
  const recorded = recordsChangeCause(call)
    ? withAnnotation(object, changeCauseKey, changeCauseOf(call))
    : object;
  const saves = call.flags.has("save-config") && call.flags.bool("save-config");
  return saves ? withLastApplied(recorded) : recorded;
}

/** The one name that a generator takes. */
export function nameArgument(call: Call, most: "one name" | "name and command"): string {
  const before = call.flags.dashAt >= 0 ? call.flags.dashAt : call.args.length;
  const [name] = call.args;
  const exact = before === 1 || (most === "name and command" && call.flags.dashAt === 1);
  if (name !== undefined && exact) return name;
  return failUsage(`exactly one NAME is required, got ${before}`, call.command);
}

/** Creates what a generator made; `noun` stands in its refusal. */
export function createGenerated(call: Call, object: KubeObject, noun: string): void {
  const dryRun = dryRunOf(call);
  const report = reporter(call, dryRun);
  const validation = validationOf(call);
  const complete = prepared(call, object);
  if (dryRun === "client") {
    // On the client, the namespace shows only when it was asked for.
    return report(complete, "created");
  }
  const context = { dryRun, fieldManager: fieldManagerOf(call, "kubectl-create") };
  const metadata = { ...complete.metadata, ...namespaceFor(call, complete) };
  const answer = heed(
    call,
    call.io.client.create(
      { ...complete, metadata },
      writeOptions(context, { fieldValidation: validation }),
    ),
  );
  if (!answer.ok) fail(`failed to create ${noun}: ${answer.status.message}`);
  report(answer.value, "created");
}

function namespaceFor(call: Call, object: KubeObject): { readonly namespace?: string } {
  return object.kind === "Namespace" ? {} : { namespace: call.namespace };
}

export function givenNamespace(call: Call): { readonly namespace?: string } {
  return call.namespaceGiven ? { namespace: call.namespace } : {};
}

export function createDeployment(call: Call): void {
  const name = nameArgument(call, "name and command");
  const images = call.flags.list("image");
  const command = call.args.slice(1);
  if (images.length > 1 && command.length > 0) {
    fail("cannot specify multiple --image options and command");
  }
  const port = call.flags.int("port");
  const labels = { app: name };
  const containers = uniqueNames(images).map((containerName, i) => ({
    ...(command.length === 0 ? {} : { command }),
    image: images[i],
    name: containerName,
    ...(port >= 0 && i === 0 ? { ports: [{ containerPort: port }] } : {}),
    resources: {},
  }));
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { labels, name, ...givenNamespace(call) },
    spec: {
      replicas: call.flags.int("replicas"),
      selector: { matchLabels: labels },
      strategy: {},
      template: {
        metadata: { labels },
        spec: containers.length === 0 ? { containers: null } : { containers },
      },
    },
    status: {},
  };
  createGenerated(call, deployment, "deployment");
}

/** Container names from image names; equal ones get a number. */
function uniqueNames(images: readonly string[]): readonly string[] {
  const seen = new Map<string, number>();
  return images.map((image) => {
    const base = (image.split("/").at(-1) ?? "").replace(/[:@].*$/, "");
    const name = base
      .replaceAll(/[^-a-zA-Z0-9]/g, "-")
      .replace(/^-+/, "")
      .replace(/-+$/, "");
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    return count === 0 ? name : `${name}-${count + 1}`;
  });
}

export function createNamespace(call: Call): void {
  const name = nameArgument(call, "one name");
  const namespace = {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name },
    spec: {},
    status: {},
  };
  createGenerated(call, namespace, "namespace");
}

/** --from-literal and --from-file. */
export function createConfigMap(call: Call): void {
  const name = nameArgument(call, "one name");
  const literals = call.flags.list("from-literal").map((literal) => {
    const equals = literal.indexOf("=");
    if (equals < 1) fail(`invalid literal source ${literal}, expected key=value`);
    return [literal.slice(0, equals), literal.slice(equals + 1)] as const;
  });
  const files = call.flags.list("from-file").flatMap((source) => {
    const equals = source.indexOf("=");
    const path = source.slice(equals + 1);
    const read = call.io.readFile(path);
    if (read === undefined) return fail(`error reading ${path}: no such file or directory`);
    return read.map((file) => {
      const base = file.name.split("/").at(-1) ?? file.name;
      return [equals > 0 ? source.slice(0, equals) : base, file.text] as const;
    });
  });
  const data = Object.fromEntries([...literals, ...files]);
  const configMap = {
    apiVersion: "v1",
    ...(Object.keys(data).length === 0 ? {} : { data }),
    kind: "ConfigMap",
    metadata: { name, ...givenNamespace(call) },
  };
  createGenerated(call, configMap, "configmap");
}
