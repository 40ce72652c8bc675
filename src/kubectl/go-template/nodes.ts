/** What a parsed Go template consists of, and how its errors name it (text/template/parse/node.go, Go 1.26). */
import type { Float } from "./values.ts";

interface At {
  /** Index into the template. */
  readonly at: number;
}

export type Operand =
  | (At & { readonly type: "field" | "variable"; readonly names: readonly string[] })
  | (At & { readonly type: "chain"; readonly of: Operand; readonly names: readonly string[] })
  | (At & { readonly type: "dot" | "nil" })
  | (At & { readonly type: "bool"; readonly value: boolean })
  | (At & {
      readonly type: "number";
      readonly text: string;
      /** Absent for an integer that does not fit into an int. */
      readonly value?: bigint | Float;
    })
  | (At & { readonly type: "string"; readonly quoted: string; readonly value: string })
  | (At & { readonly type: "function"; readonly name: string })
  | Pipe;

export type FunctionOperand = Extract<Operand, { readonly type: "function" }>;

export interface Command extends At {
  readonly type: "command";
  readonly words: readonly Operand[];
}

export interface Pipe extends At {
  readonly type: "pipe";
  /** Variables that get its value, with their `$`. */
  readonly names: readonly string[];
  readonly assigns: boolean;
  readonly commands: readonly Command[];
}

export interface Branch extends At {
  readonly type: "if" | "with" | "range";
  readonly pipe: Pipe;
  readonly body: readonly Node[];
  readonly otherwise?: readonly Node[];
}

export interface Call extends At {
  readonly type: "template";
  readonly name: string;
  readonly pipe?: Pipe;
}

export type Node =
  | (At & { readonly type: "text"; readonly text: string })
  | (At & { readonly type: "action"; readonly pipe: Pipe })
  | (At & { readonly type: "break" | "continue" })
  | Branch
  | Call;

/** A node as Go prints it again. */
export function nodeText(node: Operand | Command | Call): string {
  switch (node.type) {
    case "field":
      return node.names.map((name) => `.${name}`).join("");
    case "variable":
      return node.names.join(".");
    case "chain":
      return inParentheses(node.of) + node.names.map((name) => `.${name}`).join("");
    case "dot":
      return ".";
    case "nil":
      return "nil";
    case "bool":
      return String(node.value);
    case "number":
      return node.text;
    case "string":
      return node.quoted;
    case "function":
      return node.name;
    case "command":
      return node.words.map(inParentheses).join(" ");
    case "pipe":
      return pipeText(node);
    default: {
      const pipe = node.pipe === undefined ? "" : ` ${pipeText(node.pipe)}`;
      return `{{template ${JSON.stringify(node.name)}${pipe}}}`;
    }
  }
}

function inParentheses(node: Operand): string {
  return node.type === "pipe" ? `(${pipeText(node)})` : nodeText(node);
}

function pipeText({ names, assigns, commands }: Pipe): string {
  const declared = names.length === 0 ? "" : `${names.join(", ")} ${assigns ? "=" : ":="} `;
  return declared + commands.map(nodeText).join(" | ");
}
