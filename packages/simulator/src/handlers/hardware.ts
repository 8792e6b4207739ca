import { die } from "../failure.js";
import type { Handler, Handlers } from "../handler.js";
import { flag, list, need, text } from "./guest-call.js";

interface PciDevice {
  readonly id: string;
  readonly class: string;
  readonly vendor: string;
  readonly vendorName: string;
  readonly device: string;
  readonly deviceName: string;
  readonly group: number;
}

/** What every node of the simulator is built of. */
const devices: readonly PciDevice[] = [
  [
    "0000:00:00.0",
    "0x060000",
    "0x1022",
    "Advanced Micro Devices, Inc. [AMD]",
    "0x1480",
    "Starship/Matisse Root Complex",
    0,
  ],
  [
    "0000:01:00.0",
    "0x010802",
    "0x144d",
    "Samsung Electronics Co Ltd",
    "0xa80a",
    "NVMe SSD Controller PM9A1/PM9A3/980PRO",
    14,
  ],
  ["0000:41:00.0", "0x020000", "0x8086", "Intel Corporation", "0x1563", "Ethernet Controller X550", 22],
  ["0000:41:00.1", "0x020000", "0x8086", "Intel Corporation", "0x1563", "Ethernet Controller X550", 23],
  ["0000:81:00.0", "0x030200", "0x10de", "NVIDIA Corporation", "0x20b7", "GA100GL [A30 PCIe]", 31],
].map(([id, cls, vendor, vendorName, device, deviceName, group]) => ({
  id: String(id),
  class: String(cls),
  vendor: String(vendor),
  vendorName: String(vendorName),
  device: String(device),
  deviceName: String(deviceName),
  group: Number(group),
}));

const listPci: Handler = (call) => {
  const hidden =
    text(call, "pci-class-blacklist") === undefined ? ["05", "06", "0b"] : list(call, "pci-class-blacklist");
  return devices
    .filter((each) => !hidden.some((prefix) => each.class.slice(2).startsWith(prefix)))
    .map((each) => ({
      id: each.id,
      class: each.class,
      vendor: each.vendor,
      device: each.device,
      iommugroup: each.group,
      ...(flag(call, "verbose", true) ? { vendor_name: each.vendorName, device_name: each.deviceName } : {}),
    }));
};

/** A device by its address, or by the name of a mapping. */
const listMdev: Handler = (call) => {
  const wanted = need(call, "pci-id-or-mapping");
  if (/^[a-zA-Z]/.test(wanted) && !call.world.mapping.pci.has(wanted)) {
    die(`pci mapping '${wanted}' not found`);
  }
  // None of the devices can be divided.
  return [];
};

const usb = [
  {
    busnum: 1,
    devnum: 1,
    level: 0,
    port: 0,
    usbpath: "",
    class: 9,
    vendid: "1d6b",
    prodid: "0002",
    manufacturer: "Linux Foundation",
    product: "2.0 root hub",
    speed: "480",
  },
  {
    busnum: 1,
    devnum: 2,
    level: 1,
    port: 3,
    usbpath: "4",
    class: 0,
    vendid: "0624",
    prodid: "0249",
    manufacturer: "Avocent",
    product: "Virtual Keyboard",
    speed: "12",
  },
];

/** Devices that can be handed to guests. */
export const hardwareHandlers: Handlers = {
  "GET /nodes/{node}/hardware": () => [{ type: "pci" }, { type: "usb" }],
  "GET /nodes/{node}/hardware/pci": listPci,
  "GET /nodes/{node}/hardware/pci/{pci-id-or-mapping}": () => [{ method: "mdev" }],
  "GET /nodes/{node}/hardware/pci/{pci-id-or-mapping}/mdev": listMdev,
  "GET /nodes/{node}/hardware/usb": () => usb,
};
