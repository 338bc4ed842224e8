// npm's scimmy-routers over maps in memory: `node scimmy.mjs PORT TOKEN`, run in a folder where its packages are.

import { createRequire } from "node:module";
import { randomUUID } from "node:crypto";

const require = createRequire(`${process.cwd()}/`);
const load = (name) => require(name).default ?? require(name);
const [express, SCIMMY, SCIMMYRouters] = ["express", "scimmy", "scimmy-routers"].map(load);
const [port, token] = process.argv.slice(2);

const users = new Map();
const groups = new Map();
const groupsOf = new Map();

const handlers = (all, seen, changed) => [
  (resource, data) => {
    const { id = randomUUID(), meta } = resource.id ? all.get(resource.id) ?? {} : {};
    const now = new Date().toISOString();
    const kept = { ...JSON.parse(JSON.stringify(data)), id, meta: { created: meta?.created ?? now, lastModified: now } };
    changed(all.get(id), kept);
    all.set(id, kept);
    return seen(kept);
  },
  (resource) => {
    if (!resource.id) return [...all.values()].map(seen);
    const found = all.get(resource.id);
    if (!found) throw new SCIMMY.Types.Error(404, null, "there is no such resource");
    return seen(found);
  },
  (resource) => { all.delete(resource.id); },
];

const withGroups = (user) => ({ ...user, groups: (groupsOf.get(user.id) ?? []).map((value) => ({ value, display: groups.get(value)?.displayName })) });
const noteMembers = (before, after) => {
  const [was, is] = [before, after].map((it) => new Set((it?.members ?? []).map((member) => member.value)));
  for (const user of is) if (!was.has(user)) groupsOf.set(user, [...groupsOf.get(user) ?? [], after.id]);
  for (const user of was) if (!is.has(user)) groupsOf.set(user, (groupsOf.get(user) ?? []).filter((id) => id !== after.id));
};

const declare = (type, [ingress, egress, degress]) =>
  SCIMMY.Resources.declare(type).ingress(ingress).egress(egress).degress(degress);
SCIMMY.Resources.User.extend(SCIMMY.Schemas.EnterpriseUser, false);
declare(SCIMMY.Resources.User, handlers(users, withGroups, () => {}));
declare(SCIMMY.Resources.Group, handlers(groups, (group) => group, noteMembers));

const app = express();
app.use("/scim", new SCIMMYRouters({
  type: "bearer",
  handler: (request) => {
    if (request.header("Authorization") !== `Bearer ${token}`) throw new Error("not the token");
    return "client";
  },
}));
app.listen(Number(port), "127.0.0.1");
