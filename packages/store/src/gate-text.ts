/**
 * An open gate as it lies in Redis, and back: its row, by which it is found, how long after that its deadline is, and its
 * name, which the scripts read, and below them a row of the rest. What a parked run waits for only names a gate that is told there already.
 */
import {
  type Address,
  type BlockedOn,
  fromRow,
  type MemberTable,
  type OpenGate,
  toRow,
} from "@runfleet/model";

type Apart = "runId" | "address" | "since" | "deadline" | "name";

const gateMembers: MemberTable<OpenGate, Apart> = {
  ...{ workflow: 1, prompt: 1, options: 1, label: 1, as: 1, gateType: 1 },
};

export function gateText(gate: OpenGate): string {
  const { since, deadline, name, gateType } = gate;
  const rest = toRow(gateMembers, { ...gate, gateType: gateType === name ? undefined : gateType });
  return `${deadline - since} ${name}\n${JSON.stringify(rest)}`;
}

/** `<since, 15 digits>:<run>:<address>`; the order of rows is that of time. */
export function gateRow(gate: Pick<OpenGate, "since" | "runId" | "address">): string {
  return `${String(gate.since).padStart(15, "0")}:${gate.runId}:${gate.address}`;
}

/** From an entry of the list: row, space, text. */
export function toOpenGate(entry: string): OpenGate {
  const [head, rest] = entry.split("\n") as [string, string];
  const [row = "", openMs, ...words] = head.split(" ");
  const [since, runId, address] = row.split(":");
  const name = words.join(" ");
  const own = fromRow(gateMembers, JSON.parse(rest) as unknown[]);
  const times = { since: Number(since), deadline: Number(since) + Number(openMs) };
  return { gateType: name, ...own, runId, address, name, ...times } as OpenGate;
}

/** True when a gate that this write opens says all that the wait says. */
export function isToldByGate(wait: BlockedOn, opened: readonly OpenGate[]): boolean {
  if (wait.type !== "gate") return false;
  const gate = opened.find(({ address }) => address === wait.address);
  if (gate === undefined) return false;
  const { runId: _runId, workflow: _workflow, label: _label, ...asked } = gate;
  const { type: _type, ...waited } = wait;
  return JSON.stringify(asked) === JSON.stringify(waited);
}

/** A wait as it lies in Redis; of a gate that is told with the open gates only the address. */
type StoredWait = BlockedOn | Address;

/** What a parked run waits for. */
export function waitsText(waits: readonly BlockedOn[], opened: readonly OpenGate[]): string {
  const stored = waits.map(
    (wait): StoredWait => (wait.type === "gate" && isToldByGate(wait, opened) ? wait.address : wait),
  );
  return JSON.stringify(stored);
}

/** Rows of the gates that `waitsText` only named and that are open still. `open`: field `gates` of the run's record. */
export function namedGates(runId: string, text: string, open: string): string[] {
  const sinceOf = new Map(open.split(" ").map((place) => place.split("/").reverse() as [string, string]));
  return (JSON.parse(text) as StoredWait[]).flatMap((wait) => {
    const since = typeof wait === "string" ? sinceOf.get(wait) : undefined;
    return typeof wait !== "string" || since === undefined
      ? []
      : [gateRow({ since: Number(since), runId, address: wait })];
  });
}

/** The waits, those for named gates as the gates say; one that has been answered is no wait any more. */
export function fillWaits(text: string, gates: ReadonlyMap<string, OpenGate>): string {
  const waits = (JSON.parse(text) as StoredWait[]).flatMap((wait): BlockedOn[] => {
    if (typeof wait !== "string") return [wait];
    const gate = gates.get(wait);
    if (gate === undefined) return [];
    const { runId: _runId, workflow: _workflow, label: _label, ...asked } = gate;
    return [{ type: "gate", ...asked }];
  });
  return JSON.stringify(waits);
}

/** What a run waits for without the gates that `waitsText` would only name and that have been answered. */
export function openWaits(run: {
  readonly blockedOn: readonly BlockedOn[];
  readonly namedGates: readonly Address[];
  readonly gates: ReadonlyMap<Address, OpenGate>;
}): BlockedOn[] {
  const isAnswered = (at: Address) => run.namedGates.includes(at) && !run.gates.has(at);
  return run.blockedOn.filter((wait) => wait.type !== "gate" || !isAnswered(wait.address));
}
