import type { NextRequest } from "@pve/client";

/** A request to the cluster as PVE will read it: its route, and its parameters in wire form. */
export type ApiRequest = NextRequest;

/** Whether a request can change nothing, whatever its tool is rated. */
export function onlyReads({ route }: ApiRequest): boolean {
  return route.startsWith("GET ");
}

/** Whether a request carries others inside it, which nobody who looks at its parameters can judge. */
export function bundlesOthers({ route }: ApiRequest): boolean {
  return route === "POST /nodes/{node}/execute";
}

/** A parameter's values: none, one, or those of a list, however it is written. */
export function valuesOf({ params }: ApiRequest, name: string): readonly string[] {
  const value = params[name];
  const texts = value === undefined ? [] : typeof value === "string" ? [value] : value;
  return texts.flatMap((text) => text.split(/[\s,;\0]+/)).filter((text) => text !== "");
}

/** Every parameter with its text; a list's values are joined by commas. */
export function textsOf({ params }: ApiRequest): readonly (readonly [name: string, text: string])[] {
  return Object.entries(params).map(([name, value]) => [name, typeof value === "string" ? value : value.join(",")]);
}
