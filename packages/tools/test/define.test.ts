import { expect, it } from "vitest";
import { tool } from "../src/define.js";

// What this file proves it proves at compile time: each @ts-expect-error stands for an error that an author sees on the
// next line.

const words = { title: "Try", summary: "Tries something." };

it("takes an entry that fits its operation and returns it as plain data", () => {
  const entry = tool("POST /nodes/{node}/qemu/{vmid}/status/start", {
    ...words,
    risk: "change",
    accepts: { node_name: "node", vmid: "vmid" },
    locates: "vm",
    example: { vmid: 100 },
  });

  expect(entry.operation).toBe("POST /nodes/{node}/qemu/{vmid}/status/start");
});

it("does not compile with a route that is gone", () => {
  const entry = tool(
    // @ts-expect-error there is no such operation
    "POST /nodes/{node}/qemu/{vmid}/status/boot",
    { ...words, risk: "change", accepts: {}, example: {} },
  );

  expect(entry).toBeDefined();
});

it("does not compile with a misspelt parameter", () => {
  const entry = tool("GET /nodes/{node}/qemu", {
    ...words,
    risk: "read",
    // @ts-expect-error the operation has no parameter nodename
    accepts: { node_name: "nodename" },
    example: { node_name: "pve1" },
  });

  expect(entry).toBeDefined();
});

it("does not compile without a risk, or with one that contradicts the verb", () => {
  const none = { ...words, accepts: {}, example: {} };
  // @ts-expect-error risk is missing
  const missing = tool("GET /nodes", none);
  // @ts-expect-error a GET changes nothing
  const wrong = tool("GET /nodes", { ...none, risk: "change" });
  const update = { ...words, accepts: { node_name: "node" }, example: { node_name: "pve1" } } as const;
  // @ts-expect-error a POST that is read says why
  const silent = tool("POST /nodes/{node}/apt/update", { ...update, risk: "read" });

  expect([missing, wrong, silent]).toHaveLength(3);
});

it("does not compile with an incomplete or mistyped example", () => {
  const show = { ...words, risk: "read", accepts: { node_name: "node", vmid: "vmid" } } as const;
  const route = "GET /nodes/{node}/qemu/{vmid}/config";
  // @ts-expect-error the operation insists on vmid
  const incomplete = tool(route, { ...show, example: { node_name: "pve1" } });
  // @ts-expect-error nothing finds the node
  const nowhere = tool(route, { ...show, example: { vmid: 100 } });
  // @ts-expect-error a VMID is a number
  const mistyped = tool(route, { ...show, example: { node_name: "pve1", vmid: "web01" } });
  // @ts-expect-error there is no such argument
  const foreign = tool(route, { ...show, example: { node_name: "pve1", vmid: 100, node: "pve1" } });

  expect([incomplete, nowhere, mistyped, foreign]).toHaveLength(4);
});
