/** kubectl wait. Mirrors kubectl/pkg/cmd/wait (v0.37.2). */
import type { KubeObject } from "../../api/meta.ts";
import type { Call } from "../call.ts";
import { exitOf, fail, failAll, type Problem } from "../errors.ts";
import { list, num, text } from "../fields.ts";
import { findResults, isPathError, relaxedPath } from "../output/jsonpath.ts";
import { writePrinter } from "../output/printer.ts";
import { resolve, type Info, type Selection } from "../resolve.ts";
import { nameOfObject, resourceName } from "../resources.ts";
import { failIdle, follow, isTooShort } from "../waiting.ts";

type Condition =
  | { readonly type: "deleted" }
  | { readonly type: "created" }
  | { readonly type: "met"; check(object: KubeObject): boolean };

const weekMs = 168 * 3_600_000;
const pollMs = 500;

export function wait(call: Call): void {
  const print = reportMet(call);
  const asked = call.flags.list("for");
  if (asked.length === 0) fail("unrecognized condition: []");
  const conditions = asked.map((condition) => readCondition(condition, asked));
  const given = call.flags.duration("timeout");
  const timeoutMs = given < 0 ? weekMs : given;
  const end = call.io.client.now + timeoutMs;
  if (conditions.some(({ type }) => type === "created")) waitForCreation(call, timeoutMs, end);
  const forDeletion = conditions.some(({ type }) => type === "deleted");
  const selection = select(call, forDeletion);
  const problems: Problem[] = [...selection.problems];
  for (const info of selection.infos) {
    for (const condition of conditions) {
      const problem = waitForOne(call, info, condition, timeoutMs, end);
      if (problem === undefined) {
        print(info);
        continue;
      }
      problems.push(problem);
      break;
    }
  }
  failAll(problems);
  if (selection.infos.length === 0 && !forDeletion) fail("no matching resources found");
}

function select(call: Call, forDeletion: boolean): Selection {
  return resolve(call, {
    bareType: call.flags.bool("all") ? "everything" : "refused",
    fetchFiles: true,
    ...(forDeletion ? { ignoreNotFound: true as const } : {}),
  });
}

function reportMet(call: Call): (info: Info) => void {
  const printer = writePrinter(call);
  return (info) => {
    const line = `${nameOfObject(info.object)} condition met\n`;
    call.io.out(printer === undefined ? line : printer(info.object));
  };
}

/** `condition=Available`, `condition=Available=false`, `jsonpath={.a}=1`, `delete`, `create`. */
function readCondition(condition: string, all: readonly string[]): Condition {
  const lower = condition.toLowerCase();
  if (lower === "delete") return { type: "deleted" };
  if (lower === "create") return { type: "created" };
  if (condition.startsWith("condition=")) {
    const [name = "", status = "true"] = condition.slice("condition=".length).split("=");
    return { type: "met", check: (object) => hasCondition(object, name, status) };
  }
  if (condition.startsWith("jsonpath=")) return pathCondition(condition.slice("jsonpath=".length));
  return fail(
    `unrecognized condition: ${all.length === 1 ? JSON.stringify(condition) : condition}`,
  );
}

/** What is wrong with a `--for`, in kubectl's words, without its `error: `. */
export function conditionProblem(condition: string): string | undefined {
  try {
    readCondition(condition, [condition]);
    return undefined;
  } catch (thrown) {
    const exit = exitOf(thrown);
    if (exit === undefined) throw thrown;
    return exit.text.replace(/^error: /u, "");
  }
}

function hasCondition(object: KubeObject, name: string, wanted: string): boolean {
  const condition = list(object, "status", "conditions").find(
    (c) => text(c, "type").toLowerCase() === name.toLowerCase(),
  );
  if (condition === undefined) return false;
  const seen = num(condition, "observedGeneration") || num(object, "status", "observedGeneration");
  if (seen > 0 && seen < (object.metadata.generation ?? 0)) return false;
  return text(condition, "status").toLowerCase() === wanted.toLowerCase();
}

function pathCondition(input: string): Condition {
  const parts = input.split(/(?<!=)=(?!=)/);
  if (parts.length > 2) {
    const example = "--for=jsonpath='{.status.readyReplicas}'";
    fail(`jsonpath wait format must be ${example}=3 or ${example}`);
  }
  const [expression = "", value] = parts;
  const path = relaxedPath(expression);
  if (isPathError(path)) return fail(path.error);
  if (path === "") return fail("jsonpath expression cannot be empty");
  const wanted = value?.replaceAll(/^['"]+|['"]+$/g, "");
  if (wanted === "") {
    const example = "--for=jsonpath='{.status.readyReplicas}'=3";
    fail(`jsonpath wait has to have a value after equal sign, like ${example}`);
  }
  return {
    type: "met",
    check(object) {
      const found = findResults(path, object, "allow missing");
      if (isPathError(found)) return fail(found.error);
      const results = found.flat();
      if (results.length === 0) return false;
      if (results.length > 1) return fail("given jsonpath expression matches more than one value");
      if (wanted === undefined) return true;
      const [result] = results;
      if (typeof result === "object" && result !== null) {
        return fail("jsonpath leads to a nested object or list which is not supported");
      }
      return String(result) === wanted;
    },
  };
}

function waitForCreation(call: Call, timeoutMs: number, end: number): void {
  const { client } = call.io;
  for (;;) {
    const { infos } = resolve(call, {
      bareType: call.flags.bool("all") ? "everything" : "refused",
      fetchFiles: true,
      ignoreNotFound: true,
    });
    if (infos.length > 0) return;
    if (timeoutMs === 0 || client.now >= end) fail("timed out waiting for the condition");
    // The real kubectl asks again every half second.
    const next = Math.min(end, client.now + pollMs);
    while (client.now < next && call.io.advance(next) === "stepped");
    if (client.now < next) fail("timed out waiting for the condition");
  }
}

function waitForOne(
  call: Call,
  info: Info,
  condition: Condition,
  timeoutMs: number,
  end: number,
): Problem | undefined {
  const { client } = call.io;
  const name = `${info.kind.resource}/${info.object.metadata.name}`;
  if (condition.type === "created") return undefined;
  // The request itself fails when the time of all is up.
  const late = isTooShort(timeoutMs) || (timeoutMs > 0 && client.now >= end);
  if (late && condition.type === "deleted") return { text: "context deadline exceeded" };
  const timedOut = { text: `timed out waiting for the condition on ${name}` };
  if (late) return timedOut;
  const now = client.get(info.ref);
  if (condition.type === "deleted" && !now.ok) return undefined;
  if (!now.ok) return { status: now.status };
  const met = (object: KubeObject): boolean => condition.type === "met" && condition.check(object);
  if (met(now.value)) return undefined;
  if (timeoutMs === 0) return { text: `condition not met for ${name}` };
  const { uid } = now.value.metadata;
  const watch = client.watch(resourceName(client, info.kind), {
    ...(info.ref.namespace === undefined ? {} : { namespace: info.ref.namespace }),
    fieldSelector: `metadata.name=${info.ref.name}`,
  });
  const left = Math.max(1, end - client.now);
  const result = follow(call, watch, left, (event) => {
    if (event.type !== "DELETED") return met(event.object) ? "done" : "go on";
    const gone = condition.type === "deleted" && event.object.metadata.uid === uid;
    return gone ? "done" : "go on";
  });
  if (result === "idle") failIdle();
  return result === "done" ? undefined : timedOut;
}
