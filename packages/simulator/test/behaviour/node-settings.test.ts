import { describe, expect, test } from "vitest";
import { call, items, object } from "./caller.js";

describe("a node's own configuration", () => {
  test("reads back what was written, values as text, notes with a final newline", async () => {
    const { get, put } = call();
    const written = await put("/nodes/pve1/config", { description: "rack 4", "startall-onboot-delay": 5 });
    expect([written.status, written.data]).toEqual([200, null]);
    expect(object(await get("/nodes/pve1/config"))).toEqual({
      description: "rack 4\n",
      "startall-onboot-delay": "5",
      digest: expect.stringMatching(/^[0-9a-f]{40}$/),
    });
    expect((await get("/nodes/pve1/config?property=description")).data).toEqual({ description: "rack 4\n" });
    expect((await get("/nodes/pve1/config?property=acme")).data).toEqual({});
    await put("/nodes/pve1/config", { delete: "description" });
    expect(object(await get("/nodes/pve1/config"))["description"]).toBeUndefined();
  });

  test("is refused with an old digest and with a domain that is named twice", async () => {
    const { put } = call();
    const stale = await put("/nodes/pve1/config", { description: "x", digest: "0".repeat(40) });
    expect([stale.status, stale.reason]).toEqual([
      500,
      "detected modified configuration - file changed by other user? Try again.",
    ]);
    const twice = await put("/nodes/pve1/config", {
      acmedomain0: "domain=pve.example.com,plugin=cf",
      acme: "account=default,domains=pve.example.com",
    });
    expect(twice.reason).toBe("duplicate domain 'pve.example.com' in ACME config properties 'acmedomain0' and 'acme'");
  });

  test("name servers that are not named any more are gone", async () => {
    const { get, put } = call();
    await put("/nodes/pve1/dns", { search: "example.org", dns1: "9.9.9.9" });
    expect((await get("/nodes/pve1/dns")).data).toEqual({ search: "example.org", dns1: "9.9.9.9" });
    expect((await put("/nodes/pve1/dns", { dns1: "9.9.9.9" })).errors).toEqual({
      search: "property is missing and it is not optional",
    });
  });

  test("local time follows the time zone", async () => {
    const { get, put } = call();
    await put("/nodes/pve1/time", { timezone: "Europe/Vienna" });
    const time = object(await get("/nodes/pve1/time"));
    expect(time["timezone"]).toBe("Europe/Vienna");
    expect(Number(time["localtime"]) - Number(time["time"])).toBe(7200);
    expect((await put("/nodes/pve1/time", { timezone: "Mars/Phobos" })).errors).toEqual({
      timezone: "No such timezone",
    });
  });

  test("the hosts file has a digest of its text, and takes addresses only", async () => {
    const { get, post } = call();
    const { digest } = object(await get("/nodes/pve1/hosts"));
    const data = "127.0.0.1 localhost\n10.99.0.1 pve.local pve\n";
    expect((await post("/nodes/pve1/hosts", { data, digest: String(digest) })).status).toBe(200);
    expect((await get("/nodes/pve1/hosts")).data).toEqual({
      data,
      digest: "ce5a774bc071b1eea9ee59c75e336c864447112a",
    });
    expect((await post("/nodes/pve1/hosts", { data: "bogus line" })).errors).toEqual({ data: "Invalid IP 'bogus'" });
  });
});

describe("services", () => {
  test("stop and start as tasks, and say so", async () => {
    const { get, post, done } = call();
    const ended = await done(await post("/nodes/pve1/services/chrony/stop"));
    expect([ended.upid.split(":").slice(5, 7), ended.exitstatus]).toEqual([["srvstop", "chrony"], "OK"]);
    expect(object(await get("/nodes/pve1/services/chrony/state"))).toMatchObject({
      state: "dead",
      "active-state": "inactive",
      "unit-state": "enabled",
    });
    await done(await post("/nodes/pve1/services/chrony/restart"));
    const chrony = items(await get("/nodes/pve1/services")).find((item) => item["service"] === "chrony");
    expect(chrony).toMatchObject({ state: "running", name: "chrony" });
    expect(items(await get("/nodes/pve1/services/chrony"))).toHaveLength(5);
    expect((await done(await post("/nodes/pve1/services/chrony/reload"))).exitstatus).toBe("OK");
  });

  test("essential ones cannot be stopped, absent ones not started, stopped ones not reloaded", async () => {
    const { post, done } = call();
    expect((await done(await post("/nodes/pve1/services/pveproxy/stop"))).exitstatus).toBe(
      "invalid service cmd 'pveproxy stop': refusing to stop essential service!",
    );
    expect((await done(await post("/nodes/pve1/services/syslog/start"))).exitstatus).toBe(
      "command 'systemctl start syslog' failed: exit code 5",
    );
    await done(await post("/nodes/pve1/services/cron/stop"));
    expect((await done(await post("/nodes/pve1/services/cron/reload"))).exitstatus).toMatch(/exit code 1$/);
  });

  test("write into the journal", async () => {
    const { get, post, done } = call();
    await done(await post("/nodes/pve1/services/cron/restart"));
    const lines = items(await get("/nodes/pve1/syslog?limit=0&service=pvedaemon")).map((line) => line["t"]);
    expect(lines.at(-1)).toMatch(/pve1 pvedaemon\[\d+\]: re-starting service cron: UPID:pve1:/);
  });
});

