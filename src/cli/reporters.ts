/** Who writes the results of `run`, by --output. */
import { colourPaint, plainPaint } from "../report/paint.ts";
import { textReport, verdictReport } from "../report/text.ts";
import type { Problem } from "../scenario/problem.ts";
import type { Result } from "../scenario/result.ts";
import type { Output, Stream } from "./io.ts";

export interface Reporter {
  result(result: Result): void;
  /** A file that could not be read as a scenario; its problems are on stderr already. */
  broken(file: string, problems: readonly Problem[]): void;
  end(): void;
}

export interface ReporterOptions {
  readonly quiet: boolean;
  readonly hash: boolean;
  readonly colour: boolean;
  readonly width: number;
}

export async function reporterOf(
  output: Output,
  options: ReporterOptions,
  out: Stream,
): Promise<Reporter> {
  const hash = (result: Result): string | undefined =>
    options.hash ? traceHash(result) : undefined;
  switch (output) {
    case "text":
      return textReporter(options, out);
    case "json": {
      const { jsonReport } = await import("../report/json.ts");
      return collected(out, (results, broken) => jsonReport(results, broken, hash));
    }
    case "junit": {
      const { junitReport } = await import("../report/junit.ts");
      return collected(out, junitReport);
    }
    case "github": {
      const { githubReport } = await import("../report/github.ts");
      return collected(out, githubReport);
    }
    case "html": {
      const { htmlReport } = await import("../report/html.ts");
      return collected(out, htmlReport);
    }
    case "svg": {
      const { svgReport } = await import("../report/svg.ts");
      return collected(out, svgReport);
    }
    case "csv": {
      const { csvReport } = await import("../report/csv.ts");
      return collected(out, csvReport);
    }
  }
}

async function textReporter(options: ReporterOptions, out: Stream): Promise<Reporter> {
  const paint = options.colour ? colourPaint : plainPaint;
  const layout = { paint, width: Math.max(60, Math.min(options.width, 120)) };
  let files = 0;
  let passed = 0;
  return {
    result: (result) => {
      if (files > 0 && !options.quiet) out.write("\n");
      files++;
      if (result.passed) passed++;
      out.write(`${(options.quiet ? verdictReport : textReport)(result, layout)}\n`);
      if (options.hash) out.write(`trace ${traceHash(result)}\n`);
    },
    broken: () => {
      files++;
    },
    end: () => {
      if (files > 1) out.write(`${passed} of ${files} scenarios passed\n`);
    },
  };
}

type Broken = { readonly file: string; readonly problems: readonly Problem[] };

function collected(
  out: Stream,
  write: (results: readonly Result[], broken: readonly Broken[]) => string,
): Reporter {
  const results: Result[] = [];
  const broken: Broken[] = [];
  return {
    result: (result) => {
      results.push(result);
    },
    broken: (file, problems) => {
      broken.push({ file, problems });
    },
    end: () => {
      out.write(write(results, broken));
    },
  };
}

/** SHA-256 over the trace as JSON, one entry a line. */
function traceHash({ trace }: Result): string {
  // Loaded only when it is asked for: it costs a start 2 ms.
  const hash = process.getBuiltinModule("node:crypto").createHash("sha256");
  for (const entry of trace) hash.update(`${JSON.stringify(entry)}\n`);
  return `sha256:${hash.digest("hex")}`;
}
