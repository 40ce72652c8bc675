/** The formats that take a template: jsonpath and go-template, also from files. */
import type { Call } from "../call.ts";
import { fail, goQuote } from "../errors.ts";
import type { JsonMap } from "../fields.ts";
import { executeTemplate } from "../go-template/execute.ts";
import { goSyntax } from "../go-template/format.ts";
import { functionNamed } from "../go-template/functions.ts";
import { parseGoTemplate } from "../go-template/parse.ts";
import { compactJson, indentedJson } from "./gojson.ts";
import { parseTemplate } from "./jsonpath-parse.ts";
import { findResults, goSprint, isPathError, printJsonPath } from "./jsonpath.ts";

/** Prints an object, a list of them, or a watch event. */
export type Printer = (object: JsonMap) => string;

/** --template */
export function templateOf(call: Call): string {
  return call.flags.has("template") ? call.flags.text("template") : "";
}

const formats =
  /^(jsonpath|jsonpath-as-json|jsonpath-file|go-template|go-template-file|template|templatefile)(?:=(.*))?$/s;

/** Undefined when the format is none of these. */
export function templatePrinter(call: Call, format: string): Printer | undefined {
  const [found, name = "", written] = formats.exec(format) ?? [];
  if (found === undefined) return undefined;
  const argument = templateOf(call) === "" ? (written ?? "") : templateOf(call);
  if (argument === "") fail("template format specified but no template given");
  const template = name.endsWith("file") ? textOf(call, argument) : argument;
  return name.startsWith("jsonpath")
    ? jsonPathPrinter(name, template, missingKeys(call))
    : goTemplatePrinter(call, template);
}

function textOf(call: Call, path: string): string {
  const [file] = call.io.readFile(path) ?? [];
  return (
    file?.text ?? fail(`error reading --template ${path}, open ${path}: no such file or directory`)
  );
}

function missingKeys({ flags }: Call): "allow missing" | "refuse missing" {
  return flags.bool("allow-missing-template-keys") ? "allow missing" : "refuse missing";
}

/** Mirrors cli-runtime/pkg/printers/template.go (v0.37.2). */
function goTemplatePrinter(call: Call, text: string): Printer {
  const template = parseGoTemplate(text, (name) => functionNamed(name) !== undefined);
  if ("error" in template) return fail(`error parsing template ${text}, ${template.error}`);
  const missing = missingKeys(call);
  return (object) => {
    const executed = executeTemplate(template, object, missing);
    if (executed.error === undefined) return executed.text;
    call.io.out(
      `${executed.text}Error executing template: ${executed.error}. ` +
        "Printing more information for debugging the template:\n" +
        `\ttemplate was:\n\t\t${text}\n\traw data was:\n\t\t${compactJson(object)}\n` +
        `\tobject given to template engine was:\n\t\t${goSprint(object)}\n\n`,
    );
    return fail(`error executing template ${goQuote(text)}: ${executed.error}`);
  };
}

function jsonPathPrinter(
  format: string,
  template: string,
  missing: "allow missing" | "refuse missing",
): Printer {
  const parsed = parseTemplate(template);
  if (isPathError(parsed)) fail(`error parsing jsonpath ${template}, ${parsed.error}`);
  if (format === "jsonpath-as-json") {
    return (object) => {
      const found = findResults(template, object, missing);
      if (isPathError(found)) return fail(pathFailure(found.error, template, object));
      return found.map((results) => `${indentedJson(results, "    ")}\n`).join("");
    };
  }
  return (object) => {
    const printed = printJsonPath(template, object, missing);
    if (!isPathError(printed)) return printed;
    return fail(pathFailure(printed.error, template, object));
  };
}

function pathFailure(error: string, template: string, object: JsonMap): string {
  return (
    `error executing jsonpath ${goQuote(template)}: Error executing template: ${error}. ` +
    "Printing more information for debugging the template:\n" +
    `\ttemplate was:\n\t\t${template}\n\tobject given to jsonpath engine was:\n\t\t${goSyntax(object)}\n\n\n`
  );
}
