/** Recorded cases that rollsim does not mean to reproduce, by class, each with its reason. */
import type { ValidationCase } from "./validation-play.ts";

export interface LeftOut {
  readonly title: string;
  readonly reason: string;
  readonly covers: (recorded: ValidationCase) => boolean;
}

export const leftOut: readonly LeftOut[] = [
  {
    title: "server-side apply",
    reason:
      "the comparison leaves managedFields out, and these cases turn on them (kubectl's recordings cover it)",
    covers: ({ args }) => args.includes("--server-side"),
  },
  {
    title: "messages that print metadata.managedFields",
    reason: "the comparison leaves managedFields out",
    covers: ({ stderr }) => stderr.includes(String.raw`\"managedFields\":[`),
  },
  {
    title: "kinds of Argo Rollouts",
    reason: "the recorded cluster did not have them, and rollsim's has",
    covers: ({ name }) => name === "Argo Rollout (no CRD)",
  },
];
