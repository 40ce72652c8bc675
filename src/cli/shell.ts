/** `rollsim shell`: a session at a terminal, with history and completion, or from a pipe, as a transcript. */
import { Cluster } from "../cluster.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { clusterAt, type RunOptions } from "../scenario/run.ts";
import { read, readBeside } from "./files.ts";
import { exitCodes, standardInput, UsageError, widthOf, type CliIo, type ExitCode } from "./io.ts";
import { oneScenario } from "./one-scenario.ts";
import { replayOf, type ReplayArguments } from "./replay.ts";
import { Session } from "./session.ts";
import { talk } from "./terminal.ts";

export interface ShellArguments extends ReplayArguments {
  /** A scenario or manifests; absent: an empty cluster. */
  readonly file: string | undefined;
}

export async function shell(args: ShellArguments, io: CliIo): Promise<ExitCode> {
  const session = begin(args, io);
  if (session === undefined) return exitCodes.usage;
  if (!process.stdin.isTTY || !io.out.isTTY) return fromPipe(session, io);
  io.out.write("A cluster in virtual time. help says what you can do.\n");
  await talk(session, { input: process.stdin, output: process.stdout });
  return exitCodes.fine;
}

/** The cluster with the file's manifests applied; its steps are for the user to take. */
function begin(args: ShellArguments, io: CliIo): Session | undefined {
  if (args.file === undefined) {
    const { seed, schedule } = replayOf(args);
    const cluster = new Cluster({
      ...(seed === undefined ? {} : { seed }),
      ...(schedule === undefined ? {} : { schedule }),
    });
    const readFile = (path: string) => readBeside(io.cwd, path)?.map((file) => ({ ...file }));
    return new Session(cluster, { namespace: "default", readFile, columns: widthOf(io.out) });
  }
  if (args.file === standardInput) throw new UsageError("shell takes a file");
  const asked = oneScenario("shell", args.file, io);
  if (asked === undefined) return undefined;
  const { scenario, readFile } = asked;
  return beginSession(scenario, { ...replayOf(args), readFile }, widthOf(io.out));
}

/** The world as the scenario's manifests make it, before its first step. */
export function beginSession(scenario: Scenario, options: RunOptions, columns = 80): Session {
  const cluster = clusterAt({ ...scenario, steps: [] }, 0, options);
  const { namespace, traffic } = scenario;
  const readFile = (path: string) => options.readFile?.(path);
  return new Session(cluster, { namespace, readFile, traffic, columns });
}

function fromPipe(session: Session, io: CliIo): ExitCode {
  const text = new TextDecoder().decode(read("<stdin>", () => io.readStdin()));
  for (const line of text.replace(/\n$/, "").split("\n")) {
    io.out.write(`${session.prompt}${line}\n`);
    const { text: said, ended } = session.execute(line);
    io.out.write(said);
    if (ended === true) return exitCodes.fine;
  }
  const missing = session.giveUp();
  if (missing === undefined) return exitCodes.fine;
  io.err.write(`rollsim: ${missing}\n`);
  return exitCodes.usage;
}
