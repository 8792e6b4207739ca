import { catalogue } from "@pve/tools";
import { expect, it } from "vitest";
import { connect } from "./session.js";

/** Tools whose example works on a snapshot that somebody has to take first. */
const needsSnapshot = ["delete_container_snapshot", "restore_container_snapshot"];

it.each(catalogue.map((tool) => [tool.name, tool.entry.example] as const))(
  "%s answers its example in the shape its schema promises",
  async (name, example) => {
    await using session = await connect({ allowed: "destroy" });
    if (needsSnapshot.includes(name)) await session.callTool("create_container_snapshot", { ...example });
    // A client that knows the list checks every answer against it, and throws when one does not fit.
    await session.toolNames();
    expect(await session.callTool(name, { ...example })).toMatchObject({ isError: false });
    expect(session.defects).toEqual([]);
  },
);
