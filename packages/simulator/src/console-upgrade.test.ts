import { describe, expect, it } from "vitest";
import { createShell } from "./console-shell.js";
import { createUpgrade } from "./console-upgrade.js";
import type { Package } from "./world-packages.js";

const base = { title: "", section: "admin", origin: "Debian" } as const;
const bash = () => createShell({ hostname: "pve1", since: 0, now: () => 0 });
const packages = (): Package[] => [
  { ...base, name: "tzdata", installed: "1", available: "2" },
  { ...base, name: "openssl", installed: "3" },
];

describe("the upgrade terminal", () => {
  it("installs what waits when it is told to go on, and leaves a shell", () => {
    const here = packages();
    const upgrade = createUpgrade(here, bash());

    expect(upgrade.greeting).toMatch(/upgraded:\r\n {2}tzdata\r\n1 upgraded.*\r\nDo you want to continue\? \[Y\/n\] $/);
    expect(upgrade.type("Y\r").output).toMatch(
      /Setting up tzdata \(2\)[\s\S]*Your System is up-to-date[\s\S]*starting shell/,
    );
    expect(here[0]).toMatchObject({ installed: "2" });
    expect(upgrade.type("exit\r").done).toBe(true);
  });

  it("installs nothing when it is told not to", () => {
    const here = packages();
    const upgrade = createUpgrade(here, bash());

    expect(upgrade.type("n\r").output).toMatch(/Abort\.[\s\S]*System not fully up to date \(found 1 new packages\)/);
    expect(here[0]).toMatchObject({ installed: "1", available: "2" });
  });

  it("asks nothing where nothing waits", () => {
    const upgrade = createUpgrade(packages().slice(1), bash());

    expect(upgrade.greeting).toMatch(/0 upgraded[\s\S]*Your System is up-to-date[\s\S]*root@pve1:~# $/);
  });
});
