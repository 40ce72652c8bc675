/** Known failures that no pair of scenarios shows, and why. */
import type { Untold } from "./story.ts";

export const untoldStories: readonly Untold[] = [
  {
    name: "five-to-hundred",
    sees: "fewer pods than before at the last step",
    why: "stable pods were cut before new ones were ready",
    issue: "argo-rollouts#1966",
    left: "the version that is played waits for the new pods",
    shown: "five-to-hundred",
  },
  {
    name: "promotion-kills",
    sees: "an outage at the promotion",
    why: "a primary that does not come up gets all requests",
    issue: "flagger#1898",
    left: "the version that is played leaves the requests with the canary",
    shown: "stuck-promoting",
  },
  {
    name: "crash-old-first",
    sees: "old pods go before new ones are ready",
    why: "old pods that do not work go first, since that costs no capacity",
    issue: "kubernetes#16737",
    left: "by design: nothing is to be fixed",
    shown: "crash-old-first",
  },
];
