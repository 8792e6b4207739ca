import { describeTool, ToolArgumentError } from "@pve/tools";
import { allows } from "../allowance.js";
import { failed, ownAnswer } from "../answer.js";
import { failureText } from "../failure.js";
import { furthestReach } from "../target.js";
import { findAny, nothingCalled } from "./find-any.js";
import type { MetaTool } from "./meta-tool.js";

/** `describe`: everything there is to know of one tool or operation before it is called, in pieces if it is much. */
export const describeAny: MetaTool["run"] = async (settings, caller, args) => {
  const name = String(args["name"]);
  const group = typeof args["group"] === "string" ? args["group"] : undefined;
  const named = await findAny(name);
  if (named === undefined) return failed(await nothingCalled(settings, caller, name));
  const reach = furthestReach(settings.targets, caller);
  try {
    const { notes = [], ...description } = await describeTool(named.tool, group);
    const refused = allows(reach, named.tool.risk)
      ? []
      : [`Refused in this session: the operator would have to allow ${named.tool.risk}.`];
    const all = [...notes, ...refused];
    return ownAnswer({ ...description, ...(all.length > 0 && { notes: all }) });
  } catch (error) {
    if (!(error instanceof ToolArgumentError)) throw error;
    return failed(failureText("describe", error, settings.onDefect));
  }
};
