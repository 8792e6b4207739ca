import type { MatrixLine, RecordedShape } from "./distil-recordings.js";
import type { RecordedWorld } from "./recorded-world.js";
import { departures } from "./shape.js";

/** How many of the recorded requests of one operation are asked again. */
const asked = 4;

/** Asks the recorded GETs again; what comes without a recorded field or with another type, by operation. */
export async function compareShapes(
  recorded: RecordedWorld,
  shapes: readonly RecordedShape[],
): Promise<{ readonly compared: number; readonly departing: ReadonlyMap<string, readonly string[]> }> {
  const departing = new Map<string, readonly string[]>();
  let compared = 0;
  for (const { operation, urls, shape } of shapes) {
    const found = new Set<string>();
    let isAnswered = false;
    for (const url of urls.filter((path) => !path.includes("UPID")).slice(0, asked)) {
      const said = await recorded.ask("root-token", "GET", url);
      if (said.status === 200) {
        isAnswered = true;
        for (const text of departures(said.data, shape)) {
          found.add(text);
        }
      }
    }
    compared += isAnswered ? 1 : 0;
    if (found.size > 0) {
      departing.set(operation, [...found].sort());
    }
  }
  return { compared, departing };
}

/** Asks every operation as every caller; how often the declared permission check says what the node said. */
export async function compareMatrix(
  recorded: RecordedWorld,
  lines: readonly MatrixLine[],
): Promise<{ readonly rows: number; readonly differences: readonly string[] }> {
  const differences: string[] = [];
  let rows = 0;
  for (const { operation, params, denied } of lines) {
    for (const [as, wanted] of Object.entries(denied)) {
      rows += 1;
      const said = await ask(recorded, operation, params, as);
      const got = said.status === 403 ? said.reason : said.status === 401 ? "401" : null;
      // Uploads are refused without a body, so nothing is recorded but the refusal itself.
      const agrees = wanted === "" ? said.status === 403 : got === (wanted?.split("\n", 1)[0] ?? null);
      if (!agrees) {
        differences.push(`${operation} as ${as}: want ${wanted}, got ${said.status} ${said.reason}`);
      }
    }
  }
  return { rows, differences };
}

function ask(
  recorded: RecordedWorld,
  operation: string,
  params: MatrixLine["params"],
  as: string,
): ReturnType<RecordedWorld["ask"]> {
  const [method = "", template = ""] = operation.split(" ");
  const rest = new URLSearchParams(params);
  const path = template.replace(/\{(\w[\w-]*)\}/g, (_all, name: string) => {
    const value = rest.get(name) ?? "";
    rest.delete(name);
    return encodeURIComponent(value);
  });
  return recorded.ask(as, method, `${path}?${rest.toString()}`);
}
