/** Texts that a tool makes manifests of: Helm's templates and Kustomizations. */
import type { Problem } from "./problem.ts";

export const RENDER = "render it first, as in helm template CHART > all.yaml";

const FROM_YAML: ReadonlySet<string> = new Set(["yaml", "yaml-syntax"]);

/** One mistake instead of many, in files that are no YAML because of their `{{ }}`. */
export function foldTemplates(problems: readonly Problem[]): Problem[] {
  const isTemplated = ({ code, text }: Problem): boolean =>
    FROM_YAML.has(code) && text.includes("{{");
  const files = new Map<string, Problem>();
  for (const problem of problems) {
    const first = files.get(problem.file);
    if (isTemplated(problem) && (first === undefined || problem.line < first.line)) {
      files.set(problem.file, problem);
    }
  }
  const folded = [...files.values()].map((problem) => ({
    ...problem,
    column: problem.text.indexOf("{{") + 1,
    length: 2,
    code: "template",
    message: "a template, not YAML yet",
    hint: RENDER,
  }));
  return [...problems.filter(({ file }) => !files.has(file)), ...folded];
}

/** Whether a document is what kustomize reads (its own group, which a kustomization.yaml may leave out). */
export function isKustomization(apiVersion: string | undefined, file: string): boolean {
  if (apiVersion !== undefined) return apiVersion.startsWith("kustomize.config.k8s.io/");
  return /(?:^|[\\/])kustomization(?:\.ya?ml)?$/iu.test(file);
}
