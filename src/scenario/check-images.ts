/** Images that no node could pull, whatever the registry holds. */
import { podSpecOf } from "./not-simulated.ts";
import { problemAt, type Problem, type Source } from "./problem.ts";
import { RENDER } from "./unrendered.ts";
import type { Located } from "./yaml.ts";

/** What fills it in: Helm, or envsubst and its like. */
const TEMPLATES: readonly (readonly [RegExp, string])[] = [
  [/\{\{/u, RENDER],
  [/\$[({]/u, "fill it in first, as in envsubst < FILE"],
];

/** Docker's reference (github.com/distribution/reference, regexp.go): a host, a path in lower case, a tag, a digest. */
const PART = "[a-z0-9]+(?:(?:[.]|_|__|-+)[a-z0-9]+)*";
const HOST = "(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9a-fA-F:]+\\])(?::[0-9]+)?";
const IMAGE = new RegExp(
  `^(?:${HOST}/)?${PART}(?:/${PART})*(?::[\\w][\\w.-]{0,127})?(?:@[A-Za-z][\\w+.-]*:[0-9a-fA-F]{32,})?$`,
);

export function imageProblems(object: Located, source: Source): readonly Problem[] {
  const spec = podSpecOf(object);
  const containers = ["initContainers", "containers"].flatMap(
    (name) => spec?.entries?.get(name)?.node.items ?? [],
  );
  return containers.flatMap(({ entries }) => {
    const image = entries?.get("image")?.node;
    if (typeof image?.value !== "string" || image.value === "") return [];
    const shown = JSON.stringify(image.value);
    const [, hint] = TEMPLATES.find(([template]) => template.test(image.value as string)) ?? [];
    if (hint !== undefined) {
      const message = `${shown} is a template, no image yet`;
      return [problemAt(source, image.span, { code: "template", message, hint })];
    }
    if (IMAGE.test(image.value.trim())) return [];
    const message = `${shown} is no image's name: a kubelet would say InvalidImageName, rollsim starts the pod`;
    return [problemAt(source, image.span, { severity: "warning", code: "image-name", message })];
  });
}
