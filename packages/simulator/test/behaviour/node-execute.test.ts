import { describe, expect, test } from "vitest";
import { call, items } from "./caller.js";

describe("several requests in one", () => {
  test("are run in their order, permitted and checked one by one", async () => {
    const { as } = call();
    const root = await as("root");
    const commands = JSON.stringify([
      { method: "PUT", path: "qemu/104/config", args: { description: "batch" } },
      { method: "GET", path: "qemu/104/config" },
      { method: "GET", path: "nothing/here" },
      { method: "POST", path: "qemu/104/clone", args: { newid: 5 } },
      { method: "GET", path: "qemu/104/config", args: { vmid: 102 } },
      { method: "POST", path: "qemu/104/status/start" },
    ]);
    const [changed, read, unknown, invalid, twice, started] = items(
      await root.post("/nodes/pve1/execute", { commands }),
    );
    expect(changed).toEqual({ status: 200, data: null });
    expect(read).toMatchObject({ status: 200, data: { description: "batch" } });
    expect(unknown).toEqual({ status: 500, message: "no handler for 'nodes/pve1/nothing/here'\n" });
    expect(invalid).toMatchObject({ status: 400, message: "Parameter verification failed.\n" });
    expect(Object.keys(invalid?.["errors"] ?? {})).toEqual(["newid"]);
    expect(twice).toMatchObject({ status: 400, errors: { vmid: "duplicate parameter" } });
    expect(started).toMatchObject({ status: 200, data: expect.stringMatching(/^UPID:pve1:.*:qmstart:104:root@pam:$/) });
  });

  test("are for root alone and must be a list of requests", async () => {
    const { as } = call();
    expect((await (await as("operatorToken")).post("/nodes/pve1/execute", { commands: "[]" })).status).toBe(403);
    expect((await (await as("root")).post("/nodes/pve1/execute", { commands: "{}" })).errors).toMatchObject({
      commands: "invalid format - commands is not a valid array of commands\n",
    });
  });
});
