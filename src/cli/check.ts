/** `rollsim check`: reads scenarios as `run` would, and says what is wrong with them. */
import { formatProblem } from "../scenario/problem.ts";
import { checkScenario } from "../scenario/parse.ts";
import { inputFiles, readBeside, type InputFile } from "./files.ts";
import { exitCodes, type UsageError, type CliIo, type ExitCode } from "./io.ts";

export interface CheckArguments {
  readonly files: readonly string[];
  readonly quiet: boolean;
}

export async function check({ files, quiet }: CheckArguments, io: CliIo): Promise<ExitCode> {
  let code: ExitCode = exitCodes.fine;
  const tell = ({ message }: UsageError): void => {
    code = exitCodes.usage;
    io.err.write(`rollsim: ${message}\n`);
  };
  for (const file of inputFiles(files, io, tell)) {
    const { scenario, problems } = checkScenario(file.text, file.name, { readFile: reader(file) });
    for (const problem of problems) io.err.write(`${formatProblem(problem)}\n`);
    if (scenario === undefined) code = exitCodes.usage;
    else if (!quiet) {
      const { steps, manifests, name } = scenario;
      const size = `${count(steps.length, "step")}, ${count(manifests.length, "manifest")}`;
      io.out.write(`${file.name}: ${name} is fine (${size})\n`);
    }
  }
  return code;
}

/** How a scenario reads the files that its steps name: relative to itself. */
export function reader(file: InputFile): (path: string) => ReturnType<typeof readBeside> {
  return (path) => readBeside(file.folder, path);
}

function count(size: number, word: string): string {
  return `${size} ${word}${size === 1 ? "" : "s"}`;
}
