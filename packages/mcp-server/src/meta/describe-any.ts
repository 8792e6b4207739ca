import { describeTool, ToolArgumentError } from "@pve/tools";
import { failed, ownAnswer } from "../answer.js";
import { refusalOf } from "../exposure/exposure.js";
import { failureText } from "../failure.js";
import { findAny, nothingCalled } from "./find-any.js";
import type { MetaTool } from "./meta-tool.js";

/** `describe`: everything there is to know of one tool or operation before it is called, in pieces if it is much. */
export const describeAny: MetaTool["run"] = async (settings, caller, args) => {
  const name = String(args["name"]);
  const group = typeof args["group"] === "string" ? args["group"] : undefined;
  const named = await findAny(name);
  if (named === undefined) return failed(await nothingCalled(settings, caller, name));
  const refused = refusalOf(named.tool, settings.targets, caller);
  try {
    const { notes = [], ...description } = await describeTool(named.tool, group);
    const all = [...notes, ...(refused === undefined ? [] : [`Refused in this session: ${refused}.`])];
    return ownAnswer({ ...description, ...(all.length > 0 && { notes: all }) });
  } catch (error) {
    if (!(error instanceof ToolArgumentError)) throw error;
    return failed(failureText("describe", error, settings.onDefect));
  }
};
