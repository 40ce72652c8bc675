/** Known ways in which rollouts fail: those that a pair of scenarios shows, and the others. */
import { storiesOfDeployments } from "./stories-of-deployments.ts";
import { storiesOfOperators } from "./stories-of-operators.ts";
import { untoldStories } from "./stories-untold.ts";

export const toldStories = [...storiesOfDeployments, ...storiesOfOperators];
export { untoldStories };
