/** kubectl scale. Mirrors kubectl/pkg/cmd/scale/scale.go and pkg/scale (v0.37.2). */
import type { KubeObject } from "../../api/meta.ts";
import {
  changeCauseKey,
  changeCauseOf,
  dryRunOf,
  heed,
  recordsChangeCause,
  type Call,
  type DryRun,
} from "../call.ts";
import { exitWith, fail, failAll, failStatus, goQuote } from "../errors.ts";
import { num, withField } from "../fields.ts";
import { reporter } from "../output/report.ts";
import { resolve, type Info } from "../resolve.ts";
import { isTooShort } from "../waiting.ts";

export function scale(call: Call): void {
  const { flags } = call;
  const replicas = flags.int("replicas");
  if (replicas < 0) {
    fail("The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0");
  }
  if (flags.int("current-replicas") < -1) {
    fail("The --current-replicas must specify an integer of -1 or greater");
  }
  const dryRun = dryRunOf(call);
  const report = reporter(call, dryRun);
  const selection = resolve(call, {
    bareType: flags.bool("all") ? "everything" : "refused",
    fetchFiles: true,
  });
  if (selection.infos.length === 0) {
    failAll(selection.problems);
    fail("no objects passed to scale");
  }
  if (flags.text("resource-version") !== "" && selection.infos.length > 1) {
    fail("cannot use --resource-version with multiple resources");
  }
  for (const info of selection.infos) {
    const scaled = scaleOne(call, info, replicas, dryRun);
    report(withField(scaled, ["spec", "replicas"], replicas), "scaled");
  }
  failAll(selection.problems);
}

/** Kinds with a scale subresource. */
export const SCALABLE = ["Deployment", "ReplicaSet", "StatefulSet", "ReplicationController"];

function scaleOne(call: Call, info: Info, replicas: number, dryRun: DryRun): KubeObject {
  if (dryRun === "client") return info.object;
  if (!SCALABLE.includes(info.kind.kind)) {
    exitWith("Error from server (NotFound): the server could not find the requested resource");
  }
  checkPreconditions(call, info.object);
  const dry = dryRun === "server" ? { dryRun: "All" as const } : {};
  const answer = heed(
    call,
    call.io.client.patch(
      info.ref,
      "merge",
      { spec: { replicas } },
      { subresource: "scale", fieldManager: "kubectl", ...dry },
    ),
  );
  if (!answer.ok) failStatus(answer.status);
  if (recordsChangeCause(call) && dryRun === "none") {
    const annotations = { [changeCauseKey]: changeCauseOf(call) };
    call.io.client.patch(
      info.ref,
      "merge",
      { metadata: { annotations } },
      { fieldManager: "kubectl" },
    );
  }
  const timeout = call.flags.duration("timeout");
  if (timeout > 0 && dryRun === "none") waitForReplicas(call, info, replicas, timeout);
  return info.object;
}

function checkPreconditions(call: Call, object: KubeObject): void {
  const current = call.flags.int("current-replicas");
  const actual = num(object, "spec", "replicas");
  if (current !== -1 && current !== actual)
    fail(`Expected replicas to be ${current}, was ${actual}`);
  const version = call.flags.text("resource-version");
  const actualVersion = object.metadata.resourceVersion ?? "";
  if (version !== "" && version !== actualVersion) {
    fail(`Expected resource version to be ${version}, was ${actualVersion}`);
  }
}

/** How often the real one looks, ms. */
const pollMs = 1000;

function waitForReplicas(call: Call, info: Info, replicas: number, timeoutMs: number): void {
  const { client } = call.io;
  const end = client.now + timeoutMs;
  if (isTooShort(timeoutMs)) {
    const limited = "client rate limiter Wait returned an error";
    fail(`${limited}: rate: Wait(n=1) would exceed context deadline`);
  }
  while (!isScaled(call, info, replicas)) {
    const next = Math.min(client.now + pollMs, end);
    while (client.now < next && call.io.advance(next) === "stepped");
    if (client.now >= end || client.now < next) {
      fail(`timed out waiting for ${goQuote(info.ref.name)} to be synced`);
    }
  }
}

/** Or scaled to something else by somebody else. */
function isScaled(call: Call, info: Info, replicas: number): boolean {
  const answer = call.io.client.get(info.ref);
  if (!answer.ok) return failStatus(answer.status);
  const { value } = answer;
  return (
    num(value, "spec", "replicas") !== replicas || num(value, "status", "replicas") === replicas
  );
}
