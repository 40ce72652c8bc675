/** Texts that a tool makes manifests of: Helm's templates and Kustomizations. */
import { podSpecOf } from "./not-simulated.ts";
import { problemAt, type Problem, type Source } from "./problem.ts";
import type { Located } from "./yaml.ts";

const RENDER = "render it first, as in helm template CHART > all.yaml";

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

/** Images between quotes, where a template is YAML already: no node could pull such an image. */
export function templatedImages(object: Located, source: Source): readonly Problem[] {
  const spec = podSpecOf(object);
  const containers = ["initContainers", "containers"].flatMap(
    (name) => spec?.entries?.get(name)?.node.items ?? [],
  );
  return containers.flatMap(({ entries }) => {
    const image = entries?.get("image")?.node;
    if (typeof image?.value !== "string" || !image.value.includes("{{")) return [];
    const message = `${JSON.stringify(image.value)} is a template, no image yet`;
    return [problemAt(source, image.span, { code: "template", message, hint: RENDER })];
  });
}

/** Whether a document is what kustomize reads (its own group, which a kustomization.yaml may leave out). */
export function isKustomization(apiVersion: string | undefined, file: string): boolean {
  if (apiVersion !== undefined) return apiVersion.startsWith("kustomize.config.k8s.io/");
  return /(?:^|[\\/])kustomization(?:\.ya?ml)?$/iu.test(file);
}
