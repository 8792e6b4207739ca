/** Whether what a read leaves out is a thing, or a group of its fields, and no single field. */
export function isWhole(hides: string): boolean {
  return !/^fields? /.test(hides);
}

/** What an argument that narrows a read down leaves to be hidden, by the argument's value. */
const NARROWED: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  type: {
    vm: ["guests"],
    qemu: ["guests"],
    lxc: ["guests"],
    node: ["figures of nodes"],
    storage: ["storages"],
    pool: ["pools"],
    sdn: ["SDN zones", "SDN fabrics"],
    network: ["SDN zones", "SDN fabrics"],
  },
  content: {
    backup: ["backups"],
    images: ["disks"],
    rootdir: ["disks"],
    iso: ["ISO images, container templates, importable images"],
    vztmpl: ["ISO images, container templates, importable images"],
    import: ["ISO images, container templates, importable images"],
    snippets: ["snippets and everything else"],
  },
};

/** Whether something that a read leaves out belongs to what the arguments ask for. */
export function isAskedFor(hides: string, args: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(NARROWED).every(([name, kinds]) => {
    const asked = kinds[String(args[name])];
    const concerns = Object.values(kinds).flat().includes(hides);
    return asked === undefined || !concerns || asked.includes(hides);
  });
}
