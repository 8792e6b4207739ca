import { isBefore, type Release } from "./contracts.js";

const vm = [
  "VM.Allocate",
  "VM.Audit",
  "VM.Backup",
  "VM.Clone",
  "VM.Config.CDROM",
  "VM.Config.CPU",
  "VM.Config.Cloudinit",
  "VM.Config.Disk",
  "VM.Config.HWType",
  "VM.Config.Memory",
  "VM.Config.Network",
  "VM.Config.Options",
  "VM.Console",
  "VM.Migrate",
  "VM.PowerMgmt",
  "VM.Snapshot",
  "VM.Snapshot.Rollback",
];
const vmUser = ["VM.Audit", "VM.Backup", "VM.Config.CDROM", "VM.Config.Cloudinit", "VM.Console", "VM.PowerMgmt"];
const agentUser = [
  "VM.GuestAgent.Audit",
  "VM.GuestAgent.FileRead",
  "VM.GuestAgent.FileSystemMgmt",
  "VM.GuestAgent.FileWrite",
];
const datastore = ["Datastore.Allocate", "Datastore.AllocateSpace", "Datastore.AllocateTemplate", "Datastore.Audit"];
const sdn = ["SDN.Allocate", "SDN.Audit", "SDN.Use"];
const pool = ["Pool.Allocate", "Pool.Audit"];
const userAdmin = ["Group.Allocate", "Realm.AllocateUser", "User.Modify"];
const sysAdmin = ["Sys.Audit", "Sys.Console", "Sys.Syslog"];
/** What PVE keeps from everybody but an Administrator. */
const rootLike = [
  "Mapping.Modify",
  "Permissions.Modify",
  "Realm.Allocate",
  "Sys.AccessNetwork",
  "Sys.Incoming",
  "Sys.Modify",
  "Sys.PowerMgmt",
];

interface VmPrivileges {
  readonly admin: readonly string[];
  readonly user: readonly string[];
  readonly audit: readonly string[];
}

/** Release 9.0 took VM.Monitor apart. */
function vmPrivileges(release: Release): VmPrivileges {
  return isBefore(release, "9.0")
    ? { admin: [...vm, "VM.Monitor"], user: vmUser, audit: ["VM.Audit"] }
    : {
        admin: [...vm, ...agentUser, "VM.GuestAgent.Unrestricted", "VM.Replicate"],
        user: [...vmUser, ...agentUser],
        audit: ["VM.Audit", "VM.GuestAgent.Audit"],
      };
}

function adminPrivileges(release: Release): readonly string[] {
  const mapping = ["Mapping.Audit", "Mapping.Use"];
  return [...datastore, ...mapping, ...pool, ...sdn, ...sysAdmin, ...userAdmin, ...vmPrivileges(release).admin];
}

/** Every privilege of a release, sorted. */
export function privilegesOf(release: Release): readonly string[] {
  return [...adminPrivileges(release), ...rootLike].sort();
}

/** The built-in roles of a release and their privileges. */
export function builtInRoles(release: Release): Readonly<Record<string, readonly string[]>> {
  const { admin, user, audit } = vmPrivileges(release);
  return {
    Administrator: privilegesOf(release),
    NoAccess: [],
    PVEAdmin: adminPrivileges(release),
    PVEAuditor: ["Datastore.Audit", "Mapping.Audit", "Pool.Audit", "SDN.Audit", "Sys.Audit", ...audit],
    PVEDatastoreAdmin: datastore,
    PVEDatastoreUser: ["Datastore.AllocateSpace", "Datastore.Audit"],
    PVEMappingAdmin: ["Mapping.Audit", "Mapping.Modify", "Mapping.Use"],
    PVEMappingUser: ["Mapping.Audit", "Mapping.Use"],
    PVEPoolAdmin: pool,
    PVEPoolUser: ["Pool.Audit"],
    PVESDNAdmin: sdn,
    PVESDNUser: ["SDN.Audit", "SDN.Use"],
    PVESysAdmin: sysAdmin,
    PVETemplateUser: ["VM.Audit", "VM.Clone"],
    PVEUserAdmin: userAdmin,
    PVEVMAdmin: admin,
    PVEVMUser: user,
  };
}
