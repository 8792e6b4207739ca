import type { FactOperation, FactSchema, ReleaseFacts, Route } from "../model.js";
import { checkValue, type Departure, type Grammars } from "./check-value.js";
import type { RecordedAnswer } from "./recording.js";

/** A departure of an operation's answers, with how often it was seen and one exchange to look at. */
export interface ReplayFinding extends Departure {
  readonly route: Route;
  readonly count: number;
  readonly example: string;
}

export interface ReplayReport {
  readonly operations: number;
  readonly answers: number;
  readonly contradictions: readonly ReplayFinding[];
  /** Keys that servers send and the spec does not mention. */
  readonly undeclared: readonly ReplayFinding[];
  /** Operations that were recorded but are none of this release, or whose result the spec says nothing about. */
  readonly unknown: readonly Route[];
}

/** Holds recorded answers against what the corrected facts say that operations return. */
export function replay(facts: ReleaseFacts, grammars: Grammars, answers: readonly RecordedAnswer[]): ReplayReport {
  const findings = new Map<string, ReplayFinding>();
  const checked = new Set<Route>();
  const unknown = new Set<Route>();
  for (const { id, route, data } of answers) {
    const schema = resultSchema(facts.operations[route]);
    if (schema === undefined) {
      unknown.add(route);
      continue;
    }
    checked.add(route);
    for (const departure of checkValue(data, schema, grammars)) {
      const key = `${route} ${departure.kind} ${departure.at}`;
      const known = findings.get(key) ?? { ...departure, route, count: 0, example: id };
      findings.set(key, { ...known, count: known.count + 1 });
    }
  }
  const found = [...findings.values()].sort((a, b) => (`${a.route} ${a.at}` < `${b.route} ${b.at}` ? -1 : 1));
  return {
    operations: checked.size,
    answers: answers.filter(({ route }) => checked.has(route)).length,
    contradictions: found.filter(({ kind }) => kind !== "undeclared"),
    undeclared: found.filter(({ kind }) => kind === "undeclared"),
    unknown: [...unknown].sort(),
  };
}

/** The schema of `data`; that of a task is a text, or null where the work may end in time. */
function resultSchema(operation: FactOperation | undefined): FactSchema | undefined {
  if (operation?.task === "or-null") return { anyOf: [{ type: "string" }, { type: "null" }] };
  return operation?.task === undefined ? operation?.returns : { type: "string" };
}
