/** The configuration of the built `runfleet worker` in process tests. */
import { configWith } from "./actions.mjs";

export default configWith(process.env["PROCESSES_LEDGER"] ?? "");
