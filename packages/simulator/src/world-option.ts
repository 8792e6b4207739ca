/** A property string taken apart, in the order it was written. */
export type Option = Record<string, string>;

const nicModels = new Set(
  "e1000 e1000-82540em e1000-82544gc e1000-82545em e1000e i82551 i82557b i82559er ne2k_isa ne2k_pci pcnet rtl8139 virtio vmxnet3".split(
    " ",
  ),
);

/** Takes a property string apart; a part without `=` belongs to `defaultKey`. The text has been verified before. */
export function parseOption(text: string, defaultKey: string): Option {
  const option: Option = {};
  for (const part of text.split(",")) {
    if (part === "") {
      continue;
    }
    const cut = part.indexOf("=");
    if (cut < 0) {
      option[defaultKey] = part;
    } else {
      option[part.slice(0, cut)] = part.slice(cut + 1);
    }
  }
  return option;
}

/** Prints in PVE's order: the default key bare and first, then the required keys, then the rest, each sorted. */
export function printOption(option: Option, defaultKey?: string, required: readonly string[] = []): string {
  const parts: string[] = [];
  const first = defaultKey === undefined ? undefined : option[defaultKey];
  if (first !== undefined) {
    parts.push(first);
  }
  const keys = Object.keys(option)
    .filter((key) => key !== defaultKey)
    .sort();
  for (const key of [...keys.filter((k) => required.includes(k)), ...keys.filter((k) => !required.includes(k))]) {
    parts.push(`${key}=${option[key]}`);
  }
  return parts.join(",");
}

/** Takes `virtio=BC:…,bridge=vmbr0` apart into `model`, `macaddr` and the rest. */
export function parseNic(text: string): Option {
  const option = parseOption(text, "model");
  const nic: Option = {};
  for (const [key, value] of Object.entries(option)) {
    if (nicModels.has(key)) {
      nic["model"] = key;
      nic["macaddr"] = value;
    } else {
      nic[key] = value;
    }
  }
  return nic;
}

/** The reverse of {@link parseNic}, with model and address recombined. */
export function printNic(nic: Option): string {
  const { model = "virtio", macaddr, ...rest } = nic;
  const head = macaddr === undefined ? model : `${model}=${macaddr.toUpperCase()}`;
  const tail = printOption(rest);
  return tail === "" ? head : `${head},${tail}`;
}

const units: Readonly<Record<string, number>> = { "": 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };

/** Bytes of a size text such as `32G`; undefined when it is none. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([KMGT]?)(?:iB)?$/.exec(text);
  const unit = units[match?.[2] ?? "none"];
  return match === null || unit === undefined ? undefined : Math.trunc(Number(match[1]) * unit);
}

/** The shortest exact text of a size, as disk options carry it: `32G`, `528K`. */
export function formatSize(bytes: number): string {
  let size = bytes;
  let text = String(size);
  for (const unit of ["K", "M", "G", "T"]) {
    if (size % 1024 !== 0) {
      return text;
    }
    size /= 1024;
    text = `${size}${unit}`;
  }
  return text;
}

/** A size with one decimal and a binary unit, as progress lines print it: `1.5 GiB`. */
export function renderSize(bytes: number): string {
  let size = bytes;
  for (const unit of ["B", "KiB", "MiB", "GiB"]) {
    if (size < 1024) {
      return `${size.toFixed(1)} ${unit}`;
    }
    size /= 1024;
  }
  return `${size.toFixed(1)} TiB`;
}
