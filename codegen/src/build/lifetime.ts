import type { ReleaseFacts, Route } from "../model.js";
import { compareRoutes } from "../model.js";

/** When an operation and its parameters first appeared, where that is later than the oldest supported release. */
export interface Since {
  readonly operation?: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** What older supported releases have and the current one has not: the last release that had it. */
export interface Until {
  readonly operations: Readonly<Record<Route, string>>;
  readonly parameters: Readonly<Record<Route, Readonly<Record<string, string>>>>;
}

/** The release in which an operation, and each parameter of its, appeared. Releases come oldest first. */
export function sinceOf(route: Route, releases: readonly ReleaseFacts[]): Since {
  const present = presence(route, releases);
  const [first] = present;
  const last = present.at(-1);
  if (first === undefined || last === undefined) return { parameters: {} };
  const appeared = [...last.names].map((name): [string, string | undefined] => [
    name,
    present.find(({ names }) => names.has(name))?.release,
  ]);
  const later = appeared.filter(([, release]) => release !== undefined && release !== first.release);
  return {
    ...(first.release !== releases[0]?.release && { operation: first.release }),
    parameters: Object.fromEntries(later) as Record<string, string>,
  };
}

/** Everything that was there once and is gone, so that a client of an older cluster can be told. */
export function untilOf(releases: readonly ReleaseFacts[]): Until {
  const current = releases.at(-1)?.operations ?? {};
  const routes = [...new Set(releases.flatMap(({ operations }) => Object.keys(operations)))].sort(compareRoutes);
  const operations: Record<Route, string> = {};
  const parameters: Record<Route, Record<string, string>> = {};
  for (const route of routes) {
    const present = presence(route, releases);
    const last = present.at(-1);
    if (last === undefined) continue;
    if (current[route] === undefined) operations[route] = last.release;
    else {
      const gone = [...new Set(present.flatMap(({ names }) => [...names]))]
        .filter((name) => !last.names.has(name))
        .sort();
      const until = (name: string) => present.findLast(({ names }) => names.has(name))?.release ?? last.release;
      if (gone.length > 0) parameters[route] = Object.fromEntries(gone.map((name) => [name, until(name)]));
    }
  }
  return { operations, parameters };
}

function presence(route: Route, releases: readonly ReleaseFacts[]) {
  return releases.flatMap(({ release, operations }) => {
    const operation = operations[route];
    return operation === undefined ? [] : [{ release, names: new Set(Object.keys(operation.parameters.properties)) }];
  });
}
