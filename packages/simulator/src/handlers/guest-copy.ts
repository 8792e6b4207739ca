import { die } from "../failure.js";
import type { Call, TaskStep } from "../handler.js";
import type { Volume } from "../world.js";
import { renderSize } from "../world-option.js";
import { parseVolid, storageNamed, usage } from "../world-storage.js";

/** How much a simulated disk copies in a second: slow enough to see progress, quick enough to wait for. */
const bytesPerSecond = 4 * 1024 ** 3;

/** Copies the data of one volume into another with qemu-img's progress lines; a full storage ends it. */
export function* copyData(
  call: Call,
  source: { readonly size: number; readonly used: number },
  target: Volume,
  node: string,
): Generator<TaskStep, void, void> {
  const storage = storageNamed(call.world, parseVolid(target.volid).storage);
  const room = usage(storage, node).avail + target.used;
  const ms = Math.max(500, Math.round((source.size / bytesPerSecond) * 1000));
  yield { log: progress(0, source.size) };
  for (const tenth of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) {
    yield { ms: ms / 10 };
    if ((source.used * tenth) / 10 > room) {
      target.used = room;
      yield { log: `qemu-img: error while writing at byte ${room}: No space left on device` };
      die("copy failed: command '/usr/bin/qemu-img convert' failed: exit code 1");
    }
    target.used = Math.max(target.used, Math.floor((source.used * tenth) / 10));
    yield { log: progress((source.size * tenth) / 10, source.size) };
  }
}

function progress(done: number, size: number): string {
  const percent = size === 0 ? 100 : (done / size) * 100;
  return `transferred ${renderSize(done)} of ${renderSize(size)} (${percent.toFixed(2)}%)`;
}
