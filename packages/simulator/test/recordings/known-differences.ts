/** Steps that the simulator answers otherwise, with the reason. The test fails on one that is missing, and on one too many. */
export interface KnownSteps {
  readonly ids: readonly number[];
  readonly reason: string;
}

/** Where the simulator departs from the recorded flows. */
export const knownSteps: readonly KnownSteps[] = [
  { ids: [32], reason: "nothing is known of what is mounted where" },
  { ids: [242, 243, 244, 7832], reason: "the recorded node reached an IPAM and a DNS server beside it" },
  { ids: [2058, 2059], reason: "formats beside json and extjs are not spoken" },
  { ids: [2063, 2065, 8512], reason: "a console's ticket of the recorded node opens nothing here" },
  { ids: [2067, 6719, 7895], reason: "a broken connection is recorded in the words of its client" },
  { ids: [5474], reason: "the recorder's backup of a machine lay on the storage from before" },
  { ids: [5492], reason: "an image that is missing is reported as a volume" },
  {
    ids: [5495, 5732, 5757, 5761, 5785, 6165, 6191, 6195, 6219, 6353, 8953, 8957, 9000],
    reason:
      "the recorded QEMU was another build, which could not start these machines, mirror their disks or unplug their devices",
  },
  { ids: [5704], reason: "the machine's disk had become a CD drive off the record" },
  {
    ids: [5859, 5860, 5861, 5863, 5864, 5865, 5866, 5868],
    reason: "the recorded agent was a script that outlived its own shutdown",
  },
  { ids: [5905], reason: "replication does not look at the machine's disks" },
  {
    ids: [6104, 6105, 6106, 6109, 6111, 6113, 8916, 8917, 8919, 8992],
    reason: "the recorded node took a template away although its clones still used it",
  },
  {
    ids: [
      6367, 6370, 6371, 6374, 6376, 6384, 6398, 8597, 8609, 8613, 8614, 8616, 8815, 8853, 8855, 8861, 8864, 8865, 8867,
      8869, 8870, 8872, 8875, 8877, 8880, 8886,
    ],
    reason: "the recorded QEMU could not save memory, and its failed snapshot left the machine locked",
  },
  { ids: [6396, 8600, 8601], reason: "the state of the machine's D-Bus bridge is not kept" },
  { ids: [6443], reason: "the recorder's backup of a container lay on the storage from before" },
  { ids: [6468, 6881], reason: "a path is refused for another reason: it is looked at as a volume first" },
  { ids: [6475], reason: "the lock is looked at after the privilege" },
  { ids: [6484, 6899, 6900], reason: "a digest of a container's resize is compared" },
  { ids: [6518, 6939], reason: "containers' templates on directories can be cloned, as the schema says" },
  { ids: [6536, 6896, 6959], reason: "an absent mount point is named; PVE stumbles while it parses nothing" },
  {
    ids: [6540, 6541, 6542, 6543, 6544, 6547, 6548, 6568, 6991, 6994, 6997],
    reason: "the recorded container died by itself, or its console is not simulated",
  },
  { ids: [6664], reason: "the digest had been read off the record" },
  { ids: [6680], reason: "volume names of other guests are refused" },
  { ids: [6731, 6734, 8525], reason: "the simulator reaches every address" },
  { ids: [6886, 6889, 6915], reason: "a container interface without a bridge is accepted" },
  { ids: [7048], reason: "the simulator has no accounts of the operating system" },
  {
    ids: [7701, 7702, 7703, 7704, 7707, 7708, 7710, 7713, 7715, 7722],
    reason: "the recorded node already had a newer schema of HA rules",
  },
  { ids: [8454], reason: "the node did not find the address that belongs to the card" },
  { ids: [8045, 8046], reason: "a job without a type is a backup job" },
  { ids: [8218, 8219, 8223, 8240, 8556], reason: "bridge ports, VLANs and ifupdown2 are not looked into" },
  { ids: [8303, 8304, 8307, 8308, 8309, 8311], reason: "the task had been started off the record" },
  { ids: [8377, 8378, 8379, 8380, 8422, 8423], reason: "the jobs had been made off the record" },
  { ids: [8514, 8515, 8516], reason: "OVA archives are not simulated" },
  { ids: [8561], reason: "the job had been made off the record" },
];

/** Where a recorded GET has fields or types that the simulator's answer has not. */
export const knownDepartures: Readonly<Record<string, readonly string[]>> = {
  // PVE packs the journal; fetch shows the recorder its packed bytes, and the recording has no JSON.
  "GET /nodes/{node}/journal": ["is array, not undefined"],
  "GET /nodes/{node}/qemu": ["cpus is string, not number"],
  "GET /nodes/{node}/qemu/{vmid}/cloudinit": ["value is number, not string"],
  "GET /nodes/{node}/qemu/{vmid}/status/current": ["cpus is string, not number"],
};
