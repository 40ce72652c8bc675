/** kubectl create -f, create deployment and create namespace (pkg/cmd/create, v0.37.2). */
import type { KubeObject } from "../../api/meta.ts";
import { fnv32a, safeEncode } from "../../apiserver/template-hash.ts";
import { withGenerated, withLastApplied } from "../applied.ts";
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
  type DryRun,
} from "../call.ts";
import { beside, fail, failAll, failStatus, failUsage, type Problem } from "../errors.ts";
import { unversioned, withAnnotation } from "../mutate.ts";
import { reporter, type Reporter } from "../output/report.ts";
import { filesOf } from "../files.ts";
import { readObjects, requireFiles } from "../resolve.ts";
import { kindOfObject } from "../resources.ts";
import { withSource } from "../sources.ts";
import { createRaw } from "./raw.ts";

export function createFromFiles(call: Call): void {
  if (call.args.length > 0) failUsage(`Unexpected args: [${call.args.join(" ")}]`, "create");
  requireFiles(call);
  if (call.flags.text("raw") !== "") return createRaw(call);
  const dryRun = dryRunOf(call);
  const validation = validationOf(call);
  const report = reporter(call, dryRun);
  const read = readObjects(call, filesOf(call), call.flags.text("selector"));
  const problems: Problem[] = [];
  const context = { dryRun, fieldManager: fieldManagerOf(call, "kubectl-create") };
  const options = writeOptions(context, { fieldValidation: validation });
  for (const info of read.infos) {
    const object = prepared(call, info.object);
    if (dryRun === "client") {
      report(object, "created");
      continue;
    }
    const answer = heed(call, call.io.client.create(unversioned(object), options));
    if (answer.ok) report(answer.value, "created");
    else problems.push(withSource(answer.status, "creating", info.source));
  }
  failAll([...problems, ...beside(problems, read.problems)]);
  if (read.infos.length === 0) fail("no objects passed to create");
}

/** --record and --save-config. */
export function prepared(
  call: Call,
  object: KubeObject,
  remembers: typeof withLastApplied = withLastApplied,
): KubeObject {
  const recorded = recordsChangeCause(call)
    ? withAnnotation(object, changeCauseKey, changeCauseOf(call))
    : object;
  const saves = call.flags.has("save-config") && call.flags.bool("save-config");
  return saves ? remembers(recorded) : recorded;
}

/** What a generator knows before it looks at its own flags (Complete of each, which comes before its Validate). */
export interface Making {
  readonly name: string;
  readonly dryRun: DryRun;
  readonly report: Reporter;
  readonly validation: ReturnType<typeof validationOf>;
}

export function beginMaking(call: Call, most: "one name" | "name and command"): Making {
  const name = nameArgument(call, most);
  const dryRun = dryRunOf(call);
  return { name, dryRun, report: reporter(call, dryRun), validation: validationOf(call) };
}

/** The one name that a generator takes. */
function nameArgument(call: Call, most: "one name" | "name and command"): string {
  const before = call.flags.dashAt >= 0 ? call.flags.dashAt : call.args.length;
  const [name] = call.args;
  const exact = before === 1 || (most === "name and command" && call.flags.dashAt === 1);
  if (name !== undefined && exact) return name;
  return failUsage(`exactly one NAME is required, got ${before}`, call.command);
}

/** Creates what a generator made; `failed` stands before the API server's refusal. */
export function createGenerated(
  call: Call,
  { dryRun, report, validation }: Making,
  object: KubeObject,
  failed: string,
): void {
  const complete = prepared(call, object, withGenerated);
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
  if (!answer.ok && failed === "") failStatus(answer.status);
  if (!answer.ok) return fail(failed + answer.status.message);
  report(answer.value, "created");
}

function namespaceFor(call: Call, object: KubeObject): { readonly namespace?: string } {
  const kind = kindOfObject(call.io, object);
  return kind?.namespaced === false ? {} : { namespace: call.namespace };
}

export function givenNamespace(call: Call): { readonly namespace?: string } {
  return call.namespaceGiven ? { namespace: call.namespace } : {};
}

export function createDeployment(call: Call): void {
  const making = beginMaking(call, "name and command");
  const { name } = making;
  const images = call.flags.list("image");
  const command = call.args.slice(1);
  if (images.length > 1 && command.length > 0) {
    fail("cannot specify multiple --image options and command");
  }
  const port = call.flags.int("port");
  const labels = { app: name };
  const containers = images.map((image, i) => ({
    ...(command.length === 0 ? {} : { command }),
    image,
    name: containerName(image),
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
  createGenerated(call, making, deployment, "failed to create deployment: ");
}

/**
 * A container's name from its image. Where it has dots or underscores kubectl draws five letters more; here they
 * come from the image, so that the same line always makes the same object.
 */
function containerName(image: string): string {
  const base = (image.split("/").at(-1) ?? "").replace(/[:@].*$/, "");
  return /[_.]/.test(base)
    ? `${base.replaceAll(/[_.]/g, "-")}-${safeEncode(String(hashOf(image))).slice(0, 5)}`
    : base;
}

function hashOf(text: string): number {
  return fnv32a(0x811c9dc5, new TextEncoder().encode(text));
}

export function createNamespace(call: Call): void {
  const making = beginMaking(call, "one name");
  const { name } = making;
  const namespace = {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name },
    spec: {},
    status: {},
  };
  createGenerated(call, making, namespace, "");
}
