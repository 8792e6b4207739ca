import { describe, expect, it } from "vitest";
import type { Answer } from "../src/index.js";
import { failure, openLab } from "./lab.js";

interface Alert {
  readonly severity: string;
  readonly object: string;
  readonly problem: string;
  readonly evidence: string;
  readonly next: string;
}
const alertsOf = (answer: Answer) => answer["alerts"] as unknown as readonly Alert[];
const objects = (answer: Answer) => alertsOf(answer).map((alert) => alert.object);

describe("get_alerts", () => {
  it("finds what is wrong in the lab, and says what to look at next", async () => {
    await using lab = openLab();

    const answer = await lab.run("get_alerts", { severity: "warning" });

    expect(answer).toMatchObject({ complete: true, unchecked: [] });
    expect(alertsOf(answer)).toContainEqual({
      severity: "warning",
      object: "guest/104",
      problem: "task qmstart failed",
      evidence: expect.stringContaining("does not exist"),
      next: expect.stringContaining("get_task_log"),
    });
    expect(alertsOf(answer)).toContainEqual(expect.objectContaining({ object: "lxc/202", evidence: "lock backup" }));
    expect(objects(answer)).toContain("backup");
  });

  it("finds every fault that was planted on a bad morning, and nothing else", async () => {
    await using lab = openLab({ seed: "broken" });

    const answer = await lab.run("get_alerts");

    expect(alertsOf(answer).map(({ object, problem, evidence }) => [`${object}: ${problem}`, evidence])).toEqual([
      ["node/pve1: the last backup failed", expect.stringContaining("3 times in a row")],
      ["node/pve2: the last backup failed", expect.stringContaining("3 times in a row")],
      ["node/pve2: the disk /dev/sdc fails its own check", expect.stringContaining("SMART FAILED")],
      ["node/pve3: the node does not answer", "status offline"],
      ["storage/nas: the storage is nearly full", expect.stringContaining("100 %")],
      ["vm:101: HA has it in state error", expect.any(String)],
      ["backup: 8 guests are in no backup job", expect.stringContaining("lxc/201 proxy01")],
      ["cluster/lab: the next node that fails takes the quorum with it", "2 of 3 nodes present, 2 needed"],
      ["guest/101: task qmstart failed", expect.stringContaining("QEMU exited with code 1")],
      // The lab's own history: an image that is gone, and a backup that was cut off.
      ["guest/104: task qmstart failed", expect.stringContaining("does not exist")],
      ["lxc/202: the guest is locked, and no task works on it", "lock backup"],
      ["node/pve2: a certificate is about to expire", expect.stringContaining("2026-06-10")],
      ["node/pve2: the service chrony does not run", expect.stringContaining("dead")],
      ["qemu/102: its newest backup is old", "60 days"],
      ["node/pve1: updates are pending", expect.stringMatching(/^6 packages .*openssl/)],
      ["node/pve1: no subscription", expect.any(String)],
      // Two updates wait on every node of the lab.
      ["node/pve2: updates are pending", expect.stringContaining("2 packages")],
      ["node/pve2: no subscription", expect.any(String)],
    ]);
    // Of the node that does not answer nothing else is known, and that is said.
    expect(answer).toMatchObject({
      complete: false,
      unchecked: ["tasks, certificates, updates, subscription, services and disks of pve3: it does not answer"],
      counts: { critical: 6, warning: 8, info: 4 },
    });
  });

  it("puts the worst first and counts what it does not show", async () => {
    await using lab = openLab();
    await lab.run("shutdown_node", { node_name: "pve3" });
    await lab.sim.clock.advance(900_000);

    const answer = await lab.run("get_alerts", { severity: "critical" });

    expect(alertsOf(answer)[0]).toMatchObject({ severity: "critical", object: "node/pve3" });
    expect(alertsOf(answer).every((alert) => alert.severity === "critical")).toBe(true);
    expect(Number(Object(answer["counts"])["warning"])).toBeGreaterThan(0);
    expect(answer).toMatchObject({ complete: false, unchecked: [expect.stringContaining("pve3")] });
  });

  it("warns when the next node takes the quorum with it", async () => {
    await using lab = openLab();
    await lab.run("shutdown_node", { node_name: "pve3" });
    await lab.sim.clock.advance(900_000);

    expect(alertsOf(await lab.run("get_alerts"))).toContainEqual(
      expect.objectContaining({ object: "cluster/lab", evidence: "2 of 3 nodes present, 2 needed" }),
    );
  });

  it("forgets a failure once the same has worked", async () => {
    await using lab = openLab();
    const task = () => lab.run("get_alerts").then((answer) => objects(answer).includes("guest/104"));
    expect(await task()).toBe(true);

    await lab.run("update_vm_config", { vmid: 104, config: { ide2: "none,media=cdrom" } });
    await lab.run("start_vm", { vmid: 104 });

    expect(await task()).toBe(false);
  });

  it("names what it was not allowed to look at instead of calling it healthy", async () => {
    await using lab = openLab({ caller: "operatorToken" });

    const answer = await lab.run("get_alerts");

    expect(answer).toMatchObject({
      complete: false,
      unchecked: expect.arrayContaining([
        expect.stringContaining("the quorum could not be read"),
        expect.stringContaining("the token may not see"),
      ]),
    });
    expect(answer.notes?.join(" ")).toContain("Not everything could be checked");
  });

  it("looks back as far as it is told", async () => {
    await using lab = openLab();

    expect(objects(await lab.run("get_alerts", { since: "1m" }))).not.toContain("guest/104");
    expect(await failure(lab.run("get_alerts", { since: "a while" }))).toMatchObject({ code: "TOOL_ARGUMENT" });
  });
});
