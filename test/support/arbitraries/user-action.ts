/** What users do to a Deployment, as kubectl lines, each some time after the one before. */
import fc from "fast-check";
import type { Millis } from "../../../src/api/meta.ts";

export interface UserAction {
  /** After the action before it; ms. */
  readonly afterMs: Millis;
  /** For kubectl, without the word itself: `rollout undo deployment/web`. */
  readonly line: string;
}

export type UserVerb = "set image" | "scale" | "pause" | "resume" | "undo" | "restart";

export interface UserActionOptions {
  /** Default `web`; images are `<name>:2`, `<name>:3` ..., the container is called `app`. */
  readonly name?: string;
  /** Default: all. */
  readonly verbs?: readonly UserVerb[];
  /** Most actions; default 5. */
  readonly most?: number;
  /** Longest wait before an action, ms; default 8000. */
  readonly longest?: Millis;
  /** Default 10. */
  readonly mostReplicas?: number;
  /** Images go up to this number; default 4. */
  readonly images?: number;
}

const VERBS: readonly UserVerb[] = ["set image", "scale", "pause", "resume", "undo", "restart"];

/** A list of actions; shrinks to fewer, sooner and simpler ones. */
export function userActions(options: UserActionOptions = {}): fc.Arbitrary<UserAction[]> {
  const { verbs = VERBS, most = 5, longest = 8000 } = options;
  const line = fc.oneof(...verbs.map((verb) => lines(verb, options)));
  const afterMs = fc.oneof(
    fc.nat(longest),
    fc.nat(Math.floor(longest / 1000)).map((s) => s * 1000),
  );
  return fc.array(fc.record({ afterMs, line }), { maxLength: most });
}

function lines(verb: UserVerb, options: UserActionOptions): fc.Arbitrary<string> {
  const { name = "web", mostReplicas = 10, images = 4 } = options;
  const target = `deployment/${name}`;
  switch (verb) {
    case "set image":
      return fc
        .integer({ min: 1, max: images })
        .map((image) => `set image ${target} app=${name}:${image}`);
    case "scale":
      return fc.nat(mostReplicas).map((replicas) => `scale ${target} --replicas=${replicas}`);
    default:
      return fc.constant(`rollout ${verb} ${target}`);
  }
}
