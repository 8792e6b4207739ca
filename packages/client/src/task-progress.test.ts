import { expect, test } from "vitest";
import { progressOf } from "./task-progress.js";

test.each<[string, number | undefined]>([
  ["transferred 1.2 GiB of 32.0 GiB (3.75%)", 0.0375],
  ["mirror-scsi0: transferred 32.0 GiB of 32.0 GiB (100.00%) in 4m 2s, ready", 1],
  ["drive-scsi0: transferred 0.0 B of 4.0 MiB (0.00%) in 0s", 0],
  ["INFO:   5% (1.6 GiB of 32.0 GiB) in 3s, read: 580.7 MiB/s, write: 250.2 MiB/s", 0.05],
  ["INFO: 100% (32.0 GiB of 32.0 GiB) in 1m 2s, read: 1.0 GiB/s, write: 0 B/s", 1],
  ["progress 5% (read 1717990400 bytes, duration 3 sec)", 0.05],
  ["progress 40% (read 1.7 GiB, zeroes = 3% (96 MiB), duration 3 sec)", 0.4],
  ["    (12.50/100%)", 0.125],
  ["     1024K ........ ........ ........ ........ 20% 55.7M 12s", 0.2],
  ["     1024K 20%", 0.2],
  ["migration active, transferred 1.0 GiB of 4.0 GiB VM-state, 112.5 MiB/s", 0.25],
  ["migration active, transferred 512.0 MiB of 4.0 GiB VM-state, 112.5 MiB/s", 0.125],
  ["migration active, transferred 6.0 GiB of 4.0 GiB VM-state, 20.1 MiB/s", 1],
  ["INFO: backup mode: snapshot", undefined],
  ["INFO: backup is sparse: 20.00 GiB (62%) total zero data", undefined],
  ["total bytes read 1717990400, sparse bytes 1202593280 (70%)", undefined],
  ["file size is: 10", undefined],
  ["transferred nothing", undefined],
  ["migration active, transferred 0.0 B of 0.0 B VM-state", undefined],
  ["TASK OK", undefined],
  ["", undefined],
])("the progress in %j is %j", (line, want) => {
  expect(progressOf(line)).toBe(want);
});
