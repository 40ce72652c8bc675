import type { CliIo, ExitCode } from "./io.ts";
export interface ExplainArguments {
  readonly file: string;
}
export function explain(_args: ExplainArguments, _io: CliIo): Promise<ExitCode> {
  return Promise.resolve(0);
}
