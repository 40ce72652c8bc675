/** Selectors as people type them: checked as the API server does, and matched against objects of files. */
import type { KindInfo } from "../api/client.ts";
import type { KubeObject } from "../api/meta.ts";
import { failure, type Status } from "../api/status.ts";
import { fieldProblem, parseFieldSelector } from "../apiserver/field-selectors.ts";
import { parseLabelSelector } from "../apiserver/selectors.ts";
import { fail, goQuote } from "./errors.ts";

/** Why the API server refuses one of them, if it does. */
export function selectorRefusal(
  kind: KindInfo,
  labelSelector: string,
  fieldSelector: string,
): Status | undefined {
  const labels = parseLabelSelector(labelSelector);
  const fields = parseFieldSelector(fieldSelector);
  const wrong = !labels.ok
    ? labels.error
    : fields.ok
      ? fieldProblem(kind.kind, fields.value)
      : fields.error;
  if (wrong === undefined) return undefined;
  const resource = `${kind.group}/${kind.version}, Resource=${kind.resource}`;
  return failure(
    400,
    "BadRequest",
    `Unable to find ${goQuote(resource)} that match label selector ${goQuote(labelSelector)}, ` +
      `field selector ${goQuote(fieldSelector)}: ${wrong}`,
  );
}

/** For objects of files: `apply -l`, `create -l`. */
export function matchesLabels(object: KubeObject, labelSelector: string): boolean {
  const labels = parseLabelSelector(labelSelector);
  return labels.ok ? labels.value.matches(object.metadata.labels) : fail(labels.error);
}
