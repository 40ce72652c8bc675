/** `rollsim schema`: the JSON Schema of scenario files, for editors. */
import schema from "../scenario/scenario.schema.json" with { type: "json" };
import { exitCodes, type CliIo, type ExitCode } from "./io.ts";

export function printSchema(io: CliIo): ExitCode {
  io.out.write(`${JSON.stringify(schema, null, 2)}\n`);
  return exitCodes.fine;
}
