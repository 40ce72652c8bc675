import type { CliIo, ExitCode } from "./io.ts";
export interface RunArguments {
  readonly files: readonly string[];
}
export function run(_args: RunArguments, _io: CliIo): Promise<ExitCode> {
  return Promise.resolve(0);
}
