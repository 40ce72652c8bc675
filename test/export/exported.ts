/** Folders that `rollsim export` writes, read again. */
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { parseAllDocuments } from "yaml";
import type { KubeObject } from "../../src/api/meta.ts";
import { projectFolder, rollsim } from "../cli/fake-io.ts";

export const cwd = mkdtempSync(join(tmpdir(), "rollsim-export-"));
export const scenarioFile = (name: string): string =>
  join(projectFolder, "scenarios", `${name}.yaml`);
let count = 0;

interface Stage extends KubeObject {
  readonly spec: {
    readonly selector: {
      readonly matchExpressions: readonly {
        readonly key: string;
        readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
        readonly values?: readonly string[];
      }[];
    };
    readonly delay: Readonly<Record<string, unknown>>;
    readonly weight?: number;
    readonly next: { readonly statusTemplate?: string; readonly delete?: boolean };
  };
}

export interface Exported {
  readonly to: string;
  readonly err: string;
  readonly names: readonly string[];
  text(name: string): string;
  objects(name: string): readonly KubeObject[];
  /** Those of pods, by name. */
  readonly stages: ReadonlyMap<string, Stage["spec"]>;
}

export async function exported(file: string): Promise<Exported> {
  const to = `folder-${++count}`;
  const { code, out, err } = await rollsim(["export", file, "--to", to], { cwd });
  expect(code, err).toBe(0);
  const text = (name: string): string => readFileSync(join(cwd, to, name), "utf8");
  const objects = (name: string): readonly KubeObject[] =>
    parseAllDocuments(text(name)).map((document) => document.toJS() as KubeObject);
  const names = readdirSync(join(cwd, to), { recursive: true, encoding: "utf8" }).filter((name) =>
    statSync(join(cwd, to, name)).isFile(),
  );
  expect(out).toBe(`${to}: ${names.toSorted().join(", ")}\n`);
  const stages = (objects("stages.yaml") as readonly Stage[]).flatMap(({ metadata, spec }) =>
    metadata.name.startsWith("pods-") ? [[metadata.name, spec] as const] : [],
  );
  return { to, err, names, text, objects, stages: new Map(stages) };
}

/** What stages wait for. */
export function delays({ stages }: Exported): Readonly<Record<string, unknown>> {
  const all = [...stages].map(([name, { delay }]) => {
    const { durationMilliseconds: least, jitterDurationMilliseconds: most } = delay;
    return [name, most === undefined ? least : [least, most]] as const;
  });
  return Object.fromEntries(all);
}

export const deployment = (image = "web:v1", container = "", spec = ""): string => `---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      ${spec}
      containers: [{ name: web, image: "${image}"${container} }]
`;

export function written(body: string, manifest = deployment()): string {
  const name = `scenario-${++count}.yaml`;
  const head = "apiVersion: rollsim.dev/v1alpha1\nkind: Scenario\nmetadata: { name: of-a-test }\n";
  writeFileSync(join(cwd, name), `${head}until: 5m\n${body}\n${manifest}`);
  return name;
}

/** A pod as KWOK's selectors see it, as far as stages ask. */
export interface PodSeen {
  readonly ordinal?: number;
  readonly deleted?: true;
  /** Of its container; absent: it has none yet. */
  readonly state?: "running" | "waiting";
  /** Conditions that are True, and those that are False. */
  readonly conditions?: Readonly<Record<string, "True" | "False">>;
}

/** Which stages are for it; all images fit. */
export function stagesFor(pod: PodSeen, stages: Exported["stages"]): readonly string[] {
  return [...stages].flatMap(([name, { selector }]) =>
    selector.matchExpressions.every((requirement) => isMet(pod, requirement)) ? [name] : [],
  );
}

type Requirement = Stage["spec"]["selector"]["matchExpressions"][number];

function isMet(pod: PodSeen, { key, operator, values = [] }: Requirement): boolean {
  const found = valueOf(pod, key);
  const isIn = found !== undefined && values.includes(String(found));
  if (operator === "In") return isIn;
  if (operator === "NotIn") return !isIn;
  return (found !== undefined) === (operator === "Exists");
}

/** What the expressions of stages give, one by one. */
function valueOf(pod: PodSeen, key: string): string | number | boolean | undefined {
  const [, type] = /^\.status\.conditions\[\]\? \| select\(\.type == "(\S+)"\)/u.exec(key) ?? [];
  if (type !== undefined) return pod.conditions?.[type];
  const [, state] = /^\.status\.containerStatuses\[0\]\.state\.(\w+)$/u.exec(key) ?? [];
  if (state !== undefined) return pod.state === state ? true : undefined;
  const [, most] = /"rollsim\.dev\/ordinal"\] \| tonumber\) <= (\d+)$/u.exec(key) ?? [];
  if (most !== undefined)
    return pod.ordinal === undefined ? undefined : pod.ordinal <= Number(most);
  switch (key) {
    case ".metadata.deletionTimestamp":
      return pod.deleted;
    case ".status.containerStatuses":
      return pod.state;
    case '(.metadata.annotations["rollsim.dev/ordinal"] | tonumber)':
      return pod.ordinal;
    default:
      throw new Error(`no stage asks for ${key}`);
  }
}