describe("logs", () => {
  test("the journal comes compressed, its lines between two cursors", async () => {
    const { sim, get } = call();
    const headers = { authorization: `PVEAPIToken=${sim.credentials.token}` };
    const response = await sim.fetch(`${sim.baseUrl}/api2/json/nodes/pve1/journal?lastentries=3`, { headers });
    expect(response.headers.get("content-encoding")).toBe("gzip");
    const lines = (await get("/nodes/pve1/journal?lastentries=3")).data as string[];
    expect(lines).toHaveLength(5);
    expect([lines[0], lines[4]]).toEqual([expect.stringMatching(/^s=/), expect.stringMatching(/^s=/)]);
    const later = (await get(`/nodes/pve1/journal?startcursor=${encodeURIComponent(lines[0] ?? "")}`)).data as string[];
    expect(later.slice(1, -1)).toEqual(lines.slice(2, -1));
    expect((await get("/nodes/pve1/journal?since=4000000000")).data).toHaveLength(2);
  });

  test("the system log is paged and numbered, with a line of its own when there is nothing", async () => {
    const { get } = call();
    const page = items(await get("/nodes/pve1/syslog?start=2&limit=3"));
    expect(page.map((line) => line["n"])).toEqual([3, 4, 5]);
    expect((await get("/nodes/pve1/syslog?since=2031-01-01")).data).toEqual([{ n: 1, t: "-- No entries --" }]);
    const auditor = await (await call().as("operatorToken")).get("/nodes/pve1/syslog");
    expect([auditor.status, auditor.reason]).toEqual([403, "Permission check failed (/nodes/pve1, Sys.Syslog)"]);
  });

  test("the report shows the configuration as it is now", async () => {
    const { get, put, as } = call();
    await put("/nodes/pve1/qemu/100/config", { name: "renamed" });
    const report = String((await get("/nodes/pve1/report")).data);
    expect(report).toContain("# cat /etc/pve/qemu-server/100.conf\n");
    expect(report).toContain("name: renamed\n");
    expect((await (await as("operatorToken")).get("/nodes/pve1/report")).status).toBe(403);
  });
});

describe("the subscription", () => {
  const key = "pve1c-0123456789";

  test("a key is kept, checked and removed", async () => {
    const { get, put, post, del } = call();
    expect(object(await get("/nodes/pve1/subscription"))["status"]).toBe("notfound");
    await put("/nodes/pve1/subscription", { key });
    expect(object(await get("/nodes/pve1/subscription"))).toMatchObject({ key, level: "c", sockets: 1, status: "new" });
    expect((await post("/nodes/pve1/subscription", { force: 1 })).status).toBe(200);
    await del("/nodes/pve1/subscription");
    expect(object(await get("/nodes/pve1/subscription"))["key"]).toBeUndefined();
  });

  test("something else than a key is refused, and without Sys.Audit the key is not shown", async () => {
    const root = call();
    expect((await root.put("/nodes/pve1/subscription", { key: "free beer" })).errors).toEqual({
      key: "value does not match the regex pattern",
    });
    await root.put("/nodes/pve1/subscription", { key });
    const operator = await root.as("operatorToken");
    expect(Object.keys(object(await operator.get("/nodes/pve1/subscription"))).sort()).toEqual([
      "message",
      "status",
      "url",
    ]);
    expect((await operator.post("/nodes/pve1/subscription")).status).toBe(403);
    expect((await operator.del("/nodes/pve1/subscription")).status).toBe(403);
  });
});
