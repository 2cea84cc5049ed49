/**
 * Whether a process may work with data of a layout, and what to do when it may not. Pure: what is stored was read elsewhere.
 */
import { type Layout, version as ownVersion, type WorkerPresence } from "@runfleet/model";

/** What is said about the data in Redis. Absent: nobody has published or worked there yet. */
export interface StoredLayout {
  readonly version: number;
  /** The oldest layout whose code may write here. */
  readonly oldestWriter: number;
  /** The version of Runfleet that raised the layout to this. */
  readonly writtenBy: string;
}

/** Code from before layouts were announced wrote the first. */
const firstLayout = 1;

/** Why nobody of this build may touch the data, or nothing when everybody may. */
export function layoutProblem(stored: StoredLayout | undefined, code: Layout): string | undefined {
  if (stored === undefined) return undefined;
  const { version, oldestWriter, writtenBy } = stored;
  if (code.version < oldestWriter) {
    return `the data has layout ${version} of Runfleet ${writtenBy}, and Runfleet ${ownVersion} writes layout ${code.version}, which is too old to work beside it: start this process in version ${writtenBy} or newer`;
  }
  if (version < code.oldestRead) {
    return `the data has layout ${version} of Runfleet ${writtenBy}, and Runfleet ${ownVersion} reads layouts from ${code.oldestRead} on: upgrade by way of a version that reads both`;
  }
  return undefined;
}

/** The same for whoever is no worker: only workers raise the layout to one that older workers cannot read. */
export function clientProblem(stored: StoredLayout | undefined, code: Layout): string | undefined {
  const problem = layoutProblem(stored, code);
  if (problem !== undefined || stored === undefined || stored.version >= code.oldestWriter) return problem;
  return `the data has layout ${stored.version} of Runfleet ${stored.writtenBy}, whose workers cannot read what Runfleet ${ownVersion} writes, layout ${code.version}: upgrade the workers first`;
}

/** Why a worker may not raise the layout yet: others are there that could not read what it writes. */
export function raiseProblem(
  stored: StoredLayout | undefined,
  code: Layout,
  workers: readonly WorkerPresence[],
): string | undefined {
  if (stored === undefined || stored.version >= code.oldestWriter) return undefined;
  const tooOld = workers.filter(({ layout = firstLayout }) => layout < code.oldestWriter);
  if (tooOld.length === 0) return undefined;
  const names = tooOld.map(({ id, version }) => `${id} (${version})`).join(", ");
  return `workers are there that cannot read layout ${code.version} of Runfleet ${ownVersion}: stop them first: ${names}`;
}
