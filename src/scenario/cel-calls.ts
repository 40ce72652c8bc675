/** What an expression may call, as the CEL package has it, and what is said of a name that nobody knows. */
import type { ASTNode, Environment } from "@marcbachmann/cel-js";
import { nearest } from "./nearest.ts";

export interface CelFunction {
  readonly name: string;
  /** As `share(string, string): dyn`; one name may have several. */
  readonly signature: string;
  /** The type of what it is called on: `string` of `name.startsWith("a")`. Absent: of nothing. */
  readonly receiver?: string;
  /** Of rollsim's own. */
  readonly says?: string;
}

export interface UnknownCall {
  readonly message: string;
  readonly hint: string;
  readonly start: number;
  readonly end: number;
}

/** Those of rollsim first. */
export function functionsOf(environment: Environment): readonly CelFunction[] {
  const all = environment
    .getDefinitions()
    .functions.map(({ name, signature, receiverType, description }) => ({
      name,
      signature,
      ...(receiverType === null ? {} : { receiver: receiverType }),
      ...(description === null ? {} : { says: description }),
    }));
  return [...all.filter(({ says }) => says), ...all.filter(({ says }) => says === undefined)];
}

/** The first call of a name that no function has. */
export function unknownCall(
  ast: ASTNode,
  functions: () => readonly CelFunction[],
): UnknownCall | undefined {
  const visit = (part: unknown): UnknownCall | undefined => {
    if (Array.isArray(part)) {
      for (const each of part) {
        const found = visit(each);
        if (found !== undefined) return found;
      }
      return undefined;
    }
    return isNode(part) ? (judge(part, functions) ?? visit(part.args)) : undefined;
  };
  return visit(ast);
}

function judge(
  { op, args, start, end }: ASTNode,
  functions: () => readonly CelFunction[],
): UnknownCall | undefined {
  if (op !== "call" && op !== "rcall") return undefined;
  const [name] = args;
  const isMethod = op === "rcall";
  const alike = functions().filter(({ receiver }) => (receiver !== undefined) === isMethod);
  if (alike.some((each) => each.name === name)) return undefined;
  const what = isMethod ? "method" : "function";
  const names = [...new Set(alike.filter(isUsual).map((each) => each.name))];
  const best = nearest(name, names);
  const hint = best === undefined ? `there are ${names.join(", ")}` : `did you mean "${best}"?`;
  return { message: `Unknown ${what}: ${name}`, hint, start, end };
}

/** What objects of the cluster are made of: strings, lists and maps. docs/scenarios.md has the rest, too. */
function isUsual({ receiver }: CelFunction): boolean {
  return receiver === undefined || /^(?:string|list|map)\b/u.test(receiver);
}

function isNode(part: unknown): part is ASTNode {
  return typeof part === "object" && part !== null && "op" in part;
}
