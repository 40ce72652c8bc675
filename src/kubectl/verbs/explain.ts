/** stub */
import type { Call } from "../call.ts";
import { refuseVerb } from "./about.ts";
export function explain(call: Call): void {
  refuseVerb(call);
}
